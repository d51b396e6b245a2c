//! Which channel is the counterstain, which is red and which is green.

use std::str::FromStr;

use crate::{Channel, Field, ImagingError, Origin};

/// The roles of the channels of a break-apart field, as indexes into [`Field::channels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// The counterstain of the nuclei.
    pub dapi: usize,
    /// The 3' probe.
    pub red: usize,
    /// The 5' probe.
    pub green: usize,
}

/// What the user said of the channels; what is left out is told by names, colours and wavelengths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The counterstain.
    pub dapi: Option<Pick>,
    /// The 3' probe.
    pub red: Option<Pick>,
    /// The 5' probe.
    pub green: Option<Pick>,
}

/// One channel by its index or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Index from 0, in file order.
    Index(usize),
    /// Its name, upper and lower case alike.
    Name(String),
}

impl FromStr for Wanted {
    type Err = String;

    /// Reads `dapi=0,red=1,green=2`; names may stand for numbers.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut wanted = Self::default();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let form = "expected e.g. dapi=0,red=1,green=2 or names of channels";
            let (role, value) = part
                .split_once('=')
                .ok_or_else(|| format!("`{part}` is no role with its channel; {form}"))?;
            let value = value.trim();
            if value.is_empty() {
                return Err(format!("`{part}` names no channel; {form}"));
            }
            let pick = value
                .parse()
                .map_or_else(|_| Pick::Name(value.to_owned()), Pick::Index);
            let place = match role.trim().to_lowercase().as_str() {
                "dapi" | "nuclei" | "blue" => &mut wanted.dapi,
                "red" | "orange" | "3" | "3'" => &mut wanted.red,
                "green" | "5" | "5'" => &mut wanted.green,
                other => return Err(format!("`{other}` is no role; {form}")),
            };
            if place.replace(pick).is_some() {
                return Err(format!("{} is given twice; {form}", role.trim()));
            }
        }
        Ok(wanted)
    }
}

/// The three roles, for messages and loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Dapi,
    Red,
    Green,
}

const ROLES: [Role; 3] = [Role::Dapi, Role::Red, Role::Green];

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Dapi => "dapi",
            Self::Red => "red",
            Self::Green => "green",
        }
    }

    /// Words that stand in names of such channels, in lower case and without anything but letters and digits. Names of
    /// dyes and their usual excitation lines and emission peaks; SpectrumOrange is drawn red in break-apart kits.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Dapi => &[
                "dapi",
                "hoechst",
                "draq5",
                "405",
                "461",
                "blue",
                "counterstain",
                "nuclei",
            ],
            Self::Red => &[
                "texasred",
                "spectrumred",
                "orange",
                "cy3",
                "tritc",
                "texasred",
                "rhod",
                "3prime",
                "alexa546",
                "alexa555",
                "alexa594",
                "af555",
                "af594",
                "588",
                "561",
                "3'",
            ],
            Self::Green => &[
                "green", "fitc", "gfp", "alexa488", "af488", "488", "524", "5prime", "5'",
            ],
        }
    }

    /// Words that count only when they stand alone: `filtered` is not red.
    fn whole_words(self) -> &'static [&'static str] {
        match self {
            Self::Red => &["red"],
            Self::Dapi | Self::Green => &[],
        }
    }

    /// Emission peaks, nanometres: DAPI 461; SpectrumGreen and FITC 520–530; SpectrumOrange 588, Texas Red 615.
    fn emission(self) -> std::ops::Range<f64> {
        match self {
            Self::Dapi => 400.0..490.0,
            Self::Green => 490.0..560.0,
            Self::Red => 560.0..680.0,
        }
    }

    fn has_colour(self, [red, green, blue]: [u8; 3]) -> bool {
        match self {
            Self::Dapi => blue > 128 && red < 64 && green < 180,
            Self::Green => green > 128 && red < 128 && blue < 128,
            // Orange and amber too, but not yellow.
            Self::Red => red > 128 && green < 180 && blue < 128,
        }
    }
}

/// What told the channels apart, for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clue {
    Name,
    Colour,
    Emission,
}

/// Finds the channels' roles: first what the user said, then names, then colours, then emission wavelengths. Order in
/// the file is never a clue.
///
/// # Errors
/// When the field is a picture, a role cannot be told or fits several channels, or two roles meet in one channel. The
/// message lists the channels and the option to use.
pub fn assign(field: &Field, wanted: &Wanted) -> Result<Roles, ImagingError> {
    if field.origin == Origin::Picture {
        return Err(ImagingError::Picture {
            field: field.name.clone(),
        });
    }
    let mut found = [None; 3];
    for (role, pick) in ROLES
        .into_iter()
        .zip([&wanted.dapi, &wanted.red, &wanted.green])
    {
        if let Some(pick) = pick {
            found[role as usize] = Some(picked(field, role, pick)?);
        }
    }
    for clue in [Clue::Name, Clue::Colour, Clue::Emission] {
        let taken = found;
        for role in ROLES
            .into_iter()
            .filter(|role| taken[*role as usize].is_none())
        {
            let fitting: Vec<_> = (0..field.channels.len())
                .filter(|index| !taken.contains(&Some(*index)))
                .filter(|index| fits(&field.channels[*index], role, clue))
                .collect();
            match fitting[..] {
                [] => {}
                [one] => found[role as usize] = Some(one),
                _ => {
                    let all: Vec<_> = fitting.iter().map(ToString::to_string).collect();
                    let what = format!("channels {} could all be {}", all.join(", "), role.name());
                    return Err(refused(field, what));
                }
            }
        }
    }
    let missing: Vec<_> = ROLES
        .into_iter()
        .filter(|role| found[*role as usize].is_none())
        .map(Role::name)
        .collect();
    let [Some(dapi), Some(red), Some(green)] = found else {
        let what = if field.channels.len() < 3 {
            format!(
                "a break-apart field needs three channels, this has {}",
                field.channels.len()
            )
        } else {
            format!(
                "neither name, colour nor wavelength tells which channel is {}",
                missing.join(" or ")
            )
        };
        return Err(refused(field, what));
    };
    if dapi == red || dapi == green || red == green {
        return Err(refused(field, "one channel has two roles".to_owned()));
    }
    Ok(Roles { dapi, red, green })
}

fn picked(field: &Field, role: Role, pick: &Pick) -> Result<usize, ImagingError> {
    let matching: Vec<_> = match pick {
        Pick::Index(index) => (0..field.channels.len()).filter(|at| at == index).collect(),
        Pick::Name(name) => (0..field.channels.len())
            .filter(|at| field.channels[*at].name.trim().to_lowercase() == name.to_lowercase())
            .collect(),
    };
    match (&matching[..], pick) {
        ([one], _) => Ok(*one),
        ([], Pick::Index(index)) => Err(refused(
            field,
            format!("there is no channel {index} for {}", role.name()),
        )),
        ([], Pick::Name(name)) => Err(refused(
            field,
            format!("no channel is named `{name}` for {}", role.name()),
        )),
        (_, Pick::Name(name)) => Err(refused(
            field,
            format!("several channels are named `{name}`"),
        )),
        (_, Pick::Index(_)) => Err(refused(field, "two channels share an index".to_owned())),
    }
}

fn fits(channel: &Channel, role: Role, clue: Clue) -> bool {
    match clue {
        Clue::Name => named(&channel.name, role),
        Clue::Colour => channel.colour.is_some_and(|colour| role.has_colour(colour)),
        Clue::Emission => channel
            .emission_nm
            .is_some_and(|nm| role.emission().contains(&nm)),
    }
}

/// Whether a name has a word of the role and none of another.
fn named(name: &str, role: Role) -> bool {
    let plain: String = name
        .to_lowercase()
        .replace(['’', '′'], "'")
        .chars()
        .filter(|character| character.is_alphanumeric() || *character == '\'')
        .collect();
    let tokens = tokens(name);
    let has = |role: Role| {
        role.words().iter().any(|word| contains(&plain, word))
            || role
                .whole_words()
                .iter()
                .any(|word| tokens.iter().any(|token| token == word))
    };
    has(role) && ROLES.into_iter().all(|other| other == role || !has(other))
}

/// The words of a name in lower case; a capital after a small letter begins one.
fn tokens(name: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        let joins =
            character.is_alphabetic() && !(before.is_lowercase() && character.is_uppercase());
        if !joins {
            tokens.push(String::new());
        }
        if let (Some(token), true) = (tokens.last_mut(), character.is_alphabetic()) {
            token.extend(character.to_lowercase());
        }
        before = character;
    }
    tokens
}

/// Whether `word` stands in `plain`; a number or a word that ends in one only where no further digit touches it.
fn contains(plain: &str, word: &str) -> bool {
    let digit =
        |character: Option<char>| character.is_some_and(|character| character.is_ascii_digit());
    let numeric_head = word.starts_with(|character: char| character.is_ascii_digit());
    let numeric_tail = word.ends_with(|character: char| character.is_ascii_digit());
    plain.match_indices(word).any(|(at, _)| {
        let before = plain[..at].chars().next_back();
        let after = plain[at + word.len()..].chars().next();
        // Cy3.5 becomes cy35: still an orange-red dye.
        let cy35 = word == "cy3" && after == Some('5');
        !(numeric_head && digit(before)) && (!(numeric_tail && digit(after)) || cy35)
    })
}

fn refused(field: &Field, what: String) -> ImagingError {
    let there: Vec<_> = field
        .channels
        .iter()
        .enumerate()
        .map(|(index, channel)| format!("{index} `{}`", channel.name))
        .collect();
    ImagingError::Channels {
        field: field.name.clone(),
        what,
        there: there.join(", "),
        option: "--channels dapi=0,red=1,green=2 with the numbers or names that are true"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    type Described<'a> = (&'a str, Option<[u8; 3]>, Option<f64>);

    fn field(channels: &[Described<'_>]) -> Field {
        let channels = channels.iter().map(|(name, colour, emission_nm)| Channel {
            name: (*name).to_owned(),
            colour: *colour,
            emission_nm: *emission_nm,
            stack: Array3::zeros((1, 1, 1)),
            scale: 1.0,
            saturation: 255,
        });
        Field {
            name: "f".to_owned(),
            channels: channels.collect(),
            pixel: None,
            origin: Origin::Channels,
        }
    }

    fn by_name(names: [&str; 3]) -> Option<(usize, usize, usize)> {
        let roles = assign(
            &field(&names.map(|name| (name, None, None))),
            &Wanted::default(),
        )
        .ok()?;
        Some((roles.dapi, roles.red, roles.green))
    }

    #[test]
    fn names_of_dyes_are_known() {
        for names in [
            ["DAPI", "SpectrumOrange", "SpectrumGreen"],
            ["Hoechst 33342", "Cy3", "FITC"],
            ["461 nm", "Texas Red", "Alexa Fluor 488"],
            ["dapi", "CY3.5", "gfp"],
            ["DAPI", "ALK 3' (orange)", "ALK 5' (green)"],
            ["DAPI", "TRITC", "5′"],
            ["Exc 405", "Rhodamine", "Spectrum Green"],
            ["filtered DAPI", "ALK_red", "ALK_green"],
            ["DAPI", "probeRed", "probeGreen"],
        ] {
            assert_eq!(by_name(names), Some((0, 1, 2)), "{names:?}");
        }
        assert_eq!(by_name(["FITC", "DAPI", "Cy3"]), Some((1, 2, 0)));
    }

    #[test]
    fn doubt_is_refused_with_the_option_and_what_is_there() {
        for names in [
            ["channel 0", "channel 1", "channel 2"],
            ["DAPI", "Cy3", "TRITC"],
            ["DAPI", "red/green", "x"],
            ["DAPI", "Cy35000", "x"],
        ] {
            let error = assign(
                &field(&names.map(|name| (name, None, None))),
                &Wanted::default(),
            );
            let error = error.unwrap_err().to_string();
            assert!(error.contains("--channels dapi=0"), "{error}");
            assert!(error.contains(&format!("0 `{}`", names[0])), "{error}");
        }
    }

    #[test]
    fn colours_and_wavelengths_help_where_names_do_not() {
        let blue = Some([0, 0, 255]);
        let by_colour = field(&[
            ("a", Some([255, 128, 0]), None),
            ("b", blue, None),
            ("c", Some([0, 255, 0]), None),
        ]);
        let roles = assign(&by_colour, &Wanted::default()).unwrap();
        assert_eq!((roles.dapi, roles.red, roles.green), (1, 0, 2));
        let by_light = field(&[
            ("a", None, Some(588.0)),
            ("b", None, Some(524.0)),
            ("c", None, Some(461.0)),
        ]);
        let roles = assign(&by_light, &Wanted::default()).unwrap();
        assert_eq!((roles.dapi, roles.red, roles.green), (2, 0, 1));
    }

    #[test]
    fn what_the_user_says_comes_first() {
        let misnamed = field(&[
            ("FITC", None, None),
            ("DAPI", None, None),
            ("Cy3", None, None),
        ]);
        let wanted = "dapi=0, red=cy3,green=1".parse().unwrap();
        let roles = assign(&misnamed, &wanted).unwrap();
        assert_eq!((roles.dapi, roles.red, roles.green), (0, 2, 1));
        let part = "red=2".parse().unwrap();
        assert_eq!(assign(&misnamed, &part).unwrap().green, 0);
        for bad in ["dapi=7", "red=nobody", "dapi=1,red=1,green=2"] {
            assert!(assign(&misnamed, &bad.parse().unwrap()).is_err(), "{bad}");
        }
        for bad in ["dapi", "dapi=", "violet=1", "red=1,red=2"] {
            assert!(bad.parse::<Wanted>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_picture_is_shown_but_not_called() {
        let mut picture = field(&[
            ("red", None, None),
            ("green", None, None),
            ("blue", None, None),
        ]);
        picture.origin = Origin::Picture;
        let error = assign(&picture, &Wanted::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("can be shown but not called"), "{error}");
    }
}

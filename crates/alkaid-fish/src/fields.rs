//! The fields of a slide from their files, each with its three channels in one order.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use alkaid_imaging::channels::{Roles, Wanted, assign};
use alkaid_imaging::{Field, ImagingError, OpenOptions, open};

use crate::finding::Colour;
use crate::profile::Profile;

/// The channels of every field that [`read`] returns: counterstain, 3' side, 5' side.
pub const ROLES: Roles = Roles {
    dapi: 0,
    red: 1,
    green: 2,
};

/// What a user said of the channels: `dapi=0,red=1,green=2`, or `dapi=0,3=1,5=2`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelChoice {
    /// As written.
    pub text: String,
    /// Which channel is which.
    pub wanted: Wanted,
    /// Whether the probes are named by their side (3, 5), not by their colour.
    pub by_side: bool,
}

impl FromStr for ChannelChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let roles = || text.split(',').filter_map(|part| part.split_once('='));
        let by_side = roles().any(|(role, _)| role.trim().starts_with(['3', '5']));
        let by_colour = roles().any(|(role, _)| matches!(role.trim(), "red" | "orange" | "green"));
        if by_side && by_colour {
            return Err(
                "name the probes by colour (red, green) or by side (3, 5), not both".to_owned(),
            );
        }
        Ok(Self {
            text: text.to_owned(),
            wanted: text.parse()?,
            by_side,
        })
    }
}

/// All fields of all files, each with its three channels in the order of [`ROLES`]. Fields of one name are told apart by
/// a number.
///
/// # Errors
///
/// When a file cannot be opened or its channels cannot be told.
pub fn read<'p>(
    paths: impl IntoIterator<Item = &'p Path>,
    options: &OpenOptions,
    channels: Option<&ChannelChoice>,
    profile: &Profile,
) -> Result<Vec<Field>, ImagingError> {
    let nothing = ChannelChoice::default();
    let choice = channels.unwrap_or(&nothing);
    let mut fields = Vec::new();
    for path in paths {
        for field in open(path, options)? {
            let seen = assign(&field, &choice.wanted)?;
            fields.push(in_order(field, sides(seen, choice.by_side, profile)));
        }
    }
    name_apart(&mut fields);
    Ok(fields)
}

/// From colours to sides: some kits label the 3' side green.
fn sides(seen: Roles, by_side: bool, profile: &Profile) -> Roles {
    match profile.three_prime.value {
        Colour::Green if !by_side => Roles {
            dapi: seen.dapi,
            red: seen.green,
            green: seen.red,
        },
        _ => seen,
    }
}

/// The field with its three channels only.
fn in_order(mut field: Field, roles: Roles) -> Field {
    let mut channels: Vec<_> = field.channels.into_iter().map(Some).collect();
    field.channels = [roles.dapi, roles.red, roles.green]
        .into_iter()
        .filter_map(|index| channels.get_mut(index)?.take())
        .collect();
    field
}

fn name_apart(fields: &mut [Field]) {
    let mut seen = BTreeMap::new();
    for field in fields {
        let times = seen.entry(field.name.clone()).or_insert(0);
        *times += 1;
        if *times > 1 {
            field.name = format!("{} ({times})", field.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::profiles;

    #[test]
    fn probes_are_named_by_colour_or_by_side() {
        let choice: ChannelChoice = "dapi=0,3=1,5=2".parse().unwrap();
        assert!(choice.by_side && choice.text == "dapi=0,3=1,5=2");
        assert!(!"dapi=0,red=1".parse::<ChannelChoice>().unwrap().by_side);
        assert!("red=1,5=2".parse::<ChannelChoice>().is_err());
        assert!("nothing".parse::<ChannelChoice>().is_err());
    }

    #[test]
    fn a_kit_that_labels_the_3_prime_side_green_exchanges_the_colours() {
        let seen = Roles {
            dapi: 2,
            red: 0,
            green: 1,
        };
        for kit in profiles() {
            let by_colour = sides(seen, false, kit);
            match kit.three_prime.value {
                Colour::Red => assert_eq!(by_colour, seen),
                Colour::Green => assert_eq!((by_colour.red, by_colour.green), (1, 0)),
            }
            assert_eq!(sides(seen, true, kit), seen);
        }
    }
}

//! Fields of a slide from files, with the channels that the rule needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use alkaid_imaging::channels::{self, Roles, Wanted};
use alkaid_imaging::{Field, ImagingError, OpenOptions, open, open_channels};

use crate::finding::Colour;
use crate::profile::Profile;

/// The channels of every field that [`read`] returns: counterstain, 3' side, 5' side.
pub const ROLES: Roles = Roles {
    dapi: 0,
    red: 1,
    green: 2,
};

/// Where a field comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file with all channels of one or more fields.
    File(PathBuf),
    /// Three files of one grey channel each.
    Channels {
        /// Counterstain, red (or orange), green.
        files: [PathBuf; 3],
        /// What red and green mean.
        named_by: NamedBy,
    },
}

/// How fields are read.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// Micrometres a pixel, in place of what the files say.
    pub pixel_um: Option<f64>,
    /// Which time of a time series, from 0.
    pub time: Option<u64>,
    /// Which channel is which, where the user said so.
    pub channels: Option<&'a ChannelChoice>,
    /// The kit, which says on which side its red is.
    pub profile: &'a Profile,
}

/// What a user said of the channels: `dapi=0,red=1,green=2`, or `dapi=0,3=1,5=2`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelChoice {
    /// As written.
    pub text: String,
    /// Which channel is which.
    pub wanted: Wanted,
    /// What red and green mean in it.
    pub named_by: NamedBy,
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
            named_by: if by_side {
                NamedBy::Side
            } else {
                NamedBy::Colour
            },
        })
    }
}

/// What red and green mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NamedBy {
    /// The colour that is seen.
    #[default]
    Colour,
    /// The side of ALK: red is 3', green is 5'.
    Side,
}

impl Source {
    /// The files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        match self {
            Self::File(path) => std::slice::from_ref(path),
            Self::Channels { files, .. } => files.as_slice(),
        }
        .iter()
        .map(PathBuf::as_path)
    }

    /// The first file, which names a sample that has no name.
    #[must_use]
    pub fn first(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Channels { files, .. } => &files[0],
        }
    }
}

/// The fields of a slide, read one after another: of one only, the pixels are in memory.
///
/// They come in the order of their files' names. What is drawn hangs on the numbers of nuclei, and must not hang on the
/// order in which a shell or a person lists files.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    sources: Vec<&'a Source>,
    reading: Reading<'a>,
}

/// Where a walk is.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Number of the field, from 0.
    pub index: usize,
    /// The field, with a name of its own.
    pub field: &'a Field,
    /// Sources that are done.
    pub done: usize,
    /// Sources.
    pub of: usize,
}

impl<'a> Walk<'a> {
    /// A walk over the fields of these sources.
    #[must_use]
    pub fn new(sources: &'a [Source], reading: Reading<'a>) -> Self {
        Self {
            sources: in_order(sources)
                .into_iter()
                .map(|at| &sources[at])
                .collect(),
            reading,
        }
    }

    /// Takes every field, and returns how many there were.
    ///
    /// # Errors
    /// As [`read`], and as `work`.
    pub fn each<E: From<ImagingError>>(
        &self,
        mut work: impl FnMut(Step<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut names = BTreeMap::new();
        let mut index = 0;
        for (done, source) in self.sources.iter().enumerate() {
            for mut field in read(source, &self.reading)? {
                name_apart(&mut field, &mut names);
                work(Step {
                    index,
                    field: &field,
                    done,
                    of: self.sources.len(),
                })?;
                index += 1;
            }
        }
        Ok(index)
    }
}

/// Places of the sources in the order of a [`Walk`].
#[must_use]
pub fn in_order(sources: &[Source]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_key(|&at| (sources[at].first().file_name(), sources[at].first()));
    order
}

/// Files of one name in several folders are told apart by a number.
fn name_apart(field: &mut Field, names: &mut BTreeMap<String, usize>) {
    let times = names.entry(field.name.clone()).or_insert(0);
    *times += 1;
    if *times > 1 {
        field.name = format!("{} ({times})", field.name);
    }
}

/// Reads the fields of a source, each with three channels in the order of [`ROLES`].
///
/// # Errors
/// As [`open()`], [`open_channels`] and [`channels::assign`].
pub fn read(source: &Source, reading: &Reading<'_>) -> Result<Vec<Field>, ImagingError> {
    let options = OpenOptions {
        pixel_um: reading.pixel_um,
        time: reading.time,
        ..OpenOptions::default()
    };
    let nothing = ChannelChoice::default();
    let choice = reading.channels.unwrap_or(&nothing);
    match source {
        Source::File(path) => open(path, &options)?
            .into_iter()
            .map(|field| {
                let seen = channels::assign(&field, &choice.wanted)?;
                let roles = sides(seen, choice.named_by, reading.profile);
                Ok(with_channels(field, roles))
            })
            .collect(),
        Source::Channels { files, named_by } => {
            let named: Vec<_> = CHANNELS
                .into_iter()
                .map(str::to_owned)
                .zip(files.iter().cloned())
                .collect();
            let field = open_channels(&named, &options)?;
            let roles = sides(ROLES, *named_by, reading.profile);
            Ok(vec![with_channels(field, roles)])
        }
    }
}

/// Names of channels that come in files of their own.
const CHANNELS: [&str; 3] = ["DAPI", "red", "green"];

/// From colours to sides: some kits label the 3' side green.
fn sides(seen: Roles, named_by: NamedBy, profile: &Profile) -> Roles {
    match (named_by, profile.three_prime.value) {
        (NamedBy::Colour, Colour::Green) => Roles {
            dapi: seen.dapi,
            red: seen.green,
            green: seen.red,
        },
        _ => seen,
    }
}

/// The field with its three channels only.
fn with_channels(mut field: Field, roles: Roles) -> Field {
    let mut channels: Vec<_> = field.channels.into_iter().map(Some).collect();
    field.channels = [roles.dapi, roles.red, roles.green]
        .into_iter()
        .filter_map(|index| channels.get_mut(index)?.take())
        .collect();
    field
}

#[cfg(test)]
mod tests {
    use alkaid_imaging::write::ome_tiff;
    use alkaid_imaging::{Channel, Origin};
    use ndarray::Array3;

    use super::*;
    use crate::profile::profile;

    fn reading(kit: &str) -> Reading<'static> {
        Reading {
            pixel_um: Some(0.1),
            time: None,
            channels: None,
            profile: profile(kit).expect("it is known"),
        }
    }

    /// Three files of one value each in a folder of their own.
    fn files(folder: &Path) -> [PathBuf; 3] {
        [10u16, 20, 30].map(|value| {
            let path = folder.join(format!("{value}.tif"));
            let grey = Field {
                name: "grey".to_owned(),
                channels: vec![Channel {
                    name: "grey".to_owned(),
                    colour: None,
                    emission_nm: None,
                    stack: Array3::from_elem((1, 4, 6), value),
                    scale: 1.0,
                    saturation: u16::MAX,
                }],
                pixel: None,
                origin: Origin::Channels,
            };
            ome_tiff(&grey, &path).expect("it can be written");
            path
        })
    }

    #[test]
    fn channels_come_from_files_of_their_own_in_the_order_of_sides() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = files(folder.path());
        for (kit, named_by, expected) in [
            ("vysis", NamedBy::Colour, [10, 20, 30]),
            ("zytovision", NamedBy::Colour, [10, 30, 20]),
            ("zytovision", NamedBy::Side, [10, 20, 30]),
        ] {
            let source = Source::Channels {
                files: files.clone(),
                named_by,
            };
            let fields = read(&source, &reading(kit)).expect("three grey files");
            let found: Vec<u16> = fields[0]
                .channels
                .iter()
                .map(|c| c.stack[[0, 1, 1]])
                .collect();
            assert_eq!(found, expected, "{kit} {named_by:?}");
        }
    }

    #[test]
    fn a_walk_goes_by_name_and_tells_fields_of_one_name_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let sources = ["b", "a"].map(|name| {
            let inner = folder.path().join(name);
            std::fs::create_dir(&inner).expect("a folder");
            Source::Channels {
                files: files(&inner),
                named_by: NamedBy::Colour,
            }
        });
        let walk = Walk::new(&sources, reading("vysis"));
        let mut seen = Vec::new();
        let fields = walk.each(|step| {
            seen.push((step.index, step.field.name.clone(), step.done, step.of));
            Ok::<_, ImagingError>(())
        });
        assert_eq!(fields.expect("they can be read"), 2);
        assert_eq!(in_order(&sources), [1, 0]);
        let (first, second) = (&seen[0], &seen[1]);
        assert_eq!(second.1, format!("{} (2)", first.1));
        assert_eq!(
            (first.0, first.2, second.0, second.2, second.3),
            (0, 0, 1, 1, 2)
        );
    }

    #[test]
    fn a_file_without_roles_says_how_to_give_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let [grey, ..] = files(folder.path());
        let error = read(&Source::File(grey), &reading("vysis")).unwrap_err();
        assert!(error.to_string().contains("--channels"), "{error}");
    }
}

//! From the fields of one slide to its nuclei with their patterns.
//!
//! Two walks. The first (`look`) takes each field for itself as it comes: nuclei, their shapes, the signals of both
//! colours; the field's pixels need not be kept. The second (`score`) knows the slide: the chromatic shift from all fused
//! pairs, how much light bleeds through, what a typical nucleus looks like; with that it pairs the signals, says which
//! nuclei can be scored, and gives each its pattern. Last comes the index over the distances of all scored nuclei.
//!
//! Distances are measured in the plane. A stack gives every signal its plane, but sections are thin, planes are far
//! apart and the kit's rule speaks of what an eye sees from above.

use alkaid_imaging::channels::Roles;
use alkaid_imaging::nuclei::{Method, NucleiError};
use alkaid_imaging::regions::Regions;
use alkaid_imaging::spots::SpotError;
use alkaid_imaging::{Field, Labels, SpotOptions};

use crate::distance::{self, DistanceIndex, NucleusDistances};
use crate::finding::{Colour, FieldFinding, Nucleus};
use crate::look::{Seen, look};
use crate::profile::Profile;
use crate::score::scored;

/// Where the nuclei of a field come from.
#[derive(Clone, Copy, Debug)]
pub enum Nuclei<'a> {
    /// A label image.
    Given(&'a Labels),
    /// Found on DAPI, in the brightest count over all planes.
    Segmented(Method),
}

/// How a slide is analysed.
#[derive(Clone, Copy, Debug)]
pub struct AnalyseOptions<'a> {
    /// Which channel is what; red is the 3' side, whatever its colour on the image.
    pub roles: Roles,
    /// The kit: when a pair is split, what to do with one colour, the least signal-to-noise.
    pub profile: &'a Profile,
    /// How signals are looked for.
    pub spots: SpotOptions,
    /// For one field; at least 1. The result does not depend on it.
    pub threads: usize,
}

/// The fields of one slide while they come in.
#[derive(Debug)]
pub struct Slide<'a> {
    options: AnalyseOptions<'a>,
    seen: Vec<Seen>,
}

/// What was found on a slide.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// In the order in which they were added.
    pub fields: Vec<FieldFinding>,
    /// In the order of fields and labels, numbered from 1.
    pub nuclei: Vec<Nucleus>,
    /// What the distances of all scored nuclei say.
    pub index: DistanceIndex,
}

/// Why a slide cannot be analysed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyseError {
    /// Nothing to analyse.
    #[error("there is no field; give at least one image")]
    NoField,
    /// A picture.
    #[error(
        "{field}: this is a picture, not one grey plane for each channel; intensities cannot be measured on it: give the \
         microscope's own file"
    )]
    Picture {
        /// The field.
        field: String,
    },
    /// No pixel size.
    #[error(
        "{field}: the file does not say how large a pixel is, and the rule measures distances; give --pixel-size"
    )]
    NoPixelSize {
        /// The field.
        field: String,
    },
    /// A channel that is not there.
    #[error(
        "{field}: there is no channel {index} for {role}; the field has {channels}, counted from 0; give --channels"
    )]
    NoChannel {
        /// The field.
        field: String,
        /// What it was to be.
        role: &'static str,
        /// The index.
        index: usize,
        /// Channels that there are.
        channels: usize,
    },
    /// One channel for two things.
    #[error("channel {index} is taken for two things; give --channels with three different ones")]
    SameChannel {
        /// The channel.
        index: usize,
    },
    /// One picture for two probes.
    #[error(
        "{field}: the channels of both probes hold the same picture, so that every signal would be fused; give the right \
         channels (--channels) or files"
    )]
    SamePicture {
        /// The field.
        field: String,
    },
    /// The same field a second time.
    #[error(
        "{field}: this is the same field as {other}, and nuclei must not count twice; give every field once"
    )]
    Twice {
        /// The field.
        field: String,
        /// The one that came before.
        other: String,
    },
    /// Nuclei could not be found.
    #[error("{field}: {source}")]
    Nuclei {
        /// The field.
        field: String,
        /// Why.
        source: NucleiError,
    },
    /// Regions drawn for another image.
    #[error(
        "{field}: its regions are drawn for an image of another size; give the regions of this field"
    )]
    Regions {
        /// The field.
        field: String,
    },
    /// Regions without a pixel of the field.
    #[error(
        "{field}: no pixel of the field lies in its regions, so that no nucleus would count; draw them in pixels of this \
         field, or leave the field out"
    )]
    OutsideRegions {
        /// The field.
        field: String,
    },
    /// Signals could not be looked for.
    #[error("{field}: {source}")]
    Spots {
        /// The field.
        field: String,
        /// Why.
        source: SpotError,
    },
}

impl<'a> Slide<'a> {
    /// A slide without fields.
    ///
    /// # Errors
    /// When one channel is taken for two things.
    pub fn new(options: AnalyseOptions<'a>) -> Result<Self, AnalyseError> {
        let Roles { dapi, red, green } = options.roles;
        if red == green || red == dapi {
            return Err(AnalyseError::SameChannel { index: red });
        }
        if green == dapi {
            return Err(AnalyseError::SameChannel { index: green });
        }
        Ok(Self {
            options,
            seen: Vec::new(),
        })
    }

    /// Looks at the next field and returns its nuclei's labels. Of nuclei whose centroid is outside `region` none is
    /// scored.
    ///
    /// # Errors
    /// When the field cannot be measured (a picture, no pixel size, a channel, label image or region that does not fit),
    /// or nuclei cannot be found.
    pub fn add(
        &mut self,
        field: &Field,
        nuclei: Nuclei<'_>,
        region: Option<&Regions>,
    ) -> Result<Labels, AnalyseError> {
        let (seen, labels) = look(field, nuclei, region, &self.options)?;
        if let Some(other) = self.seen.iter().find(|other| other.same == seen.same) {
            return Err(AnalyseError::Twice {
                field: seen.name,
                other: other.name.clone(),
            });
        }
        self.seen.push(seen);
        Ok(labels)
    }

    /// The patterns of all nuclei, now that the slide is known.
    ///
    /// # Errors
    /// When no field was added.
    pub fn analysis(self) -> Result<Analysis, AnalyseError> {
        if self.seen.is_empty() {
            return Err(AnalyseError::NoField);
        }
        let (fields, nuclei) = scored(self.seen, self.options.profile);
        let index = distance::index(&measured(&nuclei), distance::assumptions());
        Ok(Analysis {
            fields,
            nuclei,
            index,
        })
    }
}

/// The distances of all scored nuclei, as the index wants them.
#[must_use]
pub fn measured(nuclei: &[Nucleus]) -> Vec<NucleusDistances> {
    nuclei
        .iter()
        .filter(|nucleus| nucleus.excluded.is_empty() && nucleus.pattern.is_some())
        .map(|nucleus| {
            let pairs_of = |index: u32| {
                nucleus
                    .pairs
                    .iter()
                    .filter(|pair| pair.red == index || pair.green == index)
                    .count()
            };
            let lone = |colour: Colour| {
                (0..)
                    .zip(&nucleus.signals)
                    .filter(|(index, signal)| signal.colour == colour && pairs_of(*index) == 0)
                    .count() as u32
            };
            NucleusDistances {
                // The place of a signal that stands for two is that of neither.
                distances_um: nucleus
                    .pairs
                    .iter()
                    .filter(|pair| pairs_of(pair.red) == 1 && pairs_of(pair.green) == 1)
                    .map(|pair| pair.distance_um)
                    .collect(),
                lone_red: lone(Colour::Red),
                lone_green: lone(Colour::Green),
                radius_um: (nucleus.area_um2 / std::f64::consts::PI).sqrt(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use alkaid_imaging::Origin;
    use alkaid_simulate::fish::{Plan, SimulatedField, TruthPattern, field, score};
    use ndarray::Array2;

    use super::*;
    use crate::finding::Exclusion;
    use crate::pattern::Pattern;
    use crate::profile::profile;

    /// Seeds here are for tests; what is reported is measured on others.
    fn simulated(seed: u64) -> SimulatedField {
        let mut plan = Plan::rearranged(seed);
        plan.camera.snr = 12.0;
        plan.field.size_px = 560;
        plan.field.cells = 16;
        field(&plan, seed).expect("the plan is in range")
    }

    fn options(roles: Roles) -> AnalyseOptions<'static> {
        AnalyseOptions {
            roles,
            profile: profile("vysis").expect("it is known"),
            spots: SpotOptions::default(),
            threads: 2,
        }
    }

    const ROLES: Roles = Roles {
        dapi: 0,
        red: 1,
        green: 2,
    };

    fn analysed(
        slide: &[(&Field, &Labels)],
        region: Option<&Regions>,
        options: AnalyseOptions<'_>,
    ) -> Result<Analysis, AnalyseError> {
        let mut analysis = Slide::new(options)?;
        for (field, labels) in slide {
            let used = analysis.add(field, Nuclei::Given(labels), region)?;
            assert_eq!(used.count, labels.count);
        }
        analysis.analysis()
    }

    #[test]
    fn patterns_are_those_of_a_flawless_reader() {
        let slide: Vec<SimulatedField> = (900..903).map(simulated).collect();
        let pairs: Vec<_> = slide.iter().map(|s| (&s.field, &s.labels)).collect();
        let found = analysed(&pairs, None, options(ROLES)).expect("valid fields");
        assert_eq!(found.fields.len(), 3);
        let ids: Vec<u32> = found.nuclei.iter().map(|n| n.id).collect();
        assert_eq!(ids, (1..=found.nuclei.len() as u32).collect::<Vec<_>>());
        let (mut same, mut scored) = (0, 0);
        for (index, one) in slide.iter().enumerate() {
            for truth in score(&one.truth) {
                let nucleus = found
                    .nuclei
                    .iter()
                    .find(|n| n.field as usize == index && n.label == truth.cell);
                let Some((expected, pattern)) = truth.pattern.zip(nucleus.and_then(|n| n.pattern))
                else {
                    continue;
                };
                let expected = match expected {
                    TruthPattern::Fused => Pattern::Fused,
                    TruthPattern::Split => Pattern::Split,
                    TruthPattern::IsolatedRed => Pattern::IsolatedRed,
                    TruthPattern::IsolatedGreen => Pattern::IsolatedGreen,
                };
                scored += 1;
                same += usize::from(expected == pattern);
            }
        }
        assert!(scored >= 15, "{scored}");
        assert!(same * 10 >= scored * 9, "{same} of {scored}");
        for field in &found.fields {
            assert!(
                (field.signal_um[0] - 0.6).abs() < 0.08,
                "{:?}",
                field.signal_um
            );
        }
        for nucleus in &found.nuclei {
            assert_eq!(nucleus.pattern.is_some(), nucleus.excluded.is_empty());
            assert!((0.0..=1.0).contains(&nucleus.doubt));
        }
    }

    #[test]
    fn what_cannot_be_measured_is_refused() {
        let good = simulated(910);
        let run = |field: Field, roles: Roles| {
            analysed(&[(&field, &good.labels)], None, options(roles))
                .expect_err("it must be refused")
                .to_string()
        };
        let mut field = good.field.clone();
        field.pixel = None;
        assert!(run(field, ROLES).contains("--pixel-size"));
        let mut field = good.field.clone();
        field.origin = Origin::Picture;
        assert!(run(field, ROLES).contains("picture"));
        let roles = Roles { green: 7, ..ROLES };
        assert!(run(good.field.clone(), roles).contains("--channels"));
        let roles = Roles { green: 1, ..ROLES };
        assert!(run(good.field.clone(), roles).contains("two things"));
        let both = [(&good.field, &good.labels), (&good.field, &good.labels)];
        let twice = analysed(&both, None, options(ROLES)).expect_err("one field");
        assert!(twice.to_string().contains("same field"), "{twice}");
        let mut field = good.field.clone();
        field.channels[2].stack = field.channels[1].stack.clone();
        assert!(run(field, ROLES).contains("same picture"));
        let none = analysed(&[], None, options(ROLES));
        assert!(matches!(none, Err(AnalyseError::NoField)));
        let small = Labels::compacted(Array2::zeros((5, 5)));
        let wrong = analysed(&[(&good.field, &small)], None, options(ROLES));
        assert!(matches!(wrong, Err(AnalyseError::Spots { .. })));
    }

    #[test]
    fn weak_signals_and_places_outside_the_region_are_not_scored() {
        let good = simulated(911);
        let mut region = Regions {
            mask: Array2::from_elem(good.labels.map.dim(), false),
            polygons: 1,
        };
        let slide = [(&good.field, &good.labels)];
        let refused = analysed(&slide, Some(&region), options(ROLES)).expect_err("empty");
        assert!(refused.to_string().contains("no pixel of the field"));
        let middle = region.mask.ncols() / 2;
        region.mask.slice_mut(ndarray::s![.., ..middle]).fill(true);
        let found = analysed(&slide, Some(&region), options(ROLES)).expect("valid");
        for nucleus in &found.nuclei {
            let outside = nucleus.x_px.round() as usize >= middle;
            assert_eq!(
                nucleus.excluded.contains(&Exclusion::OutsideRegion),
                outside
            );
        }
        let mut strict = options(ROLES).profile.clone();
        strict.minimum_snr.value = 1000.0;
        let strict = AnalyseOptions {
            profile: &strict,
            ..options(ROLES)
        };
        let found = analysed(&slide, None, strict).expect("valid");
        assert!(found.nuclei.iter().all(|n| n.pattern.is_none()));
        assert!(
            found
                .nuclei
                .iter()
                .any(|n| n.excluded.contains(&Exclusion::SignalToNoise))
        );
    }
}

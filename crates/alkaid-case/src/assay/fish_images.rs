//! Fields of a break-apart FISH slide, from files to a report, and which of its nuclei are shown.

use std::collections::BTreeMap;
use std::error::Error;

use alkaid_fish::analyse::Nuclei;
use alkaid_fish::fields::{ROLES, Reading, Source, Walk};
use alkaid_fish::finding::{Colour, Nucleus};
use alkaid_fish::{
    AnalyseOptions, Counts, FishReport, Pattern, RunOptions, Setting, Slide, report_on_images,
};
use alkaid_ihc::Progress;
use alkaid_imaging::SpotOptions;
use alkaid_imaging::labels::to_tiff;
use alkaid_imaging::nuclei::Method;

use super::fish::kit;
use crate::finding::{FishEvidence, FishNucleus, InputFile};
use crate::manifest::{FishEntry, Input};
use crate::numbers::listed;
use crate::pictures::CasePicture;

/// Threads for one field.
const THREADS: usize = 2;
/// Nuclei that a report shows.
const SHOWN: usize = 12;
/// Patterns in the order in which they are shown.
const PATTERNS: [Pattern; 4] = [
    Pattern::Split,
    Pattern::IsolatedRed,
    Pattern::IsolatedGreen,
    Pattern::Fused,
];

/// A slide that was read.
pub(crate) struct FieldsRead {
    pub report: FishReport,
    /// Label images, as TIFF files: small beside the pixels.
    pub labels: Vec<Vec<u8>>,
}

/// The fields of a manifest.
pub(crate) fn sources(images: &[Input]) -> Vec<Source> {
    images
        .iter()
        .map(|image| Source::File(image.path.clone()))
        .collect()
}

/// How they are read.
pub(crate) fn reading(entry: &FishEntry) -> Result<Reading<'_>, String> {
    Ok(Reading {
        pixel_um: entry.pixel_um,
        time: None,
        channels: entry.channels.as_ref(),
        profile: kit(entry.probe.as_deref()).map_err(|error| error.to_string())?,
    })
}

/// Reads the fields, finds nuclei and signals, and calls by the kit's rule.
pub(crate) fn read_fields(
    walk: &Walk<'_>,
    inputs: &[InputFile],
    entry: &FishEntry,
    sample: &str,
    progress: &dyn Progress,
) -> Result<FieldsRead, Box<dyn Error>> {
    let profile = kit(entry.probe.as_deref())?;
    let mut slide = Slide::new(AnalyseOptions {
        roles: ROLES,
        profile,
        spots: SpotOptions::default(),
        threads: THREADS,
    })?;
    let mut labels = Vec::new();
    walk.each(|step| -> Result<(), Box<dyn Error>> {
        progress.advance(step.done as u64, step.of as u64);
        if progress.interrupted() {
            return Err("interrupted".into());
        }
        let found = slide.add(step.field, Nuclei::Segmented(Method::default()), None)?;
        labels.push(to_tiff(&found)?);
        Ok(())
    })?;
    let analysis = slide.analysis()?;
    let setting = Setting {
        sample: sample.to_owned(),
        profile,
        options: RunOptions {
            channels: entry.channels.as_ref().map(|choice| choice.text.clone()),
            pixel_size_um: entry.pixel_um,
            ..RunOptions::default()
        },
        inputs: inputs
            .iter()
            .map(|input| alkaid_fish::report::InputFile {
                path: input.path.clone(),
                bytes: input.bytes,
                sha256: input.sha256.clone(),
            })
            .collect(),
    };
    let report = report_on_images(analysis.fields, analysis.nuclei, None, setting)?;
    Ok(FieldsRead { report, labels })
}

/// The nuclei that are shown: in turn one of each pattern, the most typical first, until there are enough.
///
/// Typical of a pattern are its nuclei with the signals that most of its nuclei have, and of these the surest.
fn typical(report: &FishReport) -> Vec<&Nucleus> {
    let ranked = PATTERNS.map(|pattern| {
        let mut nuclei: Vec<&Nucleus> = report
            .nuclei
            .iter()
            .filter(|one| one.excluded.is_empty() && one.pattern == Some(pattern))
            .collect();
        let mut common: BTreeMap<Counts, usize> = BTreeMap::new();
        for one in &nuclei {
            *common.entry(one.counts).or_default() += 1;
        }
        nuclei.sort_by(|a, b| {
            (common[&b.counts].cmp(&common[&a.counts]))
                .then(a.doubt.total_cmp(&b.doubt))
                .then(a.id.cmp(&b.id))
        });
        nuclei
    });
    let mut seats = [0; PATTERNS.len()];
    let mut left = SHOWN;
    loop {
        let before = left;
        for (seat, nuclei) in seats.iter_mut().zip(&ranked) {
            if left > 0 && *seat < nuclei.len() {
                *seat += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    ranked
        .iter()
        .zip(seats)
        .flat_map(|(nuclei, seats)| nuclei.iter().take(seats).copied())
        .collect()
}

/// Their numbers.
pub(crate) fn typical_nuclei(report: &FishReport) -> Vec<u32> {
    typical(report).into_iter().map(|one| one.id).collect()
}

/// The nuclei to show, in words.
pub(crate) fn gallery(report: &FishReport) -> Vec<FishNucleus> {
    typical(report)
        .into_iter()
        .filter_map(|nucleus| {
            Some(FishNucleus {
                id: nucleus.id,
                pattern: nucleus.pattern?.as_str().replace('_', " "),
                doubt: nucleus.doubt,
                image: None,
                caption: signals(nucleus),
            })
        })
        .collect()
}

/// `1 fused, 1 red and 1 green 2.4 µm apart`: red is the 3' side.
fn signals(nucleus: &Nucleus) -> String {
    let Counts { fused, red, green } = nucleus.counts;
    let words: Vec<String> = [(fused, "fused"), (red, "red"), (green, "green")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let apart = nucleus
        .pairs
        .iter()
        .filter(|pair| pair.split)
        .map(|pair| pair.distance_um)
        .fold(0.0, f64::max);
    match apart > 0.0 {
        true => format!("{}, {apart:.1} µm apart", listed(&words)),
        false => listed(&words),
    }
}

/// What the colours of the pictures mean, where the kit labels its sides so.
pub(crate) fn colours(report: &FishReport) -> String {
    let on_the_slide = match report.profile.three_prime.value {
        Colour::Red => "",
        Colour::Green => {
            "; this kit labels the 3' side green and the 5' side red, and the pictures exchange them"
        }
    };
    format!("red the 3' side of ALK, green the 5' side, blue the nuclei (DAPI){on_the_slide}")
}

impl FishEvidence {
    /// Names the pictures of its nuclei.
    pub(crate) fn show(&mut self, pictures: &[CasePicture]) {
        for nucleus in &mut self.gallery {
            let path = CasePicture::path_of_nucleus(&self.assay, nucleus.id);
            nucleus.image = pictures
                .iter()
                .find(|one| one.path == path)
                .map(|one| one.path.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assay::fish::report_on_totals;
    use crate::finding::FishPatternCounts;

    /// A slide with so many nuclei of these signals; doubt falls with the number.
    fn slide(nuclei: &[(u32, [u16; 3])]) -> FishReport {
        let mut report = report_on_totals(FishPatternCounts::default(), None, "S").unwrap();
        for (number, [fused, red, green]) in nuclei {
            for _ in 0..*number {
                let id = report.nuclei.len() as u32 + 1;
                let counts = Counts {
                    fused: *fused,
                    red: *red,
                    green: *green,
                };
                report.nuclei.push(Nucleus {
                    id,
                    field: 0,
                    label: id,
                    x_px: 0.0,
                    y_px: 0.0,
                    bounds: [0; 4],
                    outline: Vec::new(),
                    area_um2: 50.0,
                    solidity: 1.0,
                    focus: 1.0,
                    dapi: 1.0,
                    excluded: Vec::new(),
                    signals: Vec::new(),
                    pairs: Vec::new(),
                    counts,
                    pattern: counts.pattern(),
                    doubt: 1.0 / f64::from(id),
                    reviewed: None,
                });
            }
        }
        report
    }

    #[test]
    fn each_pattern_has_its_share_of_the_gallery() {
        let shown = |nuclei| -> Vec<String> {
            gallery(&slide(nuclei))
                .into_iter()
                .map(|one| format!("{} {}", one.id, one.pattern))
                .collect()
        };
        // Two of each of four, then the places that rare ones leave.
        let all = shown(&[
            (20, [2, 0, 0]),
            (20, [1, 1, 1]),
            (1, [1, 1, 0]),
            (20, [1, 0, 1]),
        ]);
        assert_eq!(all.len(), SHOWN);
        let of = |word: &str| all.iter().filter(|one| one.contains(word)).count();
        assert_eq!(
            [
                of("split"),
                of("isolated red"),
                of("isolated green"),
                of("fused")
            ],
            [4, 1, 4, 3]
        );
        assert!(all[0].ends_with("split") && all[SHOWN - 1].ends_with("fused"));
        assert_eq!(shown(&[(3, [2, 0, 0])]).len(), 3);
        assert!(shown(&[]).is_empty());
    }

    #[test]
    fn the_commonest_signals_are_typical_and_the_surest_of_them_first() {
        let report = slide(&[(5, [1, 1, 1]), (2, [0, 2, 2])]);
        let first = &gallery(&report)[0];
        // The last of the five has the least doubt of them; numbers 6 and 7 have less, and rarer signals.
        assert_eq!(
            (first.id, first.caption.as_str()),
            (5, "1 fused, 1 red and 1 green")
        );
    }
}

//! Fields of a break-apart FISH slide, from files to a report.

use std::path::Path;

use alkaid_fish::analyse::Nuclei;
use alkaid_fish::fields::{NamedBy, ROLES, Reading, Source, read};
use alkaid_fish::finding::Nucleus;
use alkaid_fish::{
    AnalyseOptions, FishReport, Pattern, RunOptions, Setting, Slide, report_on_images,
};
use alkaid_imaging::SpotOptions;
use alkaid_imaging::channels::Wanted;
use alkaid_imaging::nuclei::Method;

use super::fish::kit;
use crate::finding::FishNucleus;

/// Threads for one field.
const THREADS: usize = 2;
/// Nuclei that a report shows.
const SHOWN: usize = 12;

/// Reads the fields, finds nuclei and signals, and calls by the kit's rule.
pub(crate) fn report_on_fields(
    images: &[&Path],
    probe: Option<&str>,
    pixel_um: Option<f64>,
    sample: &str,
) -> Result<FishReport, String> {
    let profile = kit(probe).map_err(|error| error.to_string())?;
    let reading = Reading {
        pixel_um,
        time: None,
        wanted: Wanted::default(),
        named_by: NamedBy::Colour,
        profile,
    };
    let mut slide = Slide::new(AnalyseOptions {
        roles: ROLES,
        profile,
        spots: SpotOptions::default(),
        threads: THREADS,
    })
    .map_err(|error| error.to_string())?;
    for path in images {
        let source = Source::File(path.to_path_buf());
        for field in read(&source, &reading).map_err(|error| error.to_string())? {
            slide
                .add(&field, Nuclei::Segmented(Method::default()), None)
                .map_err(|error| error.to_string())?;
        }
    }
    let analysis = slide.analysis().map_err(|error| error.to_string())?;
    let setting = Setting {
        sample: sample.to_owned(),
        profile,
        options: RunOptions {
            pixel_size_um: pixel_um,
            ..RunOptions::default()
        },
        inputs: Vec::new(),
    };
    report_on_images(analysis.fields, analysis.nuclei, None, setting)
        .map_err(|error| error.to_string())
}

/// The most telling nuclei: positive before not, the surest first.
pub(crate) fn gallery(report: &FishReport) -> Vec<FishNucleus> {
    let positive =
        |nucleus: &Nucleus| matches!(nucleus.pattern, Some(Pattern::Split | Pattern::IsolatedRed));
    let mut nuclei: Vec<&Nucleus> = report
        .nuclei
        .iter()
        .filter(|nucleus| nucleus.excluded.is_empty() && nucleus.pattern.is_some())
        .collect();
    nuclei.sort_by(|a, b| {
        positive(b)
            .cmp(&positive(a))
            .then(a.doubt.total_cmp(&b.doubt))
            .then(a.id.cmp(&b.id))
    });
    nuclei
        .into_iter()
        .take(SHOWN)
        .filter_map(|nucleus| {
            let counts = nucleus.counts;
            Some(FishNucleus {
                id: nucleus.id,
                pattern: nucleus.pattern?.as_str().replace('_', " "),
                doubt: nucleus.doubt,
                image: None,
                caption: format!(
                    "{} fused, {} red, {} green",
                    counts.fused, counts.red, counts.green
                ),
            })
        })
        .collect()
}

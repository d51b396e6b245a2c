//! Fields of a break-apart FISH slide, from files to a report.

use std::path::Path;

use alkaid_fish::analyse::{Nuclei, Roles};
use alkaid_fish::finding::{Colour, Nucleus};
use alkaid_fish::{
    AnalyseOptions, FishReport, Pattern, Profile, RunOptions, Setting, analyse, report_on_images,
};
use alkaid_imaging::channels::{self, Wanted};
use alkaid_imaging::nuclei::Method;
use alkaid_imaging::{Field, OpenOptions, SpotOptions, open};

use super::fish::kit;
use crate::finding::FishNucleus;

/// The channels of a field once it is read: counterstain, 3' side, 5' side.
const ROLES: Roles = Roles {
    dapi: 0,
    red: 1,
    green: 2,
};
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
    let options = OpenOptions {
        pixel_um,
        ..OpenOptions::default()
    };
    let mut fields = Vec::new();
    for path in images {
        for field in open(path, &options).map_err(|error| error.to_string())? {
            let seen =
                channels::assign(&field, &Wanted::default()).map_err(|error| error.to_string())?;
            fields.push(in_order(field, sides(seen, profile)));
        }
    }
    let options = AnalyseOptions {
        roles: ROLES,
        profile,
        spots: SpotOptions::default(),
        regions: None,
    };
    let analysis = analyse(
        &fields,
        &Nuclei::Segmented(Method::default()),
        &options,
        &mut |_| {},
    )
    .map_err(|error| error.to_string())?;
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

/// From colours to sides: some kits label the 3' side green.
fn sides(seen: channels::Roles, profile: &Profile) -> channels::Roles {
    match profile.three_prime.value {
        Colour::Green => channels::Roles {
            dapi: seen.dapi,
            red: seen.green,
            green: seen.red,
        },
        Colour::Red => seen,
    }
}

/// The field with its three channels only, in the order of [`ROLES`].
fn in_order(mut field: Field, roles: channels::Roles) -> Field {
    let mut all: Vec<_> = field.channels.into_iter().map(Some).collect();
    field.channels = [roles.dapi, roles.red, roles.green]
        .into_iter()
        .filter_map(|index| all.get_mut(index)?.take())
        .collect();
    field
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

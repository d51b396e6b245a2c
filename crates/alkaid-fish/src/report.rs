//! All that is said of one sample, from images or from a table.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::agreement::{Agreement, agreement};
use crate::analyse::measured;
use crate::copies::{CopyNumber, copy_number};
use crate::counts::{CountedNucleus, Table};
use crate::distance::{self, DistanceIndex};
use crate::finding::{Colour, Exclusion, FieldFinding, Nucleus};
use crate::overrides::{Overrides, OverridesError, apply};
use crate::pattern::{Counts, Pattern};
use crate::profile::Profile;
use crate::quality;
use crate::rule::{Call, Scored, Verdict, call, call_of_two, draw_order};
use crate::statistics::{Statistics, statistics};
use crate::suspect;

/// Version of the layout; the first part changes when a field changes its meaning or goes away.
pub const FISH_VERSION: &str = "1.0";

/// Said where a conclusion stands.
pub const NOTICE: &str = "For research use only. Not for use in diagnostic procedures. The call is that of the probe kit's rule, applied to \
the nuclei named here.";

/// All that is said of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FishReport {
    /// Version of this layout.
    pub fish_version: String,
    /// Program and version.
    pub tool: String,
    /// For research use only.
    pub notice: String,
    /// The sample.
    pub sample: String,
    /// What the rule says, and how.
    pub call: Call,
    /// What stands beside the rule.
    pub statistics: Statistics,
    /// Copies of ALK; `None` without counts.
    pub copy_number: Option<CopyNumber>,
    /// What the distances between red and green say; `None` for tables.
    pub index: Option<DistanceIndex>,
    /// The readers of a table with two.
    pub readers: Option<Readers>,
    /// Why there is no call although there may be nuclei.
    pub refusals: Vec<String>,
    /// What to know before trusting the rest.
    pub warnings: Vec<String>,
    /// What this evidence could not have shown.
    pub unseen: Vec<String>,
    /// Nuclei that are not scored, by reason; a nucleus may have several.
    pub exclusions: Vec<ExclusionCount>,
    /// The kit, each value with source and status.
    pub profile: Profile,
    /// What was asked for.
    pub options: RunOptions,
    /// The files that were read.
    pub inputs: Vec<InputFile>,
    /// SHA-256 of fields and nuclei before any person changed one: what overrides refer to.
    pub analysis_sha256: String,
    /// Names of all nuclei in the order in which they would be drawn, also of those that are not scored. Empty for tables.
    pub draw_order: Vec<String>,
    /// The fields; empty for tables.
    pub fields: Vec<FieldFinding>,
    /// The nuclei; empty for tables.
    pub nuclei: Vec<Nucleus>,
    /// The nuclei of a table; empty for images.
    pub counted: Vec<CountedNucleus>,
}

/// Two readers of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Readers {
    /// The call on the nuclei of each alone.
    pub alone: Vec<ReaderCall>,
    /// How far they agree.
    pub agreement: Agreement,
}

/// The call of one reader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReaderCall {
    /// Who.
    pub reader: String,
    /// The call.
    pub call: Call,
}

/// How many nuclei are left out for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExclusionCount {
    /// The reason.
    pub reason: Exclusion,
    /// Nuclei.
    pub nuclei: u32,
}

/// What was asked for, as far as it changes the result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunOptions {
    /// Seed of the draw.
    pub seed: u64,
    /// Where nuclei come from: `network`, `classical`, or label images.
    pub nuclei: Option<String>,
    /// Which channel is which, where the user said so.
    pub channels: Option<String>,
    /// Micrometres a pixel, where the user said so.
    pub pixel_size_um: Option<f64>,
    /// File with the regions that were looked at.
    pub regions: Option<String>,
    /// File with changes by a person.
    pub overrides: Option<String>,
    /// Who runs this.
    pub reader: Option<String>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InputFile {
    /// Its path as given.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// The setting of a run.
#[derive(Clone, Debug)]
pub struct Setting<'p> {
    /// The sample's name.
    pub sample: String,
    /// The kit.
    pub profile: &'p Profile,
    /// What was asked for.
    pub options: RunOptions,
    /// The files that were read.
    pub inputs: Vec<InputFile>,
}

/// The report on a table of nuclei counted by eye. Two readers: the first step is the first reader's, the second step
/// is on other nuclei of the second reader, as the kit asks.
#[must_use]
pub fn report_on_table(table: Table, setting: Setting<'_>) -> FishReport {
    let profile = setting.profile;
    let seed = setting.options.seed;
    let (call, readers) = match table.readers.as_slice() {
        [first, second] => {
            let scored = [table.scored(Some(first)), table.scored(Some(second))];
            let alone = [(first, &scored[0]), (second, &scored[1])]
                .map(|(reader, nuclei)| ReaderCall {
                    reader: reader.clone(),
                    call: call(nuclei, seed, profile),
                })
                .to_vec();
            let agreement = agreement([first, second], [&scored[0], &scored[1]], profile);
            let both = call_of_two(&scored[0], &scored[1], seed, profile);
            (both, Some(Readers { alone, agreement }))
        }
        _ => (call(&table.scored(None), seed, profile), None),
    };
    let mut warnings = Vec::new();
    if let Some(readers) = &readers {
        warnings.extend(reader_warnings(readers, &table));
    }
    if !table.named && call.scorable > profile.first_nuclei.value {
        warnings.push(
            "the table has kinds of nuclei, not nuclei: which of them a step takes is drawn, in place of the order of counting"
                .to_owned(),
        );
    }
    let exclusions = exclusions(table.nuclei.iter().filter_map(|nucleus| nucleus.excluded));
    // A nucleus that two people counted is one nucleus: the first reader's pattern stands for it.
    let mut once = BTreeMap::new();
    for nucleus in &table.nuclei {
        if let Some(pattern) = nucleus.pattern {
            once.entry(nucleus.name.as_str())
                .or_insert((pattern, nucleus.counts));
        }
    }
    let scored: Vec<(Pattern, Option<Counts>)> = if table.named {
        once.into_values().collect()
    } else {
        table
            .nuclei
            .iter()
            .filter_map(|nucleus| Some((nucleus.pattern?, nucleus.counts)))
            .collect()
    };
    let evidence = Evidence {
        call,
        scored,
        readers,
        exclusions,
        refusals: Vec::new(),
        warnings,
        analysis_sha256: hash(&table.nuclei),
    };
    let mut report = evidence.report(setting);
    report.counted = table.nuclei;
    report
}

/// The report on nuclei of images, after the changes that a person made.
///
/// # Errors
/// When the changes do not belong to this analysis.
pub fn report_on_images(
    fields: Vec<FieldFinding>,
    mut nuclei: Vec<Nucleus>,
    overrides: Option<&Overrides>,
    setting: Setting<'_>,
) -> Result<FishReport, OverridesError> {
    let (profile, seed) = (setting.profile, setting.options.seed);
    let analysis_sha256 = hash(&(&fields, &nuclei));
    if let Some(overrides) = overrides {
        apply(
            overrides,
            &fields,
            &mut nuclei,
            &setting.sample,
            &analysis_sha256,
            setting.options.reader.as_deref(),
        )?;
    }
    let scorable = |nucleus: &&Nucleus| nucleus.excluded.is_empty() && nucleus.pattern.is_some();
    let scored: Vec<Scored> = nuclei
        .iter()
        .filter(scorable)
        .filter_map(|nucleus| {
            Some(Scored {
                name: nucleus.id.to_string(),
                pattern: nucleus.pattern?,
            })
        })
        .collect();
    let mut found = call(&scored, seed, profile);
    let mut refusals = Vec::new();
    for (colour, snr) in weak_colours(&nuclei, profile) {
        refusals.push(format!(
            "the {} signals stand out of the noise by {snr:.1} only (median; at least {} is needed): no call",
            profile.seen_as(colour).as_str(),
            profile.minimum_snr.value
        ));
    }
    let weak = !refusals.is_empty();
    refusals.extend(suspect::refusals(&fields, &nuclei, quality::limits()));
    if !refusals.is_empty() {
        found = Call {
            verdict: Verdict::NotSuitable,
            reason: match weak {
                true => "the signals are too weak",
                false => "the slide as a whole cannot be called",
            }
            .to_owned(),
            positive: 0,
            of: 0,
            percent: None,
            steps: Vec::new(),
            ..found
        };
    }
    let names: Vec<String> = nuclei
        .iter()
        .map(|nucleus| nucleus.id.to_string())
        .collect();
    let order = draw_order(seed, names.iter().map(String::as_str));
    let evidence = Evidence {
        call: found,
        scored: nuclei
            .iter()
            .filter(scorable)
            .filter_map(|nucleus| Some((nucleus.pattern?, Some(nucleus.counts))))
            .collect(),
        readers: None,
        exclusions: exclusions(
            nuclei
                .iter()
                .flat_map(|nucleus| nucleus.excluded.iter().copied()),
        ),
        refusals,
        warnings: fields
            .iter()
            .flat_map(|field| {
                field
                    .warnings
                    .iter()
                    .map(move |words| format!("{}: {words}", field.name))
            })
            .collect(),
        analysis_sha256,
    };
    let mut report = evidence.report(setting);
    report.draw_order = order.into_iter().map(str::to_owned).collect();
    let index = distance::index(&measured(&nuclei), distance::assumptions());
    if index.suspicious && report.call.verdict != Verdict::Positive {
        report.warnings.insert(0, says_of(&index, &fields));
    }
    report.index = Some(index);
    report.fields = fields;
    report.nuclei = nuclei;
    Ok(report)
}

fn says_of(index: &DistanceIndex, fields: &[FieldFinding]) -> String {
    // Below this, doubles have no digits left.
    let p = match index.p {
        p if p < 1e-15 => "p < 1e-15".to_owned(),
        p => format!("p = {p:.1e}"),
    };
    let [low, high] = index.fraction_interval.map(|share| 100.0 * share);
    let most = quality::limits().most_false_signals.value;
    let clutter = fields
        .iter()
        .any(|field| suspect::cluttered(field.false_signals, most).is_some());
    format!(
        "the distances do not fit whole loci alone ({p}): about {:.0} % of nuclei ({low:.0} to {high:.0} %) may have a broken \
         locus whose halves stay close, as after inv(2), or have lost a 5' side; look with another method, whatever the rule \
         says{}",
        100.0 * index.fraction,
        if clutter {
            "; but spots that are no signals, of which this slide has many, look alike"
        } else {
            ""
        }
    )
}

/// Colours whose median signal is weaker than the kit's profile asks for, over all nuclei.
fn weak_colours(nuclei: &[Nucleus], profile: &Profile) -> Vec<(Colour, f64)> {
    [Colour::Red, Colour::Green]
        .into_iter()
        .filter_map(|colour| {
            let mut snr: Vec<f64> = nuclei
                .iter()
                .flat_map(|nucleus| &nucleus.signals)
                .filter(|signal| signal.colour == colour)
                .map(|signal| signal.snr)
                .collect();
            snr.sort_by(f64::total_cmp);
            let median = *snr.get(snr.len() / 2)?;
            (median < profile.minimum_snr.value).then_some((colour, median))
        })
        .collect()
}

fn reader_warnings(readers: &Readers, table: &Table) -> Vec<String> {
    let mut warnings = Vec::new();
    let [one, other] = readers.alone.as_slice() else {
        return warnings;
    };
    if one.call.verdict != other.call.verdict {
        warnings.push(format!(
            "the readers come to different calls alone: {} {}, {} {}",
            one.reader,
            one.call.verdict.as_str(),
            other.reader,
            other.call.verdict.as_str()
        ));
    }
    if readers.agreement.shares.p.is_some_and(|p| p < 0.01) && table.named {
        warnings.push(format!(
            "the readers see different shares of positive nuclei (p = {:.4})",
            readers.agreement.shares.p.unwrap_or(1.0)
        ));
    }
    warnings
}

/// What a report is made of, from whatever evidence.
pub(crate) struct Evidence {
    pub(crate) call: Call,
    pub(crate) scored: Vec<(Pattern, Option<Counts>)>,
    pub(crate) readers: Option<Readers>,
    pub(crate) exclusions: Vec<ExclusionCount>,
    pub(crate) refusals: Vec<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) analysis_sha256: String,
}

impl Evidence {
    /// The report without fields and nuclei.
    pub(crate) fn report(self, setting: Setting<'_>) -> FishReport {
        let profile = setting.profile;
        let statistics = statistics(&self.scored, profile);
        let counts: Vec<Counts> = self
            .scored
            .iter()
            .filter_map(|(_, counts)| *counts)
            .collect();
        let mut warnings = self.warnings;
        if self.readers.is_none() {
            warnings.extend(draw_matters(&self.call, &statistics));
        }
        let patterns: Vec<Pattern> = self.scored.iter().map(|(pattern, _)| *pattern).collect();
        warnings.extend(suspect::exchanged(&patterns, profile));
        warnings.extend(warnings_on(&statistics, profile));
        FishReport {
            fish_version: FISH_VERSION.to_owned(),
            tool: format!("alkaid {}", env!("CARGO_PKG_VERSION")),
            notice: NOTICE.to_owned(),
            sample: setting.sample,
            unseen: unseen(&statistics),
            call: self.call,
            copy_number: copy_number(&counts, profile),
            statistics,
            index: None,
            readers: self.readers,
            refusals: self.refusals,
            warnings,
            exclusions: self.exclusions,
            profile: profile.clone(),
            options: setting.options,
            inputs: setting.inputs,
            analysis_sha256: self.analysis_sha256,
            draw_order: Vec::new(),
            fields: Vec::new(),
            nuclei: Vec::new(),
            counted: Vec::new(),
        }
    }
}

/// Whether other draws from the same nuclei would often say something else.
fn draw_matters(call: &Call, statistics: &Statistics) -> Option<String> {
    let draws = &statistics.draws;
    let same = match call.verdict {
        Verdict::Positive => draws.positive,
        Verdict::Negative => draws.negative,
        Verdict::Equivocal => draws.equivocal,
        Verdict::NotSuitable => return None,
    };
    (same < 0.95).then(|| {
        format!(
            "the draw matters: of all draws from these nuclei {:.0} % are called positive, {:.0} % negative and {:.0} % equivocal",
            draws.positive * 100.0,
            draws.negative * 100.0,
            draws.equivocal * 100.0
        )
    })
}

fn warnings_on(statistics: &Statistics, profile: &Profile) -> Vec<String> {
    let mut warnings = Vec::new();
    if statistics.background.polyploid {
        warnings.push(statistics.background.says.clone());
    }
    let unverified = profile.unverified();
    if !unverified.is_empty() {
        warnings.push(format!(
            "of the kit's rule, these were read in no source of the kit: {}",
            unverified.join("; ")
        ));
    }
    warnings
}

/// What break-apart probes and this many nuclei cannot show.
fn unseen(statistics: &Statistics) -> Vec<String> {
    vec![
        format!(
            "the rule calls 95 of 100 such tumours positive only from {:.0} % positive nuclei on",
            statistics.visible_from_percent
        ),
        "inversions with neighbours on 2p23, insertions of the 3' part of ALK and some complex rearrangements leave both \
         probes together"
            .to_owned(),
        "the partner, the exons and the reading frame: a split says that the locus is broken, not what it is joined to"
            .to_owned(),
    ]
}

/// Counts exclusions by reason.
pub(crate) fn exclusions(reasons: impl Iterator<Item = Exclusion>) -> Vec<ExclusionCount> {
    let mut counts = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_insert(0u32) += 1;
    }
    counts
        .into_iter()
        .map(|(reason, nuclei)| ExclusionCount { reason, nuclei })
        .collect()
}

/// SHA-256 of something as JSON.
pub(crate) fn hash(value: &impl Serialize) -> String {
    // Serialising plain data into memory cannot fail; should it, no overrides will fit.
    hex(&serde_json::to_vec(value).unwrap_or_default())
}

/// SHA-256 of bytes, in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    in_hexadecimal(&Sha256::digest(bytes))
}

fn in_hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl InputFile {
    /// Describes a file by its size and SHA-256, read piece by piece.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let (mut hash, mut bytes) = (Sha256::new(), 0u64);
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => {
                    hash.update(&buffer[..read]);
                    bytes += read as u64;
                }
            }
        }
        Ok(Self {
            path: path.display().to_string(),
            bytes,
            sha256: in_hexadecimal(&hash.finalize()),
        })
    }
}

impl Exclusion {
    /// The word that tables and results use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Overlap => "overlap",
            Self::Area => "area",
            Self::Solidity => "solidity",
            Self::OutOfFocus => "out_of_focus",
            Self::LowDapi => "low_dapi",
            Self::NoSignal => "no_signal",
            Self::OneColour => "one_colour",
            Self::SignalToNoise => "signal_to_noise",
            Self::OutsideRegion => "outside_region",
            Self::Reviewer => "reviewer",
        }
    }
}

#[cfg(test)]
mod tests {
    use alkaid_imaging::PixelSize;

    use super::*;
    use crate::finding::Signal;
    use crate::overrides::{OVERRIDES_SCHEMA, Override};
    use crate::profile::profile;

    fn field() -> FieldFinding {
        FieldFinding {
            name: "f".to_owned(),
            width: 100,
            height: 100,
            planes: 1,
            pixel: PixelSize {
                x_um: 0.1,
                y_um: 0.1,
                z_um: None,
            },
            nuclei: 0,
            scorable: 0,
            signal_um: [0.4, 0.4],
            snr: [10.0, 10.0],
            shift_um: [0.0, 0.0],
            false_signals: [0.0, 0.0],
            warnings: Vec::new(),
        }
    }

    fn nucleus(id: u32, counts: Counts, snr: f64) -> Nucleus {
        let signal = |colour| Signal {
            colour,
            x_px: 0.0,
            y_px: 0.0,
            z: 0.0,
            error_um: 0.01,
            amplitude: 100.0,
            snr,
            merged: 1,
            confidence: 1.0,
        };
        Nucleus {
            id,
            field: 0,
            label: id,
            x_px: 1.0,
            y_px: 1.0,
            bounds: [0, 0, 2, 2],
            outline: Vec::new(),
            area_um2: 50.0,
            solidity: 1.0,
            focus: 1.0,
            dapi: 1.0,
            excluded: Vec::new(),
            signals: vec![signal(Colour::Red), signal(Colour::Green)],
            pairs: Vec::new(),
            counts,
            pattern: counts.pattern(),
            doubt: 0.3,
            reviewed: None,
        }
    }

    fn nuclei(split: u32, of: u32, snr: f64) -> Vec<Nucleus> {
        (1..=of)
            .map(|id| {
                let counts = match id <= split {
                    true => Counts {
                        fused: 1,
                        red: 1,
                        green: 1,
                    },
                    false => Counts {
                        fused: 2,
                        red: 0,
                        green: 0,
                    },
                };
                nucleus(id, counts, snr)
            })
            .collect()
    }

    fn report(
        nuclei: Vec<Nucleus>,
        overrides: Option<&Overrides>,
    ) -> Result<FishReport, OverridesError> {
        let setting = Setting {
            sample: "S".to_owned(),
            profile: profile("vysis").unwrap(),
            options: RunOptions {
                seed: 1,
                ..RunOptions::default()
            },
            inputs: Vec::new(),
        };
        report_on_images(vec![field()], nuclei, overrides, setting)
    }

    fn overrides(sha256: &str, changes: &[(u32, u32, Option<Pattern>)]) -> Overrides {
        Overrides {
            schema: OVERRIDES_SCHEMA.to_owned(),
            sample: "S".to_owned(),
            report_sha256: sha256.to_owned(),
            overrides: changes
                .iter()
                .map(|&(nucleus, label, pattern)| Override {
                    nucleus,
                    field: "f".to_owned(),
                    label,
                    pattern,
                    reader: "A. Reader".to_owned(),
                    when: "2026-11-22".to_owned(),
                    reason: "doublet".to_owned(),
                })
                .collect(),
        }
    }

    #[test]
    fn weak_signals_are_not_called() {
        let weak = report(nuclei(30, 60, 3.0), None).unwrap();
        assert_eq!(weak.call.verdict, Verdict::NotSuitable);
        assert_eq!(weak.refusals.len(), 2);
        let strong = report(nuclei(50, 60, 9.0), None).unwrap();
        assert_eq!(strong.call.verdict, Verdict::Positive);
        assert!(strong.refusals.is_empty());
        assert_eq!(strong.draw_order.len(), 60);
    }

    #[test]
    fn a_person_changes_the_call_and_is_named() {
        let before = report(nuclei(4, 50, 9.0), None).unwrap();
        assert_eq!(before.call.verdict, Verdict::Negative);
        let changes = overrides(
            &before.analysis_sha256,
            &[(10, 10, Some(Pattern::Split)), (11, 11, None)],
        );
        let after = report(nuclei(4, 50, 9.0), Some(&changes)).unwrap();
        // 49 are left, so that there is no call at all.
        assert_eq!(after.call.verdict, Verdict::NotSuitable);
        assert_eq!(after.analysis_sha256, before.analysis_sha256);
        let review = after.nuclei[9].reviewed.as_ref().unwrap();
        assert_eq!(review.before, Some(Pattern::Fused));
        assert_eq!(review.reader, "A. Reader");
        assert_eq!(
            after.exclusions,
            [ExclusionCount {
                reason: Exclusion::Reviewer,
                nuclei: 1
            }]
        );
        let changes = overrides(&before.analysis_sha256, &[(10, 10, Some(Pattern::Split))]);
        let after = report(nuclei(4, 50, 9.0), Some(&changes)).unwrap();
        assert_eq!(after.call.verdict, Verdict::Equivocal);
    }

    #[test]
    fn changes_of_another_analysis_are_refused() {
        let ours = report(nuclei(4, 50, 9.0), None).unwrap().analysis_sha256;
        let refused = |overrides: Overrides| {
            report(nuclei(4, 50, 9.0), Some(&overrides))
                .unwrap_err()
                .to_string()
        };
        assert!(refused(overrides("0000", &[])).contains("another analysis"));
        assert!(refused(overrides(&ours, &[(99, 99, None)])).contains("no nucleus 99"));
        assert!(refused(overrides(&ours, &[(3, 4, None)])).contains("no nucleus 3 with label 4"));
        assert!(refused(overrides(&ours, &[(3, 3, None), (3, 3, None)])).contains("twice"));
        let mut other = overrides(&ours, &[]);
        other.sample = "T".to_owned();
        assert!(refused(other).contains("sample T"));
        let mut nobody = overrides(&ours, &[(3, 3, None)]);
        nobody.overrides[0].reader.clear();
        assert!(refused(nobody).contains("--reader"));
    }
}

//! From what is written to what can be right.

use std::fs;
use std::path::{Path, PathBuf};

use alkaid_genome::Assembly;
use alkaid_knowledge::query::{Query, TumourType, parse as ask, tumour_types};
use alkaid_knowledge::{Date, Drug, parse_record};
use alkaid_reads::input::{Pairing, UmiPlacement};
use alkaid_tables::{CopyNumberUnit, ExpressionUnit};

use super::text::{self, At, File, line_of};
use super::{
    CopyNumberEntry, ExpressionEntry, FishEntry, FishGiven, IhcEntry, IhcGiven, IhcScore, Input,
    MAX_MANIFEST_BYTES, Manifest, ManifestError, ReadsEntry, SampleEntry, TreatmentEntry,
    VariantsEntry,
};
use crate::finding::{FishPatternCounts, IhcCall, IhcPattern, MaterialLeft};

const MATERIALS: [&str; 6] = [
    "ffpe",
    "fresh_frozen",
    "cytology",
    "plasma",
    "cell_line",
    "other",
];
const RESPONSES: [&str; 5] = ["CR", "PR", "SD", "PD", "NE"];
/// No date of a case lies after this year: what stands there is a slip.
const LAST_YEAR: u16 = 2100;
/// Nuclei that anybody counts.
const MAX_NUCLEI: i64 = 1_000_000;

type Checked<T> = Result<T, ManifestError>;

/// Reads the manifest at `path` and checks it. A directory stands for the `case.toml` in it.
///
/// # Errors
///
/// When it cannot be read, is no manifest, or holds what cannot be right: an unknown key or word, a file that is not
/// there, a date that does not exist or lies before another that it follows, a value out of its range, two samples.
pub fn read(path: &Path) -> Checked<Manifest> {
    let path = if path.is_dir() {
        path.join("case.toml")
    } else {
        path.to_owned()
    };
    let open = |source| ManifestError::Open {
        path: path.clone(),
        source,
    };
    let size = fs::metadata(&path).map_err(open)?.len();
    if size > MAX_MANIFEST_BYTES as u64 {
        return Err(ManifestError::TooLarge { path, found: size });
    }
    let text = fs::read_to_string(&path).map_err(open)?;
    parse(&path, text)
}

/// The same, of text that was read; `path` is where it stands.
///
/// # Errors
///
/// As [`read`].
pub fn parse(path: &Path, text: String) -> Checked<Manifest> {
    let file: File = toml::from_str(&text).map_err(|error| ManifestError::Syntax {
        path: path.to_owned(),
        line: error.span().map_or(1, |span| line_of(&text, &span)),
        message: explained(error.message()),
    })?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let check = Check {
        path,
        text: &text,
        folder: &folder,
    };
    let mut manifest = check.manifest(file)?;
    manifest.folder = folder;
    manifest.text = text;
    Ok(manifest)
}

/// What the TOML reader says, with what may have been meant.
fn explained(message: &str) -> String {
    let message = message.trim().replace('\n', "; ");
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.as_slice() {
        [unknown, known @ ..] if message.starts_with("unknown field") => {
            let meant = nearest(unknown, known)
                .map_or_else(|| "; ".to_owned(), |one| format!("; did you mean {one}? "));
            format!(
                "there is no key {unknown} here{meant}known are {}",
                known.join(", ")
            )
        }
        _ => message,
    }
}

/// The known word that is spelt most alike, if one is near.
fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    let word = word.to_lowercase();
    known
        .iter()
        .map(|one| {
            (
                strsim::damerau_levenshtein(&word, &one.to_lowercase()),
                *one,
            )
        })
        .filter(|(distance, one)| *distance <= 1 + one.len() / 4)
        .min()
        .map(|(_, one)| one)
}

struct Check<'t> {
    path: &'t Path,
    text: &'t str,
    folder: &'t Path,
}

impl Check<'_> {
    fn manifest(&self, file: File) -> Checked<Manifest> {
        let mut warnings = Vec::new();
        let sample = self.sample(&file, &mut warnings)?;
        let id = sample.id.clone();
        let manifest = Manifest {
            folder: PathBuf::new(),
            text: String::new(),
            rna: self.each_reads(&file.rna, "rna", &id)?,
            dna: self.each_reads(&file.dna, "dna", &id)?,
            fish: file
                .fish
                .as_ref()
                .map(|one| self.fish(one, &id))
                .transpose()?,
            ihc: file
                .ihc
                .as_ref()
                .map(|one| self.ihc(one, &id))
                .transpose()?,
            variants: file
                .variants
                .as_ref()
                .map(|one| self.variants(one))
                .transpose()?,
            copy_number: file
                .copy_number
                .as_ref()
                .map(|one| self.copy_number(one))
                .transpose()?,
            expression: file
                .expression
                .as_ref()
                .map(|one| self.expression(one))
                .transpose()?,
            fish_record: file
                .fish_record
                .as_ref()
                .map(|one| self.record(&one.file, &id))
                .transpose()?,
            treatments: self.treatments(&file.treatment, &sample, &mut warnings)?,
            sample,
            warnings,
        };
        let any = !manifest.rna.is_empty()
            || !manifest.dna.is_empty()
            || manifest.fish.is_some()
            || manifest.ihc.is_some()
            || manifest.variants.is_some()
            || manifest.copy_number.is_some()
            || manifest.expression.is_some();
        if !any {
            return Err(self.wrong(
                &file.sample.id,
                "sample",
                "there is no assay".to_owned(),
                "add [[rna]], [[dna]], [fish], [ihc], [variants], [copy_number] or [expression]",
            ));
        }
        Ok(manifest)
    }

    fn sample(&self, file: &File, warnings: &mut Vec<String>) -> Checked<SampleEntry> {
        let given = &file.sample;
        let id = given.id.get_ref().trim().to_owned();
        if id.is_empty() || id.chars().any(char::is_control) {
            return Err(self.wrong(
                &given.id,
                "sample.id",
                "the name is empty or holds control characters".to_owned(),
                "give the sample a name",
            ));
        }
        let tumour = given
            .tumour
            .as_ref()
            .map(|text| self.tumour(text))
            .transpose()?;
        let material = given
            .material
            .as_ref()
            .map(|text| self.word(text, "sample.material", &MATERIALS.map(|one| (one, one))))
            .transpose()?;
        let (collected, diagnosed) = (
            self.date(given.collected.as_ref(), "sample.collected")?,
            self.date(given.diagnosed.as_ref(), "sample.diagnosed")?,
        );
        if let (Some(collected), Some(diagnosed)) = (collected, diagnosed)
            && diagnosed.begins_after(collected)
        {
            warnings.push(format!(
                "the sample was taken on {collected}, before the diagnosis on {diagnosed}"
            ));
        }
        let left = file
            .left
            .as_ref()
            .map(|left| -> Checked<MaterialLeft> {
                Ok(MaterialLeft {
                    sections: self
                        .whole(left.sections.as_ref(), "left.sections", 0, 10_000)?
                        .map(|number| number as u32),
                    rna_ng: self.range(
                        left.rna_ng.as_ref(),
                        "left.rna_ng",
                        0.0,
                        1e7,
                        "nanograms",
                    )?,
                    dna_ng: self.range(
                        left.dna_ng.as_ref(),
                        "left.dna_ng",
                        0.0,
                        1e7,
                        "nanograms",
                    )?,
                })
            })
            .transpose()?;
        Ok(SampleEntry {
            id,
            patient: given.patient.clone(),
            simulated: given.simulated,
            tumour,
            tumour_as_given: given.tumour.as_ref().map(|text| text.get_ref().clone()),
            site: given.site.clone(),
            material: material.map(str::to_owned),
            tumour_content: self.share(given.tumour_content.as_ref(), "sample.tumour_content")?,
            collected,
            diagnosed,
            note: given.note.clone(),
            as_of: self.date(given.as_of.as_ref(), "sample.as_of")?,
            left,
        })
    }

    fn tumour(&self, text: &At<String>) -> Checked<&'static TumourType> {
        if let Ok(asked) = ask(text.get_ref())
            && let Query::Tumour(tumour) = asked.query
        {
            return Ok(tumour);
        }
        let names: Vec<&str> = tumour_types()
            .iter()
            .flat_map(|one| {
                [one.key, one.name]
                    .into_iter()
                    .chain(one.synonyms.iter().copied())
            })
            .collect();
        let remedy = match nearest(text.get_ref(), &names) {
            Some(meant) => format!("did you mean {meant}?"),
            None => {
                let keys: Vec<&str> = tumour_types().iter().map(|one| one.key).collect();
                format!("known are {}; leave it out for any other", keys.join(", "))
            }
        };
        Err(self.wrong(
            text,
            "sample.tumour",
            format!("{:?} is no tumour type of the tables", text.get_ref()),
            &remedy,
        ))
    }

    fn each_reads(&self, given: &[text::Reads], table: &str, id: &str) -> Checked<Vec<ReadsEntry>> {
        given
            .iter()
            .map(|one| {
                self.same_sample(one.sample.as_ref(), table, id)?;
                let files = self.files(&one.files, &format!("{table}.files"))?;
                let key = format!("{table}.pairing");
                let pairing = one
                    .pairing
                    .as_ref()
                    .map(|text| {
                        self.word(
                            text,
                            &key,
                            &[
                                ("auto", Pairing::Auto),
                                ("interleaved", Pairing::Interleaved),
                                ("single", Pairing::Single),
                            ],
                        )
                    })
                    .transpose()?;
                if let (Some(regions), "rna") = (&one.control_regions, table) {
                    return Err(self.wrong(
                        regions,
                        "rna.control_regions",
                        "a target list belongs to a DNA panel".to_owned(),
                        "take it out, or move the files to [[dna]]",
                    ));
                }
                Ok(ReadsEntry {
                    files,
                    pairing: pairing.unwrap_or_default(),
                    umi: one
                        .umi
                        .as_ref()
                        .map(|text| self.umi(text, &format!("{table}.umi")))
                        .transpose()?
                        .unwrap_or_default(),
                    umi_as_given: one
                        .umi
                        .as_ref()
                        .map_or_else(|| "auto".to_owned(), |text| text.get_ref().clone()),
                    reference: self
                        .optional_file(one.reference.as_ref(), &format!("{table}.reference"))?,
                    control_regions: self.optional_file(
                        one.control_regions.as_ref(),
                        &format!("{table}.control_regions"),
                    )?,
                    date: self.date(one.date.as_ref(), &format!("{table}.date"))?,
                })
            })
            .collect()
    }

    fn umi(&self, text: &At<String>, key: &str) -> Checked<UmiPlacement> {
        text.get_ref()
            .parse()
            .map_err(|error: alkaid_reads::input::UmiError| {
                self.wrong(
                    text,
                    key,
                    format!("{:?} is no place of a UMI", text.get_ref()),
                    &error.to_string(),
                )
            })
    }

    fn fish(&self, given: &text::Fish, id: &str) -> Checked<FishEntry> {
        self.same_sample(given.sample.as_ref(), "fish", id)?;
        let totals = [
            ("fish.fused", &given.fused),
            ("fish.split", &given.split),
            ("fish.isolated_red", &given.isolated_red),
            ("fish.isolated_green", &given.isolated_green),
        ];
        let first_total = totals.iter().find_map(|(_, value)| value.as_ref());
        let given_as = match (&given.images, &given.counts, first_total) {
            (Some(images), None, None) => FishGiven::Images(self.files(images, "fish.images")?),
            (None, Some(counts), None) => FishGiven::Counts(self.file(counts, "fish.counts")?),
            (None, None, Some(at)) => {
                let number = |index: usize| -> Checked<u32> {
                    let (key, value) = totals[index];
                    Ok(self.whole(value.as_ref(), key, 0, MAX_NUCLEI)?.unwrap_or(0) as u32)
                };
                let counts = FishPatternCounts {
                    fused: number(0)?,
                    split: number(1)?,
                    isolated_red: number(2)?,
                    isolated_green: number(3)?,
                };
                if given.fused.is_none() {
                    return Err(self.wrong(
                        at,
                        "fish",
                        "the number of nuclei with fused signals only is not given".to_owned(),
                        "give fused = NUMBER, so that a share can be told",
                    ));
                }
                FishGiven::Totals(counts)
            }
            (None, None, None) => {
                return Err(self.at_table(
                    "fish",
                    "neither images, nor counts, nor nuclei by pattern are given",
                    "give one of images, counts, or fused, split, isolated_red and isolated_green",
                ));
            }
            _ => {
                return Err(self.at_table(
                    "fish",
                    "more than one of images, counts and nuclei by pattern is given",
                    "give one of them",
                ));
            }
        };
        Ok(FishEntry {
            given: given_as,
            probe: given
                .probe
                .as_ref()
                .map(|text| self.probe(text))
                .transpose()?,
            pixel_um: self.range(
                given.pixel_um.as_ref(),
                "fish.pixel_um",
                0.01,
                10.0,
                "micrometres",
            )?,
            copies: self.range(
                given.copies.as_ref(),
                "fish.copies",
                0.1,
                100.0,
                "signals a nucleus",
            )?,
            date: self.date(given.date.as_ref(), "fish.date")?,
        })
    }

    fn probe(&self, text: &At<String>) -> Checked<String> {
        let known = ["vysis", "zytovision", "dako"];
        self.word(text, "fish.probe", &known.map(|one| (one, one)))
            .map(str::to_owned)
    }

    fn ihc(&self, given: &text::Ihc, id: &str) -> Checked<IhcEntry> {
        self.same_sample(given.sample.as_ref(), "ihc", id)?;
        let scored = given.call.is_some()
            || given.intensity.is_some()
            || given.h_score.is_some()
            || given.stained.is_some();
        let given_as = match (&given.image, scored) {
            (Some(image), false) => IhcGiven::Image(self.file(image, "ihc.image")?),
            (None, true) => IhcGiven::Score(self.score(given)?),
            (None, false) => {
                return Err(self.at_table(
                    "ihc",
                    "neither an image nor a score is given",
                    "give image, or call, intensity, h_score or stained",
                ));
            }
            (Some(image), true) => {
                return Err(self.wrong(
                    image,
                    "ihc.image",
                    "an image and a score are given".to_owned(),
                    "give one of them",
                ));
            }
        };
        Ok(IhcEntry {
            given: given_as,
            clone: given.clone.clone(),
            region: self.optional_file(given.region.as_ref(), "ihc.region")?,
            pixel_um: self.range(
                given.pixel_um.as_ref(),
                "ihc.pixel_um",
                0.05,
                10.0,
                "micrometres",
            )?,
            date: self.date(given.date.as_ref(), "ihc.date")?,
        })
    }

    fn score(&self, given: &text::Ihc) -> Checked<IhcScore> {
        let call = given
            .call
            .as_ref()
            .map(|text| {
                self.word(
                    text,
                    "ihc.call",
                    &[
                        ("positive", IhcCall::Positive),
                        ("negative", IhcCall::Negative),
                        ("equivocal", IhcCall::Equivocal),
                    ],
                )
            })
            .transpose()?;
        let intensity = self
            .whole(given.intensity.as_ref(), "ihc.intensity", 0, 3)?
            .map(|number| number as u8);
        if let (Some(IhcCall::Positive), Some(0), Some(at)) = (call, intensity, &given.intensity) {
            return Err(self.wrong(
                at,
                "ihc.intensity",
                "0 contradicts call = \"positive\"".to_owned(),
                "correct one of them",
            ));
        }
        let pattern = given
            .pattern
            .as_ref()
            .map(|text| {
                self.word(
                    text,
                    "ihc.pattern",
                    &[
                        ("cytoplasmic", IhcPattern::Cytoplasmic),
                        ("nuclear_cytoplasmic", IhcPattern::NuclearCytoplasmic),
                        ("nuclear_membrane", IhcPattern::NuclearMembrane),
                        ("membranous", IhcPattern::Membranous),
                        ("granular", IhcPattern::Granular),
                    ],
                )
            })
            .transpose()?;
        Ok(IhcScore {
            call,
            intensity,
            h_score: self.range(given.h_score.as_ref(), "ihc.h_score", 0.0, 300.0, "H-score")?,
            stained: self.share_or_none(given.stained.as_ref(), "ihc.stained")?,
            pattern,
            reader: given.reader.clone(),
        })
    }

    fn variants(&self, given: &text::Variants) -> Checked<VariantsEntry> {
        let assembly = given
            .assembly
            .as_ref()
            .map(|text| {
                self.word(
                    text,
                    "variants.assembly",
                    &[("grch38", Assembly::Grch38), ("grch37", Assembly::Grch37)],
                )
            })
            .transpose()?;
        Ok(VariantsEntry {
            file: self.file(&given.file, "variants.file")?,
            tumour_sample: given.tumour_sample.clone(),
            assembly,
        })
    }

    fn copy_number(&self, given: &text::CopyNumber) -> Checked<CopyNumberEntry> {
        let unit = given
            .units
            .as_ref()
            .map(|text| {
                self.word(
                    text,
                    "copy_number.units",
                    &[
                        ("log2", CopyNumberUnit::Log2Ratio),
                        ("copies", CopyNumberUnit::Copies),
                        ("gistic", CopyNumberUnit::GisticClasses),
                    ],
                )
            })
            .transpose()?;
        Ok(CopyNumberEntry {
            file: self.file(&given.file, "copy_number.file")?,
            unit,
            purity: self.share(given.purity.as_ref(), "copy_number.purity")?,
            ploidy: self.range(
                given.ploidy.as_ref(),
                "copy_number.ploidy",
                0.5,
                12.0,
                "copies",
            )?,
            column: given.column.clone(),
        })
    }

    fn expression(&self, given: &text::Expression) -> Checked<ExpressionEntry> {
        let unit = given
            .units
            .as_ref()
            .map(|text| {
                self.word(
                    text,
                    "expression.units",
                    &[
                        ("tpm", ExpressionUnit::Tpm),
                        ("fpkm", ExpressionUnit::Fpkm),
                        ("counts", ExpressionUnit::Counts),
                        ("log2", ExpressionUnit::Log2),
                    ],
                )
            })
            .transpose()?;
        Ok(ExpressionEntry {
            file: self.file(&given.file, "expression.file")?,
            unit,
            column: given.column.clone(),
        })
    }

    /// The record's file; where it names a sample, that must be this one.
    fn record(&self, given: &At<String>, id: &str) -> Checked<Input> {
        let input = self.file(given, "fish_record.file")?;
        // What is wrong with the record itself is told when it is read as an assay.
        let named = fs::read_to_string(&input.path)
            .ok()
            .and_then(|text| parse_record(&text).ok())
            .and_then(|record| record.run.get("sample").cloned())
            .filter(|named| !named.trim().is_empty() && named.trim() != id);
        match named {
            Some(named) => Err(self.contradiction(given, "fish_record.file", &named, id)),
            None => Ok(input),
        }
    }

    fn treatments(
        &self,
        given: &[text::Treatment],
        sample: &SampleEntry,
        warnings: &mut Vec<String>,
    ) -> Checked<Vec<TreatmentEntry>> {
        let mut treatments: Vec<TreatmentEntry> = given
            .iter()
            .map(|one| {
                let (start, end) = (
                    self.date(one.start.as_ref(), "treatment.start")?,
                    self.date(one.end.as_ref(), "treatment.end")?,
                );
                if let (Some(first), Some(last), Some(at)) = (start, end, &one.end)
                    && first.begins_after(last)
                {
                    return Err(self.wrong(
                        at,
                        "treatment.end",
                        format!("{last} lies before the start on {first}"),
                        "correct one of them",
                    ));
                }
                let drug = self.drug(&one.drug)?;
                if let (Some(start), Some(diagnosed)) = (start, sample.diagnosed)
                    && diagnosed.begins_after(start)
                {
                    warnings.push(format!(
                        "{} was started on {start}, before the diagnosis on {diagnosed}",
                        drug.name
                    ));
                }
                Ok(TreatmentEntry {
                    drug,
                    start,
                    end,
                    best_response: one
                        .best_response
                        .as_ref()
                        .map(|text| {
                            self.word(
                                text,
                                "treatment.best_response",
                                &RESPONSES.map(|one| (one, one)),
                            )
                        })
                        .transpose()?
                        .map(str::to_owned),
                    progressed: one.progressed,
                    note: one.note.clone(),
                })
            })
            .collect::<Checked<_>>()?;
        treatments.sort_by_key(|one| one.start.map(Date::first_day));
        Ok(treatments)
    }

    fn drug(&self, text: &At<String>) -> Checked<&'static Drug> {
        let remedy = match ask(text.get_ref()) {
            Ok(asked) => match asked.query {
                Query::Drug(drug) => return Ok(drug),
                other => format!("that is a {}", other.kind()),
            },
            Err(error) => match error.suggestions() {
                [] => "alkaid list drugs shows the known ones".to_owned(),
                meant => format!("did you mean {}?", meant.join(" or ")),
            },
        };
        Err(self.wrong(
            text,
            "treatment.drug",
            format!("{:?} is no drug of the tables", text.get_ref()),
            &remedy,
        ))
    }

    fn files(&self, given: &At<Vec<At<String>>>, key: &str) -> Checked<Vec<Input>> {
        if given.get_ref().is_empty() {
            return Err(self.wrong(
                given,
                key,
                "the list is empty".to_owned(),
                "name at least one file",
            ));
        }
        let mut files: Vec<Input> = Vec::new();
        for one in given.get_ref() {
            let file = self.file(one, key)?;
            if files.iter().any(|known| known.path == file.path) {
                return Err(self.wrong(
                    one,
                    key,
                    format!("{} is given twice", file.written),
                    "take one out",
                ));
            }
            files.push(file);
        }
        Ok(files)
    }

    fn optional_file(&self, given: Option<&At<String>>, key: &str) -> Checked<Option<Input>> {
        given.map(|one| self.file(one, key)).transpose()
    }

    fn file(&self, given: &At<String>, key: &str) -> Checked<Input> {
        let written = given.get_ref().clone();
        let path = self.folder.join(&written);
        if path.is_file() {
            return Ok(Input { written, path });
        }
        let what = if path.is_dir() {
            "is a directory"
        } else {
            "is not there"
        };
        let names: Vec<String> = path
            .parent()
            .and_then(|parent| fs::read_dir(parent).ok())
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.sort_unstable();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let remedy = match nearest(name, &names) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "paths are relative to the manifest".to_owned(),
        };
        Err(self.wrong(
            given,
            key,
            format!("{written} {what} ({})", path.display()),
            &remedy,
        ))
    }

    fn date(&self, given: Option<&At<toml::Value>>, key: &str) -> Checked<Option<Date>> {
        let Some(given) = given else {
            return Ok(None);
        };
        let written = match given.get_ref() {
            toml::Value::String(text) => text.trim().to_owned(),
            toml::Value::Integer(year) => year.to_string(),
            toml::Value::Datetime(day) => day.to_string(),
            _ => "what stands here".to_owned(),
        };
        let date: Date = written.parse().map_err(|_| {
            self.wrong(
                given,
                key,
                format!("{written} is no date that exists"),
                "write 2026-02-10, or in quotes \"2026-02\" or \"2026\"",
            )
        })?;
        if date.year() > LAST_YEAR {
            return Err(self.wrong(
                given,
                key,
                format!("{written} lies in the far future"),
                "correct the year",
            ));
        }
        Ok(Some(date))
    }

    /// A share, above 0 and at most 1.
    fn share(&self, given: Option<&At<f64>>, key: &str) -> Checked<Option<f64>> {
        let share = self.share_or_none(given, key)?;
        match (share, given) {
            (Some(share), Some(at)) if share <= 0.0 => Err(self.wrong(
                at,
                key,
                "0 leaves no tumour to look at".to_owned(),
                "give a share above 0, or leave it out",
            )),
            _ => Ok(share),
        }
    }

    /// A share, from 0 to 1.
    fn share_or_none(&self, given: Option<&At<f64>>, key: &str) -> Checked<Option<f64>> {
        let Some(at) = given else {
            return Ok(None);
        };
        match *at.get_ref() {
            share if (0.0..=1.0).contains(&share) => Ok(Some(share)),
            percent if percent > 1.0 && percent <= 100.0 => Err(self.wrong(
                at,
                key,
                format!("{percent} is not a share from 0 to 1"),
                &format!("if it is a percentage, write {}", percent / 100.0),
            )),
            other => Err(self.wrong(
                at,
                key,
                format!("{other} is not a share from 0 to 1"),
                "write 0.4 for 40 %",
            )),
        }
    }

    fn range(
        &self,
        given: Option<&At<f64>>,
        key: &str,
        low: f64,
        high: f64,
        unit: &str,
    ) -> Checked<Option<f64>> {
        let Some(at) = given else {
            return Ok(None);
        };
        let value = *at.get_ref();
        if (low..=high).contains(&value) {
            return Ok(Some(value));
        }
        Err(self.wrong(
            at,
            key,
            format!("{value} is out of range"),
            &format!("give {low} to {high} {unit}"),
        ))
    }

    fn whole(
        &self,
        given: Option<&At<i64>>,
        key: &str,
        low: i64,
        high: i64,
    ) -> Checked<Option<i64>> {
        let Some(at) = given else {
            return Ok(None);
        };
        let value = *at.get_ref();
        if (low..=high).contains(&value) {
            return Ok(Some(value));
        }
        Err(self.wrong(
            at,
            key,
            format!("{value} is out of range"),
            &format!("give a whole number from {low} to {high}"),
        ))
    }

    fn word<T: Copy>(&self, given: &At<String>, key: &str, words: &[(&str, T)]) -> Checked<T> {
        let text = given.get_ref().trim();
        if let Some((_, value)) = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text))
        {
            return Ok(*value);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let remedy = match nearest(text, &known) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("known are {}", known.join(", ")),
        };
        Err(self.wrong(given, key, format!("{text:?} is not known here"), &remedy))
    }

    fn same_sample(&self, given: Option<&At<String>>, table: &str, id: &str) -> Checked<()> {
        match given {
            Some(at) if at.get_ref().trim() != id => {
                Err(self.contradiction(at, &format!("{table}.sample"), at.get_ref(), id))
            }
            _ => Ok(()),
        }
    }

    fn contradiction<T>(&self, at: &At<T>, key: &str, named: &str, id: &str) -> ManifestError {
        self.wrong(
            at,
            key,
            format!("this is sample {named:?}, and the case is sample {id:?}"),
            "a case holds one sample; correct the name, or make a case of its own and use alkaid compare",
        )
    }

    fn wrong<T>(&self, at: &At<T>, key: &str, what: String, remedy: &str) -> ManifestError {
        ManifestError::Value {
            path: self.path.to_owned(),
            line: line_of(self.text, &at.span()),
            key: key.to_owned(),
            what,
            remedy: remedy.to_owned(),
        }
    }

    /// Something wrong with a table as a whole.
    fn at_table(&self, table: &str, what: &str, remedy: &str) -> ManifestError {
        let header = format!("[{table}]");
        let line = self
            .text
            .lines()
            .position(|line| line.trim_start().starts_with(&header))
            .map_or(1, |index| index + 1);
        ManifestError::Value {
            path: self.path.to_owned(),
            line,
            key: table.to_owned(),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::manifest::{schema, template};

    fn refused(text: &str) -> String {
        parse(Path::new("case.toml"), text.to_owned())
            .unwrap_err()
            .to_string()
    }

    const IHC: &str = "[sample]\nid = \"S1\"\n[ihc]\nclone = \"D5F3\"\ncall = \"positive\"\n";

    #[test]
    fn the_template_is_a_manifest_and_every_line_of_it_is_known() {
        let empty = refused(&template("S1"));
        assert!(empty.contains("there is no assay"), "{empty}");
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "rna_R1.fastq.gz",
            "rna_R2.fastq.gz",
            "genome.fa",
            "dna.bam",
            "panel.bed",
            "calls.vcf.gz",
            "segments.tsv",
            "quant.sf",
            "section.tif",
            "tumour.geojson",
            "counts.tsv",
            "field1.ome.tif",
            "field2.ome.tif",
        ] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::write(folder.path().join("run.toml"), "protocol = \"fish\"\n").unwrap();
        // Of what excludes each other one is taken.
        let skipped = ["images =", "counts =", "image =", "note ="];
        let text: String = template("S1")
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest)
                    if (rest.contains(" = ") || rest.starts_with('['))
                        && !skipped.iter().any(|key| rest.starts_with(key)) =>
                {
                    format!("{rest}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
        let manifest = parse(&folder.path().join("case.toml"), text).unwrap();
        assert_eq!(manifest.sample.tumour.unwrap().key, "NSCLC");
        assert_eq!(manifest.rna[0].files.len(), 2);
        assert_eq!(manifest.treatments[0].drug.name, "alectinib");
        assert!(
            matches!(manifest.fish.unwrap().given, FishGiven::Totals(counts) if counts.split == 6)
        );
        assert!(manifest.copy_number.is_some() && manifest.fish_record.is_some());
    }

    #[test]
    fn a_name_of_any_kind_can_be_written_into_the_template() {
        for name in ["a \"b\"", "x\\y", "ü"] {
            let text = template(name) + "[ihc]\ncall = \"negative\"\n";
            assert_eq!(parse(Path::new("case.toml"), text).unwrap().sample.id, name);
        }
    }

    #[test]
    fn what_cannot_be_right_is_refused_with_line_and_suggestion() {
        let with = |line: &str| refused(&format!("{IHC}{line}\n"));
        for (text, wanted) in [
            (
                IHC.replace("clone", "klone"),
                "case.toml, line 4: there is no key klone here; did you mean clone? known are clone",
            ),
            (
                "[sampel]\nid = \"S1\"\n".to_owned(),
                "there is no key sampel here; did you mean sample?",
            ),
            (
                IHC.replace("S1\"", "S1\"\ntumor_content = 40"),
                "line 3: there is no key tumor_content here; did you mean tumour_content?",
            ),
            (
                IHC.replace("S1\"", "S1\"\ntumour_content = 40.0"),
                "line 3, sample.tumour_content: 40 is not a share from 0 to 1; if it is a percentage, write 0.4",
            ),
            (
                IHC.replace("S1\"", "S1\"\ntumour = \"NSCLCC\""),
                "did you mean NSCLC?",
            ),
            (
                IHC.replace("S1\"", "S1\"\ncollected = \"2026-02-30\""),
                "line 3, sample.collected: 2026-02-30 is no date that exists",
            ),
            (
                IHC.replace("S1\"", "S1\"\ncollected = 3026-02-03"),
                "far future",
            ),
            (
                IHC.replace("positive", "positiv"),
                "line 5, ihc.call: \"positiv\" is not known here; did you mean positive?",
            ),
        ] {
            let message = refused(&text);
            assert!(message.contains(wanted), "{message}\nwanted: {wanted}");
        }
        for (line, wanted) in [
            (
                "intensity = 4",
                "line 6, ihc.intensity: 4 is out of range; give a whole number from 0 to 3",
            ),
            ("intensity = 0", "0 contradicts call"),
            ("h_score = 400.0", "give 0 to 300 H-score"),
            (
                "sample = \"S2\"",
                "line 6, ihc.sample: this is sample \"S2\", and the case is sample \"S1\"",
            ),
            (
                "[variants]\nfile = \"no.vcf\"",
                "line 7, variants.file: no.vcf is not there",
            ),
            (
                "[[treatment]]\ndrug = \"alektinib\"",
                "did you mean alectinib?",
            ),
            (
                "[[treatment]]\ndrug = \"alectinib\"\nstart = 2026-02-01\nend = 2025-01-01",
                "line 9, treatment.end: 2025-01-01 lies before the start",
            ),
            ("[fish]\nsplit = 3", "fused = NUMBER"),
            ("[fish]\nprobe = \"vysis\"", "line 6, fish: neither images"),
            ("[fish]\nfused = -1", "-1 is out of range"),
            ("[[rna]]\nfiles = []", "the list is empty"),
        ] {
            let message = with(line);
            assert!(message.contains(wanted), "{message}\nwanted: {wanted}");
        }
    }

    #[test]
    fn a_file_that_is_nearly_there_is_suggested() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tumour_R1.fastq.gz"), "x").unwrap();
        let text = "[sample]\nid = \"S\"\n[[rna]]\nfiles = [\"tumor_R1.fastq.gz\"]\n".to_owned();
        let message = parse(&folder.path().join("case.toml"), text)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("did you mean tumour_R1.fastq.gz?"),
            "{message}"
        );
    }

    #[test]
    fn a_record_of_another_sample_contradicts() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("run.toml"),
            "protocol = \"fish\"\n[run]\nsample = \"S9\"\n",
        )
        .unwrap();
        let text = format!("{IHC}[fish_record]\nfile = \"run.toml\"\n");
        let message = parse(&folder.path().join("case.toml"), text)
            .unwrap_err()
            .to_string();
        assert!(message.contains("this is sample \"S9\""), "{message}");
    }

    #[test]
    fn the_schema_names_the_tables() {
        let text = schema().to_string();
        for table in [
            "sample",
            "rna",
            "fish_record",
            "treatment",
            "tumour_content",
        ] {
            assert!(text.contains(table), "{table}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn hostile_text_never_panics(text in "(\\[|\\]|sample|id|ihc|call|=|\"|\n|[a-z0-9.-]| ){0,60}") {
            let _ = parse(Path::new("case.toml"), text);
        }
    }
}

//! From what is written to what can be right, table by table.

use std::fs;
use std::path::PathBuf;

use alkaid_genome::Assembly;
use alkaid_knowledge::query::{Query, TumourType, parse as ask, tumour_types};
use alkaid_knowledge::{
    Date, Drug, RegulatoryEvent, RegulatoryEventKind, parse_record, regulatory_events,
};
use alkaid_reads::input::Pairing;
use alkaid_tables::{CopyNumberUnit, ExpressionUnit};

use super::ihc;
use super::place::{Checked, Source, Table, meant, quoted};
use super::text::{self, At, File};
use super::{
    CopyNumberEntry, ExpressionEntry, FishEntry, FishGiven, Input, Manifest, ReadsEntry,
    SampleEntry, TreatmentEntry, VariantsEntry,
};
use crate::finding::{FishPatternCounts, MaterialLeft};

const MATERIALS: [(&str, &str); 6] = [
    ("ffpe", "ffpe"),
    ("fresh_frozen", "fresh_frozen"),
    ("cytology", "cytology"),
    ("plasma", "plasma"),
    ("cell_line", "cell_line"),
    ("other", "other"),
];
const RESPONSES: [(&str, &str); 5] = [
    ("CR", "CR"),
    ("PR", "PR"),
    ("SD", "SD"),
    ("PD", "PD"),
    ("NE", "NE"),
];
const PAIRINGS: [(&str, Pairing); 3] = [
    ("auto", Pairing::Auto),
    ("interleaved", Pairing::Interleaved),
    ("single", Pairing::Single),
];
const PROBES: [(&str, &str); 3] = [
    ("vysis", "vysis"),
    ("zytovision", "zytovision"),
    ("dako", "dako"),
];
const ASSEMBLIES: [(&str, Assembly); 2] =
    [("grch38", Assembly::Grch38), ("grch37", Assembly::Grch37)];
const COPY_NUMBER_UNITS: [(&str, CopyNumberUnit); 3] = [
    ("log2", CopyNumberUnit::Log2Ratio),
    ("copies", CopyNumberUnit::Copies),
    ("gistic", CopyNumberUnit::GisticClasses),
];
const EXPRESSION_UNITS: [(&str, ExpressionUnit); 4] = [
    ("tpm", ExpressionUnit::Tpm),
    ("fpkm", ExpressionUnit::Fpkm),
    ("counts", ExpressionUnit::Counts),
    ("log2", ExpressionUnit::Log2),
];

/// Nuclei that anybody counts.
const MAX_NUCLEI: i64 = 1_000_000;
/// Sections and nanograms that anybody has.
const MAX_SECTIONS: i64 = 10_000;
const MAX_NANOGRAMS: f64 = 1e7;

/// Checks the whole file.
pub(super) fn check(source: &Source<'_>, file: &File) -> Checked<Manifest> {
    let mut warnings = Vec::new();
    let sample = sample(source, file, &mut warnings)?;
    let id = sample.id.as_str();
    let manifest = Manifest {
        folder: PathBuf::new(),
        text: String::new(),
        rna: reads(source.table("rna"), &file.rna, id)?,
        dna: reads(source.table("dna"), &file.dna, id)?,
        fish: one(&file.fish, |given| fish(source.table("fish"), given, id))?,
        ihc: one(&file.ihc, |given| {
            ihc::checked(source.table("ihc"), given, id)
        })?,
        variants: one(&file.variants, |given| {
            variants(source.table("variants"), given)
        })?,
        copy_number: one(&file.copy_number, |given| {
            copy_number(source.table("copy_number"), given)
        })?,
        expression: one(&file.expression, |given| {
            expression(source.table("expression"), given)
        })?,
        fish_record: one(&file.fish_record, |given| {
            record(source.table("fish_record"), &given.file, id)
        })?,
        treatments: treatments(
            source.table("treatment"),
            &file.treatment,
            &sample,
            &mut warnings,
        )?,
        sample,
        warnings,
    };
    let nothing = manifest.rna.is_empty()
        && manifest.dna.is_empty()
        && manifest.fish.is_none()
        && manifest.ihc.is_none()
        && manifest.variants.is_none()
        && manifest.copy_number.is_none()
        && manifest.expression.is_none();
    if nothing {
        return Err(source.table("sample").wrong_as_a_whole(
            "there is no assay",
            "add [[rna]], [[dna]], [fish], [ihc], [variants], [copy_number] or [expression]",
        ));
    }
    Ok(manifest)
}

/// A table that need not be there.
fn one<G, T>(given: &Option<G>, check: impl FnOnce(&G) -> Checked<T>) -> Checked<Option<T>> {
    given.as_ref().map(check).transpose()
}

fn sample(source: &Source<'_>, file: &File, warnings: &mut Vec<String>) -> Checked<SampleEntry> {
    let (table, given) = (source.table("sample"), &file.sample);
    let id = given.id.get_ref().trim();
    if id.is_empty() || id.chars().any(char::is_control) {
        return Err(table.wrong(
            &given.id,
            "id",
            "the name is empty or holds control characters",
            "give the sample a name",
        ));
    }
    let collected = table.date(&given.collected, "collected")?;
    let diagnosed = table.date(&given.diagnosed, "diagnosed")?;
    if let (Some(collected), Some(diagnosed)) = (collected, diagnosed)
        && diagnosed.begins_after(collected)
    {
        warnings.push(format!(
            "the sample was taken on {collected}, before the diagnosis on {diagnosed}"
        ));
    }
    Ok(SampleEntry {
        id: id.to_owned(),
        patient: given.patient.clone(),
        simulated: given.simulated,
        tumour: one(&given.tumour, |text| tumour(table, text))?,
        tumour_as_given: given.tumour.as_ref().map(|text| text.get_ref().clone()),
        site: given.site.clone(),
        material: table
            .word(&given.material, "material", &MATERIALS)?
            .map(str::to_owned),
        tumour_content: table.tumour_share(&given.tumour_content, "tumour_content")?,
        collected,
        diagnosed,
        note: given.note.clone(),
        as_of: table.date(&given.as_of, "as_of")?,
        left: one(&file.left, |given| left(source.table("left"), given))?,
    })
}

fn left(table: Table<'_>, given: &text::Left) -> Checked<MaterialLeft> {
    let nanograms = |value, key| table.number(value, key, 0.0..=MAX_NANOGRAMS, "nanograms");
    Ok(MaterialLeft {
        sections: table
            .number(&given.sections, "sections", 0..=MAX_SECTIONS, "sections")?
            .and_then(|number| u32::try_from(number).ok()),
        rna_ng: nanograms(&given.rna_ng, "rna_ng")?,
        dna_ng: nanograms(&given.dna_ng, "dna_ng")?,
    })
}

fn tumour(table: Table<'_>, text: &At<String>) -> Checked<&'static TumourType> {
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
    let remedy = meant(text.get_ref(), &names, || {
        let keys: Vec<&str> = tumour_types().iter().map(|one| one.key).collect();
        format!("known are {}; leave it out for any other", keys.join(", "))
    });
    let what = format!("{} is no tumour type of the tables", quoted(text.get_ref()));
    Err(table.wrong(text, "tumour", what, remedy))
}

fn reads(table: Table<'_>, given: &[text::Reads], id: &str) -> Checked<Vec<ReadsEntry>> {
    let entry = |one: &text::Reads| {
        table.same_sample(&one.sample, id)?;
        if let (Some(regions), "rna") = (&one.control_regions, table.name) {
            return Err(table.wrong(
                regions,
                "control_regions",
                "a target list belongs to a DNA panel",
                "take it out, or move the files to [[dna]]",
            ));
        }
        let umi = table.parsed(&one.umi, "umi", "place of a UMI", |text| {
            text.parse()
                .map_err(|error: alkaid_reads::input::UmiError| error.to_string())
        })?;
        let written = one.umi.as_ref().map(|text| text.get_ref().clone());
        Ok(ReadsEntry {
            files: table.files(&one.files, "files")?,
            pairing: table
                .word(&one.pairing, "pairing", &PAIRINGS)?
                .unwrap_or_default(),
            umi: umi.unwrap_or_default(),
            umi_as_given: written.unwrap_or_else(|| "auto".to_owned()),
            reference: table.optional_file(&one.reference, "reference")?,
            control_regions: table.optional_file(&one.control_regions, "control_regions")?,
            date: table.date(&one.date, "date")?,
        })
    };
    given.iter().map(entry).collect()
}

fn fish(table: Table<'_>, given: &text::Fish, id: &str) -> Checked<FishEntry> {
    table.same_sample(&given.sample, id)?;
    let entry = FishEntry {
        given: fish_given(table, given)?,
        probe: table
            .word(&given.probe, "probe", &PROBES)?
            .map(str::to_owned),
        pixel_um: table.number(&given.pixel_um, "pixel_um", 0.01..=10.0, "micrometres")?,
        channels: table.parsed(&given.channels, "channels", "list of channels", str::parse)?,
        copies: table.number(&given.copies, "copies", 0.1..=100.0, "signals a nucleus")?,
        date: table.date(&given.date, "date")?,
    };
    if matches!(entry.given, FishGiven::Images(_)) {
        return Ok(entry);
    }
    for_images(table, &given.pixel_um, "pixel_um", "images")?;
    for_images(table, &given.channels, "channels", "images")?;
    Ok(entry)
}

/// A key that says something of an image where there is none.
pub(super) fn for_images<T>(
    table: Table<'_>,
    given: &Option<At<T>>,
    key: &str,
    image: &str,
) -> Checked<()> {
    match given {
        Some(at) => Err(table.wrong(
            at,
            key,
            format!("it is about {image}, and none is given"),
            format!("give {image}, or take it out"),
        )),
        None => Ok(()),
    }
}

fn fish_given(table: Table<'_>, given: &text::Fish) -> Checked<FishGiven> {
    let nuclei = |value: &Option<At<i64>>, key| -> Checked<u32> {
        let number = table.number(value, key, 0..=MAX_NUCLEI, "nuclei")?;
        Ok(number
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(0))
    };
    let totals = [
        &given.fused,
        &given.split,
        &given.isolated_red,
        &given.isolated_green,
    ];
    let first_total = totals.into_iter().find_map(Option::as_ref);
    match (&given.images, &given.counts, first_total) {
        (Some(images), None, None) => Ok(FishGiven::Images(table.files(images, "images")?)),
        (None, Some(counts), None) => Ok(FishGiven::Counts(table.file(counts, "counts")?)),
        (None, None, Some(at)) if given.fused.is_none() => Err(table.wrong(
            at,
            "fused",
            "the number of nuclei with fused signals only is not given",
            "give fused = NUMBER, so that a share can be told",
        )),
        (None, None, Some(_)) => Ok(FishGiven::Totals(FishPatternCounts {
            fused: nuclei(&given.fused, "fused")?,
            split: nuclei(&given.split, "split")?,
            isolated_red: nuclei(&given.isolated_red, "isolated_red")?,
            isolated_green: nuclei(&given.isolated_green, "isolated_green")?,
        })),
        (None, None, None) => Err(table.wrong_as_a_whole(
            "neither images, nor counts, nor nuclei by pattern are given",
            "give one of images, counts, or fused, split, isolated_red and isolated_green",
        )),
        _ => Err(table.wrong_as_a_whole(
            "more than one of images, counts and nuclei by pattern is given",
            "give one of them",
        )),
    }
}

fn variants(table: Table<'_>, given: &text::Variants) -> Checked<VariantsEntry> {
    Ok(VariantsEntry {
        file: table.file(&given.file, "file")?,
        tumour_sample: given.tumour_sample.clone(),
        assembly: table.word(&given.assembly, "assembly", &ASSEMBLIES)?,
    })
}

fn copy_number(table: Table<'_>, given: &text::CopyNumber) -> Checked<CopyNumberEntry> {
    Ok(CopyNumberEntry {
        file: table.file(&given.file, "file")?,
        unit: table.word(&given.units, "units", &COPY_NUMBER_UNITS)?,
        purity: table.tumour_share(&given.purity, "purity")?,
        ploidy: table.number(&given.ploidy, "ploidy", 0.5..=12.0, "copies")?,
        column: given.column.clone(),
    })
}

fn expression(table: Table<'_>, given: &text::Expression) -> Checked<ExpressionEntry> {
    Ok(ExpressionEntry {
        file: table.file(&given.file, "file")?,
        unit: table.word(&given.units, "units", &EXPRESSION_UNITS)?,
        column: given.column.clone(),
    })
}

/// The record's file; where it names a sample, that must be this one.
fn record(table: Table<'_>, given: &At<String>, id: &str) -> Checked<Input> {
    let input = table.file(given, "file")?;
    // What is wrong with the record itself is told when it is read as an assay.
    let named = fs::read_to_string(&input.path)
        .ok()
        .and_then(|text| parse_record(&text).ok())
        .and_then(|record| record.run.get("sample").cloned())
        .filter(|named| !named.trim().is_empty() && named.trim() != id);
    match named {
        Some(named) => Err(table.other_sample(given, "file", &named, id)),
        None => Ok(input),
    }
}

fn treatments(
    table: Table<'_>,
    given: &[text::Treatment],
    sample: &SampleEntry,
    warnings: &mut Vec<String>,
) -> Checked<Vec<TreatmentEntry>> {
    let mut treatments = Vec::new();
    for one in given {
        let start = table.date(&one.start, "start")?;
        let end = table.date(&one.end, "end")?;
        if let (Some(first), Some(last), Some(at)) = (start, end, &one.end)
            && first.begins_after(last)
        {
            let what = format!("{last} lies before the start on {first}");
            return Err(table.wrong(at, "end", what, "correct one of them"));
        }
        let drug = drug(table, &one.drug)?;
        if let Some(start) = start {
            warnings.extend(odd_start(drug, start, sample.diagnosed));
        }
        treatments.push(TreatmentEntry {
            drug,
            start,
            end,
            best_response: table
                .word(&one.best_response, "best_response", &RESPONSES)?
                .map(str::to_owned),
            progressed: one.progressed,
            note: one.note.clone(),
        });
    }
    treatments.sort_by_key(|one| one.start.map(Date::first_day));
    Ok(treatments)
}

/// What is odd about the first day of a treatment.
fn odd_start(drug: &Drug, start: Date, diagnosed: Option<Date>) -> Vec<String> {
    let mut odd = Vec::new();
    if let Some(diagnosed) = diagnosed.filter(|day| day.begins_after(start)) {
        odd.push(format!(
            "{} was started on {start}, before the diagnosis on {diagnosed}",
            drug.name
        ));
    }
    let is_approval = |event: &&RegulatoryEvent| {
        event.drug == drug.name
            && matches!(
                event.event,
                RegulatoryEventKind::Approval | RegulatoryEventKind::AcceleratedApproval
            )
    };
    let first = regulatory_events()
        .iter()
        .filter(is_approval)
        .min_by_key(|event| event.date.first_day());
    if let Some(first) = first.filter(|event| event.date.begins_after(start)) {
        odd.push(format!(
            "{} was started on {start}, before its first approval in the tables ({} {}): within a trial, or is the year a slip?",
            drug.name, first.agency, first.date
        ));
    }
    odd
}

fn drug(table: Table<'_>, text: &At<String>) -> Checked<&'static Drug> {
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
    let what = format!("{} is no drug of the tables", quoted(text.get_ref()));
    Err(table.wrong(text, "drug", what, remedy))
}

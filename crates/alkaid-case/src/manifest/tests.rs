//! What a manifest may say, and how it is refused.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::{FishGiven, parse, read, schema, template};

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
    let skipped = [
        "images =",
        "counts =",
        "image =",
        "note =",
        "pixel_um =",
        "channels =",
        "region =",
    ];
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
    assert!(matches!(manifest.fish.unwrap().given, FishGiven::Totals(counts) if counts.split == 6));
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
            "line 6, ihc.intensity: 4 is out of range; give 0 to 3 (none to strong)",
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

#[test]
fn what_editors_and_other_systems_add_is_no_matter() {
    for text in [format!("\u{feff}{IHC}"), IHC.replace('\n', "\r\n")] {
        let manifest = parse(Path::new("case.toml"), text.clone()).unwrap();
        assert_eq!(manifest.sample.id, "S1");
        assert_eq!(manifest.text, text);
    }
    let message = refused(&format!("\u{feff}{}", IHC.replace("clone", "klone")));
    assert!(
        message.contains("line 4: there is no key klone"),
        "{message}"
    );
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.toml");
    let mut bytes = IHC.as_bytes().to_vec();
    bytes.extend(b"reader = \"M\xfcller\"\n");
    fs::write(&path, &bytes).unwrap();
    let message = read(&path).unwrap_err().to_string();
    assert!(
        message.contains("line 6: these bytes are no UTF-8"),
        "{message}"
    );
    fs::write(&path, vec![b'#'; super::MAX_MANIFEST_BYTES + 1]).unwrap();
    let message = read(&path).unwrap_err().to_string();
    assert!(message.contains("is it the right file?"), "{message}");
}

#[test]
fn keys_of_images_need_images_and_a_kit() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("section.tif"), "x").unwrap();
    for (text, wanted) in [
        (
            "[fish]\nfused = 50\npixel_um = 0.1\n",
            "line 5, fish.pixel_um: it is about images, and none is given",
        ),
        (
            "[ihc]\ncall = \"positive\"\nregion = \"section.tif\"\n",
            "line 5, ihc.region: it is about an image",
        ),
        (
            "[ihc]\nimage = \"section.tif\"\nclone = \"D5F4\"\n",
            "line 5, ihc.clone: there is no kit D5F4; known are D5F3",
        ),
        (
            "[fish]\nimages = [\"section.tif\"]\nchannels = \"blue\"\n",
            "line 5, fish.channels: \"blue\" is no list of channels",
        ),
        (
            "[fish]\nimages = [\"section.tif\", \"./section.tif\"]\n",
            "line 4, fish.images: ./section.tif is given twice",
        ),
    ] {
        let text = format!("[sample]\nid = \"S\"\n{text}");
        let message = parse(&folder.path().join("case.toml"), text)
            .unwrap_err()
            .to_string();
        assert!(message.contains(wanted), "{message}\nwanted: {wanted}");
    }
}

#[test]
fn an_image_needs_no_clone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("section.tif"), "x").unwrap();
    let text = "[sample]\nid = \"S\"\n[ihc]\nimage = \"section.tif\"\nregion = \"section.tif\"\npixel_um = 0.5\n";
    let manifest = parse(&folder.path().join("case.toml"), text.to_owned()).unwrap();
    assert!(manifest.ihc.unwrap().region.is_some());
}

#[test]
fn a_treatment_before_its_drug_is_questioned() {
    let text = format!("{IHC}[[treatment]]\ndrug = \"alectinib\"\nstart = 2002-03-01\n");
    let manifest = parse(Path::new("case.toml"), text).unwrap();
    let [warning] = manifest.warnings.as_slice() else {
        panic!("{:?}", manifest.warnings);
    };
    assert!(
        warning.contains("before its first approval in the tables (FDA 2015-12-11)"),
        "{warning}"
    );
}

#[test]
fn what_toml_says_is_put_in_plain_words() {
    for (text, wanted) in [
        (
            "",
            "line 1: the table [sample] is missing; alkaid case init",
        ),
        ("[sample]\n", "the key id is missing here"),
        (
            "[sample]\nid = \"S\"\n[rna]\nfiles = [\"a\"]\n",
            "line 3: rna can stand several times; write [[rna]], in double brackets",
        ),
        (
            "[sample]\nid = \"S\"\n[[fish]]\nfused = 3\n",
            "line 3: fish stands once; write [fish], in single brackets",
        ),
        (
            "[sample]\nid = \"S\"\ntumour_content = \"40 %\"\n",
            "line 3: a number is wanted, without quotes and unit, and this is string \"40 %\"",
        ),
        (
            "[sample]\nid = \"S\"\n[fish]\nfused = 1.5\n",
            "line 4: a whole number is wanted, without quotes, and this is floating point 1.5",
        ),
        (
            "[sample]\nid = \"S\"\n[fish]\nimages = \"a.tif\"\n",
            "line 4: a list is wanted: [\"a\", \"b\"], and this is string \"a.tif\"",
        ),
        (
            "[sample]\nid = 7\n",
            "line 2: text in quotes is wanted, and this is integer 7",
        ),
        (
            "[sample]\nid = \"S\"\nsimulated = 1\n",
            "line 3: true or false is wanted, and this is integer 1",
        ),
    ] {
        let message = refused(text);
        assert!(message.contains(wanted), "{message}\nwanted: {wanted}");
    }
}

#[test]
fn a_score_that_contradicts_its_call_or_itself_is_refused() {
    for key in ["h_score = 0.0", "stained = 0.0"] {
        let message = refused(&format!("{IHC}{key}\n"));
        assert!(message.contains("0 contradicts call"), "{message}");
    }
    let negative = IHC.replace("positive", "negative");
    for (key, expected) in [
        ("intensity = 3", "contradicts call = \"negative\""),
        ("h_score = 240.0", "some cells are strongly stained"),
        ("intensity = 1\nh_score = 150.0", "between 0 and 100"),
        ("stained = 0.5\nh_score = 20.0", "between 50 and 150"),
    ] {
        let message = refused(&format!("{negative}{key}\n"));
        assert!(message.contains(expected), "{key}: {message}");
    }
    let fits = negative + "intensity = 1\nstained = 0.5\nh_score = 49.6\n";
    assert!(parse(Path::new("case.toml"), fits).is_ok());
}

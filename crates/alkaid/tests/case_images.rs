//! `alkaid case` on images: a slide of FISH and a stained section, as a user gives them.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use common::{alkaid, list, names, printed_json};
use serde_json::Value;
use tempfile::TempDir;

/// The slides of example 11, simulated once: fields with enough nuclei for the rule, and a section with its tumour
/// outlined. Every test copies them.
fn slides() -> &'static Path {
    static SLIDES: OnceLock<TempDir> = OnceLock::new();
    let folder = SLIDES.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        alkaid()
            .current_dir(folder.path())
            .args(["simulate", "fish", "--out", "slide", "--plan"])
            .arg(example("slide.fish.toml"))
            .assert()
            .success();
        alkaid()
            .current_dir(folder.path())
            .args(["simulate", "ihc", "--pyramid", "--out", "section", "--plan"])
            .arg(example("section.ihc.json"))
            .assert()
            .success();
        folder
    });
    folder.path()
}

fn example(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/11-from-slides")
        .join(file)
}

const FIELDS: [&str; 3] = [
    "slide/field_01.ome.tif",
    "slide/field_02.ome.tif",
    "slide/field_03.ome.tif",
];

/// A case in a folder of its own.
struct Case {
    folder: TempDir,
}

impl Case {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("slide")).unwrap();
        for file in FIELDS
            .into_iter()
            .chain(["section.tif", "section_tumour.geojson"])
        {
            fs::copy(slides().join(file), folder.path().join(file)).unwrap();
        }
        let case = Self { folder };
        case.says("");
        case
    }

    /// Writes the manifest of the example, with a further line for FISH.
    fn says(&self, fish: &str) {
        let text = fs::read_to_string(example("case.toml")).unwrap();
        let text = text.replace("[fish]\n", &format!("[fish]\n{fish}\n"));
        fs::write(self.path("case.toml"), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self) -> Value {
        printed_json(
            alkaid()
                .arg("case")
                .arg(self.folder.path())
                .arg("--json")
                .arg("--out")
                .arg(self.path("results")),
        )
    }
}

fn assay<'r>(report: &'r Value, id: &str) -> &'r Value {
    list(report, "assays")
        .iter()
        .find(|one| one["id"] == id)
        .unwrap()
}

/// All files below a folder with their bytes.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        match path.is_dir() {
            true => all.extend(
                content(&path)
                    .into_iter()
                    .map(|(below, bytes)| (format!("{name}/{below}"), bytes)),
            ),
            false => all.push((name, fs::read(path).unwrap())),
        }
    }
    all
}

#[test]
fn slides_are_measured_shown_and_kept() {
    let case = Case::new();
    let report = case.run();
    assert_eq!(assay(&report, "fish")["state"], "positive", "{report}");
    assert_eq!(assay(&report, "ihc")["state"], "positive");
    assert_eq!(report["status"], "rearranged");
    assert_eq!(report["fish"]["origin"], "images");

    // A dozen nuclei, of each pattern in turn, each with its picture and its signals in words.
    let gallery = list(&report["fish"], "gallery");
    assert_eq!(gallery.len(), 12);
    let order = ["split", "isolated red", "isolated green", "fused"];
    let places: Vec<usize> = gallery
        .iter()
        .map(|one| {
            order
                .iter()
                .position(|name| one["pattern"] == *name)
                .unwrap()
        })
        .collect();
    assert!(
        places.is_sorted() && places.contains(&0) && places.contains(&3),
        "{places:?}"
    );
    let out = case.path("results");
    for nucleus in gallery {
        let picture = image::open(out.join(nucleus["image"].as_str().unwrap())).unwrap();
        assert_eq!(picture.width(), picture.height());
        assert!(
            nucleus["caption"].as_str().unwrap().contains(['1', '2']),
            "{nucleus}"
        );
    }
    assert!(
        report["fish"]["colours"]
            .as_str()
            .unwrap()
            .contains("red the 3' side")
    );
    let section = report["ihc"]["image"].as_str().unwrap();
    assert!(image::open(out.join(section)).unwrap().width() >= 200);
    let page = fs::read_to_string(out.join("case.html")).unwrap();
    assert_eq!(page.matches("href=\"data:image/png;base64,").count(), 13);

    // What the commands for single assays write is there for review.
    for file in [
        "fish/gallery.html",
        "fish/fish.json",
        "ihc/review.html",
        "ihc/cells.tsv",
    ] {
        assert!(out.join(file).is_file(), "{file}");
    }

    // The second run takes all of it from what was kept, and writes the same bytes.
    let kept = || {
        let folder = out.join("kept");
        let mut files: Vec<_> = names(&folder)
            .into_iter()
            .map(|name| {
                let changed = fs::metadata(folder.join(&name))
                    .unwrap()
                    .modified()
                    .unwrap();
                (name, changed)
            })
            .collect();
        files.sort();
        files
    };
    let (before, files) = (kept(), content(&out));
    assert_eq!(before.len(), 2, "{before:?}");
    fs::remove_dir_all(out.join("pictures")).unwrap();
    assert_eq!(case.run(), report);
    assert_eq!(kept(), before);
    for ((name, bytes), (again, same)) in files.iter().zip(&content(&out)) {
        assert_eq!(name, again);
        assert!(bytes == same, "{name} differs");
    }
}

#[test]
fn a_damaged_image_fails_alone_and_is_told() {
    let case = Case::new();
    let path = case.path(FIELDS[1]);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let report = case.run();
    let fish = assay(&report, "fish");
    assert_eq!(fish["state"], "failed");
    let error = fish["error"].as_str().unwrap();
    assert!(error.starts_with("slide/field_02.ome.tif"), "{error}");
    assert!(report["fish"].is_null());
    assert_eq!(assay(&report, "ihc")["state"], "positive");
    let warnings = report["warnings"].to_string();
    assert!(
        warnings.contains("Break-apart FISH (fish) failed and is left out: slide/field_02"),
        "{warnings}"
    );
    // A section that is none fails in its turn; the case is then the prior, and says so.
    fs::write(case.path("section.tif"), "no image").unwrap();
    let report = case.run();
    assert_eq!(assay(&report, "ihc")["state"], "failed");
    assert!(report["warnings"].to_string().contains("prior alone"));
    assert!(case.path("results/case.pdf").is_file());
}

#[test]
fn a_pixel_size_that_is_missing_is_asked_for_in_the_manifest() {
    let case = Case::new();
    for field in FIELDS {
        let path = case.path(field);
        let mut bytes = fs::read(&path).unwrap();
        let name = b"PhysicalSize";
        let places: Vec<usize> = (0..bytes.len() - name.len())
            .filter(|at| bytes[*at..].starts_with(name))
            .collect();
        assert!(!places.is_empty());
        for at in places {
            bytes[at..at + 8].copy_from_slice(b"Imagined");
        }
        fs::write(&path, bytes).unwrap();
    }
    let report = case.run();
    let error = assay(&report, "fish")["error"].as_str().unwrap();
    assert!(error.contains("field_01"), "{error}");
    assert!(error.contains("give pixel_um in [fish]"), "{error}");
    assert!(!error.contains("--"), "{error}");
    // With the key it is measured; one field tells that, and has too few nuclei for the rule.
    case.says("pixel_um = 0.1075");
    let manifest = case.path("case.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let one_field: Vec<String> = text
        .lines()
        .map(|line| match line.starts_with("images = ") {
            true => format!("images = [\"{}\"]", FIELDS[0]),
            false => line.to_owned(),
        })
        .collect();
    fs::write(&manifest, one_field.join("\n")).unwrap();
    let report = case.run();
    assert_eq!(assay(&report, "fish")["state"], "insufficient", "{report}");
}

//! `gallery.html`: every nucleus to look at, accept or change, with the call recomputed at once. One file that asks
//! nothing of the network: its policy allows only its own script and style, by their hashes.

use std::collections::{BTreeMap, BTreeSet};

use alkaid_fish::finding::{Colour, Nucleus, Review, Signal};
use alkaid_fish::{FishReport, Pattern};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::crops::Crop;
use super::overlay::mark;

const PAGE: &str = include_str!("gallery/page.html");
const STYLE: &str = include_str!("gallery/style.css");
const SCRIPT: &str = include_str!("gallery/script.js");

/// Bytes of all pictures in a page, before base64: some 1,800 nuclei, a page of 32 MB that browsers still open at once.
const MOST_PICTURE_BYTES: usize = 24 << 20;

/// The gallery of a report on images. Nuclei without a crop, and those beyond what a page can hold, are listed without a
/// picture.
///
/// The page holds the rule as data, from the report's probe profile, and redraws the call from it; at the start it
/// compares its own call with the report's and says so if they differ. Changes are kept in the browser's storage for
/// this analysis and exported as `overrides.json`.
#[must_use]
pub fn gallery_html(report: &FishReport, crops: &[Crop]) -> String {
    // Text of the data must not end the element that holds it.
    let data = data(report, crops).to_string().replace('<', "\\u003c");
    let title = format!("ALK FISH: {}", report.sample);
    let parts = [
        ("{{style-hash}}", hash(STYLE)),
        ("{{script-hash}}", hash(SCRIPT)),
        ("{{title}}", escaped(&title)),
        ("{{notice}}", escaped(&report.notice)),
        ("{{style}}", STYLE.to_owned()),
        ("{{script}}", SCRIPT.to_owned()),
        ("{{data}}", data),
    ];
    // One pass from the left: what is put in is not searched again.
    let mut page =
        String::with_capacity(PAGE.len() + parts.iter().map(|(_, text)| text.len()).sum::<usize>());
    let mut rest = PAGE;
    while let Some(at) = rest.find("{{") {
        page.push_str(&rest[..at]);
        rest = &rest[at..];
        match parts.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, text)) => {
                page.push_str(text);
                rest = &rest[name.len()..];
            }
            None => {
                page.push_str("{{");
                rest = &rest[2..];
            }
        }
    }
    page + rest
}

/// What a content security policy wants: the base64 of the SHA-256.
fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn data(report: &FishReport, crops: &[Crop]) -> Value {
    let profile = &report.profile;
    let patterns: Vec<_> = Pattern::ALL
        .into_iter()
        .map(|pattern| {
            let (colour, letter) = mark(Some(pattern));
            json!({
                "key": pattern.as_str(),
                "name": name_of(pattern),
                "letter": letter,
                "colour": colour,
                "positive": profile.is_positive(pattern),
            })
        })
        .collect();
    let fields: Vec<_> = report
        .fields
        .iter()
        .map(|field| json!({ "name": field.name, "pixel_um": field.pixel.x_um, "signal_um": field.signal_um }))
        .collect();
    let crops = pictures(report, crops);
    let mut warnings = report.warnings.clone();
    let without = report.nuclei.len() - crops.len();
    if without > 0 {
        warnings.push(format!(
            "{without} nuclei are listed without a picture: the page holds those that the rule draws first and the most doubtful others"
        ));
    }
    let nuclei: Vec<_> = report
        .nuclei
        .iter()
        .map(|nucleus| row(nucleus, crops.get(&nucleus.id).copied()))
        .collect();
    json!({
        "sample": report.sample,
        "sha256": report.analysis_sha256,
        "tool": report.tool,
        "kit": profile.name,
        "three_prime_seen": match profile.three_prime.value {
            Colour::Red => "red",
            Colour::Green => "green",
        },
        "rule": {
            "first_nuclei": profile.first_nuclei.value,
            "second_nuclei": profile.second_nuclei.value,
            "negative_below": profile.negative_below.value,
            "positive_above": profile.positive_above.value,
            "cut_off_percent": profile.cut_off_percent.value,
        },
        "call": { "verdict": report.call.verdict.as_str(), "percent": report.call.percent },
        "refusals": report.refusals,
        "warnings": warnings,
        "draw_order": report.draw_order,
        "patterns": patterns,
        "fields": fields,
        "nuclei": nuclei,
    })
}

/// The crops that the page has room for: of the nuclei that the rule draws, then of the others by doubt.
fn pictures<'c>(report: &FishReport, crops: &'c [Crop]) -> BTreeMap<u32, &'c Crop> {
    let needed = report.call.steps.iter().flat_map(|step| &step.nuclei);
    let drawn: BTreeSet<&str> = needed.map(String::as_str).collect();
    let mut order: Vec<_> = report.nuclei.iter().collect();
    order.sort_by(|one, other| {
        let first = |nucleus: &Nucleus| {
            let drawn = drawn.contains(nucleus.id.to_string().as_str());
            (!drawn, !nucleus.excluded.is_empty())
        };
        let doubt = other.doubt.total_cmp(&one.doubt);
        first(one)
            .cmp(&first(other))
            .then(doubt)
            .then(one.id.cmp(&other.id))
    });
    let by_nucleus: BTreeMap<u32, &Crop> = crops.iter().map(|crop| (crop.nucleus, crop)).collect();
    let mut room = MOST_PICTURE_BYTES;
    let mut chosen = BTreeMap::new();
    for nucleus in order {
        if let Some(crop) = by_nucleus
            .get(&nucleus.id)
            .filter(|crop| crop.png.len() <= room)
        {
            room -= crop.png.len();
            chosen.insert(nucleus.id, *crop);
        }
    }
    chosen
}

const fn name_of(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Fused => "fused",
        Pattern::Split => "split",
        Pattern::IsolatedRed => "isolated 3′",
        Pattern::IsolatedGreen => "isolated 5′",
    }
}

fn row(nucleus: &Nucleus, crop: Option<&Crop>) -> Value {
    // Places are given in the crop, where there is one.
    let (left, top) = crop.map_or((0.0, 0.0), |crop| {
        (f64::from(crop.left), f64::from(crop.top))
    });
    let place = |x: f64, y: f64| [tenths(x - left), tenths(y - top)];
    let signal = |signal: &Signal| {
        json!({
            "side": side(signal.colour),
            "at": place(signal.x_px, signal.y_px),
            "snr": tenths(signal.snr),
            "merged": signal.merged,
            "confidence": hundredths(signal.confidence),
        })
    };
    let pairs: Vec<_> = nucleus
        .pairs
        .iter()
        .map(|pair| {
            json!({
                "um": hundredths(pair.distance_um),
                "error_um": hundredths(pair.error_um),
                "diameters": hundredths(pair.diameters),
                "split": pair.split,
            })
        })
        .collect();
    // What a person changed before is shown as a change, and what the analysis said as what it is.
    let (pattern, excluded) = match &nucleus.reviewed {
        Some(review) => (review.before, &review.excluded_before),
        None => (nucleus.pattern, &nucleus.excluded),
    };
    let outline: Vec<_> = nucleus
        .outline
        .iter()
        .map(|[x, y]| place(f64::from(*x), f64::from(*y)))
        .collect();
    json!({
        "id": nucleus.id,
        "field": nucleus.field,
        "label": nucleus.label,
        "pattern": pattern.map(Pattern::as_str),
        "excluded": excluded,
        "doubt": hundredths(nucleus.doubt),
        "counts": nucleus.counts,
        "area_um2": tenths(nucleus.area_um2),
        "solidity": hundredths(nucleus.solidity),
        "focus": hundredths(nucleus.focus),
        "dapi": hundredths(nucleus.dapi),
        "signals": nucleus.signals.iter().map(signal).collect::<Vec<_>>(),
        "pairs": pairs,
        "outline": outline,
        "size": crop.map(|crop| [crop.width, crop.height]),
        "png": crop.map(|crop| STANDARD.encode(&crop.png)),
        "reviewed": nucleus.reviewed.as_ref().map(review),
    })
}

fn review(review: &Review) -> Value {
    json!({
        "pattern": review.pattern.map(Pattern::as_str),
        "reader": review.reader,
        "when": review.when,
        "reason": review.reason,
    })
}

const fn side(colour: Colour) -> u8 {
    match colour {
        Colour::Red => 3,
        Colour::Green => 5,
    }
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use alkaid_fish::Counts;
    use alkaid_fish::finding::{Exclusion, FieldFinding, Pair};
    use alkaid_fish::overrides::{OVERRIDES_SCHEMA, Override, Overrides};
    use alkaid_fish::profile::profile;
    use alkaid_fish::report::{RunOptions, Setting, report_on_images};
    use alkaid_imaging::PixelSize;

    use super::*;

    fn field() -> FieldFinding {
        FieldFinding {
            name: "one </script> & two".to_owned(),
            width: 900,
            height: 900,
            planes: 1,
            pixel: PixelSize {
                x_um: 0.1,
                y_um: 0.1,
                z_um: None,
            },
            nuclei: 60,
            scorable: 59,
            signal_um: [0.3, 0.3],
            snr: [12.0, 12.0],
            shift_um: [0.0, 0.0],
            false_signals: [0.0, 0.0],
            warnings: Vec::new(),
        }
    }

    fn nucleus(id: u32, pattern: Pattern) -> Nucleus {
        let split = pattern == Pattern::Split;
        let counts = Counts {
            fused: 1 + u16::from(!split),
            red: u16::from(split),
            green: u16::from(split),
        };
        let signal = |colour, x_px| Signal {
            colour,
            x_px,
            y_px: 50.0,
            z: 0.0,
            error_um: 0.02,
            amplitude: 900.0,
            snr: 12.0,
            merged: 1,
            confidence: 0.99,
        };
        Nucleus {
            id,
            field: 0,
            label: id,
            x_px: 50.0,
            y_px: 50.0,
            bounds: [10, 20, 90, 100],
            outline: vec![[10.0, 20.0], [90.0, 20.0], [50.0, 100.0], [10.0, 20.0]],
            area_um2: 64.0,
            solidity: 0.95,
            focus: 1.0,
            dapi: 1.0,
            excluded: if id == 60 {
                vec![Exclusion::Edge]
            } else {
                Vec::new()
            },
            // Not all the same way, as where channels are not registered.
            signals: vec![
                signal(Colour::Red, 40.0),
                signal(Colour::Green, if id % 4 < 2 { 48.0 } else { 32.0 }),
            ],
            pairs: vec![Pair {
                red: 0,
                green: 1,
                distance_um: 0.8,
                error_um: 0.03,
                diameters: 2.7,
                split,
            }],
            counts,
            pattern: (id != 60).then_some(pattern),
            doubt: 0.25,
            reviewed: None,
        }
    }

    fn report(overrides: bool) -> FishReport {
        let nuclei: Vec<_> = (1..=60)
            .map(|id| {
                nucleus(
                    id,
                    if id % 2 == 0 {
                        Pattern::Split
                    } else {
                        Pattern::Fused
                    },
                )
            })
            .collect();
        let setting = || Setting {
            sample: "S <1>".to_owned(),
            profile: profile("vysis").unwrap(),
            options: RunOptions::default(),
            inputs: Vec::new(),
        };
        let plain = report_on_images(vec![field()], nuclei.clone(), None, setting()).unwrap();
        if !overrides {
            return plain;
        }
        let change = Override {
            nucleus: 2,
            field: field().name,
            label: 2,
            pattern: None,
            reader: "A".to_owned(),
            when: "2026-11-22".to_owned(),
            reason: "two nuclei".to_owned(),
        };
        let overrides = Overrides {
            schema: OVERRIDES_SCHEMA.to_owned(),
            sample: plain.sample,
            report_sha256: plain.analysis_sha256,
            overrides: vec![change],
        };
        report_on_images(vec![field()], nuclei, Some(&overrides), setting()).unwrap()
    }

    fn data_in(page: &str) -> Value {
        let (_, after) = page.split_once(r#"id="data">"#).unwrap();
        serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
    }

    #[test]
    fn the_page_stands_alone() {
        let page = gallery_html(&report(false), &[]);
        assert!(!page.contains("{{"), "a part was not filled in");
        // The only addresses are names of XML vocabularies.
        let addresses = page.matches("://").count();
        assert_eq!(
            addresses,
            page.matches("http://www.w3.org/2000/svg").count()
        );
        assert!(page.contains("default-src 'none'"));
        assert!(page.contains(&format!("'sha256-{}'", hash(SCRIPT))));
        assert!(!page.contains(" style=\"") && !page.contains(" onclick"));
        assert!(page.contains("ALK FISH: S &lt;1&gt;"));
        assert_eq!(page.matches("</script>").count(), 2);
    }

    #[test]
    fn the_rule_is_the_profiles() {
        let report = report(false);
        let data = data_in(&gallery_html(&report, &[]));
        assert_eq!(
            data["rule"]["cut_off_percent"],
            report.profile.cut_off_percent.value
        );
        assert_eq!(
            data["rule"]["first_nuclei"],
            report.profile.first_nuclei.value
        );
        let positive: Vec<_> = data["patterns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["positive"].clone())
            .collect();
        assert_eq!(positive, [false, true, true, false]);
        assert_eq!(data["sha256"], report.analysis_sha256);
        assert_eq!(data["draw_order"].as_array().unwrap().len(), 60);
        // Thresholds live in the data alone.
        for number in ["25", "15", "50"] {
            let literal = |text: &str| {
                text.split(|c: char| !c.is_alphanumeric())
                    .any(|word| word == number)
            };
            assert!(!literal(SCRIPT), "{number} is written in the script");
        }
    }

    #[test]
    fn what_the_analysis_said_is_kept_beside_what_a_person_said() {
        let data = data_in(&gallery_html(&report(true), &[]));
        let second = &data["nuclei"][1];
        assert_eq!(
            (&second["pattern"], &second["excluded"]),
            (&json!("split"), &json!([]))
        );
        assert_eq!(second["reviewed"]["reason"], "two nuclei");
        assert_eq!(data["nuclei"][59]["excluded"], json!(["edge"]));
    }

    #[test]
    fn a_page_holds_only_so_many_pictures() {
        let crops: Vec<_> = (1..=60)
            .map(|nucleus| Crop {
                nucleus,
                left: 0,
                top: 0,
                width: 1,
                height: 1,
                png: vec![0; MOST_PICTURE_BYTES / 55],
            })
            .collect();
        let report = report(false);
        let kept = pictures(&report, &crops);
        assert_eq!(kept.len(), 55);
        let drawn = &report.call.steps[0].nuclei;
        assert!(
            drawn
                .iter()
                .all(|name| kept.contains_key(&name.parse().unwrap()))
        );
        assert!(!kept.contains_key(&60), "an excluded nucleus before others");
    }

    #[test]
    fn places_are_those_of_the_crop() {
        let crop = Crop {
            nucleus: 1,
            left: 4,
            top: 14,
            width: 92,
            height: 92,
            png: vec![1, 2, 3],
        };
        let data = data_in(&gallery_html(&report(false), &[crop]));
        let first = &data["nuclei"][0];
        assert_eq!(first["signals"][0]["at"], json!([36.0, 36.0]));
        assert_eq!(first["outline"][0], json!([6.0, 6.0]));
        assert_eq!(
            (&first["png"], &data["nuclei"][1]["png"]),
            (&json!("AQID"), &Value::Null)
        );
    }
}

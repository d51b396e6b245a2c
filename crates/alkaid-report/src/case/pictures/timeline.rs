//! Inhibitors given, and when the sample was taken.

use alkaid_case::finding::{Sample, Treatment};

use super::Scale;
use crate::page::{Anchor, Ink, Picture};

const LEFT: f32 = 120.0;
const RIGHT: f32 = 700.0;
const ROW: f32 = 30.0;

/// A bar a treatment. `None` where no date is known.
pub(in crate::case) fn timeline(treatments: &[Treatment], sample: &Sample) -> Option<Picture> {
    let collected = sample.collected.as_deref().and_then(day);
    let diagnosed = sample.diagnosed.as_deref().and_then(day);
    let bars: Vec<(&Treatment, Option<f64>, Option<f64>)> = treatments
        .iter()
        .map(|one| {
            let start = one.start.as_deref().and_then(day);
            (one, start, one.end.as_deref().and_then(day))
        })
        .collect();
    let days: Vec<f64> = bars
        .iter()
        .flat_map(|(_, start, end)| [*start, *end])
        .chain([collected, diagnosed])
        .flatten()
        .collect();
    let first = days.iter().copied().reduce(f64::min)?;
    let last = days.iter().copied().reduce(f64::max)?;
    if bars.is_empty() || last <= first {
        return None;
    }
    let margin = (last - first) * 0.04;
    let scale = Scale {
        from: (first - margin, last + margin),
        to: (LEFT, RIGHT),
    };
    let floor = 30.0 + bars.len() as f32 * ROW;
    let mut picture = Picture::new(floor + 40.0, "Inhibitors given so far");
    years(&mut picture, scale, floor);
    for (row, (treatment, start, end)) in bars.iter().enumerate() {
        let y = 26.0 + row as f32 * ROW;
        picture.words((0.0, y + 13.0), Anchor::Start, Ink::Text, &*treatment.drug);
        let (from, to) = (
            scale.at(start.unwrap_or(first)),
            scale.at(end.unwrap_or(last + margin)),
        );
        let ink = if treatment.progressed {
            Ink::Alk
        } else {
            Ink::Partner
        };
        picture.rect((from, y + 2.0), ((to - from).max(3.0), 15.0), ink);
        picture.small(
            (0.0, y + 25.0),
            Anchor::Start,
            Ink::Muted,
            outcome(treatment),
        );
    }
    for (at, name) in [(diagnosed, "diagnosis"), (collected, "this sample")] {
        let Some(x) = at.map(|at| scale.at(at)) else {
            continue;
        };
        picture.dashed((x, 16.0), (x, floor), Ink::Text);
        picture.small((x, 11.0), Anchor::Middle, Ink::Text, name);
    }
    let says: Vec<String> = treatments
        .iter()
        .map(|one| {
            let part = |day: &Option<String>| day.clone().unwrap_or_else(|| "?".to_owned());
            format!(
                "{} from {} to {}",
                one.drug,
                part(&one.start),
                part(&one.end)
            )
        })
        .collect();
    picture.description = says.join("; ");
    Some(picture)
}

/// Best response, and whether the tumour went on.
fn outcome(treatment: &Treatment) -> String {
    let progressed = treatment.progressed.then_some("progressed");
    let parts: Vec<&str> = treatment
        .best_response
        .as_deref()
        .into_iter()
        .chain(progressed)
        .collect();
    parts.join(", then ")
}

fn years(picture: &mut Picture, scale: Scale, floor: f32) {
    picture.line((LEFT, floor), (RIGHT, floor), Ink::Muted, 1.0);
    let (from, to) = scale.from;
    let first = (from / 365.2425).ceil() as i64;
    let last = (to / 365.2425).floor() as i64;
    let every = ((last - first) / 10 + 1).max(1);
    for year in (first..=last).filter(|year| year % every == 0) {
        let x = scale.at(year as f64 * 365.2425);
        picture.line((x, floor), (x, floor + 5.0), Ink::Muted, 1.0);
        picture.small(
            (x, floor + 18.0),
            Anchor::Middle,
            Ink::Muted,
            year.to_string(),
        );
    }
}

/// Days since the year 0, near enough for drawing; a date may stop at its year or month.
fn day(date: &str) -> Option<f64> {
    let mut parts = date.get(..date.len().min(10))?.split('-');
    let year: f64 = parts.next()?.parse().ok()?;
    let month: f64 = parts.next().map_or(Some(1.0), |part| part.parse().ok())?;
    let of_month: f64 = parts.next().map_or(Some(1.0), |part| part.parse().ok())?;
    Some(year * 365.2425 + (month - 1.0) * 30.437 + (of_month - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_stop_at_the_year() {
        assert!(day("2026").unwrap() < day("2026-02").unwrap());
        assert!(day("2026-02").unwrap() < day("2026-02-10").unwrap());
        assert_eq!(day("soon"), None);
    }
}

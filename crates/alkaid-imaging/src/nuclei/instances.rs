//! From the network's answers to labels.
//!
//! Cells propose star-shaped outlines, the deepest first. A proposal is taken if it is not mostly covered by those
//! taken before it. Pixels go to the proposal that covers them where the foreground agrees; foreground within reach of
//! a nucleus joins it. `training/instances.py` takes the same steps.

use ndarray::Array2;

use super::network::RAYS;

/// Where a rule's figures come from: `training/evaluate.py --search` on the validation fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Least depth of a proposing cell.
    pub depth: f32,
    /// Greatest share of a proposal that others may cover already.
    pub covered: f32,
    /// Least foreground probability of a nucleus's pixel.
    pub foreground: f32,
    /// Pixels by which a nucleus may grow over foreground.
    pub reach: usize,
    /// Least area of a nucleus, in pixels.
    pub area: usize,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            depth: 0.65,
            covered: 0.25,
            foreground: 0.5,
            reach: 3,
            area: 30,
        }
    }
}

/// A cell's idea of its nucleus, in the network's pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Row of the cell's centre; rows count from the plane's upper edge, so that a pixel's centre lies at one half.
    pub y: f32,
    /// Column of the cell's centre.
    pub x: f32,
    /// Depth of the cell: 0 at a nucleus's edge, 1 where it is thickest.
    pub depth: f32,
    /// Distance to the edge in every direction.
    pub rays: [f32; RAYS],
}

/// What the network says about a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// Probability of lying in a nucleus, `[[y, x]]`.
    pub foreground: Array2<f32>,
    /// In the order of their cells.
    pub proposals: Vec<Proposal>,
}

/// Labels, numbered with gaps, deepest first.
#[must_use]
pub fn label(mut answers: Answers, rule: &Rule) -> Array2<u32> {
    let mut canvas = Canvas {
        labels: Array2::zeros(answers.foreground.dim()),
        taken: Array2::from_elem(answers.foreground.dim(), false),
        count: 0,
    };
    answers
        .proposals
        .sort_by(|a, b| b.depth.total_cmp(&a.depth));
    let directions = directions();
    for proposal in &answers.proposals {
        canvas.consider(proposal, &directions, &answers.foreground, rule);
    }
    for _ in 0..rule.reach {
        grow(&mut canvas.labels, &answers.foreground, rule.foreground);
    }
    canvas.labels
}

/// (dy, dx) of every ray.
fn directions() -> [(f32, f32); RAYS] {
    std::array::from_fn(|ray| {
        let (sine, cosine) = (std::f32::consts::TAU * ray as f32 / RAYS as f32).sin_cos();
        (sine, cosine)
    })
}

struct Canvas {
    labels: Array2<u32>,
    /// Covered by a proposal, whether the foreground agrees or not.
    taken: Array2<bool>,
    count: u32,
}

impl Canvas {
    fn consider(
        &mut self,
        proposal: &Proposal,
        directions: &[(f32, f32); RAYS],
        foreground: &Array2<f32>,
        rule: &Rule,
    ) {
        let (row, column) = (proposal.y as usize, proposal.x as usize);
        let middle = |y: usize, x: usize| self.taken.get([y, x]).copied().unwrap_or(true);
        if middle(row.saturating_sub(1), column.saturating_sub(1)) && middle(row, column) {
            return;
        }
        let outline: [(f32, f32); RAYS] = std::array::from_fn(|ray| {
            let reach = proposal.rays[ray].max(0.5);
            (
                proposal.y + reach * directions[ray].0,
                proposal.x + reach * directions[ray].1,
            )
        });
        let spans = spans(&outline, foreground.dim());
        let (mut total, mut free, mut kept) = (0_usize, 0_usize, 0_usize);
        for (y, left, right) in &spans {
            for x in *left..*right {
                let open = !self.taken[[*y, x]];
                total += 1;
                free += usize::from(open);
                kept += usize::from(open && foreground[[*y, x]] >= rule.foreground);
            }
        }
        if (total - free) as f32 > rule.covered * total as f32 || kept < rule.area {
            return;
        }
        self.count += 1;
        for (y, left, right) in spans {
            for x in left..right {
                if !std::mem::replace(&mut self.taken[[y, x]], true)
                    && foreground[[y, x]] >= rule.foreground
                {
                    self.labels[[y, x]] = self.count;
                }
            }
        }
    }
}

/// Rows and half-open ranges of columns whose pixel centres lie inside an outline, cut to the plane.
fn spans(
    outline: &[(f32, f32); RAYS],
    (height, width): (usize, usize),
) -> Vec<(usize, usize, usize)> {
    let top = outline
        .iter()
        .map(|point| point.0)
        .fold(f32::INFINITY, f32::min)
        .floor()
        .max(0.0) as usize;
    let bottom = outline
        .iter()
        .map(|point| point.0)
        .fold(0.0, f32::max)
        .ceil() as usize;
    let mut found = Vec::new();
    let mut crossings = Vec::with_capacity(4);
    for y in top..bottom.min(height) {
        let line = y as f32 + 0.5;
        crossings.clear();
        for (index, (y0, x0)) in outline.iter().enumerate() {
            let (y1, x1) = outline[(index + 1) % RAYS];
            if (*y0 <= line) != (y1 <= line) {
                crossings.push(x0 + (line - y0) / (y1 - y0) * (x1 - x0));
            }
        }
        crossings.sort_by(f32::total_cmp);
        for pair in crossings.chunks_exact(2) {
            let edge = |place: f32| ((place - 0.5).ceil().max(0.0) as usize).min(width);
            found.push((y, edge(pair[0]), edge(pair[1])));
        }
    }
    found
}

/// Gives every foreground pixel beside a nucleus to it: the one above first, then left, right, below.
fn grow(labels: &mut Array2<u32>, foreground: &Array2<f32>, least: f32) {
    let before = labels.clone();
    let label = |y: Option<usize>, x: Option<usize>| {
        y.zip(x)
            .and_then(|place| before.get(place))
            .copied()
            .unwrap_or(0)
    };
    for ((y, x), value) in labels.indexed_iter_mut() {
        if *value != 0 || foreground[[y, x]] < least {
            continue;
        }
        let around = [
            label(y.checked_sub(1), Some(x)),
            label(Some(y), x.checked_sub(1)),
            label(Some(y), Some(x + 1)),
            label(Some(y + 1), Some(x)),
        ];
        *value = around.into_iter().find(|label| *label != 0).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc(y: f32, x: f32, radius: f32, depth: f32) -> Proposal {
        Proposal {
            y,
            x,
            depth,
            rays: [radius; RAYS],
        }
    }

    fn answers(proposals: Vec<Proposal>) -> Answers {
        Answers {
            foreground: Array2::ones((40, 60)),
            proposals,
        }
    }

    fn areas(labels: &Array2<u32>) -> Vec<usize> {
        let top = labels.iter().max().copied().unwrap_or(0);
        (1..=top)
            .map(|label| labels.iter().filter(|other| **other == label).count())
            .collect()
    }

    #[test]
    fn an_outline_covers_its_disc() {
        let rule = Rule {
            reach: 0,
            ..Rule::default()
        };
        let labels = label(answers(vec![disc(20.0, 30.0, 10.0, 0.9)]), &rule);
        let area = areas(&labels)[0] as f32;
        assert!((area - 314.0).abs() < 8.0, "{area}");
    }

    #[test]
    fn the_deepest_of_many_proposals_for_one_nucleus_wins_and_a_neighbour_stays() {
        let rule = Rule {
            reach: 0,
            ..Rule::default()
        };
        let near = vec![
            disc(20.0, 22.0, 9.0, 0.8),
            disc(20.0, 20.0, 10.0, 0.9),
            disc(20.0, 36.0, 9.0, 0.7),
        ];
        let labels = label(answers(near), &rule);
        assert_eq!(areas(&labels).len(), 2);
        assert_eq!(labels[[20, 12]], 1);
        assert_eq!(labels[[20, 40]], 2);
    }

    #[test]
    fn background_and_what_lies_outside_are_left_out() {
        let mut given = answers(vec![disc(2.0, 58.0, 12.0, 0.9)]);
        given.foreground.slice_mut(ndarray::s![.., ..52]).fill(0.0);
        let labels = label(
            given,
            &Rule {
                reach: 0,
                ..Rule::default()
            },
        );
        assert!(
            labels
                .slice(ndarray::s![.., ..52])
                .iter()
                .all(|label| *label == 0)
        );
        assert_eq!(labels[[0, 59]], 1);
        assert!(
            label(answers(vec![]), &Rule::default())
                .iter()
                .all(|label| *label == 0)
        );
    }

    #[test]
    fn growth_stops_at_its_reach() {
        let labels = label(answers(vec![disc(20.0, 30.0, 5.0, 0.9)]), &Rule::default());
        assert_eq!(labels[[20, 37]], 1);
        assert_eq!(labels[[20, 39]], 0);
    }
}

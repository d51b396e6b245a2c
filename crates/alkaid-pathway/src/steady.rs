//! Steady states, block by block: what is no part of a loop follows from what is before it; a loop is solved by Newton's
//! method.

use std::sync::LazyLock;

use crate::error::PathwayError;
use crate::integrate::Equations;
use crate::kinetics::Kinetics;
use crate::network::{Evidence, Role, edges_with, nodes};

/// The largest change that a solved state still wants to make.
const TOLERANCE: f64 = 1e-11;

/// Groups of nodes that depend on each other, each after what it depends on.
fn blocks(evidence: Evidence) -> &'static [Vec<usize>] {
    static USABLE: LazyLock<Vec<Vec<usize>>> = LazyLock::new(|| order(Evidence::Usable));
    static ALL: LazyLock<Vec<Vec<usize>>> = LazyLock::new(|| order(Evidence::All));
    match evidence {
        Evidence::Usable => &USABLE,
        Evidence::All => &ALL,
    }
}

fn order(evidence: Evidence) -> Vec<Vec<usize>> {
    let n = nodes().len();
    let mut reach = vec![vec![false; n]; n];
    let front = |role| role == Role::Front;
    for edge in edges_with(evidence) {
        if nodes()[edge.to].kind != crate::network::NodeKind::Input || front(edge.role) {
            reach[edge.from][edge.to] = true;
        }
    }
    for middle in 0..n {
        let onward = reach[middle].clone();
        for row in reach.iter_mut().filter(|row| row[middle]) {
            for (to, reached) in row.iter_mut().enumerate() {
                *reached |= onward[to];
            }
        }
    }
    let mut placed = vec![false; n];
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    while placed.iter().any(|done| !done) {
        let ready = |place: usize, placed: &[bool]| {
            (0..n).all(|other| placed[other] || !reach[other][place] || reach[place][other])
        };
        let Some(first) = (0..n).find(|place| !placed[*place] && ready(*place, &placed)) else {
            break;
        };
        let block: Vec<usize> = (0..n)
            .filter(|other| *other == first || (reach[first][*other] && reach[*other][first]))
            .collect();
        for place in &block {
            placed[*place] = true;
        }
        blocks.push(block);
    }
    blocks
}

/// The state in which nothing changes, with what is on now. The last entry, the logarithm of the cells, is 0.
///
/// `near` is where to start; a state of a similar case saves time.
///
/// # Errors
///
/// When a loop does not settle; it may oscillate.
pub fn steady(
    kinetics: &Kinetics,
    evidence: Evidence,
    near: Option<&[f64]>,
) -> Result<Vec<f64>, PathwayError> {
    let mut x = near.map_or_else(|| vec![0.3; kinetics.size()], <[f64]>::to_vec);
    if let Some(cells) = x.last_mut() {
        *cells = 0.0;
    }
    kinetics.fix(&mut x);
    for block in blocks(evidence) {
        if let [place] = block.as_slice() {
            x[*place] = kinetics.target(*place, &x);
        } else {
            solve(kinetics, block, &mut x)?;
        }
    }
    Ok(x)
}

fn solve(kinetics: &Kinetics, block: &[usize], x: &mut [f64]) -> Result<(), PathwayError> {
    if newton(kinetics, block, x) {
        return Ok(());
    }
    // Walk towards the targets first, more and more slowly, then try again from there.
    for stride in [0.3, 0.1, 0.03] {
        for _ in 0..400 {
            let steps: Vec<f64> = block
                .iter()
                .map(|&place| kinetics.target(place, x) - x[place])
                .collect();
            for (&place, step) in block.iter().zip(steps) {
                x[place] += stride * step;
            }
        }
        if newton(kinetics, block, x) {
            return Ok(());
        }
    }
    let names: Vec<&str> = block.iter().map(|&place| nodes()[place].name).collect();
    Err(PathwayError::NoSteadyState(format!(
        "the loop of {} does not settle",
        names.join(", ")
    )))
}

/// Newton's method on one block; false where it does not arrive. `x` may be left anywhere in its range then.
fn newton(kinetics: &Kinetics, block: &[usize], x: &mut [f64]) -> bool {
    let n = block.len();
    let mut matrix = vec![0.0; n * n];
    let mut step = vec![0.0; n];
    for _ in 0..25 {
        let mut largest = 0.0_f64;
        matrix.fill(0.0);
        for (row, &place) in block.iter().enumerate() {
            let residual = kinetics.target(place, x) - x[place];
            largest = largest.max(residual.abs());
            step[row] = residual;
            matrix[row * n + row] = 1.0;
            kinetics.target_slopes(place, x, |from, slope| {
                if let Some(column) = block.iter().position(|&other| other == from) {
                    matrix[row * n + column] -= slope;
                }
            });
        }
        if largest < TOLERANCE {
            return true;
        }
        if !eliminate(&mut matrix, &mut step) {
            return false;
        }
        for (&place, change) in block.iter().zip(&step) {
            x[place] = (x[place] + change).clamp(0.0, 20.0);
        }
    }
    false
}

/// Solves a small dense system in place, with pivoting; false where it is singular.
fn eliminate(matrix: &mut [f64], right: &mut [f64]) -> bool {
    let n = right.len();
    for column in 0..n {
        let size = |row: usize, matrix: &[f64]| matrix[row * n + column].abs();
        let pivot = (column..n)
            .max_by(|a, b| size(*a, matrix).total_cmp(&size(*b, matrix)))
            .unwrap_or(column);
        let largest = size(pivot, matrix);
        if largest.is_nan() || largest <= 1e-14 {
            return false;
        }
        if pivot != column {
            for k in 0..n {
                matrix.swap(pivot * n + k, column * n + k);
            }
            right.swap(pivot, column);
        }
        for row in column + 1..n {
            let factor = matrix[row * n + column] / matrix[column * n + column];
            if factor != 0.0 {
                for k in column..n {
                    matrix[row * n + k] -= factor * matrix[column * n + k];
                }
                right[row] -= factor * right[column];
            }
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|k| matrix[row * n + k] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[row * n + row];
    }
    right.iter().all(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrate::{Precision, integrate};
    use crate::kinetics::tests::kinetics;

    #[test]
    fn blocks_hold_every_node_once_and_two_loops() {
        for evidence in [Evidence::Usable, Evidence::All] {
            let mut all: Vec<usize> = blocks(evidence).concat();
            all.sort_unstable();
            assert_eq!(all, (0..nodes().len()).collect::<Vec<_>>());
            assert!(blocks(evidence).iter().any(|block| block.len() > 3));
        }
    }

    #[test]
    fn steady_states_stand_still_and_are_where_time_leads() {
        for (text, number) in [
            ("", 0),
            ("bypass=MET drug=lorlatinib=20nM", 3),
            ("bypass=KRAS drug=crizotinib=50nM", 9),
        ] {
            let kinetics = kinetics(text, number);
            let x = steady(&kinetics, Evidence::All, None).unwrap();
            let mut rates = vec![0.0; x.len()];
            kinetics.rates(0.0, &x, &mut rates);
            let moving = rates[..x.len() - 1]
                .iter()
                .fold(0.0_f64, |most, rate| most.max(rate.abs()));
            assert!(moving < 1e-8, "{text}: {moving}");
            let mut start = vec![0.1; x.len()];
            kinetics.fix(&mut start);
            let end = integrate(&kinetics, 0.0, &start, &[2000.0], Precision::BANDS).unwrap();
            for place in 0..nodes().len() {
                assert!(
                    (end[0][place] - x[place]).abs() < 1e-3,
                    "{text}: {}",
                    nodes()[place].name
                );
            }
        }
    }

    #[test]
    fn a_singular_system_is_noticed() {
        assert!(!eliminate(&mut [1.0, 2.0, 2.0, 4.0], &mut [1.0, 2.0]));
        let mut right = [5.0, 10.0];
        assert!(eliminate(&mut [0.0, 1.0, 2.0, 0.0], &mut right));
        assert_eq!(right, [5.0, 5.0]);
    }
}

//! The cheapest way to give every row a column of its own (the Hungarian method with potentials).

/// For each of the `rows` of a cost table the column it gets; there must be at least as many columns as rows, and costs
/// must be finite.
pub(crate) fn cheapest(
    rows: usize,
    columns: usize,
    cost: impl Fn(usize, usize) -> f64,
) -> Vec<usize> {
    debug_assert!(rows <= columns);
    // Rows and columns count from 1; column 0 holds the row that is being placed.
    let mut row_potential = vec![0.0; rows + 1];
    let mut column_potential = vec![0.0; columns + 1];
    let mut holder = vec![0usize; columns + 1];
    let mut came_from = vec![0usize; columns + 1];
    for row in 1..=rows {
        holder[0] = row;
        let mut column = 0;
        let mut least = vec![f64::INFINITY; columns + 1];
        let mut seen = vec![false; columns + 1];
        while holder[column] != 0 {
            seen[column] = true;
            let placed = holder[column];
            let (mut delta, mut next) = (f64::INFINITY, 0);
            for candidate in 1..=columns {
                if seen[candidate] {
                    continue;
                }
                let reduced = cost(placed - 1, candidate - 1)
                    - row_potential[placed]
                    - column_potential[candidate];
                if reduced < least[candidate] {
                    least[candidate] = reduced;
                    came_from[candidate] = column;
                }
                if least[candidate] < delta {
                    delta = least[candidate];
                    next = candidate;
                }
            }
            for other in 0..=columns {
                if seen[other] {
                    row_potential[holder[other]] += delta;
                    column_potential[other] -= delta;
                } else {
                    least[other] -= delta;
                }
            }
            column = next;
        }
        while column != 0 {
            let before = came_from[column];
            holder[column] = holder[before];
            column = before;
        }
    }
    let mut given = vec![0; rows];
    for column in 1..=columns {
        if holder[column] != 0 {
            given[holder[column] - 1] = column - 1;
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tries every way.
    fn exhaustive(costs: &[Vec<f64>], row: usize, used: &mut Vec<bool>) -> f64 {
        if row == costs.len() {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for column in 0..used.len() {
            if !used[column] {
                used[column] = true;
                best = best.min(costs[row][column] + exhaustive(costs, row + 1, used));
                used[column] = false;
            }
        }
        best
    }

    proptest! {
        #[test]
        fn no_way_is_cheaper(rows in 1usize..5, more in 0usize..3, numbers in prop::collection::vec(0.0..10.0f64, 35)) {
            let columns = rows + more;
            let costs: Vec<Vec<f64>> = (0..rows).map(|r| numbers[r * columns..(r + 1) * columns].to_vec()).collect();
            let given = cheapest(rows, columns, |r, c| costs[r][c]);
            let mut taken = given.clone();
            taken.sort_unstable();
            taken.dedup();
            prop_assert_eq!(taken.len(), rows);
            let total: f64 = given.iter().enumerate().map(|(r, &c)| costs[r][c]).sum();
            let best = exhaustive(&costs, 0, &mut vec![false; columns]);
            prop_assert!((total - best).abs() < 1e-9);
        }
    }
}

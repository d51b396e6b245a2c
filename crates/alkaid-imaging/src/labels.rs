//! A label image: which object each pixel belongs to.

use ndarray::Array2;

/// Objects of one field. Labels run from 1 to `count` without gaps; 0 is background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// `[[y, x]]`.
    pub map: Array2<u32>,
    /// Number of objects.
    pub count: u32,
}

impl Labels {
    /// Renumbers `map` so that labels run without gaps, in the order in which they first appear row by row.
    #[must_use]
    pub fn compacted(mut map: Array2<u32>) -> Self {
        let mut order = std::collections::BTreeMap::new();
        for label in map.iter_mut().filter(|label| **label != 0) {
            let next = order.len() as u32 + 1;
            *label = *order.entry(*label).or_insert(next);
        }
        Self {
            map,
            count: order.len() as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn gaps_are_closed_in_reading_order() {
        let labels = Labels::compacted(array![[0, 7, 7], [3, 0, 7], [3, 9, 0]]);
        assert_eq!(labels.map, array![[0, 1, 1], [2, 0, 1], [2, 3, 0]]);
        assert_eq!(labels.count, 3);
    }
}

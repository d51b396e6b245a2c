//! Walking over the tiles of a slide on all threads.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::analyse::Progress;
use crate::error::IhcError;

/// The results of 0..count, worked out on all threads. They take the next number each, so that all are near one place of
/// the slide and share what was decoded there. Each thread has an `Own` that goes from one number to the next and must
/// not change the results.
pub(crate) fn in_order<T: Send, Own: Default>(
    count: usize,
    work: impl Fn(usize, &mut Own) -> Result<T, IhcError> + Sync,
    progress: &dyn Progress,
) -> Result<Vec<T>, IhcError> {
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let by_thread = rayon::broadcast(|_| {
        let mut results = Vec::new();
        let mut own = Own::default();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return results;
            }
            let result = work(index, &mut own);
            // What comes after an error is not needed.
            if result.is_err() {
                next.store(count, Ordering::Relaxed);
            }
            results.push((index, result));
            progress.advance(done.fetch_add(1, Ordering::Relaxed) + 1, count as u64);
        }
    });
    let mut results: Vec<_> = by_thread.into_iter().flatten().collect();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::Silent;

    #[test]
    fn results_keep_their_order_and_an_error_comes_out() {
        let squares = in_order(100, |index, (): &mut ()| Ok(index * index), &Silent).unwrap();
        assert!(squares.into_iter().eq((0..100).map(|index| index * index)));
        let failing = |index, (): &mut ()| match index {
            40 => Err(IhcError::Interrupted),
            _ => Ok(index),
        };
        assert!(matches!(
            in_order(100, failing, &Silent),
            Err(IhcError::Interrupted)
        ));
        assert!(in_order(0, failing, &Silent).unwrap().is_empty());
    }
}

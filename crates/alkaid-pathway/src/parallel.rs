//! The same work on many things, on all cores, with results in order.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::PathwayError;

/// Does `work` on each thing. The first error by order of things is returned, whichever thread meets it.
pub(crate) fn each<T: Sync, R: Send>(
    things: &[T],
    work: impl Fn(&T) -> Result<R, PathwayError> + Sync,
) -> Result<Vec<R>, PathwayError> {
    let threads = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(things.len());
    if threads < 2 {
        return things.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, Result<R, PathwayError>)> = std::thread::scope(|scope| {
        let worker = || {
            let mut mine = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(thing) = things.get(index) else {
                    return mine;
                };
                mine.push((index, work(thing)));
            }
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let joined = handles.into_iter().map(|handle| handle.join());
        joined
            .flat_map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

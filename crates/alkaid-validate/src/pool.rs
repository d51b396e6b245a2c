//! Cases in parallel, results in the order of the cases.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// Which cases are run, and how.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// One case in so many is run.
    pub every: usize,
    /// Seed of the simulations.
    pub seed: u64,
    /// Cases at a time.
    pub threads: usize,
}

impl Effort {
    /// Whether the case at these places of a plan is run. The places are those of the molecule and of the conditions:
    /// their sum thins every condition alike, where a running number would always drop the same ones.
    pub fn takes(&self, molecule: usize, condition: usize) -> bool {
        (molecule + condition).is_multiple_of(self.every.max(1))
    }

    /// A seed for a case that does not depend on how the plan is thinned.
    pub fn seed_of(&self, molecule: usize, condition: usize) -> u64 {
        let mut hash = self.seed ^ 0x9e37_79b9_7f4a_7c15;
        for value in [molecule as u64, condition as u64] {
            hash = (hash ^ value).wrapping_mul(0xff51_afd7_ed55_8ccd);
            hash ^= hash >> 33;
        }
        hash
    }
}

/// Runs `work` for 0..count on so many threads and says on standard error how far it is.
///
/// # Errors
/// The first error in the order of the cases; what follows it is still run.
pub fn map<T: Send>(
    what: &str,
    count: usize,
    threads: usize,
    work: impl Fn(usize) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<anyhow::Result<T>>>> =
        Mutex::new((0..count).map(|_| None).collect());
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, count.max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    let result = work(index);
                    if let Ok(mut results) = results.lock() {
                        results[index] = Some(result);
                    }
                    say(what, done.fetch_add(1, Ordering::Relaxed) + 1, count, start);
                }
            });
        }
    });
    let results = results
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    results.into_iter().flatten().collect()
}

fn say(what: &str, done: usize, count: usize, start: Instant) {
    let mut stderr = stderr().lock();
    let seconds = start.elapsed().as_secs();
    // Who closed standard error does not want to know.
    let _ = if stderr.is_terminal() {
        write!(
            stderr,
            "\r{what}: {done} of {count}, {seconds} s{}",
            if done == count { "\n" } else { "" }
        )
    } else if done == count || done.is_multiple_of((count / 20).max(1)) {
        writeln!(stderr, "{what}: {done} of {count}, {seconds} s")
    } else {
        Ok(())
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order() {
        let squares = map("squares", 50, 4, |n| Ok(n * n)).unwrap();
        assert_eq!(squares, (0..50).map(|n| n * n).collect::<Vec<_>>());
        assert!(
            map("failing", 3, 2, |n| if n == 1 {
                anyhow::bail!("one")
            } else {
                Ok(n)
            })
            .is_err()
        );
    }

    #[test]
    fn thinning_keeps_every_condition() {
        let effort = Effort {
            every: 4,
            seed: 1,
            threads: 1,
        };
        for condition in 0..48 {
            assert_eq!(
                (0..100)
                    .filter(|&molecule| effort.takes(molecule, condition))
                    .count(),
                25
            );
        }
        assert_ne!(effort.seed_of(1, 2), effort.seed_of(2, 1));
    }
}

//! Progress: a bar on a terminal, plain lines elsewhere, nothing for what takes under two seconds.

use std::io::{IsTerminal, stderr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use alkaid_reads::input::Progress;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work shorter than this shows nothing.
const QUIET: Duration = Duration::from_secs(2);
/// Time between plain lines.
const BETWEEN_LINES: Duration = Duration::from_secs(15);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Lets Ctrl-C end the work in an orderly way. A second one ends it at once.
pub fn catch_interrupts() {
    // Without a handler Ctrl-C still ends the program, only less politely.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    });
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// A meter for one piece of work.
pub struct Meter {
    what: &'static str,
    unit: Unit,
    started: Instant,
    bar: Option<ProgressBar>,
    last_line: Mutex<Instant>,
}

/// What a meter counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of files.
    Bytes,
    /// Fragments, records or cases.
    Items,
}

impl Meter {
    /// A meter that says what is going on.
    pub fn new(what: &'static str, unit: Unit) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            bar.set_prefix(what);
            bar
        });
        Meter {
            what,
            unit,
            started: Instant::now(),
            bar,
            last_line: Mutex::new(Instant::now()),
        }
    }

    /// Tells how far the work has come.
    pub fn set(&self, done: u64, total: Option<u64>, note: &str) {
        if self.started.elapsed() < QUIET {
            return;
        }
        match &self.bar {
            Some(bar) => self.draw(bar, done, total, note),
            None => self.line(done, total, note),
        }
    }

    fn draw(&self, bar: &ProgressBar, done: u64, total: Option<u64>, note: &str) {
        if bar.is_hidden() {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
            let amount = match self.unit {
                Unit::Bytes => "{bytes}/{total_bytes} {binary_bytes_per_sec}",
                Unit::Items => "{human_pos}/{human_len} {per_sec}",
            };
            let template =
                format!("{{prefix}} [{{bar:24}}] {{percent}} % {amount} {{eta}} left {{msg}}");
            // The template is fixed; should it be wrong, the default bar serves.
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style.progress_chars("=> "));
            }
        }
        if let Some(total) = total {
            bar.set_length(total);
        }
        bar.set_position(done);
        bar.set_message(note.to_owned());
    }

    fn line(&self, done: u64, total: Option<u64>, note: &str) {
        // A poisoned clock only means that another thread panicked while printing.
        let Ok(mut last) = self.last_line.lock() else {
            return;
        };
        if last.elapsed() < BETWEEN_LINES {
            return;
        }
        *last = Instant::now();
        let elapsed = self.started.elapsed().as_secs_f64();
        let show = |amount: u64| match self.unit {
            Unit::Bytes => HumanBytes(amount).to_string(),
            Unit::Items => amount.to_string(),
        };
        let left = total
            .filter(|_| done > 0)
            .map_or_else(String::new, |total| {
                let seconds = elapsed * total.saturating_sub(done) as f64 / done as f64;
                format!(" of {}, about {seconds:.0} s left", show(total))
            });
        eprintln!("{}: {}{left} {note}", self.what, show(done));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Meter {
    fn advance(&self, bytes_done: u64, bytes_total: Option<u64>, fragments: u64) {
        self.set(
            bytes_done,
            bytes_total,
            &format!("{:.1} M fragments", fragments as f64 / 1e6),
        );
    }

    fn interrupted(&self) -> bool {
        interrupted()
    }
}

//! Child processes with the time and memory that they take. Linux only: the figures come from `/proc`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Clock ticks per second in `/proc/self/stat`: the kernel's `USER_HZ`, 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;
/// Time between two looks at a child's memory.
const LOOK: Duration = Duration::from_millis(5);

/// What a child process took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// User and system CPU time, in seconds, to a hundredth.
    pub cpu: f64,
    /// Wall time in seconds.
    pub wall: f64,
    /// Peak resident memory in MiB, as last seen before the end.
    pub memory: f64,
}

/// Runs a program to its end and returns its standard output and cost. No other child may run meanwhile.
///
/// # Errors
/// When it cannot be started or fails; its standard error is part of the message.
pub fn run(
    program: &Path,
    arguments: &[&str],
    files: &[PathBuf],
) -> anyhow::Result<(Vec<u8>, Cost)> {
    let before = children_cpu()?;
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .args(files)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let status = format!("/proc/{}/status", child.id());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let drain = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What cannot be read is missing from the output, which then does not parse.
            let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
            bytes
        })
    };
    let stdout = drain(stdout.map(|pipe| Box::new(pipe) as _));
    let stderr = drain(stderr.map(|pipe| Box::new(pipe) as _));
    let mut memory = 0.0_f64;
    let exit = loop {
        memory = memory.max(peak(&status).unwrap_or(0.0));
        if let Some(exit) = child.try_wait()? {
            break exit;
        }
        thread::sleep(LOOK);
    };
    let wall = start.elapsed().as_secs_f64();
    let (stdout, stderr) = (
        stdout.join().unwrap_or_default(),
        stderr.join().unwrap_or_default(),
    );
    if !exit.success() {
        bail!(
            "{} {}: {exit}: {}",
            program.display(),
            arguments.join(" "),
            String::from_utf8_lossy(&stderr).trim()
        );
    }
    Ok((
        stdout,
        Cost {
            cpu: children_cpu()? - before,
            wall,
            memory,
        },
    ))
}

/// The program that users run, built beside this one unless it is named.
///
/// # Errors
/// When there is none.
pub fn alkaid(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => std::env::current_exe()?.with_file_name("alkaid"),
    };
    if !path.is_file() {
        bail!(
            "{} does not exist; build it with `cargo build --release -p alkaid`, or name it with --alkaid",
            path.display()
        );
    }
    Ok(path)
}

/// CPU seconds of all children that ended, user and system.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn children_cpu() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")
        .context("cannot read /proc/self/stat: CPU times need Linux")?;
    // The second field is the program's name in brackets and may hold anything.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks: Vec<f64> = after
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    Ok(ticks.iter().sum::<f64>() / TICKS)
}

/// Peak resident memory in MiB.
fn peak(status: &str) -> Option<f64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// The middle value.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_measured() {
        let (output, cost) = run(
            Path::new("/bin/sh"),
            &["-c", "sleep 0.1; echo $0"],
            &[PathBuf::from("x")],
        )
        .unwrap();
        assert_eq!(output, b"x\n");
        assert!(cost.wall >= 0.1 && cost.memory > 0.0);
        assert!(
            run(Path::new("/bin/sh"), &["-c", "echo no >&2; exit 3"], &[])
                .unwrap_err()
                .to_string()
                .contains("no")
        );
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}

//! Gzipped FASTQ and the truth, written beside their places and renamed when all is done.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use alkaid_genome::Bundle;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::SimulateError;
use crate::fragments::{SimulatedFragment, SimulatedRead, fragments};
use crate::plan::{Layout, SimulationPlan};
use crate::truth::Truth;

/// Text handed to a compressor at once, in bytes.
const BLOCK: usize = 1 << 20;
/// Fragments between two reports of progress.
const REPORT: u64 = 4_096;
/// Offset of Phred qualities in FASTQ.
const PHRED_OFFSET: u8 = 33;

/// The files of a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// First (or only) reads, gzip.
    pub first: PathBuf,
    /// Second reads, gzip; needed if and only if the plan is paired.
    pub second: Option<PathBuf>,
    /// The truth as a table.
    pub truth_tsv: PathBuf,
    /// The truth as JSON.
    pub truth_json: PathBuf,
}

/// How files are written; nothing here changes what they hold once decompressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOptions {
    /// Gzip level, 1 (fast) to 9.
    pub level: u32,
    /// With two threads or more, each FASTQ file is compressed on its own.
    pub threads: usize,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            level: 1,
            threads: 1,
        }
    }
}

impl Outputs {
    /// `PREFIX_R1.fastq.gz`, `PREFIX_R2.fastq.gz` (if paired), `PREFIX.truth.tsv` and `PREFIX.truth.json`.
    #[must_use]
    pub fn with_prefix(prefix: &Path, layout: Layout) -> Self {
        let named = |suffix: &str| {
            let mut name = prefix.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        Self {
            first: named("_R1.fastq.gz"),
            second: (layout == Layout::Paired).then(|| named("_R2.fastq.gz")),
            truth_tsv: named(".truth.tsv"),
            truth_json: named(".truth.json"),
        }
    }
}

/// Simulates a plan into files. The files appear only when all of them are complete; on an error or
/// an interruption nothing is left behind.
///
/// `progress` is told how many fragments are done and how many there are; it may stop the work.
///
/// # Errors
/// What [`fragments`] refuses, a file that cannot be written, or [`SimulateError::Interrupted`].
pub fn simulate(
    plan: &SimulationPlan,
    bundle: &Bundle,
    outputs: &Outputs,
    options: WriteOptions,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Truth, SimulateError> {
    if outputs.second.is_some() != (plan.reads.layout == Layout::Paired) {
        return Err(SimulateError::Plan {
            field: "reads.layout",
            value: format!("{:?}", plan.reads.layout).to_lowercase(),
            remedy: "name a second FASTQ file for paired reads, none for single reads".to_owned(),
        });
    }
    let mut stream = fragments(plan, bundle)?;
    let mut first = FastqFile::create(&outputs.first, options)?;
    let mut second = match &outputs.second {
        Some(path) => Some(FastqFile::create(path, options)?),
        None => None,
    };
    let total = stream.total();
    let mut fragment = SimulatedFragment::default();
    let mut done = 0;
    while stream.next_into(&mut fragment) {
        first.push(&fragment.name, &fragment.first)?;
        if let (Some(file), Some(read)) = (&mut second, &fragment.second) {
            file.push(&fragment.name, read)?;
        }
        done += 1;
        if done % REPORT == 0 && progress(done, total).is_break() {
            return Err(SimulateError::Interrupted);
        }
    }
    if progress(done, total).is_break() {
        return Err(SimulateError::Interrupted);
    }
    let truth = stream.truth();
    let mut finished = vec![first.finish()?];
    if let Some(file) = second {
        finished.push(file.finish()?);
    }
    let json = serde_json::to_string_pretty(&truth).map_err(io::Error::from);
    finished.push(Beside::with_text(&outputs.truth_tsv, Ok(truth.to_tsv()))?);
    finished.push(Beside::with_text(
        &outputs.truth_json,
        json.map(|text| text + "\n"),
    )?);
    for file in finished {
        file.keep()?;
    }
    Ok(truth)
}

/// A file under a provisional name, removed unless it is kept.
#[derive(Debug)]
struct Beside {
    path: PathBuf,
    provisional: PathBuf,
    kept: bool,
}

fn failed(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> SimulateError {
    let path = path.to_owned();
    move |source| SimulateError::Io {
        path,
        action,
        source,
    }
}

impl Beside {
    fn create(path: &Path) -> Result<(Self, File), SimulateError> {
        let mut provisional = path.as_os_str().to_owned();
        provisional.push(".partial");
        let provisional = PathBuf::from(provisional);
        let file = File::create(&provisional).map_err(failed(
            path,
            "be created; check that the folder exists and may be written to",
        ))?;
        Ok((
            Self {
                path: path.to_owned(),
                provisional,
                kept: false,
            },
            file,
        ))
    }

    fn with_text(path: &Path, text: io::Result<String>) -> Result<Self, SimulateError> {
        let (beside, mut file) = Self::create(path)?;
        text.and_then(|text| file.write_all(text.as_bytes()))
            .map_err(failed(path, "be written"))?;
        Ok(beside)
    }

    fn keep(mut self) -> Result<(), SimulateError> {
        fs::rename(&self.provisional, &self.path)
            .map_err(failed(&self.path, "be renamed into place"))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing more can be done about a file that cannot be removed.
            let _ = fs::remove_file(&self.provisional);
        }
    }
}

/// A gzipped FASTQ file in the making.
struct FastqFile {
    beside: Beside,
    text: Vec<u8>,
    sink: Sink,
}

/// Where the text is compressed.
enum Sink {
    Here(Box<GzEncoder<BufWriter<File>>>),
    Thread {
        full: SyncSender<Vec<u8>>,
        empty: Receiver<Vec<u8>>,
        worker: thread::JoinHandle<io::Result<()>>,
    },
    /// After an error, or at the end.
    Closed,
}

impl FastqFile {
    fn create(path: &Path, options: WriteOptions) -> Result<Self, SimulateError> {
        let (beside, file) = Beside::create(path)?;
        let level = Compression::new(options.level.clamp(1, 9));
        // The header carries neither name nor time stamp.
        let encoder = GzEncoder::new(BufWriter::with_capacity(1 << 17, file), level);
        let sink = if options.threads < 2 {
            Sink::Here(Box::new(encoder))
        } else {
            Sink::spawn(encoder).map_err(failed(path, "be compressed on a thread of its own"))?
        };
        Ok(Self {
            beside,
            text: Vec::with_capacity(BLOCK + BLOCK / 8),
            sink,
        })
    }

    fn push(&mut self, name: &[u8], read: &SimulatedRead) -> Result<(), SimulateError> {
        let text = &mut self.text;
        text.push(b'@');
        text.extend_from_slice(name);
        text.push(b'\n');
        text.extend_from_slice(&read.bases);
        text.extend_from_slice(b"\n+\n");
        text.extend(read.quals.iter().map(|quality| quality + PHRED_OFFSET));
        text.push(b'\n');
        if text.len() < BLOCK {
            return Ok(());
        }
        self.sink
            .write(&mut self.text)
            .map_err(failed(&self.beside.path, "be written"))
    }

    fn finish(mut self) -> Result<Beside, SimulateError> {
        let path = self.beside.path.clone();
        self.sink
            .write(&mut self.text)
            .and_then(|()| self.sink.close())
            .map_err(failed(&path, "be written; check the free space"))?;
        Ok(self.beside)
    }
}

impl Sink {
    fn spawn(mut encoder: GzEncoder<BufWriter<File>>) -> io::Result<Self> {
        let (full, incoming) = mpsc::sync_channel::<Vec<u8>>(2);
        let (outgoing, empty) = mpsc::channel::<Vec<u8>>();
        let worker = thread::Builder::new()
            .name("gzip".to_owned())
            .spawn(move || {
                for mut text in incoming {
                    encoder.write_all(&text)?;
                    text.clear();
                    // The other side may be gone at the end; the buffer is then not needed.
                    let _ = outgoing.send(text);
                }
                encoder
                    .finish()?
                    .into_inner()
                    .map_err(io::IntoInnerError::into_error)
                    .map(drop)
            })?;
        Ok(Self::Thread {
            full,
            empty,
            worker,
        })
    }

    /// Hands the text over and empties it.
    fn write(&mut self, text: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Here(encoder) => {
                encoder.write_all(text)?;
                text.clear();
                Ok(())
            }
            Self::Thread { full, empty, .. } => {
                let next = empty
                    .try_recv()
                    .unwrap_or_else(|_| Vec::with_capacity(text.capacity()));
                if full.send(std::mem::replace(text, next)).is_ok() {
                    return Ok(());
                }
                // The worker has stopped: its error tells why.
                self.close()
            }
            Self::Closed => Err(io::Error::other("the compressor has stopped")),
        }
    }

    fn close(&mut self) -> io::Result<()> {
        match std::mem::replace(self, Self::Closed) {
            Self::Here(encoder) => encoder
                .finish()?
                .into_inner()
                .map_err(io::IntoInnerError::into_error)
                .map(drop),
            Self::Thread { full, worker, .. } => {
                drop(full);
                worker
                    .join()
                    .unwrap_or_else(|_| Err(io::Error::other("the compressor panicked")))
            }
            Self::Closed => Ok(()),
        }
    }
}

//! Blocks of one FASTQ file, decoded on the calling thread or on one of their own.

use std::path::PathBuf;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::error::InputError;
use super::reader::{Block, FastqReader, FileTotals};

/// Blocks that travel between a decoding thread and the caller. Few, so that they stay in the processor's caches.
const BLOCKS: usize = 4;

/// Where blocks come from.
pub(super) enum Feed {
    /// Decoded when asked for.
    Inline {
        /// The file; `None` once it ended.
        reader: Option<Box<FastqReader>>,
        /// Blocks given back.
        spare: Vec<Block>,
        /// What is known of the file after its end.
        totals: FileTotals,
    },
    /// Decoded ahead by a thread.
    Threaded {
        /// Path as given.
        path: PathBuf,
        /// Filled blocks.
        full: Receiver<Message>,
        /// Blocks given back.
        empty: Sender<Block>,
        /// The thread. It is not waited for if reading stops early: it may hang on a pipe.
        thread: Option<JoinHandle<()>>,
        /// What is known of the file after its end.
        totals: FileTotals,
    },
}

/// What a decoding thread says.
pub(super) enum Message {
    /// The next block.
    Block(Block),
    /// The file is at its end.
    End(FileTotals),
    /// The file cannot be read further.
    Failed(InputError),
}

impl Feed {
    /// Decodes on the calling thread.
    pub(super) fn inline(reader: FastqReader) -> Self {
        Self::Inline {
            reader: Some(Box::new(reader)),
            spare: Vec::new(),
            totals: FileTotals::default(),
        }
    }

    /// Decodes on a thread of its own.
    pub(super) fn threaded(reader: FastqReader) -> Result<Self, InputError> {
        let (send_full, full) = bounded(BLOCKS);
        let (empty, receive_empty) = unbounded();
        for _ in 0..BLOCKS {
            // The receiver lives: it is a local of this function.
            let _ = empty.send(Block::default());
        }
        let path = reader.path().clone();
        let thread = std::thread::Builder::new()
            .name("alkaid-decode".to_owned())
            .spawn(move || decode(reader, &send_full, &receive_empty))
            .map_err(|source| InputError::Thread {
                path: path.clone(),
                source,
            })?;
        Ok(Self::Threaded {
            path,
            full,
            empty,
            thread: Some(thread),
            totals: FileTotals::default(),
        })
    }

    /// The next block; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Block>, InputError> {
        match self {
            Self::Inline {
                reader,
                spare,
                totals,
            } => {
                let Some(open) = reader else { return Ok(None) };
                let block = open.next_block(spare.pop().unwrap_or_default())?;
                if block.is_none()
                    && let Some(ended) = reader.take()
                {
                    *totals = ended.into_totals();
                }
                Ok(block)
            }
            Self::Threaded {
                path,
                full,
                thread,
                totals,
                ..
            } => {
                if thread.is_none() {
                    return Ok(None);
                }
                match full.recv() {
                    Ok(Message::Block(block)) => Ok(Some(block)),
                    Ok(Message::Failed(error)) => Err(error),
                    Ok(Message::End(ended)) => {
                        *totals = ended;
                        if let Some(thread) = thread.take() {
                            // It has said its last word, so this does not wait for input.
                            let _ = thread.join();
                        }
                        Ok(None)
                    }
                    Err(_) => Err(InputError::Died { path: path.clone() }),
                }
            }
        }
    }

    /// Gives a block back.
    pub(super) fn recycle(&mut self, block: Block) {
        match self {
            Self::Inline { spare, .. } => spare.push(block),
            // A thread that has ended needs no blocks.
            Self::Threaded { empty, .. } => drop(empty.send(block)),
        }
    }

    /// What is known of the file after its end.
    pub(super) fn into_totals(self) -> FileTotals {
        match self {
            Self::Inline { totals, .. } | Self::Threaded { totals, .. } => totals,
        }
    }
}

/// Body of a decoding thread. It ends when the file does, or when nobody listens any more.
fn decode(mut reader: FastqReader, full: &Sender<Message>, empty: &Receiver<Block>) {
    loop {
        let Ok(spare) = empty.recv() else { return };
        let message = match reader.next_block(spare) {
            Ok(Some(block)) => Message::Block(block),
            Ok(None) => {
                // Nobody may listen any more; then nothing is lost.
                let _ = full.send(Message::End(reader.into_totals()));
                return;
            }
            Err(error) => Message::Failed(error),
        };
        let failed = matches!(message, Message::Failed(_));
        if full.send(message).is_err() || failed {
            return;
        }
    }
}

//! A TIFF file that seems to start with another of its images.
//!
//! The decoder walks the chain of images from the header. Levels of a pyramid may lie off that chain (OME-TIFF keeps
//! them in `SubIFDs`), and walking a long chain for every window costs time; so the header's pointer is replaced as it
//! is read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// The file, with the pointer to its first image replaced.
pub(super) struct Redirected {
    file: File,
    position: u64,
    /// Where the pointer stands, and its bytes.
    patch: Option<(u64, Vec<u8>)>,
}

impl Redirected {
    /// `first` is the byte at which the wanted image's directory starts; `None` leaves the header as it is.
    pub(super) fn new(mut file: File, first: Option<u64>) -> io::Result<Self> {
        let mut header = [0; 4];
        file.read_exact(&mut header)?;
        file.rewind()?;
        let big = header.contains(&43);
        let little = header[0] == b'I';
        let patch = first.map(|offset| match (big, little) {
            (true, true) => (8, offset.to_le_bytes().to_vec()),
            (true, false) => (8, offset.to_be_bytes().to_vec()),
            (false, true) => (4, (offset as u32).to_le_bytes().to_vec()),
            (false, false) => (4, (offset as u32).to_be_bytes().to_vec()),
        });
        Ok(Self {
            file,
            position: 0,
            patch,
        })
    }
}

impl Read for Redirected {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if let Some((start, bytes)) = &self.patch {
            for (byte, place) in bytes.iter().zip(*start..) {
                if (self.position..self.position + read as u64).contains(&place) {
                    buffer[(place - self.position) as usize] = *byte;
                }
            }
        }
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Redirected {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = self.file.seek(to)?;
        Ok(self.position)
    }
}

//! The fragments that may say something: in memory up to a limit, on disk beyond it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek, SeekFrom, Write as _};

use crate::fragment::{Alignment, Fragment, Read};

/// Bytes of fragments held in memory; what comes later goes to an unnamed temporary file.
const MEMORY: usize = 128 << 20;

/// Fragments in the order in which they were put in.
#[derive(Default)]
pub struct Store {
    held: Vec<Fragment>,
    bytes: usize,
    spill: Option<BufWriter<File>>,
    spilled: u64,
}

impl Store {
    /// Adds a fragment.
    ///
    /// # Errors
    /// When the temporary file cannot be made or written.
    pub fn push(&mut self, fragment: Fragment) -> io::Result<()> {
        let size = size(&fragment);
        if self.spill.is_none() && self.bytes + size <= MEMORY {
            self.bytes += size;
            self.held.push(fragment);
            return Ok(());
        }
        let file = match self.spill.as_mut() {
            Some(file) => file,
            None => self.spill.insert(BufWriter::new(tempfile::tempfile()?)),
        };
        self.spilled += 1;
        write(file, &fragment)
    }

    /// The fragments in memory: all of them, or the first hundreds of thousands of a very deep sample.
    pub fn held(&self) -> &[Fragment] {
        &self.held
    }

    /// Changes the fragments in memory.
    pub fn update_held(&mut self, change: impl FnMut(&mut Fragment)) {
        self.held.iter_mut().for_each(change);
    }

    /// Calls `visit` on every fragment in order, with its index.
    ///
    /// # Errors
    /// When the temporary file cannot be read back.
    pub fn for_each(&mut self, mut visit: impl FnMut(usize, &Fragment)) -> io::Result<()> {
        for (index, fragment) in self.held.iter().enumerate() {
            visit(index, fragment);
        }
        let Some(writer) = self.spill.as_mut() else {
            return Ok(());
        };
        writer.flush()?;
        let file = writer.get_mut();
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::new(&*file);
        for index in 0..self.spilled {
            let fragment = read(&mut reader)?;
            visit(self.held.len() + index as usize, &fragment);
        }
        file.seek(SeekFrom::End(0))?;
        Ok(())
    }
}

fn size(fragment: &Fragment) -> usize {
    let reads: usize = fragment
        .reads()
        .map(|(_, read)| read.bases.len() + read.quals.len())
        .sum();
    let hints: usize = fragment.alignments.len() * (size_of::<Alignment>() + 8);
    size_of::<Fragment>() + fragment.name.len() + reads + hints + 64
}

fn write(file: &mut impl io::Write, fragment: &Fragment) -> io::Result<()> {
    let put = |file: &mut dyn io::Write, bytes: &[u8]| -> io::Result<()> {
        file.write_all(&(bytes.len() as u32).to_le_bytes())?;
        file.write_all(bytes)
    };
    put(file, &fragment.name)?;
    file.write_all(&[
        u8::from(fragment.second.is_some()),
        u8::from(fragment.umi.is_some()),
    ])?;
    for (_, read) in fragment.reads() {
        put(file, &read.bases)?;
        put(file, &read.quals)?;
    }
    if let Some(umi) = &fragment.umi {
        put(file, umi)?;
    }
    file.write_all(&(fragment.alignments.len() as u32).to_le_bytes())?;
    for hint in &fragment.alignments {
        put(file, hint.chrom.as_bytes())?;
        file.write_all(&[
            hint.mate,
            u8::from(hint.reverse),
            hint.mapq,
            u8::from(hint.supplementary),
        ])?;
        for number in [
            hint.start,
            hint.end,
            u64::from(hint.query.start),
            u64::from(hint.query.end),
        ] {
            file.write_all(&number.to_le_bytes())?;
        }
    }
    Ok(())
}

fn read(file: &mut impl io::Read) -> io::Result<Fragment> {
    fn number(file: &mut impl io::Read) -> io::Result<u32> {
        let mut bytes = [0; 4];
        file.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
    fn long(file: &mut impl io::Read) -> io::Result<u64> {
        let mut bytes = [0; 8];
        file.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }
    fn bytes(file: &mut impl io::Read) -> io::Result<Vec<u8>> {
        let length = number(file)?;
        let mut bytes = Vec::new();
        file.take(u64::from(length)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
    let name = bytes(file)?;
    let mut flags = [0; 2];
    file.read_exact(&mut flags)?;
    let mut one = || -> io::Result<Read> {
        Ok(Read {
            bases: bytes(file)?,
            quals: bytes(file)?,
        })
    };
    let first = one()?;
    let second = if flags[0] == 1 { Some(one()?) } else { None };
    let umi = if flags[1] == 1 {
        Some(bytes(file)?)
    } else {
        None
    };
    let mut alignments = Vec::new();
    for _ in 0..number(file)? {
        let chrom = String::from_utf8_lossy(&bytes(file)?).into_owned();
        let mut flags = [0; 4];
        file.read_exact(&mut flags)?;
        let (start, end) = (long(file)?, long(file)?);
        let query = long(file)? as u32..long(file)? as u32;
        alignments.push(Alignment {
            mate: flags[0],
            chrom,
            start,
            end,
            reverse: flags[1] == 1,
            mapq: flags[2],
            query,
            supplementary: flags[3] == 1,
        });
    }
    Ok(Fragment {
        name,
        first,
        second,
        umi,
        alignments,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spilled_comes_back_as_it_was() {
        let mut store = Store {
            bytes: MEMORY,
            ..Store::default()
        };
        let fragment = |name: &str| Fragment {
            name: name.as_bytes().to_vec(),
            first: Read {
                bases: b"ACGT".to_vec(),
                quals: vec![30; 4],
            },
            second: (name == "b").then(|| Read {
                bases: b"GG".to_vec(),
                quals: vec![],
            }),
            umi: (name == "c").then(|| b"TTT".to_vec()),
            alignments: vec![Alignment {
                mate: 1,
                chrom: "chr2".into(),
                start: 5,
                end: 9,
                reverse: true,
                mapq: 60,
                query: 0..4,
                supplementary: false,
            }],
        };
        let fragments = [fragment("a"), fragment("b"), fragment("c")];
        for fragment in &fragments {
            store.push(fragment.clone()).unwrap();
        }
        assert!(store.held().is_empty());
        for _ in 0..2 {
            let mut seen = Vec::new();
            store
                .for_each(|_, fragment| seen.push(fragment.clone()))
                .unwrap();
            assert_eq!(seen, fragments);
        }
    }
}

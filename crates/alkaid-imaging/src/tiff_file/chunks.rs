//! From the strips and tiles of a page to its samples.

use std::io::{self, Read, Seek};

use flate2::read::ZlibDecoder;
use weezl::{BitOrder, LzwStatus, decode::Decoder as LzwDecoder};

use super::directory::Source;
use super::page::{Colours, Compression, Format, Page, Predictor};
use crate::ImagingError;

/// One sample of every pixel of a page, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Samples {
    /// Up to 8 bits.
    U8(Vec<u8>),
    /// Up to 16 bits.
    U16(Vec<u16>),
    /// 32 bits.
    U32(Vec<u32>),
    /// Floats, finite, and whole numbers with a sign.
    F32(Vec<f32>),
}

/// Decodes all samples of a page.
pub(crate) fn decode<R: Read + Seek>(
    source: &mut Source<R>,
    page: &Page,
) -> Result<Vec<Samples>, ImagingError> {
    match page.bits {
        8 => gathered::<u8, R>(source, page)
            .map(|planes| planes.into_iter().map(|plane| bytes(plane, page)).collect()),
        32 => {
            let planes = gathered::<u32, R>(source, page)?;
            planes
                .into_iter()
                .map(|plane| words(plane, page, source))
                .collect()
        }
        64 => {
            let planes = gathered::<u64, R>(source, page)?;
            planes
                .into_iter()
                .map(|plane| doubles(&plane, page, source))
                .collect()
        }
        _ => gathered::<u16, R>(source, page).map(|planes| {
            planes
                .into_iter()
                .map(|plane| shorts(plane, page))
                .collect()
        }),
    }
}

/// A sample as it is stored.
trait Raw: Copy + Default {
    const BYTES: usize;
    /// From [`Self::BYTES`] bytes with the low one first.
    fn from_low_first(bytes: &[u8]) -> Self;
    fn from_high_first(bytes: &[u8]) -> Self;
    fn plus(self, other: Self) -> Self;
    /// From an unpacked value of fewer bits.
    fn from_bits(bits: u16) -> Self;
}

/// The same lines for four widths.
macro_rules! raw {
    ($($kind:ty),*) => {$(
        impl Raw for $kind {
            const BYTES: usize = size_of::<$kind>();
            fn from_low_first(bytes: &[u8]) -> Self {
                bytes.try_into().map_or(0, Self::from_le_bytes)
            }
            fn from_high_first(bytes: &[u8]) -> Self {
                bytes.try_into().map_or(0, Self::from_be_bytes)
            }
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            fn from_bits(bits: u16) -> Self {
                bits as $kind
            }
        }
    )*};
}
raw!(u8, u16, u32, u64);

/// All planes of a page as stored numbers.
fn gathered<T: Raw, R: Read + Seek>(
    source: &mut Source<R>,
    page: &Page,
) -> Result<Vec<Vec<T>>, ImagingError> {
    let (width, height) = (page.width as usize, page.height as usize);
    let together = usize::from(page.together());
    let mut planes = vec![vec![T::default(); width * height]; usize::from(page.samples)];
    let (across, down) = page.grid();
    let mut row = Vec::new();
    for (index, (at, length)) in page.chunks.iter().enumerate() {
        let place = format!("IFD {}, strip or tile {index}", page.number);
        let index = index as u64;
        let bytes = unpacked(source, page, *at, *length, page.uncompressed(index))
            .map_err(|error| ImagingError::read(&source.path, place, error))?;
        let first_plane = (index / (across * down)) as usize;
        let left = (index % across) as usize * page.chunk.0 as usize;
        let top = (index / across % down) as usize * page.chunk.1 as usize;
        let columns = (page.chunk.0 as usize).min(width - left);
        for (y, stored) in (top..height).zip(bytes.chunks_exact(page.row_bytes() as usize)) {
            numbers::<T>(stored, page, source.big_endian, &mut row);
            for sample in 0..together {
                let target = &mut planes[first_plane + sample][y * width + left..][..columns];
                for (target, value) in target
                    .iter_mut()
                    .zip(row.iter().skip(sample).step_by(together))
                {
                    *target = *value;
                }
            }
        }
    }
    Ok(planes)
}

/// Decompresses one chunk to exactly `full` bytes.
fn unpacked<R: Read + Seek>(
    source: &mut Source<R>,
    page: &Page,
    at: u64,
    length: u64,
    full: u64,
) -> io::Result<Vec<u8>> {
    let mut part = source.part(at, length)?;
    let mut out = vec![0; full as usize];
    match page.compression {
        Compression::None => part.read_exact(&mut out)?,
        Compression::Deflate => ZlibDecoder::new(part).read_exact(&mut out)?,
        Compression::Zstd => zstd::Decoder::new(part)?.read_exact(&mut out)?,
        Compression::PackBits => {
            let mut packed = Vec::new();
            part.read_to_end(&mut packed)?;
            packbits(&packed, &mut out)?;
        }
        Compression::Lzw => {
            let mut packed = Vec::new();
            part.read_to_end(&mut packed)?;
            lzw(&packed, &mut out)?;
        }
    }
    Ok(out)
}

fn ends_early() -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "the compressed pixels end early",
    )
}

fn packbits(packed: &[u8], out: &mut [u8]) -> io::Result<()> {
    let (mut from, mut to) = (0, 0);
    while to < out.len() {
        let head = *packed.get(from).ok_or_else(ends_early)?;
        from += 1;
        match head {
            0..=127 => {
                let run = packed.get(from..).unwrap_or_default();
                let count = (usize::from(head) + 1).min(out.len() - to);
                let run = run.get(..count).ok_or_else(ends_early)?;
                out[to..to + count].copy_from_slice(run);
                from += usize::from(head) + 1;
                to += count;
            }
            128 => {}
            129..=255 => {
                let value = *packed.get(from).ok_or_else(ends_early)?;
                let count = (257 - usize::from(head)).min(out.len() - to);
                out[to..to + count].fill(value);
                from += 1;
                to += count;
            }
        }
    }
    Ok(())
}

fn lzw(packed: &[u8], out: &mut [u8]) -> io::Result<()> {
    let mut decoder = LzwDecoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let (mut from, mut to) = (0, 0);
    while to < out.len() {
        let step = decoder.decode_bytes(&packed[from..], &mut out[to..]);
        from += step.consumed_in;
        to += step.consumed_out;
        match step.status {
            Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            Ok(_) if to == out.len() => {}
            Ok(_) => return Err(ends_early()),
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        }
    }
    Ok(())
}

/// A stored row as numbers, the predictor undone.
fn numbers<T: Raw>(stored: &[u8], page: &Page, big_endian: bool, row: &mut Vec<T>) {
    let count = page.chunk.0 as usize * usize::from(page.together());
    row.clear();
    if page.predictor == Predictor::Float {
        floats(stored, T::BYTES, usize::from(page.together()), row);
        return;
    }
    if usize::from(page.bits) == T::BYTES * 8 {
        let read = if big_endian {
            T::from_high_first
        } else {
            T::from_low_first
        };
        row.extend(stored.chunks_exact(T::BYTES).map(read));
    } else {
        unpack_bits(stored, usize::from(page.bits), count, row);
    }
    if page.predictor == Predictor::Horizontal {
        for index in usize::from(page.together())..row.len() {
            row[index] = row[index].plus(row[index - usize::from(page.together())]);
        }
    }
}

/// Undoes Adobe's floating-point predictor: bytes were sorted by weight, highest first, and then subtracted.
fn floats<T: Raw>(stored: &[u8], width: usize, together: usize, row: &mut Vec<T>) {
    let mut bytes = stored.to_vec();
    for index in together..bytes.len() {
        bytes[index] = bytes[index].wrapping_add(bytes[index - together]);
    }
    let count = bytes.len() / width;
    let mut one = [0; 8];
    for index in 0..count {
        for (weight, byte) in one[..width].iter_mut().enumerate() {
            *byte = bytes[weight * count + index];
        }
        row.push(T::from_high_first(&one[..width]));
    }
}

/// Samples of 1 to 15 bits, packed from the high end.
fn unpack_bits<T: Raw>(stored: &[u8], bits: usize, count: usize, row: &mut Vec<T>) {
    let mut waiting = 0u32;
    let mut held = 0;
    let mut bytes = stored.iter();
    for _ in 0..count {
        while held < bits {
            waiting = waiting << 8 | u32::from(bytes.next().copied().unwrap_or(0));
            held += 8;
        }
        held -= bits;
        row.push(T::from_bits(
            (waiting >> held) as u16 & ((1u32 << bits) - 1) as u16,
        ));
        waiting &= (1 << held) - 1;
    }
}

fn bytes(mut plane: Vec<u8>, page: &Page) -> Samples {
    if page.format == Format::Signed {
        let value = |bits: u8| f32::from(bits as i8);
        return Samples::F32(plane.into_iter().map(value).collect());
    }
    if page.colours == Colours::Inverted {
        plane.iter_mut().for_each(|value| *value = u8::MAX - *value);
    }
    Samples::U8(plane)
}

fn shorts(mut plane: Vec<u16>, page: &Page) -> Samples {
    if page.format == Format::Signed {
        let value = |bits: u16| f32::from(bits as i16);
        return Samples::F32(plane.into_iter().map(value).collect());
    }
    if page.colours == Colours::Inverted {
        let full = (1u32 << page.bits) - 1;
        plane
            .iter_mut()
            .for_each(|value| *value = full as u16 - *value);
    }
    if page.bits <= 8 {
        return Samples::U8(plane.into_iter().map(|value| value as u8).collect());
    }
    Samples::U16(plane)
}

fn words<R>(plane: Vec<u32>, page: &Page, source: &Source<R>) -> Result<Samples, ImagingError> {
    Ok(match page.format {
        Format::Unsigned => Samples::U32(plane),
        Format::Signed => {
            let value = |bits: u32| bits as i32 as f32;
            Samples::F32(plane.into_iter().map(value).collect())
        }
        Format::Float => {
            let plane: Vec<_> = plane.into_iter().map(f32::from_bits).collect();
            finite(&plane, page, source)?;
            Samples::F32(plane)
        }
    })
}

fn doubles<R>(plane: &[u64], page: &Page, source: &Source<R>) -> Result<Samples, ImagingError> {
    let plane: Vec<_> = plane
        .iter()
        .map(|bits| f64::from_bits(*bits) as f32)
        .collect();
    finite(&plane, page, source)?;
    Ok(Samples::F32(plane))
}

fn finite<R>(plane: &[f32], page: &Page, source: &Source<R>) -> Result<(), ImagingError> {
    let Some(index) = plane.iter().position(|value| !value.is_finite()) else {
        return Ok(());
    };
    let width = page.width as usize;
    Err(ImagingError::malformed(
        &source.path,
        format!(
            "IFD {}, x {} y {}",
            page.number,
            index % width,
            index / width
        ),
        format!("the value is {}", plane[index]),
        "export the image as 16-bit integers, or replace what is not a number",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_bits_come_back() {
        let mut row: Vec<u16> = Vec::new();
        unpack_bits(&[0xAB, 0xCD, 0xEF], 12, 2, &mut row);
        assert_eq!(row, [0xABC, 0xDEF]);
        row.clear();
        unpack_bits(&[0b1010_0000], 1, 3, &mut row);
        assert_eq!(row, [1, 0, 1]);
    }

    #[test]
    fn packbits_by_the_book() {
        // The example of the TIFF 6.0 specification.
        let packed = [
            0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7,
            0xAA,
        ];
        let mut out = [0; 24];
        packbits(&packed, &mut out).unwrap();
        assert_eq!(out[..4], [0xAA, 0xAA, 0xAA, 0x80]);
        assert_eq!(out[14..], [0xAA; 10]);
        assert!(packbits(&packed[..13], &mut out).is_err());
    }
}

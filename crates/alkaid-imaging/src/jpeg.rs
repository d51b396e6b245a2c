//! JPEG decoded strictly: one that is cut short is an error, not a picture whose rest is grey.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// A JPEG of which the headers were read.
pub(crate) struct Jpeg<'b> {
    decoder: JpegDecoder<ZCursor<&'b [u8]>>,
    /// Pixels.
    pub(crate) width: usize,
    /// Pixels.
    pub(crate) height: usize,
}

impl<'b> Jpeg<'b> {
    /// Reads the headers.
    ///
    /// # Errors
    /// What the decoder says, when they are damaged.
    pub(crate) fn headers(bytes: &'b [u8]) -> Result<Self, String> {
        let settings = DecoderOptions::default()
            .set_strict_mode(true)
            .set_max_width(usize::from(u16::MAX))
            .set_max_height(usize::from(u16::MAX))
            .jpeg_set_out_colorspace(ColorSpace::RGB);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), settings);
        decoder
            .decode_headers()
            .map_err(|error| error.to_string())?;
        let (width, height) = decoder.dimensions().ok_or("no size")?;
        Ok(Self {
            decoder,
            width,
            height,
        })
    }

    /// Whether it has one channel only.
    pub(crate) fn is_grey(&self) -> bool {
        self.decoder.input_colorspace() == Some(ColorSpace::Luma)
    }

    /// The pixels, red, green and blue interleaved.
    ///
    /// # Errors
    /// When the data are damaged or cut short, or the colours cannot be turned into red, green and blue.
    pub(crate) fn rgb(mut self) -> Result<Vec<u8>, String> {
        let values = self.decoder.decode().map_err(|error| error.to_string())?;
        if values.len() == self.width * self.height * 3 {
            Ok(values)
        } else {
            Err("its colours cannot be turned into red, green and blue".to_owned())
        }
    }
}

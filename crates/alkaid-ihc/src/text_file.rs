//! Text files that go with a picture, read up to a limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::IhcError;

/// Bytes of a file: a million lines of scores, or changes to as many cells as a person can look at in months.
const MOST_BYTES: u64 = 64 << 20;

/// What Excel and Windows editors put before text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The text of a file, without a byte order mark.
///
/// # Errors
///
/// When it cannot be read, is too long, or is not UTF-8.
pub(crate) fn read(path: &Path, remedy: &'static str) -> Result<String, IhcError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| IhcError::open(path, source))?;
    if bytes.len() as u64 > MOST_BYTES {
        let what = format!("more than {MOST_BYTES} bytes");
        return Err(IhcError::malformed(path, "the file", what, remedy));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let what = "this is text in UTF-16, as Excel's \"Unicode text\" is";
        return Err(IhcError::malformed(
            path,
            "byte 0",
            what,
            "save it as UTF-8",
        ));
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = format!("byte {}", error.utf8_error().valid_up_to());
        IhcError::malformed(path, place, "this is not text in UTF-8", remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsv");
        std::fs::write(&path, b"case\t\xff").unwrap();
        let error = read(&path, "save it as text").unwrap_err().to_string();
        assert!(
            error.contains("a.tsv, byte 5") && error.contains("save it as text"),
            "{error}"
        );
        assert!(read(&folder.path().join("none"), "").is_err());
        std::fs::write(&path, "\u{feff}# scores\ncase").unwrap();
        assert_eq!(read(&path, "").unwrap(), "# scores\ncase");
        std::fs::write(&path, b"\xff\xfec\0a\0").unwrap();
        let error = read(&path, "").unwrap_err().to_string();
        assert!(
            error.contains("UTF-16") && error.contains("save it as UTF-8"),
            "{error}"
        );
    }
}

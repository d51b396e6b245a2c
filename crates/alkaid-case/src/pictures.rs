//! Pictures of slides that a report names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Folder of pictures within the folder of results.
const FOLDER: &str = "pictures";

/// A picture that a report names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasePicture {
    /// Its path in the folder of results, as the report names it.
    pub path: String,
    /// A PNG file.
    #[serde(serialize_with = "to_text", deserialize_with = "from_text")]
    pub png: Vec<u8>,
}

impl CasePicture {
    /// The picture of a nucleus.
    pub(crate) fn of_nucleus(assay: &str, nucleus: u32, png: Vec<u8>) -> Self {
        Self {
            path: Self::path_of_nucleus(assay, nucleus),
            png,
        }
    }

    /// Where the picture of a nucleus lies.
    pub(crate) fn path_of_nucleus(assay: &str, nucleus: u32) -> String {
        format!("{FOLDER}/{assay}_nucleus_{nucleus}.png")
    }

    /// The picture of a part of a section.
    pub(crate) fn of_section(assay: &str, png: Vec<u8>) -> Self {
        Self {
            path: format!("{FOLDER}/{assay}_section.png"),
            png,
        }
    }
}

fn to_text<S: Serializer>(png: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(png))
}

fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_kept_byte_by_byte() {
        let picture = CasePicture::of_nucleus("fish", 7, (0..=255).collect());
        let text = serde_json::to_string(&picture).unwrap();
        assert_eq!(serde_json::from_str::<CasePicture>(&text).unwrap(), picture);
        assert_eq!(picture.path, "pictures/fish_nucleus_7.png");
        assert!(serde_json::from_str::<CasePicture>(r#"{"path":"a","png":"*"}"#).is_err());
    }
}

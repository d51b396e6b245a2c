//! XML as a tree, with limits: what an untrusted file may not exceed.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::error::PathwayError;

/// Deepest nesting of elements.
const DEEPEST: usize = 120;
/// Most elements of a file.
const MOST: usize = 400_000;

/// An element.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Element {
    /// Name without its prefix.
    pub name: String,
    /// Attributes, names without their prefixes.
    pub attributes: Vec<(String, String)>,
    /// Elements in it.
    pub children: Vec<Element>,
    /// Text in it, all parts together.
    pub text: String,
    /// Byte of the file at which it starts.
    pub at: u64,
}

impl Element {
    /// An attribute's value.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// An attribute's value, which must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, PathwayError> {
        self.attribute(name)
            .ok_or_else(|| self.bad(format!("<{}> lacks the attribute {name}", self.name)))
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of a list child: `listOfSpecies`.
    pub(crate) fn list(&self, name: &str) -> &[Element] {
        self.child(name)
            .map_or(&[], |list| list.children.as_slice())
    }

    /// An error about this element.
    pub(crate) fn bad(&self, what: String) -> PathwayError {
        PathwayError::BadModel {
            line: None,
            what: format!("{what} (byte {})", self.at),
        }
    }
}

/// Reads a document.
///
/// # Errors
///
/// When it is not well-formed, too deep or too large, or has a document type (entities are not read).
pub(crate) fn parse(text: &str) -> Result<Element, PathwayError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    let mut count = 0_usize;
    let line = |at: u64| {
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
        Some(
            text.as_bytes()[..at]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1,
        )
    };
    loop {
        let at = reader.buffer_position();
        let bad = |what: String| PathwayError::BadModel {
            line: line(at),
            what,
        };
        match reader
            .read_event()
            .map_err(|error| bad(error.to_string()))?
        {
            Event::Start(start) => {
                count += 1;
                if open.len() > DEEPEST || count > MOST {
                    return Err(bad(format!(
                        "more than {DEEPEST} levels or {MOST} elements"
                    )));
                }
                open.push(element(&start, at).map_err(bad)?);
            }
            Event::Empty(start) => {
                count += 1;
                let done = element(&start, at).map_err(bad)?;
                if count > MOST {
                    return Err(bad(format!("more than {MOST} elements")));
                }
                if let Some(parent) = open.last_mut() {
                    // `2<sep/>-3` is two numbers; their texts must not run together.
                    parent.text.push(' ');
                    parent.children.push(done);
                }
            }
            Event::End(_) => {
                if open.len() < 2 {
                    return Err(bad("an element ends that did not begin".to_owned()));
                }
                if let (Some(done), Some(parent)) = (open.pop(), open.last_mut()) {
                    parent.children.push(done);
                }
            }
            Event::Text(part) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&part);
                }
            }
            Event::DocType(_) => return Err(bad("a document type; remove the DOCTYPE".to_owned())),
            Event::Eof => break,
            _ => {}
        }
    }
    let mut root = open.pop().filter(|_| open.is_empty()).unwrap_or_default();
    match root.children.len() {
        1 => Ok(root.children.remove(0)),
        _ => Err(PathwayError::BadModel {
            line: None,
            what: "no single XML element holds the rest; the file may be cut short".to_owned(),
        }),
    }
}

fn element(start: &BytesStart<'_>, at: u64) -> Result<Element, String> {
    let name = start.local_name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = attribute.key.local_name().as_ref().to_owned();
        let value =
            quick_xml::escape::unescape(&attribute.value).map_err(|error| error.to_string())?;
        attributes.push((key, value.into_owned()));
    }
    Ok(Element {
        name,
        attributes,
        at,
        ..Element::default()
    })
}

/// Text with the signs of XML escaped.
pub(crate) fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_a_tree() {
        let root = parse("<a x='1'><b:c y=\"&lt;2\">t</b:c><d/></a>").unwrap();
        assert_eq!((root.name.as_str(), root.attribute("x")), ("a", Some("1")));
        assert_eq!(root.children[0].attribute("y"), Some("<2"));
        assert_eq!(
            (root.children[0].text.as_str(), root.children.len()),
            ("t", 2)
        );
    }

    #[test]
    fn hostile_files_are_errors() {
        assert!(parse("<a><b></a>").is_err());
        assert!(parse(&"<a>".repeat(100_000)).is_err());
        assert!(parse("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>").is_err());
        assert!(parse("").is_err());
        assert!(parse("<a/><b/>").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in "[<>/a-c='\"&;! ]{0,80}") {
            let _ = parse(&text);
        }
    }
}

//! Putting a generated table into a page.

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

/// Replaces what stands between `<!-- begin:SECTION -->` and `<!-- end:SECTION -->` by standard input.
///
/// # Errors
/// When the page cannot be read or written, or has no such section.
pub fn insert(page: &Path, section: &str) -> anyhow::Result<()> {
    let mut table = String::new();
    std::io::stdin()
        .read_to_string(&mut table)
        .context("cannot read standard input")?;
    let text =
        fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let text =
        replaced(&text, section, &table).with_context(|| format!("in {}", page.display()))?;
    // Written beside and renamed: an interrupted run leaves the page whole.
    let beside = page.with_extension("md.new");
    fs::write(&beside, text).with_context(|| format!("cannot write {}", beside.display()))?;
    fs::rename(&beside, page).with_context(|| format!("cannot write {}", page.display()))
}

fn replaced(text: &str, section: &str, table: &str) -> anyhow::Result<String> {
    let (begin, end) = (
        format!("<!-- begin:{section} -->"),
        format!("<!-- end:{section} -->"),
    );
    let parts = text
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let Some((before, after)) = parts else {
        bail!("no section {begin} … {end}")
    };
    Ok(format!(
        "{before}{begin}\n{}\n{end}{after}",
        table.trim_end()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_section_changes() {
        let page =
            "a\n<!-- begin:x -->\nold\n<!-- end:x -->\nb\n<!-- begin:y -->\nkept\n<!-- end:y -->\n";
        let new = replaced(page, "x", "new\n").unwrap();
        assert_eq!(new, page.replace("old", "new"));
        assert_eq!(replaced(&new, "x", "new").unwrap(), new);
        assert!(replaced(page, "z", "").is_err());
    }
}

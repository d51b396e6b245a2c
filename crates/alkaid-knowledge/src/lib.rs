//! Curated facts about ALK fusions: named variants, partner genes, the domains of ALK.
//!
//! Facts are rows of tables under `data/`, compiled in. Every row names its source and its [`Status`]; nothing that
//! the program concludes by default rests on an unverified row. The tables check themselves in the tests of this
//! crate: form of identifiers, keys, reading frames, and exon ends against the reference bundle.
//!
//! ```
//! let v3b = "CAAAAATGTCAACTCGCGAAAAAAACAGCCAAG";
//! let variant = alkaid_knowledge::named_variant("EML4", Some(667), Some(6), 33, v3b, Some(3173));
//! assert_eq!(variant.map(|v| v.name), Some("V3b"));
//! ```

mod domains;
mod partners;
mod table;
mod variants;

pub use domains::{Domain, alk_domain, alk_domains};
pub use partners::{Oligomerisation, Partner, partner, partners};
pub use table::{Status, TableError};
pub use variants::{NamedVariant, named_variant, named_variant_at, named_variants};

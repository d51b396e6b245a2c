//! Curated facts about ALK in cancer, compiled in: each a row of a table with source, date and status.
//!
//! # Shape
//!
//! A topic is a table under `data/`, a row type and a function that returns all rows as a `&'static` slice. Tables are
//! read on first use. All row types serialise, and all implement [`Fact`]: a key and a [`Provenance`] (source, [`Date`],
//! [`Status`], successor).
//!
//! | topic | rows | look-up |
//! |---|---|---|
//! | ALK itself | [`alk_facts`], [`alk_exons`], [`alk_domains`] | [`alk_domain`] |
//! | partners | [`partners`], [`reported_junctions`] | [`partner`], [`junctions_of`] |
//! | named variants | [`named_variants`], [`variant_properties`] | [`named_variant`], [`properties_of`] |
//! | prevalence | [`prevalence`] | |
//! | kinase mutations | [`mutations`] | [`mutation`] |
//! | polymorphisms | [`polymorphisms`] | |
//! | drugs | [`drugs`], [`regulatory_events`] | [`drug`], [`regulatory_status`] as of a [`Date`] |
//! | trials | [`trials`], [`trial_results`] | [`trial`], [`results_of`] |
//! | potency | [`potency_datasets`], [`potencies`] | [`potency_dataset`] |
//! | resistance | [`on_target_resistance`], [`off_target_resistance`] | |
//! | bypass and transformation | [`bypass_genes`], [`bypass_alterations`], [`bypass_lines`], [`expression_markers`], [`bypass_statements`] | [`bypass_gene`], [`bypass_line`] |
//! | detection | [`detection`], [`fish_protocol`] | [`parse_record`], [`check_record`] |
//! | CIViC | [`civic_items`] | |
//! | the guide beside primary data | [`guide`] | |
//!
//! [`tables`] lists all of them, to count and to follow references.
//!
//! Rows name each other by key: [`Potency::drug`] is the [`Drug::name`] of a row of [`drugs`], [`Potency::mutations`] are
//! [`Mutation::name`]s, [`TrialResult::trial`] is a [`Trial::key`].
//!
//! # What a conclusion may rest on
//!
//! [`default_facts`] leaves out what nobody has read in a source and what a later row replaces. Nothing that the program
//! concludes unasked rests on a row that it leaves out; such rows are shown as what they are.
//!
//! The tables check themselves in the tests of this crate: form of identifiers and dates, references between tables,
//! reading frames, exon ends, reference residues and codons against the reference bundle.
//!
//! ```
//! use alkaid_knowledge::{RegulatoryState, default_facts, mutation, named_variant, partners, regulatory_status};
//!
//! let v3b = "CAAAAATGTCAACTCGCGAAAAAAACAGCCAAG";
//! let variant = named_variant("EML4", Some(667), Some(6), 33, v3b, Some(3173));
//! assert_eq!(variant.map(|v| v.name), Some("V3b"));
//!
//! assert_eq!(mutation("1151Tins").map(|m| m.name), Some("T1151dup"));
//! assert!(default_facts(partners()).any(|partner| partner.symbol == "NPM1"));
//!
//! let status = regulatory_status("neladalkib", "2026-11-22".parse()?);
//! assert_eq!(status[0].state, RegulatoryState::UnderReview);
//! # Ok::<(), alkaid_knowledge::DateError>(())
//! ```

/// The day up to which the tables were kept: what "now" means where no day is asked for.
///
/// The program reads no clock, so that the same question gives the same answer.
pub fn curated_on() -> Date {
    Date::day(2026, 11, 22)
}

mod alk;
pub mod answer;
mod bypass;
mod civic;
mod date;
mod detection;
mod domains;
mod drugs;
mod guide;
mod index;
mod junctions;
mod matching;
mod mutations;
mod partners;
mod polymorphisms;
mod potency;
mod prevalence;
mod properties;
mod protocol;
mod provenance;
mod published;
pub mod query;
mod record;
mod regulatory;
mod resistance;
mod table;
mod trials;
mod variants;
pub mod view;

pub use alk::{AlkExon, AlkFact, AlkTopic, alk_exons, alk_facts};
pub use bypass::{
    AlterationEffect, AlterationKind, BypassAlteration, BypassGene, BypassLine, BypassState,
    BypassStatement, ExpressionMarker, MarkerSet, bypass_alterations, bypass_gene, bypass_genes,
    bypass_line, bypass_lines, bypass_statements, expression_markers,
};
pub use civic::{
    CivicDirection, CivicItem, CivicLevel, CivicSignificance, ProfileTerm, civic_items,
};
pub use date::{Date, DateError};
pub use detection::{Detection, DetectionKind, detection};
pub use domains::{Domain, alk_domain, alk_domains};
pub use drugs::{Drug, DrugKind, drug, drugs};
pub use guide::{GuideEntry, GuideTable, GuideVerdict, PrimaryRow, guide};
pub use index::{IndexedRow, IndexedTable, StatusCount, tables};
pub use junctions::{Frame, ReportedJunction, junctions_of, reported_junctions};
pub use matching::{Extent, Findings, Fit, Grade, fit, fit_mutations};
pub use mutations::{Mutation, MutationKind, mutation, mutations};
pub use partners::{Oligomerisation, Partner, partner, partners};
pub use polymorphisms::{Polymorphism, polymorphisms};
pub use potency::{
    Potency, PotencyBand, PotencyDataset, Relation, potencies, potency_dataset, potency_datasets,
};
pub use prevalence::{Prevalence, prevalence};
pub use properties::{PropertyKind, VariantProperty, properties_of, variant_properties};
pub use protocol::{ProtocolStep, RangeOrigin, fish_protocol};
pub use provenance::{Fact, Provenance, default_facts, fact};
pub use published::{Direction, EvidenceLevel, PublishedEvidence, published_evidence};
pub use record::{
    CheckedStep, FishRecord, MAX_RECORD_BYTES, RecordError, RecordedValue, StepVerdict,
    check_record, parse_record, record_template,
};
pub use regulatory::{
    RegulatoryEvent, RegulatoryEventKind, RegulatoryState, RegulatoryStatus, events_of,
    regulatory_events, regulatory_status,
};
pub use resistance::{
    OffTargetResistance, OnTargetResistance, Share, off_target_resistance, on_target_resistance,
};
pub use table::{Status, TableError};
pub use trials::{
    Estimate, Measured, Trial, TrialResult, results_of, trial, trial_results, trials,
};
pub use variants::{NamedVariant, named_variant, named_variant_at, named_variants};

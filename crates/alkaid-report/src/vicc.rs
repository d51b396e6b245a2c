//! A call as a VICC gene fusion, in the JSON layout of FUSOR's `AssayedFusion`.
//!
//! Layout: VICC Gene Fusion Specification as FUSOR's models have it (element types `TranscriptSegmentElement`,
//! `LinkerSequenceElement`, `GeneElement`, `UnknownGeneElement`). `criticalFunctionalDomains` belongs to categorical
//! fusions there; it is added because it is what a reader of an assayed fusion asks next, and readers that do not know
//! it pass over it.

use alkaid_genome::{Bundle, Strand};
use alkaid_knowledge::{alk_domain, partner};
use alkaid_reads::finding::{FusionCall, Molecule, ReadsReport, Side};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha512};

use crate::chromosomes::{chromosomes, index_of};
use crate::reference::{BundleReference, Reference};

/// HGNC identifier of ALK.
const ALK_HGNC: &str = "HGNC:427";
/// Where HGNC codes are looked up, as FUSOR writes it.
const HGNC_SYSTEM: &str = "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/";

/// Which end of a segment a side is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The 5' partner's last base.
    Five,
    /// The 3' partner's first base.
    Three,
}

/// Fills what is derived from finished calls: [`FusionCall::vicc`] of each.
///
/// `bundle` must be the one that the report was made with.
pub fn finish(report: &mut ReadsReport, bundle: &Bundle) {
    let reference = BundleReference::new(bundle, &report.assembly);
    finish_with(report, &reference);
}

/// The same with any reference.
pub fn finish_with(report: &mut ReadsReport, reference: &dyn Reference) {
    for call in &mut report.calls {
        call.vicc = vicc_fusion(call, reference);
    }
}

/// The call as an `AssayedFusion`.
pub fn vicc_fusion(call: &FusionCall, reference: &dyn Reference) -> Value {
    // DNA shows the rearrangement; the fused transcript follows from it.
    let (assay, id, detection) = match call.molecule {
        Molecule::Rna => ("RNA-seq assay", "obi:OBI_0001271", "observed"),
        Molecule::Dna => ("DNA sequencing assay", "obi:OBI_0000626", "inferred"),
    };
    let mut structure = vec![element(&call.five_prime, End::Five, reference)];
    if !call.inserted.is_empty() {
        structure.push(linker(&call.inserted));
    }
    structure.push(element(&call.three_prime, End::Three, reference));

    let mut fusion = Map::new();
    fusion.insert("type".to_owned(), json!("AssayedFusion"));
    fusion.insert(
        "viccNomenclature".to_owned(),
        json!(nomenclature(&structure, detection)),
    );
    fusion.insert("structure".to_owned(), Value::Array(structure));
    if let Some(kept) = call.in_frame {
        fusion.insert("readingFramePreserved".to_owned(), json!(kept));
    }
    if let Some(domains) = domains(call) {
        fusion.insert("criticalFunctionalDomains".to_owned(), domains);
    }
    fusion.insert("causativeEvent".to_owned(), event(call));
    fusion.insert(
        "assay".to_owned(),
        json!({"type": "Assay", "assayName": assay, "assayId": id, "fusionDetection": detection}),
    );
    let contig = [&call.sequence_5p, &call.inserted, &call.sequence_3p]
        .map(|part| part.to_ascii_uppercase())
        .concat();
    if !contig.is_empty() {
        fusion.insert(
            "contig".to_owned(),
            json!({"type": "ContigSequence", "contig": contig}),
        );
    }
    fusion.insert(
        "readData".to_owned(),
        json!({
            "type": "ReadData",
            "split": {"type": "SplitReads", "splitReads": call.supporting_fragments},
            "spanning": {"type": "SpanningReads", "spanningReads": call.spanning_pairs},
        }),
    );
    Value::Object(fusion)
}

/// One partner: a transcript segment where exon and position are known, else the gene, else an unknown gene.
fn element(side: &Side, end: End, reference: &dyn Reference) -> Value {
    if side.gene.is_empty() || side.gene == "?" {
        return json!({"type": "UnknownGeneElement"});
    }
    segment(side, end, reference)
        .unwrap_or_else(|| json!({"type": "GeneElement", "gene": gene(&side.gene)}))
}

fn segment(side: &Side, end: End, reference: &dyn Reference) -> Option<Value> {
    let (exon, chrom, pos, strand) = (side.exon?, side.chrom.as_deref()?, side.pos?, side.strand?);
    let transcript = match (&side.refseq, &side.transcript) {
        (Some(refseq), _) => format!("refseq:{refseq}"),
        (None, Some(ensembl)) if ensembl.starts_with("ENST") => format!("ensembl:{ensembl}"),
        (None, Some(other)) => format!("refseq:{other}"),
        (None, None) => return None,
    };
    let offset = exon_offset(side, end, reference)?;
    let location = location(chrom, reference.on_grch38(chrom, pos)?, strand, end)?;
    let mut segment = Map::new();
    segment.insert("type".to_owned(), json!("TranscriptSegmentElement"));
    segment.insert("transcript".to_owned(), json!(transcript));
    segment.insert(
        "strand".to_owned(),
        json!(if strand == Strand::Forward { 1 } else { -1 }),
    );
    let (number, bases, place) = match end {
        End::Five => ("exonEnd", "exonEndOffset", "elementGenomicEnd"),
        End::Three => ("exonStart", "exonStartOffset", "elementGenomicStart"),
    };
    segment.insert(number.to_owned(), json!(exon));
    segment.insert(bases.to_owned(), json!(offset));
    segment.insert("gene".to_owned(), gene(&side.gene));
    segment.insert(place.to_owned(), location);
    Some(Value::Object(segment))
}

/// Bases from the exon's end (5' side) or start (3' side) to the breakpoint, in the direction of transcription.
fn exon_offset(side: &Side, end: End, reference: &dyn Reference) -> Option<i64> {
    let pos = i64::try_from(side.pos?).ok()?;
    let (first, last) = [&side.transcript, &side.refseq]
        .into_iter()
        .flatten()
        .find_map(|transcript| reference.exon(transcript, side.exon?))?;
    let (first, last) = (i64::try_from(first).ok()?, i64::try_from(last).ok()?);
    Some(match (end, side.strand?) {
        (End::Five, Strand::Forward) => pos - last,
        (End::Five, Strand::Reverse) => first - pos,
        (End::Three, Strand::Forward) => pos - first,
        (End::Three, Strand::Reverse) => last - pos,
    })
}

/// The open-ended location next to the breakpoint, with its GA4GH identifier. `pos` is 1-based on GRCh38.
fn location(chrom: &str, pos: u64, strand: Strand, end: End) -> Option<Value> {
    let chromosome = &chromosomes()[index_of(chrom)?];
    let refget = chromosome.refget?;
    // Inter-residue coordinates: the cut lies after base `pos` when the kept part lies to its left, before it otherwise.
    let kept_left = (end == End::Five) == (strand == Strand::Forward);
    let (key, value) = if kept_left {
        ("end", pos)
    } else {
        ("start", pos.checked_sub(1)?)
    };
    let digest = location_digest(refget, key, value);
    Some(json!({
        "type": "SequenceLocation",
        "id": format!("ga4gh:SL.{digest}"),
        "digest": digest,
        "sequenceReference": {
            "id": format!("refseq:{}", chromosome.refseq),
            "type": "SequenceReference",
            "refgetAccession": refget,
        },
        key: value,
    }))
}

/// The GA4GH digest (sha512t24u) of a location of which only `key`, `start` or `end`, is known.
fn location_digest(refget: &str, key: &str, value: u64) -> String {
    let (start, end) = match key {
        "start" => (json!(value), Value::Null),
        _ => (Value::Null, json!(value)),
    };
    // Canonical JSON: sorted keys, no spaces; the unknown end is written as null.
    let text = format!(
        r#"{{"end":{end},"sequenceReference":{{"refgetAccession":"{refget}","type":"SequenceReference"}},"start":{start},"type":"SequenceLocation"}}"#
    );
    base64url(&Sha512::digest(text.as_bytes())[..24])
}

/// Base 64 with the URL alphabet, for lengths that need no padding (multiples of 3).
fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bytes
        .chunks_exact(3)
        .flat_map(|chunk| {
            let bits = u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
            [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift & 63) as usize]))
        })
        .collect()
}

fn gene(symbol: &str) -> Value {
    let code = if symbol == "ALK" {
        Some(ALK_HGNC)
    } else {
        partner(symbol).and_then(|partner| partner.hgnc)
    };
    let mut gene = Map::new();
    gene.insert("conceptType".to_owned(), json!("Gene"));
    gene.insert("name".to_owned(), json!(symbol));
    if let Some(code) = code {
        let coding = json!({"id": code.to_ascii_lowercase(), "code": code, "system": HGNC_SYSTEM});
        gene.insert("primaryCoding".to_owned(), coding);
    }
    Value::Object(gene)
}

fn linker(bases: &str) -> Value {
    let bases = bases.to_ascii_uppercase();
    json!({
        "type": "LinkerSequenceElement",
        "linkerSequence": {
            "id": format!("fusor.sequence:{bases}"),
            "type": "LiteralSequenceExpression",
            "sequence": bases,
        },
    })
}

/// The kinase domain and the transmembrane helix of ALK, preserved or lost.
fn domains(call: &FusionCall) -> Option<Value> {
    let protein = call.protein.as_ref()?;
    // Out of frame nothing of ALK is read.
    let read = call.in_frame != Some(false);
    let list = [
        ("kinase", protein.kinase_domain_whole),
        ("transmembrane", protein.alk_transmembrane_kept),
    ];
    let list = list.into_iter().filter_map(|(key, kept)| {
        let domain = alk_domain(key)?;
        Some(json!({
            "type": "FunctionalDomain",
            "status": if kept && read { "preserved" } else { "lost" },
            "label": domain.name,
            "id": domain.id,
            "associatedGene": gene("ALK"),
        }))
    });
    Some(Value::Array(list.collect()))
}

fn event(call: &FusionCall) -> Value {
    let description = call.hgvs_dna.as_ref().or(call.iscn.as_ref());
    json!({"type": "CausativeEvent", "eventType": "rearrangement", "eventDescription": description})
}

/// `NM_019063.5(EML4):e.13::NM_004304.5(ALK):e.20`, as FUSOR writes it; `(::)` where the fusion is inferred.
fn nomenclature(structure: &[Value], detection: &str) -> String {
    let parts: Vec<String> = structure.iter().map(element_name).collect();
    parts.join(if detection == "inferred" {
        "(::)"
    } else {
        "::"
    })
}

fn element_name(element: &Value) -> String {
    let text = |pointer: &str| {
        element
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match text("/type") {
        "TranscriptSegmentElement" => {
            let transcript = text("/transcript")
                .split_once(':')
                .map_or("", |(_, accession)| accession);
            let (exon, offset) = if element.get("exonEnd").is_some() {
                (&element["exonEnd"], &element["exonEndOffset"])
            } else {
                (&element["exonStart"], &element["exonStartOffset"])
            };
            let offset = match offset.as_i64() {
                Some(0) | None => String::new(),
                Some(bases) => format!("{bases:+}"),
            };
            format!("{transcript}({}):e.{exon}{offset}", text("/gene/name"))
        }
        "LinkerSequenceElement" => text("/linkerSequence/sequence").to_owned(),
        "GeneElement" => match text("/gene/primaryCoding/id") {
            "" => text("/gene/name").to_owned(),
            id => format!("{}({id})", text("/gene/name")),
        },
        _ => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_fusor_examples() {
        // BCR exon 2 and TPM3 exon 8 of FUSOR's examples.
        let bcr = location_digest("SQ.7B7SHsmchAR0dFcDCuSFjJAo7tX87krQ", "end", 23_254_162);
        assert_eq!(bcr, "pnPf51mTZVzI1teagtWwA4RY7ptcmbbt");
        let tpm3 = location_digest("SQ.Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO", "start", 154_170_399);
        assert_eq!(tpm3, "Lnne0bSsgjzmNkKsNnXg98FeJSrDJuLb");
    }

    #[test]
    fn locations_are_open_towards_the_kept_part() {
        // TPM3 (minus strand) keeps what lies right of 154170400: start 154170399, as FUSOR has it.
        let tpm3 = location("chr1", 154_170_400, Strand::Reverse, End::Five).unwrap();
        assert_eq!(tpm3["start"], 154_170_399);
        assert_eq!(tpm3["id"], "ga4gh:SL.Lnne0bSsgjzmNkKsNnXg98FeJSrDJuLb");
        // NTRK1 (plus strand) as 3' partner keeps what lies right of 156874571.
        let ntrk1 = location("chr1", 156_874_571, Strand::Forward, End::Three).unwrap();
        assert_eq!(ntrk1["start"], 156_874_570);
        let alk = location("chr2", 29_223_528, Strand::Reverse, End::Three).unwrap();
        assert_eq!(alk["end"], 29_223_528);
    }
}

//! The headers of transcript FASTA files: four dialects.

use std::ops::Range;

use super::fasta::first_word;

/// What a header says about a transcript.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Accession as written, with version.
    pub(super) id: String,
    /// Gene symbol.
    pub(super) gene: Option<String>,
    /// Gene accession.
    pub(super) gene_id: Option<String>,
    /// RefSeq accession of the same transcript.
    pub(super) refseq: Option<String>,
    /// Other names.
    pub(super) aliases: Vec<String>,
    /// Coding sequence in transcript bases, 0-based half-open, stop included.
    pub(super) cds: Option<Range<u32>>,
    /// Chromosome as written.
    pub(super) chrom: Option<String>,
    /// `+` or `-`.
    pub(super) strand: Option<String>,
    /// Assembly that the header names.
    pub(super) assembly: Option<String>,
}

/// Reads a header in the dialect of GENCODE (`ENST…|ENSG…|…`), Ensembl
/// (`ENST… cdna chromosome:GRCh38:… gene_symbol:…`), RefSeq (`NM_… Homo
/// sapiens … (ALK), …`) or ours (`ENST… gene=… cds=…`); of any other header
/// only the first word is taken.
pub(super) fn parse(header: &str) -> Header {
    let word = first_word(header);
    if word.contains('|') {
        gencode(word)
    } else if header.contains(" gene=") {
        ours(header)
    } else if header.contains(" gene:") {
        ensembl(header)
    } else if is_refseq(word) {
        refseq(header)
    } else {
        Header {
            id: word.to_owned(),
            ..Header::default()
        }
    }
}

/// Whether a name is a RefSeq transcript accession.
pub(super) fn is_refseq(id: &str) -> bool {
    ["NM_", "NR_", "XM_", "XR_"]
        .iter()
        .any(|prefix| id.starts_with(prefix))
}

/// `transcript|gene|OTTHUMG|OTTHUMT|name|symbol|length|…|CDS:first-last|…`.
fn gencode(word: &str) -> Header {
    let fields: Vec<&str> = word.split('|').collect();
    let field = |at: usize| fields.get(at).copied().and_then(known);
    let cds = fields
        .iter()
        .find_map(|field| one_based(field.strip_prefix("CDS:")?));
    Header {
        id: fields.first().copied().unwrap_or_default().to_owned(),
        gene_id: field(1),
        aliases: field(4).into_iter().collect(),
        gene: field(5),
        cds,
        ..Header::default()
    }
}

fn ensembl(header: &str) -> Header {
    let mut parsed = Header {
        id: first_word(header).to_owned(),
        ..Header::default()
    };
    for word in header.split_ascii_whitespace() {
        // The description is free text and comes last.
        if word.starts_with("description:") {
            break;
        }
        match word.split_once(':') {
            Some(("gene", value)) => parsed.gene_id = known(value),
            Some(("gene_symbol", value)) => parsed.gene = known(value),
            Some(("chromosome", value)) => {
                let mut place = value.split(':');
                parsed.assembly = place.next().and_then(known);
                parsed.chrom = place.next().and_then(known);
                parsed.strand = place.nth(2).map(|strand| match strand {
                    "-1" => "-".to_owned(),
                    _ => "+".to_owned(),
                });
            }
            _ => {}
        }
    }
    parsed
}

/// The symbol is the last word in parentheses that a comma follows.
fn refseq(header: &str) -> Header {
    let id = first_word(header).to_owned();
    let symbol = header.match_indices("),").filter_map(|(close, _)| {
        let open = header[..close].rfind('(')?;
        let word = &header[open + 1..close];
        (!word.contains([' ', ')'])).then_some(word)
    });
    Header {
        gene: symbol.last().and_then(known),
        refseq: Some(id.clone()),
        id,
        ..Header::default()
    }
}

fn ours(header: &str) -> Header {
    let mut parsed = Header {
        id: first_word(header).to_owned(),
        ..Header::default()
    };
    for word in header.split_ascii_whitespace().skip(1) {
        let Some((key, value)) = word.split_once('=') else {
            continue;
        };
        match key {
            "gene" => parsed.gene = known(value),
            "gene_id" => parsed.gene_id = known(value),
            "refseq" => parsed.refseq = known(value),
            "alias" => parsed.aliases = value.split(['/', ',']).filter_map(known).collect(),
            "cds" => parsed.cds = one_based(value),
            "chrom" => parsed.chrom = known(value),
            "strand" => parsed.strand = Some(value.to_owned()),
            _ => {}
        }
    }
    parsed
}

/// A value, unless it says that there is none.
fn known(value: &str) -> Option<String> {
    (!matches!(value, "" | "." | "-")).then(|| value.to_owned())
}

/// `first-last`, 1-based inclusive.
fn one_based(text: &str) -> Option<Range<u32>> {
    let (first, last) = text.split_once('-')?;
    let start = first.parse::<u32>().ok()?.checked_sub(1)?;
    let end = last.parse::<u32>().ok()?;
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn four_dialects() {
        let gencode = parse(
            "ENST00000389048.8|ENSG00000171094.19|OTTHUMG00000152034.2|OTTHUMT00000325001.3|\
             ALK-201|ALK|6240|UTR5:1-927|CDS:928-5790|UTR3:5791-6240|",
        );
        assert_eq!(gencode.id, "ENST00000389048.8");
        assert_eq!(gencode.gene.as_deref(), Some("ALK"));
        assert_eq!(gencode.cds, Some(927..5790));
        assert_eq!(gencode.aliases, ["ALK-201"]);

        let ensembl = parse(
            "ENST00000389048.8 cdna chromosome:GRCh38:2:29192774:29921586:-1 \
             gene:ENSG00000171094.19 gene_biotype:protein_coding \
             transcript_biotype:protein_coding gene_symbol:ALK description:ALK receptor \
             gene:none [Source:HGNC Symbol;Acc:HGNC:427]",
        );
        assert_eq!(ensembl.gene.as_deref(), Some("ALK"));
        assert_eq!(ensembl.gene_id.as_deref(), Some("ENSG00000171094.19"));
        assert_eq!(ensembl.chrom.as_deref(), Some("2"));
        assert_eq!(ensembl.strand.as_deref(), Some("-"));
        assert_eq!(ensembl.assembly.as_deref(), Some("GRCh38"));

        let refseq = parse(
            "NM_004304.5 Homo sapiens ALK receptor tyrosine kinase (ALK), transcript variant 1, mRNA",
        );
        assert_eq!(refseq.gene.as_deref(), Some("ALK"));
        assert_eq!(refseq.refseq.as_deref(), Some("NM_004304.5"));
        let nested = parse("NM_1.1 Homo sapiens x (yeast), member (of) 2 (ABC1), mRNA");
        assert_eq!(nested.gene.as_deref(), Some("ABC1"));

        let ours = parse(
            "ENST00000389048.7 gene=ALK gene_id=ENSG00000171094 source=Ensembl_85 strand=- \
             chrom=chr2 exons=29 cds=908-5770 uniprot=Q9UM73 refseq=NM_004304.3 \
             alias=LRG_488t1/NM_004304.3",
        );
        assert_eq!(ours.cds, Some(907..5770));
        assert_eq!(ours.aliases, ["LRG_488t1", "NM_004304.3"]);
        assert_eq!(ours.strand.as_deref(), Some("-"));

        assert_eq!(parse("my_transcript something").id, "my_transcript");
    }

    proptest! {
        #[test]
        fn any_header_is_safe(header in "\\PC{0,80}") {
            let _ = parse(&header);
            let _ = parse(&format!("NM_1 ({header}),"));
            let _ = parse(&format!("a gene={header} cds={header}"));
            let _ = parse(&format!("a|b|{header}"));
            let _ = parse(&format!("a gene:b chromosome:{header}"));
        }
    }
}

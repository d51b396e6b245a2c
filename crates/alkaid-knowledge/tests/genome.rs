//! The tables against the reference bundle: exons, codons, residues, frames, symbols and bands.

use alkaid_genome::{
    Bundle, CdsPosition, ExonNumber, GenomicPosition, Strand, in_frame, reverse_complement,
    translate,
};
use alkaid_knowledge::{
    Frame, Mutation, MutationKind, alk_domains, alk_exons, alk_facts, fact, mutation, mutations,
    off_target_resistance, partners, reported_junctions,
};

/// Coding sequence of ALK, stop codon included.
fn coding() -> Vec<u8> {
    let bundle = Bundle::embedded();
    let alk = bundle.alk();
    let cds = alk.cds.clone().unwrap();
    bundle.sequence(alk).unwrap()[cds.start as usize..cds.end as usize].to_vec()
}

/// Genomic base (1-based) of a coding position.
fn genomic(cds: u32) -> u64 {
    let alk = Bundle::embedded().alk();
    let position = alk.position_of_cds(CdsPosition(cds)).unwrap();
    alk.genome_position(position).unwrap() + 1
}

#[test]
fn exons_are_those_of_the_bundle() {
    let bundle = Bundle::embedded();
    let alk = bundle.alk();
    assert_eq!(alk_exons().len(), alk.exons.len());
    for (row, exon) in alk_exons().iter().zip(&alk.exons) {
        assert_eq!(ExonNumber(row.number), exon.number);
        assert_eq!(row.key, format!("exon {}", row.number));
        assert_eq!(
            (row.grch38_start, row.grch38_end),
            (exon.genome.start + 1, exon.genome.end),
            "{}",
            row.key
        );
        assert_eq!(
            alk.first_cds_of(exon).map(|p| p.0),
            Some(row.cds_first),
            "{}",
            row.key
        );
        assert_eq!(
            alk.last_cds_of(exon).map(|p| p.0),
            Some(row.cds_last),
            "{}",
            row.key
        );
        assert_eq!(
            CdsPosition(row.cds_first).residue().0,
            row.residue_first,
            "{}",
            row.key
        );
        // The stop codon codes for no residue.
        let last = CdsPosition(row.cds_last.min(3 * 1620)).residue().0;
        assert_eq!(last, row.residue_last, "{}", row.key);
        assert_eq!(
            row.grch38_end - row.grch38_start,
            row.grch37_end - row.grch37_start,
            "{}",
            row.key
        );
        let end = bundle.to_grch37(&GenomicPosition {
            chrom: "chr2".into(),
            pos: row.grch38_start - 1,
            strand: Strand::Reverse,
        });
        assert_eq!(
            end.map(|p| p.pos + 1),
            Some(row.grch37_start),
            "{}",
            row.key
        );
    }
}

#[test]
fn every_mutation_has_its_residue_and_codon() {
    let coding = coding();
    let locus = Bundle::embedded().alk_locus();
    for m in mutations() {
        let first = 3 * m.residue - 2;
        assert_eq!(m.codon_cds, first, "{}", m.name);
        let codon = &coding[first as usize - 1..first as usize + 2];
        assert_eq!(codon, m.codon.as_bytes(), "{}", m.name);
        assert_eq!(translate(codon), [m.reference as u8], "{}", m.name);
        assert_eq!(
            (m.codon_start, m.codon_end),
            (genomic(first + 2), genomic(first)),
            "{}",
            m.name
        );
        assert_eq!(
            m.codon_end - m.codon_start,
            2,
            "{} crosses an intron",
            m.name
        );
        // The genome itself says the same.
        let bases = locus.bases(m.codon_start - 1..m.codon_end).unwrap();
        let sense = if locus.strand == Strand::Reverse {
            bases
        } else {
            reverse_complement(&bases)
        };
        assert_eq!(sense, codon, "{}", m.name);
        let exon = alk_exons()
            .iter()
            .find(|e| (e.cds_first..=e.cds_last).contains(&first));
        assert_eq!(exon.map(|e| e.number), Some(m.exon), "{}", m.name);
        let suffix = match m.kind {
            MutationKind::Substitution => m.alternative.unwrap().to_string(),
            MutationKind::Deletion => "del".to_owned(),
            MutationKind::Duplication => "dup".to_owned(),
        };
        assert_eq!(m.name, format!("{}{}{suffix}", m.reference, m.residue));
        assert_eq!(mutation(m.name), Some(m), "{}", m.name);
    }
    assert!(mutations().len() >= 40);
}

/// Codons one base away that give an amino acid.
fn neighbours(codon: &[u8], amino_acid: u8) -> Vec<String> {
    let mut found: Vec<String> = (0..3)
        .flat_map(|at| {
            b"ACGT".iter().filter_map(move |&base| {
                let mut other = codon.to_vec();
                other[at] = base;
                (other != codon && translate(&other) == [amino_acid])
                    .then(|| String::from_utf8(other).unwrap())
            })
        })
        .collect();
    found.sort();
    found
}

/// What a coding change of one base makes of the codon.
fn changed(m: &Mutation, hgvs: &str) -> String {
    let (place, change) = hgvs.strip_prefix("c.").unwrap().split_at(hgvs.len() - 5);
    let at = place.parse::<u32>().unwrap() - m.codon_cds;
    let (from, to) = change.split_once('>').unwrap();
    let mut codon = m.codon.as_bytes().to_vec();
    assert_eq!(codon[at as usize], from.as_bytes()[0], "{}", m.name);
    codon[at as usize] = to.as_bytes()[0];
    String::from_utf8(codon).unwrap()
}

#[test]
fn every_coding_change_makes_its_mutation() {
    let coding = coding();
    for m in mutations() {
        match m.kind {
            MutationKind::Substitution => {
                let mut listed: Vec<String> = m
                    .alternative_codons
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                let observed = listed.first().cloned();
                listed.sort();
                assert_eq!(
                    listed,
                    neighbours(m.codon.as_bytes(), m.alternative.unwrap() as u8),
                    "{}",
                    m.name
                );
                match m.hgvs_c {
                    Some(hgvs) => assert_eq!(Some(changed(m, hgvs)), observed, "{}", m.name),
                    None => assert_ne!(listed.len(), 1, "{}", m.name),
                }
                if m.hgvs_c_source.is_none() {
                    assert_eq!(m.hgvs_c.is_some(), listed.len() == 1, "{}", m.name);
                }
            }
            MutationKind::Deletion | MutationKind::Duplication => {
                let word = if m.kind == MutationKind::Deletion {
                    "del"
                } else {
                    "dup"
                };
                let range = m
                    .hgvs_c
                    .unwrap()
                    .strip_prefix("c.")
                    .unwrap()
                    .strip_suffix(word)
                    .unwrap();
                let (first, last) = range.split_once('_').unwrap();
                let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
                assert_eq!(last - first, 2, "{}", m.name);
                // As far to the 3' end as it can be described.
                assert_ne!(coding[first - 1], coding[last], "{}", m.name);
                let edited = |first: usize| {
                    let mut edited = coding.clone();
                    if m.kind == MutationKind::Deletion {
                        edited.drain(first - 1..first + 2);
                    } else {
                        let copy = coding[first - 1..first + 2].to_vec();
                        edited.splice(first + 2..first + 2, copy);
                    }
                    edited
                };
                assert_eq!(edited(first), edited(m.codon_cds as usize), "{}", m.name);
            }
        }
        assert!(
            m.alternative_codons.is_empty() || m.kind == MutationKind::Substitution,
            "{}",
            m.name
        );
    }
}

#[test]
fn every_frame_is_recomputed() {
    let bundle = Bundle::embedded();
    let alk = bundle.alk();
    for junction in reported_junctions() {
        assert_eq!(
            junction.key,
            format!("{}/{}", junction.partner, junction.name)
        );
        let short = format!(
            "{}{};A{}",
            &junction.partner[..1],
            junction.five_exon,
            junction.alk_exon
        );
        assert_eq!(junction.name, short);
        let last = junction.transcript.and_then(|id| {
            let transcript = bundle
                .transcript(id)
                .unwrap_or_else(|| panic!("{}: no {id}", junction.key));
            assert_eq!(transcript.gene, junction.partner);
            let exon = transcript.exon(ExonNumber(junction.five_exon))?;
            transcript.last_cds_of(exon).map(|cds| cds.0)
        });
        assert_eq!(last, junction.five_cds_last, "{}", junction.key);
        let first = alk
            .first_cds_of(alk.exon(ExonNumber(junction.alk_exon)).unwrap())
            .unwrap();
        let frame = match last {
            Some(last) if in_frame(last, 0, first) => Frame::In,
            Some(_) => Frame::Out,
            None => Frame::Unknown,
        };
        assert_eq!(frame, junction.frame, "{}", junction.key);
    }
}

#[test]
fn the_phase_rule_holds_for_exons_16_to_20() {
    let alk = Bundle::embedded().alk();
    for number in 16..=20 {
        let first = alk
            .first_cds_of(alk.exon(ExonNumber(number)).unwrap())
            .unwrap();
        for length in 0..300 {
            assert_eq!(
                in_frame(length, 0, first),
                length % 3 == 1,
                "exon {number}, {length} bases"
            );
        }
    }
    assert!(fact(alk_facts(), "phase_rule").is_some());
}

#[test]
fn computed_facts_about_alk_are_those_of_the_bundle() {
    let bundle = Bundle::embedded();
    let alk = bundle.alk();
    let span = alk.span().unwrap();
    let value = |key: &str| fact(alk_facts(), key).map(|f| f.value).unwrap();
    assert_eq!(
        value("grch38"),
        format!("chr2:{}-{}", span.start + 1, span.end)
    );
    assert_eq!(value("exons"), alk.exons.len().to_string());
    assert_eq!(
        value("cds_length"),
        format!("{} bases, stop codon included", coding().len())
    );
    assert_eq!(
        value("exon20_start"),
        format!("c.3173, chr2:{} on GRCh38", genomic(3173))
    );
    assert_eq!(value("strand"), "minus");
    assert_eq!(alk.strand, Strand::Reverse);
    assert_eq!(value("ensembl"), alk.gene_id.split('.').next().unwrap());
    assert_eq!(value("uniprot"), alk.protein.as_deref().unwrap());
    assert_eq!(
        value("transcript"),
        format!("{} = {}", alk.refseq.as_deref().unwrap(), alk.id)
    );
    let bands = [span.start, span.end - 1].map(|at| bundle.band("chr2", at).unwrap());
    assert_eq!(
        value("band"),
        format!(
            "2{}-{}",
            bands[0].trim_start_matches('2'),
            bands[1].trim_start_matches('2')
        )
        .as_str()
    );
    let exon37 = |number: usize| &alk_exons()[number - 1];
    assert_eq!(
        value("grch37"),
        format!("chr2:{}-{}", exon37(29).grch37_start, exon37(1).grch37_end)
    );
    assert_eq!(CdsPosition(3173).residue().0, 1058);
    assert_eq!(CdsPosition(3172).residue().0, 1058);
    let protein = translate(&coding());
    assert_eq!(value("length"), format!("{} residues", protein.len() - 1));
    assert_eq!(&protein[1092..1096], b"NPNY");
    for tyrosine in [1278, 1282, 1283, 1507, 1604] {
        assert_eq!(protein[tyrosine - 1], b'Y', "{tyrosine}");
    }
    assert!(
        alk_domains()
            .iter()
            .all(|domain| (domain.end as usize) < protein.len())
    );
}

#[test]
fn partners_are_genes_of_the_bundle_in_their_band() {
    let bundle = Bundle::embedded();
    for partner in partners() {
        let Some(transcript) = bundle.best(partner.symbol) else {
            // Genes without coding transcript have no exon table in the bundle.
            assert!(
                partner.symbol.starts_with("LINC")
                    || ["CASC15", "MALAT1"].contains(&partner.symbol),
                "{} is not in the bundle",
                partner.symbol
            );
            continue;
        };
        let id = transcript.gene_id.split('.').next();
        assert!(
            partner.ensembl.is_none() || partner.ensembl == id,
            "{}",
            partner.symbol
        );
        let strand = match transcript.strand {
            Strand::Forward => '+',
            Strand::Reverse => '-',
        };
        assert_eq!(partner.strand, Some(strand), "{}", partner.symbol);
        let span = transcript.span().unwrap();
        let chromosome = transcript.chrom.trim_start_matches("chr");
        let bands: Vec<String> = [span.start, (span.start + span.end) / 2, span.end - 1]
            .iter()
            .filter_map(|&at| bundle.band(&transcript.chrom, at))
            .map(|band| format!("{chromosome}{}", band.trim_start_matches(chromosome)))
            .collect();
        let band = partner.band.unwrap();
        assert!(
            bands.iter().any(|b| b == band),
            "{}: {band}, not {bands:?}",
            partner.symbol
        );
    }
}

#[test]
fn genes_of_bypass_tracks_are_known() {
    let bundle = Bundle::embedded();
    for row in off_target_resistance() {
        for gene in &row.genes {
            assert!(bundle.best(gene).is_some(), "{}: {gene}", row.key);
        }
    }
}

//! What the embedded bundle must know, each fact with its origin.

use alkaid_genome::{
    Assembly, Bundle, CdsPosition, Exon, ExonNumber, GenomicPosition, Rank, Region, Residue,
    Strand, Transcript, in_frame, translate,
};

fn protein(bundle: &Bundle, transcript: &Transcript) -> Vec<u8> {
    let cds = transcript.cds.clone().unwrap();
    let sequence = bundle.sequence(transcript).unwrap();
    let mut residues = translate(&sequence[cds.start as usize..cds.end as usize]);
    assert_eq!(residues.pop(), Some(b'*'), "{}", transcript.id);
    residues
}

fn exon(transcript: &Transcript, number: u16) -> &Exon {
    transcript.exon(ExonNumber(number)).unwrap()
}

fn last_cds(transcript: &Transcript, number: u16) -> u32 {
    transcript.last_cds_of(exon(transcript, number)).unwrap().0
}

#[test]
fn alk_translates_to_q9um73() {
    let bundle = Bundle::embedded();
    let alk = bundle.alk();
    assert!(alk.id.starts_with("ENST00000389048."), "{}", alk.id);
    assert_eq!(alk.refseq.as_deref(), Some("NM_004304.5"));
    assert_eq!(alk.protein.as_deref(), Some("Q9UM73"));
    assert_eq!(alk.gene_id, "ENSG00000171094");
    assert_eq!((alk.rank, alk.exons.len()), (Rank::ManeSelect, 29));
    let q9um73 = bundle.proteome().protein("Q9UM73").unwrap();
    assert_eq!(q9um73.sequence.len(), 1620);
    assert_eq!(protein(bundle, alk), q9um73.sequence);
    assert_eq!(bundle.best("ALK"), Some(alk));
    assert_eq!(bundle.transcript("ENST00000389048"), Some(alk));
    assert_eq!(bundle.transcript("NM_004304"), Some(alk));
    assert_eq!(bundle.transcript("ALK-201"), Some(alk));
    assert_eq!(bundle.transcript("LRG_488t1"), Some(alk));
    assert_eq!(bundle.transcript("nothing"), None);
    assert!(
        bundle
            .aliases(alk)
            .any(|alias| alias == "ENST00000389048.7")
    );
    // Residues of the kinase that resistance mutations change.
    for (residue, at) in [
        (b'L', 1196),
        (b'G', 1202),
        (b'F', 1174),
        (b'R', 1275),
        (b'C', 1156),
    ] {
        assert_eq!(q9um73.sequence[at - 1], residue, "{at}");
    }
}

#[test]
fn alk_exon_20_is_where_fusions_start() {
    let bundle = Bundle::embedded();
    let alk = bundle.alk();
    let exon = exon(alk, 20);
    assert_eq!(alk.first_cds_of(exon), Some(CdsPosition(3173)));
    // The first base of the exon, read from the reverse strand: chr2:29223528.
    assert_eq!(alk.genome_position(exon.transcript.start), Some(29_223_527));
    assert_eq!(alk.locate(29_223_528), Some(Region::Intron(ExonNumber(19))));
    assert_eq!(
        alk.intron_after(ExonNumber(19)),
        Some(29_223_528..29_225_460)
    );
    assert_eq!(CdsPosition(3173).residue(), Residue(1058));
}

#[test]
fn the_alk_locus_holds_every_exon_of_alk() {
    let bundle = Bundle::embedded();
    let (alk, locus) = (bundle.alk(), bundle.alk_locus());
    assert_eq!(locus.interval.to_string(), "chr2:29190774-29926566");
    assert_eq!(locus.strand, Strand::Reverse);
    assert_eq!(locus.sequence.len(), 735_793);
    let spliced: Vec<u8> = alk
        .exons
        .iter()
        .flat_map(|exon| locus.bases(exon.genome.clone()).unwrap())
        .collect();
    assert_eq!(Some(spliced), bundle.sequence(alk));
    // 28 introns: all end in AG, 27 start with GT.
    let introns: Vec<Vec<u8>> = (1..29)
        .map(|n| {
            locus
                .bases(alk.intron_after(ExonNumber(n)).unwrap())
                .unwrap()
        })
        .collect();
    assert!(introns.iter().all(|intron| intron.ends_with(b"AG")));
    assert_eq!(
        introns
            .iter()
            .filter(|intron| intron.starts_with(b"GT"))
            .count(),
        27
    );
}

#[test]
fn eml4_exons_end_as_in_the_literature() {
    let bundle = Bundle::embedded();
    let eml4 = bundle.transcript("ENST00000318522").unwrap();
    assert_eq!(bundle.best("EML4"), Some(eml4));
    assert_eq!(eml4.refseq.as_deref(), Some("NM_019063.5"));
    assert_eq!(eml4.protein.as_deref(), Some("Q9HC35"));
    assert_eq!(protein(bundle, eml4).len(), 981);
    for (number, cds) in [
        (2, 208),
        (6, 667),
        (13, 1489),
        (18, 2056),
        (20, 2242),
        (21, 2341),
    ] {
        assert_eq!(last_cds(eml4, number), cds, "exon {number}");
        assert!(in_frame(cds, 0, CdsPosition(3173)));
    }
}

#[test]
fn variant_1_reads_across_its_junction() {
    let bundle = Bundle::embedded();
    let (eml4, alk) = (bundle.best("EML4").unwrap(), bundle.alk());
    let end = exon(eml4, 13).transcript.end as usize;
    let start = exon(alk, 20).transcript.start as usize;
    let eml4 = bundle.sequence(eml4).unwrap();
    let alk = bundle.sequence(alk).unwrap();
    assert_eq!(&eml4[end - 15..end], b"GGAAAGGACCTAAAG");
    assert_eq!(&alk[start..start + 15], b"TGTACCGCCGGAAGC");
}

#[test]
fn npm1_and_tpm3() {
    let bundle = Bundle::embedded();
    let npm1 = bundle.best("NPM1").unwrap();
    let exon_4 = exon(npm1, 4);
    assert_eq!(last_cds(npm1, 4), 352);
    let last = npm1.genome_position(exon_4.transcript.end - 1);
    assert_eq!(last, Some(171_391_799 - 1));
    // The sequence of LRG_458t1 under the name of MANE.
    assert_eq!(npm1.protein.as_deref(), Some("P06748"));
    assert!(bundle.sequence(npm1).is_some());
    assert_eq!(bundle.transcript("LRG_458t1"), Some(npm1));

    let tpm3 = bundle.best("TPM3").unwrap();
    assert_eq!(tpm3.rank, Rank::ManeSelect);
    assert_eq!(exon(tpm3, 8).genome, 154_170_400 - 1..154_170_469);
    assert_eq!(tpm3.sequence, None);
    // The exon of the usual TPM3::ALK junction is number 7 of the 248-aa isoform.
    let short = bundle.transcript("TPM3-206").unwrap();
    assert_eq!(exon(short, 7).genome, exon(tpm3, 8).genome);
}

#[test]
fn cltc_has_the_mane_sequence_and_one_entry_without_exons() {
    let bundle = Bundle::embedded();
    let cltc = bundle.best("CLTC").unwrap();
    assert_eq!((cltc.rank, cltc.exons.len()), (Rank::ManeSelect, 32));
    assert_eq!(protein(bundle, cltc).len(), 1675);
    let refseq = bundle.transcript("NM_001288653").unwrap();
    assert_eq!((refseq.exons.len(), refseq.strand), (0, Strand::Forward));
    assert_eq!(refseq.cds, Some(443..5483));
    assert!(bundle.sequence(refseq).unwrap().len() >= 5483);
}

#[test]
fn every_sequence_fits_its_transcript_and_its_protein() {
    let bundle = Bundle::embedded();
    let mut identical = 0;
    for (transcript, sequence) in bundle.sequences() {
        assert!(transcript.exons.is_empty() || transcript.length() as usize == sequence.len());
        let (Some(cds), Some(accession)) = (&transcript.cds, &transcript.protein) else {
            continue;
        };
        let mut residues = translate(&sequence.slice(cds.start as usize..cds.end as usize));
        if residues.last() == Some(&b'*') {
            residues.pop();
        }
        let protein = bundle.proteome().protein(accession);
        assert_eq!(protein.unwrap().sequence, residues, "{}", transcript.id);
        identical += 1;
    }
    let counts = bundle.meta().counts;
    assert_eq!((counts.sequences, counts.bases), (2096, 7_425_332));
    // The reference states 1,524; those of another symbol or accession come on top.
    assert!(identical >= 1524, "{identical}");
}

#[test]
fn exon_tables_of_all_genes_are_there() {
    let bundle = Bundle::embedded();
    let ranks = |rank| {
        bundle
            .transcripts()
            .iter()
            .filter(move |t| t.rank == rank)
            .count()
    };
    assert_eq!(ranks(Rank::ManeSelect), 19_157);
    // The 195 listed partners that the tests of the knowledge name.
    for gene in [
        "KIF5B", "TPM4", "TFG", "STRN", "HIP1", "KLC1", "ATIC", "RANBP2", "SQSTM1",
    ] {
        let best = bundle.best(gene).unwrap_or_else(|| panic!("{gene}"));
        assert!(best.cds.is_some() && best.exons.len() > 5, "{gene}");
        assert!(!bundle.proteome().of_gene(gene).is_empty(), "{gene}");
    }
    let sorted = bundle
        .transcripts()
        .windows(2)
        .all(|pair| (&pair[0].gene, pair[0].rank) <= (&pair[1].gene, pair[1].rank));
    assert!(sorted);
}

#[test]
fn places_bands_and_domains() {
    let bundle = Bundle::embedded();
    assert_eq!(bundle.band("chr2", 29_223_527), Some("p23.2"));
    assert_eq!(bundle.band("chr2", 42_295_515), Some("p21"));
    assert_eq!(bundle.band("chr5", 171_391_798), Some("q35.1"));
    assert_eq!(bundle.band("chr2", 400_000_000), None);
    assert_eq!(bundle.band("chr99", 1), None);
    let genes: Vec<&str> = bundle
        .genes_at("chr2", 29_223_527)
        .iter()
        .map(|transcript| transcript.gene.as_str())
        .collect();
    assert_eq!(genes, ["ALK"]);
    assert!(bundle.genes_at("chr2", 1).is_empty());
    let kinase = bundle
        .domains("ALK")
        .iter()
        .map(|domain| domain.residues)
        .find(|residues| (residues.start, residues.end) == (Residue(1117), Residue(1382)));
    assert!(kinase.is_some_and(|kinase| kinase.contains(Residue(1196))));
    assert!(bundle.domains("nothing").is_empty());
    let h3122 = bundle.loci().iter().find(|locus| {
        locus.name == "EML4" && locus.partial && locus.offset_of(42_299_749).is_some()
    });
    assert!(h3122.is_some(), "the piece around the H3122 breakpoint");
}

#[test]
fn positions_of_both_assemblies() {
    let bundle = Bundle::embedded();
    assert_eq!(bundle.meta().assembly, Assembly::Grch38);
    let grch38 = GenomicPosition {
        chrom: "chr2".into(),
        pos: 29_223_527,
        strand: Strand::Reverse,
    };
    let grch37 = bundle.to_grch37(&grch38).unwrap();
    assert_eq!(grch37.pos, 29_446_394 - 1);
    assert_eq!(bundle.from_grch37(&grch37), Some(grch38.clone()));
    // The whole locus, ends included.
    let locus = &bundle.alk_locus().interval;
    for pos in [locus.start, locus.end - 1] {
        let there = bundle.to_grch37(&GenomicPosition {
            pos,
            ..grch38.clone()
        });
        assert_eq!(there.unwrap().pos, pos + 222_866);
    }
    let nowhere = GenomicPosition {
        chrom: "chrY".into(),
        pos: 0,
        strand: Strand::Forward,
    };
    assert_eq!(bundle.to_grch37(&nowhere), None);
}

#[test]
fn the_repeat_mask_spares_the_exons_around_the_kinase() {
    let bundle = Bundle::embedded();
    let (alk, locus, mask) = (bundle.alk(), bundle.alk_locus(), bundle.repeat_mask());
    assert_eq!(mask.len(), locus.sequence.len());
    assert_eq!(mask.count() as u64, bundle.meta().counts.repeats);
    for number in 20..=28 {
        let exon = exon(alk, number);
        let start = locus.offset_of(exon.genome.end - 1).unwrap();
        let repeats = (start..start + exon.len() as usize - 24).filter(|&at| mask.get(at));
        assert_eq!(repeats.count(), 0, "exon {number}");
    }
    let share = mask.count() as f64 / mask.len() as f64;
    assert!((0.01..0.5).contains(&share), "{share}");
}

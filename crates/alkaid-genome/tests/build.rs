//! Bundles made from small files: the fixtures are cut from the reference
//! (`docs/reference.md` says how).

use std::fs;
use std::path::{Path, PathBuf};

use alkaid_genome::{
    BuildError, BuildInputs, Bundle, BundleError, CdsPosition, ExonNumber, Rank, build,
    reverse_complement,
};

fn fixture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    folder.join(name)
}

/// Every input from the fixtures.
fn inputs() -> BuildInputs {
    BuildInputs {
        transcripts: vec![fixture("transcripts.fa.gz")],
        annotation: vec![fixture("exons.tsv"), fixture("annotation.gtf")],
        loci: vec![fixture("alk_locus.fa"), fixture("eml4_partial.fa")],
        background: vec![fixture("background.fa")],
        proteome: Some(fixture("proteome.fa")),
        domains: Some(fixture("domains.tsv")),
        cytobands: Some(fixture("cytobands.tsv")),
        grch37: vec![fixture("alk_exons_grch37.tsv")],
        ..BuildInputs::default()
    }
}

fn make(inputs: &BuildInputs) -> Result<Bundle, BuildError> {
    build(inputs, &mut |_, _, _| ())
}

fn message(inputs: &BuildInputs) -> String {
    match make(inputs) {
        Ok(_) => panic!("a bundle was made"),
        Err(error) => error.to_string(),
    }
}

/// The records of a FASTA text.
fn records(text: &str) -> Vec<(String, String)> {
    text.split('>')
        .skip(1)
        .filter_map(|record| record.split_once('\n'))
        .map(|(header, lines)| (header.to_owned(), lines.replace('\n', "")))
        .collect()
}

/// The ALK transcript of the fixtures.
fn alk_sequence() -> String {
    let bundle = make(&inputs()).unwrap();
    String::from_utf8(bundle.sequence(bundle.alk()).unwrap()).unwrap()
}

#[test]
fn a_small_bundle_is_the_committed_one() {
    let bundle = make(&inputs()).unwrap();
    let committed = fixture("small.alkaid");
    if std::env::var_os("ALKAID_UPDATE_FIXTURES").is_some() {
        bundle.write(&committed).unwrap();
    }
    let expected = Bundle::open(&committed).unwrap();
    assert_eq!(bundle.meta(), expected.meta());
    assert_eq!(bundle.transcripts(), expected.transcripts());
    assert!(bundle.as_bytes() == fs::read(&committed).unwrap());
}

#[test]
fn what_the_small_bundle_holds() {
    let bundle = make(&inputs()).unwrap();
    let alk = bundle.alk();
    assert_eq!(alk.id, "ENST00000389048.8");
    assert_eq!(alk.refseq.as_deref(), Some("NM_004304.5"));
    assert_eq!(
        (alk.rank, alk.cds.clone()),
        (Rank::ManeSelect, Some(2..443))
    );
    let aliases: Vec<&str> = bundle.aliases(alk).collect();
    assert_eq!(
        aliases,
        ["ALK-201", "ENST00000389048.7", "LRG_488t1", "NM_004304.3"]
    );
    let npm1 = bundle.best("NPM1").unwrap();
    assert_eq!(
        (npm1.id.as_str(), npm1.rank),
        ("ENST00000296930.10", Rank::ManeSelect)
    );
    let exon = npm1.exon(ExonNumber(4)).unwrap();
    assert_eq!(npm1.last_cds_of(exon), Some(CdsPosition(352)));
    let tpm3 = bundle.best("TPM3").unwrap();
    assert_eq!(
        (tpm3.sequence, tpm3.protein.as_deref()),
        (None, Some("P06753"))
    );
    let cltc = bundle.best("CLTC").unwrap();
    assert_eq!((cltc.exons.len(), cltc.cds.clone()), (0, Some(0..300)));
    // The 40 bases of ALK in the background hold 17 words.
    let repeats: Vec<usize> = (0..bundle.repeat_mask().len())
        .filter(|&at| bundle.repeat_mask().get(at))
        .collect();
    assert_eq!(repeats, (500..517).collect::<Vec<_>>());
    assert_eq!(bundle.grch37_offsets().len(), 1);
    assert_eq!(bundle.loci().len(), 3);
    let sources = &bundle.meta().sources;
    assert_eq!(sources.len(), 10);
    assert_eq!(
        (sources[0].name.as_str(), sources[0].records),
        ("transcripts.fa.gz", 3)
    );
}

#[test]
fn what_is_not_given_comes_from_the_embedded_bundle() {
    let only = BuildInputs {
        loci: vec![fixture("alk_locus.fa")],
        proteome: Some(fixture("proteome.fa")),
        transcripts: inputs().transcripts,
        annotation: inputs().annotation,
        ..BuildInputs::default()
    };
    let bundle = make(&only).unwrap();
    let embedded = Bundle::embedded();
    assert_eq!(bundle.bands(), embedded.bands());
    assert_eq!(bundle.domains("ALK"), embedded.domains("ALK"));
    let notes = bundle.meta().notes.join("\n");
    for what in [
        "the cytobands come",
        "the protein domains come",
        "the offsets to GRCh37 come",
    ] {
        assert!(notes.contains(what), "{notes}");
    }
    // With the proteome of all of ALK, three exons are not ALK.
    let without_proteome = BuildInputs {
        proteome: None,
        ..only
    };
    assert!(message(&without_proteome).contains("translates to UniProt Q9UM73"));
}

/// FASTA and GTF of ALK in the three dialects, on a genome that is cut.
#[test]
fn dialects_of_the_databases_and_a_genome() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let sequence = alk_sequence();
    // Chromosome 2, unknown up to the piece of ALK, in one line and lower case.
    let locus = fs::read_to_string(fixture("alk_locus.fa")).unwrap();
    let locus = reverse_complement(records(&locus)[0].1.as_bytes());
    let mut genome = b">2 dna:chromosome chromosome:GRCh38:2:1:242193529:1 REF\n".to_vec();
    genome.extend(vec![b'N'; 29_223_241]);
    genome.extend(locus.to_ascii_lowercase());
    genome.extend(b"\n>KI270728.1 contig\nACGT\n");
    fs::write(path("genome.fa"), genome).unwrap();

    let ensembl = ">ENST00000389048.8 cdna chromosome:GRCh38:2:1:2:-1 gene:ENSG00000171094.19 \
                   gene_biotype:protein_coding gene_symbol:ALK";
    let gencode = ">ENST00000389048.8|ENSG00000171094.19|-|-|ALK-201|ALK|445|protein_coding|";
    let refseq = ">NM_004304.5 Homo sapiens ALK receptor tyrosine kinase (ALK), mRNA";
    let names = |dialect: usize| {
        [
            "gene_id \"ENSG00000171094\"; transcript_id \"ENST00000389048\"; \
             transcript_version \"8\"; gene_name \"ALK\"; tag \"MANE_Select\";",
            "gene_id \"ENSG00000171094.19\"; transcript_id \"ENST00000389048.8\"; \
             gene_name \"ALK\"; transcript_name \"ALK-201\"; tag \"MANE_Select\";",
            "gene_id \"ALK\"; transcript_id \"NM_004304.5\"; db_xref \"GeneID:238\"; gene \"ALK\"; \
             tag \"MANE Select\";",
        ][dialect]
    };
    let lines = [
        ("exon", 29226922, 29227074, "."),
        ("CDS", 29226922, 29227074, "2"),
        ("exon", 29225461, 29225565, "."),
        ("CDS", 29225461, 29225565, "0"),
        ("exon", 29223342, 29223528, "."),
        ("CDS", 29223344, 29223528, "0"),
    ];
    for (dialect, header) in [ensembl, gencode, refseq].into_iter().enumerate() {
        let chrom = ["2", "chr2", "NC_000002.12"][dialect];
        let gtf: String = lines
            .iter()
            .map(|(kind, start, end, frame)| {
                let names = names(dialect);
                format!("{chrom}\tx\t{kind}\t{start}\t{end}\t.\t-\t{frame}\t{names}\n")
            })
            .collect();
        fs::write(path("a.gtf"), gtf).unwrap();
        // RefSeq's transcripts go on with poly-A.
        let tail = ["", "", "AAAAAAAA"][dialect];
        fs::write(path("t.fa"), format!("{header}\n{sequence}{tail}\n")).unwrap();
        let bundle = make(&BuildInputs {
            transcripts: vec![path("t.fa")],
            annotation: vec![path("a.gtf")],
            genome: Some(path("genome.fa")),
            loci: Vec::new(),
            ..inputs()
        })
        .unwrap_or_else(|error| panic!("{header}: {error}"));
        let alk = bundle.alk();
        assert_eq!(
            (alk.rank, alk.cds.clone()),
            (Rank::ManeSelect, Some(2..443))
        );
        assert_eq!(bundle.sequence(alk).unwrap(), sequence.as_bytes());
        let (locus, exon) = (bundle.alk_locus(), &alk.exons[2].genome);
        assert_eq!(locus.interval.start, 29_223_341 - 2000);
        assert_eq!(
            locus.bases(exon.clone()).unwrap(),
            &sequence.as_bytes()[258..]
        );
        assert_eq!(bundle.transcript(alk.id.as_str()), Some(alk));
    }
    // Without a transcript FASTA, ALK is spliced from its locus.
    let bundle = make(&BuildInputs {
        transcripts: Vec::new(),
        annotation: vec![path("a.gtf")],
        genome: Some(path("genome.fa")),
        loci: Vec::new(),
        ..inputs()
    })
    .unwrap();
    assert_eq!(bundle.sequence(bundle.alk()).unwrap(), sequence.as_bytes());
    let wanted = BuildInputs {
        genome: Some(path("genome.fa")),
        locus_genes: vec!["NOGENE".to_owned()],
        ..inputs()
    };
    assert!(message(&wanted).contains("no gene NOGENE"));
}

#[test]
fn wrong_files_are_named_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let with = |change: &dyn Fn(&mut BuildInputs)| {
        let mut inputs = inputs();
        change(&mut inputs);
        message(&inputs)
    };
    let fastq = write("reads.fq", b"@r\nACGT\n+\nIIII\n");
    let text = with(&|i| i.transcripts = vec![fastq.clone()]);
    assert!(text.contains("reads.fq, line 1: this is FASTQ"), "{text}");

    let gff = write(
        "a.gff3",
        b"##gff-version 3\nchr1\tx\tgene\t1\t2\t.\t+\t.\tID=g\n",
    );
    let text = with(&|i| i.annotation = vec![gff.clone()]);
    assert!(
        text.contains("a.gff3, line 1: this is GFF3") && text.contains("gffread"),
        "{text}"
    );

    let whole = fs::read(fixture("transcripts.fa.gz")).unwrap();
    let cut = write("cut.fa.gz", &whole[..whole.len() - 20]);
    let text = with(&|i| i.transcripts = vec![cut.clone()]);
    assert!(
        text.contains("cut.fa.gz: the gzip stream is cut or damaged"),
        "{text}"
    );

    let text = with(&|i| i.transcripts = vec![folder.path().join("absent.fa")]);
    assert!(text.contains("absent.fa: it cannot be read"), "{text}");
    let text = with(&|i| i.genome = Some(folder.path().to_owned()));
    assert!(
        text.contains("cannot be read") || text.contains("is not in the genome"),
        "{text}"
    );

    let text = with(&|i| i.proteome = Some(fixture("annotation.gtf")));
    assert!(
        text.contains("annotation.gtf, line 1: there is no FASTA header"),
        "{text}"
    );
    let text = with(&|i| i.transcripts = vec![fixture("proteome.fa")]);
    assert!(text.contains("is no letter of such a sequence"), "{text}");

    let text = with(&|i| i.annotation.clear());
    assert!(
        text.contains("no ALK transcript with sequence and exons"),
        "{text}"
    );
    let text = with(&|i| {
        i.annotation.clear();
        i.transcripts.clear();
    });
    assert!(text.contains("there is no transcript of ALK"), "{text}");

    let grch37 = fs::read_to_string(fixture("annotation.gtf")).unwrap();
    let grch37 = write("hg19.gtf", grch37.replace("\t2922", "\t9922").as_bytes());
    let text = with(&|i| i.annotation = vec![grch37.clone()]);
    assert!(text.contains("where GRCh38 has it"), "{text}");

    let locus = fs::read_to_string(fixture("alk_locus.fa")).unwrap();
    let shifted = locus.replace("29223242-29227174", "29223243-29227175");
    let shifted = write("shifted.fa", shifted.as_bytes());
    let text = with(&|i| i.loci = vec![shifted.clone()]);
    assert!(text.contains("differ in"), "{text}");
    let placeless = write("placeless.fa", locus.replace("GRCh38:", "").as_bytes());
    let text = with(&|i| i.loci = vec![placeless.clone()]);
    assert!(text.contains("line 1: the header names no place"), "{text}");
}

#[test]
fn damaged_bundles_are_refused() {
    let good = fs::read(fixture("small.alkaid")).unwrap();
    let problem = |bytes: Vec<u8>| {
        Bundle::from_bytes(bytes)
            .err()
            .map(|error| error.to_string())
    };
    assert_eq!(problem(good.clone()), None);
    assert!(
        problem(b"ACGT".to_vec())
            .unwrap()
            .contains("not an alkaid reference bundle")
    );
    assert!(
        problem(Vec::new())
            .unwrap()
            .contains("not an alkaid reference bundle")
    );
    let mut newer = good.clone();
    newer[8] = 99;
    let text = problem(newer).unwrap();
    assert!(text.contains("format version 99") && text.contains("alkaid reference build"));
    for len in [9, 40, 200, good.len() / 2, good.len() - 1] {
        let text = problem(good[..len].to_vec()).unwrap();
        assert!(text.contains("ends inside"), "{len}: {text}");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert!(problem(longer).unwrap().contains("follow the last section"));
    // Any bit of the file is covered by a checksum.
    for at in (0..good.len()).step_by(97).skip(1) {
        let mut changed = good.clone();
        changed[at] ^= 0x10;
        assert!(problem(changed).is_some(), "byte {at}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("half.alkaid");
    fs::write(&path, &good[..300]).unwrap();
    let Err(BundleError::InFile { path: named, .. }) = Bundle::open(&path) else {
        panic!("half a file was opened")
    };
    assert_eq!(named, path);
}

#[test]
fn writing_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = Bundle::open(&fixture("small.alkaid")).unwrap();
    let path = folder.path().join("b.alkaid");
    bundle.write(&path).unwrap();
    bundle.write(&path).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(fs::read(&path).unwrap() == bundle.as_bytes());
    let nowhere = folder.path().join("absent/b.alkaid");
    let text = bundle.write(&nowhere).unwrap_err().to_string();
    assert!(
        text.contains("b.alkaid") && text.contains("cannot be written"),
        "{text}"
    );
}

mod any_bytes {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn are_no_bundle_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(Bundle::from_bytes(bytes.clone()).is_err());
            let magic = [b"\x89ALKAID\n\x01\x00".as_slice(), &bytes].concat();
            prop_assert!(Bundle::from_bytes(magic).is_err());
        }
    }
}

use super::*;
use proptest::prelude::*;

fn made(text: &str) -> (Chimera, Junction) {
    let chimera = make(text).unwrap_or_else(|error| panic!("{error}"));
    let junction = chimera.junction.clone().unwrap();
    (chimera, junction)
}

fn make(text: &str) -> Result<Chimera, SimulateError> {
    chimera(&text.parse()?, Bundle::embedded())
}

fn inserted(chimera: &Chimera, junction: &Junction) -> String {
    let bases = &chimera.sequence[junction.left_end..junction.right_start];
    String::from_utf8(bases.to_vec()).unwrap()
}

/// Exon, c. position and genome position of both sides, and the frame, as literature and exon tables have them.
#[test]
fn named_variants_are_where_they_are_known_to_be() {
    for (text, left, right, frame) in [
        (
            "EML4:e13::ALK:e20",
            (13, 1489, 42_295_516),
            (20, Some(3173), 29_223_528),
            true,
        ),
        (
            "EML4:e20::ALK:e20",
            (20, 2242, 42_325_554),
            (20, Some(3173), 29_223_528),
            true,
        ),
        (
            "EML4:e6::ALK:e20",
            (6, 667, 42_264_731),
            (20, Some(3173), 29_223_528),
            true,
        ),
        (
            "EML4:e14::ALK:e20",
            (14, 1641, 42_301_392),
            (20, Some(3173), 29_223_528),
            false,
        ),
        (
            "EML4:e14::ALK:c.3187",
            (14, 1641, 42_301_392),
            (20, Some(3187), 29_223_514),
            true,
        ),
        (
            "EML4:c.1707::ALK:c.3244",
            (15, 1707, 42_303_169),
            (20, Some(3244), 29_223_457),
            true,
        ),
        (
            "EML4:e2::i19:117::ALK:e20",
            (2, 208, 42_245_687),
            (20, None, 29_223_645),
            true,
        ),
        (
            "EML4:e14::TT+i19:56::ALK:e20",
            (14, 1641, 42_301_392),
            (20, None, 29_223_584),
            true,
        ),
        (
            "NPM1:e4::ALK:e20",
            (4, 352, 171_391_799),
            (20, Some(3173), 29_223_528),
            true,
        ),
        (
            "ALK:e1::ALK:e4",
            (1, 667, 29_919_993),
            (4, Some(953), 29_532_116),
            true,
        ),
        (
            "ALK:e19::EML4:e14",
            (19, 3172, 29_225_461),
            (14, Some(1490), 42_301_241),
            true,
        ),
    ] {
        let (chimera, junction) = made(text);
        let side = &junction.left;
        let found = (
            side.exon.unwrap(),
            side.cds.unwrap(),
            side.position.unwrap(),
        );
        assert_eq!(found, left, "{text}");
        let side = &junction.right;
        assert_eq!(
            (side.exon.unwrap(), side.cds, side.position.unwrap()),
            right,
            "{text}"
        );
        assert_eq!(junction.in_frame, Some(frame), "{text}");
        assert_eq!(chimera.molecule, Molecule::Rna);
    }
}

#[test]
fn retained_intron_belongs_to_its_side() {
    let (folded, junction) = made("EML4:e14::TT+i19:56::ALK:e20");
    assert_eq!(inserted(&folded, &junction), "TT");
    assert_eq!(
        (junction.right.retained, junction.right.intron),
        (56, Some(19))
    );
    assert_eq!(folded.sequence, made("EML4:e14::TT::ALK:e20-56").0.sequence);
    assert_eq!(
        folded.sequence,
        made("EML4:e14::TT::ALK:c.3173-56").0.sequence
    );
    // The reads of the public spike-in: exon 20 follows the 56 bases directly.
    let exon = junction.right_start + 56;
    assert!(folded.sequence[exon..].starts_with(b"TGTACCGCCGGAAGC"));
    assert!(folded.sequence[..exon].ends_with(b"AG"));
    // A stretch from within the intron is an insertion.
    let (v3b, junction) = made("EML4:e6::EML4:i6:188-220::ALK:e20");
    assert_eq!(inserted(&v3b, &junction).len(), 33);
    assert_eq!(junction.in_frame, Some(true));
    assert_eq!(junction.right.retained, 0);
}

#[test]
fn genomic_breakpoints_predict_the_transcript() {
    let (chimera, junction) = made("chr2:42299750::chr2:29223740");
    assert_eq!(
        (chimera.name.as_str(), chimera.molecule),
        ("EML4::ALK", Molecule::Dna)
    );
    assert_eq!(
        (junction.left.exon, junction.left.intron),
        (Some(13), Some(13))
    );
    assert_eq!(
        (junction.right.exon, junction.right.intron),
        (Some(20), Some(19))
    );
    assert_eq!(junction.in_frame, Some(true));
    // One base (T) is shared, as the reads of this cell line show.
    assert_eq!(junction.homology.0 + junction.homology.1, 1);
    let explicit = made("2:42299750+::2:29223740-").0;
    assert_eq!(explicit.sequence, chimera.sequence);
    let (reverse, _) = made("chr2:29223740+::chr2:42299750-");
    let back = alkaid_genome::reverse_complement(&chimera.sequence);
    assert_eq!(reverse.sequence, back);
}

#[test]
fn homology_moves_the_junction_without_a_trace() {
    let mut seen = [0, 0];
    for end in 301..=328 {
        let text = format!("NPM1:c.{end}::ALK:e20");
        let (chimera, junction) = made(&text);
        let moved = |by: i64| {
            let (left, right) = (end + by, 3173 + by);
            make(&format!("NPM1:c.{left}::ALK:c.{right}"))
                .unwrap()
                .sequence
        };
        let (before, after) = (
            i64::from(junction.homology.0),
            i64::from(junction.homology.1),
        );
        assert_eq!(moved(after), chimera.sequence, "{text}");
        assert_ne!(moved(after + 1), chimera.sequence, "{text}");
        assert_eq!(moved(-before), chimera.sequence, "{text}");
        assert_ne!(moved(-before - 1), chimera.sequence, "{text}");
        seen[0] += before;
        seen[1] += after;
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
}

#[test]
fn proteins_are_back_translated_up_to_the_exon_end() {
    let bundle = Bundle::embedded();
    let (chimera, junction) = made("protein:KIF5B:24::ALK:e20");
    let kif5b = &bundle.proteome().of_gene("KIF5B")[0].sequence;
    let start = junction.left_end - junction.left.cds.unwrap() as usize;
    let protein = translate(&chimera.sequence[start..]);
    assert_eq!(protein[..920], kif5b[..920]);
    let alk = &bundle.proteome().of_gene("ALK")[0].sequence;
    // The split codon is KIF5B's first base with ALK's second and third; then ALK from residue 1059.
    assert_eq!(protein[921..921 + 562], alk[1058..]);
    assert_eq!(
        (junction.left.cds, junction.in_frame),
        (Some(2761), Some(true))
    );
    let seeded = |seed| {
        chimera_seeded(&chimera.spec, bundle, seed)
            .unwrap()
            .sequence
    };
    assert_eq!(seeded(0), chimera.sequence);
    assert_ne!(seeded(1), chimera.sequence);
    let (reciprocal, junction) = made("ALK:e19::protein:KIF5B:25");
    let protein = translate(&reciprocal.sequence[junction.right_start + 2..]);
    assert_eq!(protein[..10], kif5b[921..931]);
    assert_eq!(junction.in_frame, Some(true));
}

#[test]
fn molecules_without_a_junction() {
    let bundle = Bundle::embedded();
    let alk = bundle.sequence(bundle.alk()).unwrap();
    assert_eq!(make("ALK:wt").unwrap().sequence, alk);
    let ati = make("ALK:ati").unwrap().sequence;
    let exon = bundle.alk().exon(ExonNumber(20)).unwrap().transcript.start as usize;
    assert_eq!(ati[400..], alk[exon..]);
    assert!(ati[..400].ends_with(b"AG"));
    let retained = make("ALK:retained:19").unwrap().sequence;
    assert!(retained.ends_with(&ati));
    assert!(retained.starts_with(&alk[..exon]));
    let unspliced = make("ALK:unspliced").unwrap().sequence;
    assert_eq!(unspliced.len(), 728_793);
    // 400 bases of intron 19 and exon 20 (187 bases) stand together in the gene.
    assert!(memchr::memmem::find(&unspliced, &ati[..587]).is_some());
}

#[test]
fn mistakes_say_what_would_be_right() {
    for (text, message) in [
        ("EML4:e99::ALK:e20", "EML4 has no exon 99"),
        ("EML4:e99::ALK:e20", "has 23"),
        ("EML4:c.99999::ALK:e20", "ends at c.2946"),
        ("NOGENE:e1::ALK:e20", "no gene or transcript \"NOGENE\""),
        ("KIF5B:e24::ALK:e20", "use protein:KIF5B:EXON"),
        ("protein:KIF5B:99::ALK:e20", "KIF5B has no exon 99"),
        ("EML4:e13-9999::ALK:e20", "exon 13 has only 136 bases"),
        ("EML4:c.1480+5::ALK:e20", "does not border an intron"),
        (
            "EML4:e13::i40:5::ALK:e20",
            "ALK has no intron 40: ENST00000389048",
        ),
        ("EML4:e13::i19:9999999::ALK:e20", "intron 19 has only"),
        ("EML4:e13+5000::ALK:e20", "holds no genomic sequence"),
        ("chr2:42250000::chr2:29223740", "the nearest stretch"),
        ("chr9:5::chr2:29223740", "chr9:5+ or chr9:5-"),
        (
            "chr2:42299750::ALK:e20",
            "only be joined to a genomic breakpoint",
        ),
    ] {
        let error = make(text).unwrap_err().to_string();
        assert!(error.contains(message), "{text}: {error}");
        assert!(error.contains(text), "{error}");
    }
}

proptest! {
    #[test]
    fn the_junction_joins_what_was_asked_for(
        exon in 1_u16..23, offset in -20_i32..=0, first in 16_u16..=28, into in 0_i32..20,
        insert in "[ACGT]{0,12}"
    ) {
        let bundle = Bundle::embedded();
        let side = |gene: &str, exon, offset| Side::Gene {
            gene: gene.to_owned(),
            place: Place::Exon { exon, offset },
        };
        let bases = insert.as_bytes().to_vec();
        let spec = FusionSpec::Joined {
            left: side("EML4", exon, offset),
            insert: if bases.is_empty() { vec![] } else { vec![InsertPiece::Bases(bases)] },
            right: side("ALK", first, into),
        };
        let made = chimera(&spec, bundle).unwrap();
        let junction = made.junction.unwrap();
        let eml4 = reference::sequenced(bundle, "EML4").unwrap();
        let alk = bundle.sequence(bundle.alk()).unwrap();
        let end = eml4.transcript.exon(ExonNumber(exon)).unwrap().transcript.end as i32 + offset;
        let start = bundle.alk().exon(ExonNumber(first)).unwrap().transcript.start as i32 + into;
        prop_assert_eq!(&made.sequence[..junction.left_end], &eml4.bases[..end as usize]);
        prop_assert_eq!(&made.sequence[junction.left_end..junction.right_start], insert.as_bytes());
        prop_assert_eq!(&made.sequence[junction.right_start..], &alk[start as usize..]);
        let position = eml4.transcript.genome_position(end as u32 - 1).map(|p| p + 1);
        prop_assert_eq!(junction.left.position, position);
    }

    #[test]
    fn arbitrary_specs_never_panic(
        left in "(EML4|ALK|protein:KIF5B|chr2|NPM1|ENST00000318522)",
        a in "(:e|:c\\.|:)[0-9]{1,10}([+-][0-9]{1,10})?",
        insert in "(::(ALK:)?i[0-9]{1,2}:[0-9]{1,4}(-[0-9]{1,8})?)?",
        b in "(:e|:c\\.|:)[0-9]{1,5}([+-][0-9]{1,6})?",
    ) {
        let _ = make(&format!("{left}{a}{insert}::ALK{b}"));
        let _ = make(&format!("ALK{b}{insert}::{left}{a}"));
    }
}

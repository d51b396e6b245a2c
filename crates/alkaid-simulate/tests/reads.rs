//! Fragments as a caller meets them: their number, their place, their errors, their origin.

use std::collections::{BTreeMap, BTreeSet};

use alkaid_genome::{Bundle, reverse_complement};
use alkaid_simulate::{
    Amount, AnchoredPlan, FusionPlan, Layout, Origin, QualityProfile, SimulatedFragment,
    SimulationPlan, Source, UmiPlan, fragments,
};
use proptest::prelude::*;

fn plan(spec: &str, amount: Amount) -> SimulationPlan {
    let mut plan = SimulationPlan::default();
    plan.errors.profile = QualityProfile::Perfect;
    plan.fusions.push(FusionPlan {
        spec: spec.parse().unwrap(),
        amount,
    });
    plan
}

fn run(plan: &SimulationPlan) -> (Vec<SimulatedFragment>, alkaid_simulate::Truth) {
    let mut stream = fragments(plan, Bundle::embedded()).unwrap_or_else(|error| panic!("{error}"));
    let total = stream.total();
    let reads: Vec<_> = stream.by_ref().collect();
    assert_eq!(reads.len() as u64, total);
    (reads, stream.truth())
}

fn reads(fragment: &SimulatedFragment) -> impl Iterator<Item = &[u8]> {
    std::iter::once(&fragment.first)
        .chain(&fragment.second)
        .map(|read| read.bases.as_slice())
}

/// Whether a read, or its reverse complement, holds the bases.
fn holds(read: &[u8], bases: &[u8]) -> bool {
    let back = reverse_complement(bases);
    read.windows(bases.len())
        .any(|window| window == bases || window == back)
}

#[test]
fn supporting_fragments_hold_the_junction_and_nothing_is_made_up() {
    for length in [36, 50, 75, 100, 150, 300] {
        for layout in [Layout::Single, Layout::Paired] {
            let mut plan = plan("EML4:e13::ALK:e20", Amount::Supporting(200));
            plan.reads.length = length;
            plan.reads.layout = layout;
            let molecule =
                alkaid_simulate::chimera(&plan.fusions[0].spec, Bundle::embedded()).unwrap();
            let junction = molecule.junction.as_ref().unwrap().left_end;
            let over = &molecule.sequence[junction - 12..junction + 12];
            let (made, truth) = run(&plan);
            assert_eq!(made.len(), 200);
            for fragment in &made {
                assert_eq!(fragment.second.is_some(), layout == Layout::Paired);
                assert_eq!(fragment.first.bases.len(), usize::from(length));
                assert!(
                    reads(fragment).any(|read| holds(read, over)),
                    "{length} {layout:?}"
                );
                assert!(reads(fragment).all(|read| holds(&molecule.sequence, read)));
            }
            let truth = &truth.fusions[0];
            assert_eq!((truth.fragments, truth.supporting_fragments), (200, 200));
            assert_eq!(truth.unique_supporting_fragments, 200);
            assert!(truth.ceiling > 0 && truth.ceiling <= 200);
            let over = &molecule.sequence[junction - 15..junction + 15];
            let counted = made
                .iter()
                .filter(|f| reads(f).any(|read| holds(read, over)))
                .count();
            assert_eq!(truth.ceiling, counted as u64);
        }
    }
}

#[test]
fn junction_places_are_spread_over_the_read() {
    let (made, _) = run(&plan("NPM1:e4::ALK:e20", Amount::Supporting(2_000)));
    let molecule =
        alkaid_simulate::chimera(&"NPM1:e4::ALK:e20".parse().unwrap(), Bundle::embedded()).unwrap();
    let junction = molecule.junction.unwrap().left_end;
    let over = &molecule.sequence[junction - 12..junction + 12];
    let mut places = BTreeMap::new();
    for read in made.iter().flat_map(reads) {
        let forward = [read.to_vec(), reverse_complement(read)];
        for bases in &forward {
            if let Some(at) = bases.windows(24).position(|window| window == over) {
                *places.entry(at + 12).or_insert(0) += 1;
            }
        }
    }
    // From 12 to 88 bases before the junction, each about as often.
    assert_eq!(places.len(), 77);
    assert!(places.values().all(|&n| (5..80).contains(&n)), "{places:?}");
}

#[test]
fn an_inserted_stretch_lies_within_the_read() {
    let (made, truth) = run(&plan(
        "EML4:e14::TT+i19:56::ALK:e20",
        Amount::Supporting(50),
    ));
    let junction = truth.fusions[0].junction.as_ref().unwrap();
    assert_eq!(junction.inserted, "TT");
    let over = format!(
        "{}TT{}",
        &junction.left_bases[18..],
        &junction.right_bases[..12]
    );
    assert!(
        made.iter()
            .all(|f| reads(f).any(|read| holds(read, over.as_bytes())))
    );
    let error = fragments(
        &plan(
            &format!("EML4:e13::{}::ALK:e20", "A".repeat(90)),
            Amount::Supporting(1),
        ),
        Bundle::embedded(),
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("do not fit into reads of 100")
    );
}

#[test]
fn the_same_plan_gives_the_same_reads_and_another_seed_others() {
    let mut plan = SimulationPlan::decoys(2_000, 11);
    plan.fusions.push("EML4:e13::ALK:e20=5".parse().unwrap());
    plan.fusions
        .push("protein:KIF5B:24::ALK:e20=5".parse().unwrap());
    let (first, truth) = run(&plan);
    let (again, truth_again) = run(&plan);
    assert_eq!(first, again);
    assert_eq!(truth, truth_again);
    plan.seed = 12;
    assert_ne!(first, run(&plan).0);
    // Fusions stand among the background, not at its head.
    let places: Vec<_> = first
        .iter()
        .enumerate()
        .filter(|(_, f)| matches!(f.origin, Origin::Fusion(_)))
        .map(|(place, _)| place)
        .collect();
    assert_eq!(places.len(), 10);
    assert!(places[9] > 500, "{places:?}");
}

#[test]
fn errors_follow_the_stated_quality() {
    for quality in [20, 30] {
        let mut plan = plan("ALK:wt", Amount::Fragments(3_000));
        plan.errors.profile = QualityProfile::Constant(quality);
        let with = run(&plan).0;
        plan.errors.profile = QualityProfile::Perfect;
        let without = run(&plan).0;
        let (mut wrong, mut all) = (0_u32, 0_u32);
        for (a, b) in with.iter().zip(&without) {
            assert!(a.first.quals.iter().all(|&q| q == quality));
            for (a, b) in reads(a).zip(reads(b)) {
                wrong += a.iter().zip(b).filter(|(a, b)| a != b).count() as u32;
                all += a.len() as u32;
            }
        }
        let stated = f64::from(all) * 10_f64.powf(-f64::from(quality) / 10.0);
        let slack = 5.0 * stated.sqrt();
        assert!(
            (f64::from(wrong) - stated).abs() < slack,
            "Q{quality}: {wrong} against {stated}"
        );
    }
}

#[test]
fn coverage_is_what_was_asked_for() {
    let (made, truth) = run(&plan("EML4:e13::ALK:e20", Amount::Coverage(50.0)));
    let molecule =
        alkaid_simulate::chimera(&"EML4:e13::ALK:e20".parse().unwrap(), Bundle::embedded())
            .unwrap();
    let bases: usize = made.iter().flat_map(reads).map(<[u8]>::len).sum();
    let depth = bases as f64 / molecule.sequence.len() as f64;
    assert!((depth - 50.0).abs() < 0.5, "{depth}");
    // A read of 100 holds the junction with 10 bases on either side from 81 places, two reads a fragment.
    let expected = 50.0 * 81.0 / 100.0;
    let supporting = truth.fusions[0].supporting_fragments as f64;
    assert!(
        (supporting - expected).abs() < 5.0 * f64::sqrt(expected),
        "{supporting}"
    );
}

#[test]
fn duplicates_share_ends_and_identifier_but_not_errors() {
    let mut plan = plan("EML4:e13::ALK:e20", Amount::Supporting(100));
    plan.errors.profile = QualityProfile::Constant(20);
    plan.library.duplicates = 0.5;
    plan.library.umi = Some(UmiPlan::default());
    let (made, truth) = run(&plan);
    let truth = &truth.fusions[0];
    assert_eq!((truth.fragments, truth.unique_fragments), (200, 100));
    assert_eq!(
        (
            truth.supporting_fragments,
            truth.unique_supporting_fragments
        ),
        (200, 100)
    );
    let umis: BTreeSet<_> = made.iter().map(|fragment| fragment.umi.clone()).collect();
    assert!(umis.len() >= 98, "{}", umis.len());
    let names: BTreeSet<_> = made.iter().map(|fragment| fragment.name.clone()).collect();
    assert_eq!(names.len(), 200);
    for fragment in &made {
        assert_eq!(fragment.umi.len(), 8);
        assert!(fragment.name.ends_with(&fragment.umi));
    }
    let mut pairs = 0;
    for (i, a) in made.iter().enumerate() {
        for b in made[i + 1..].iter().filter(|b| b.umi == a.umi) {
            let differences = a
                .first
                .bases
                .iter()
                .zip(&b.first.bases)
                .filter(|(a, b)| a != b)
                .count();
            pairs += u32::from(differences < 15);
        }
    }
    assert!(pairs > 80, "{pairs}");
}

#[test]
fn anchored_fragments_start_at_a_primer() {
    let mut plan = plan("EML4:e13::ALK:e20", Amount::Supporting(60));
    plan.library.anchored = Some(AnchoredPlan::default());
    plan.background.fragments = 500;
    plan.background.wild_type_alk = 0.01;
    let bundle = Bundle::embedded();
    let alk = bundle.sequence(bundle.alk()).unwrap();
    let start = bundle.alk().cds.as_ref().unwrap().start as usize;
    let primers: Vec<Vec<u8>> = [3_275, 3_430]
        .map(|cds| reverse_complement(&alk[start + cds - 20..start + cds]))
        .to_vec();
    let (made, truth) = run(&plan);
    assert_eq!(truth.fusions[0].supporting_fragments, 60);
    let primed = |fragment: &SimulatedFragment| {
        let second = &fragment.second.as_ref().unwrap().bases;
        primers.iter().any(|primer| second.starts_with(primer))
    };
    let (mut on_target, mut background) = (0, 0);
    for fragment in &made {
        match fragment.origin {
            Origin::Fusion(_) => assert!(primed(fragment)),
            _ => {
                background += 1;
                on_target += u32::from(primed(fragment));
            }
        }
    }
    assert_eq!(background, 500);
    assert!((350..450).contains(&on_target), "{on_target}");
    let starts: BTreeSet<_> = made
        .iter()
        .map(|fragment| fragment.first.bases.clone())
        .collect();
    assert!(starts.len() > 200);
}

#[test]
fn decoys_hold_wild_type_alk_and_switched_templates_but_no_fusion() {
    let (made, truth) = run(&SimulationPlan::decoys(20_000, 5));
    assert!((150..250).contains(&truth.switched), "{}", truth.switched);
    let switched = made
        .iter()
        .filter(|fragment| fragment.origin == Origin::Switched)
        .count();
    assert_eq!(switched as u64, truth.switched);
    assert!(truth.fusions.is_empty());
    for fragment in &made {
        for read in std::iter::once(&fragment.first).chain(&fragment.second) {
            assert_eq!(read.bases.len(), read.quals.len());
            assert!(read.bases.iter().all(|base| b"ACGTN".contains(base)));
        }
    }
    let mut only_alk = SimulationPlan::decoys(300, 5);
    only_alk.background.wild_type_alk = 0.5;
    only_alk.background.unspliced_alk = 0.5;
    only_alk.switching.fraction = 0.0;
    only_alk.errors.profile = QualityProfile::Perfect;
    let bundle = Bundle::embedded();
    let spliced = bundle.sequence(bundle.alk()).unwrap();
    let made = run(&only_alk).0;
    let of_transcript = made
        .iter()
        .filter(|f| holds(&spliced, &f.first.bases))
        .count();
    assert!((110..190).contains(&of_transcript), "{of_transcript}");
}

#[test]
fn dna_comes_from_the_regions_that_were_named() {
    let mut plan = plan("chr2:42299750::chr2:29223740", Amount::Supporting(30));
    plan.background.source = Source::Loci;
    plan.background.regions = vec!["chr2:29222000-29230000".to_owned()];
    plan.background.fragments = 400;
    let (made, truth) = run(&plan);
    assert_eq!(made.len(), 430);
    assert_eq!(truth.fusions[0].supporting_fragments, 30);
    let locus = Bundle::embedded().alk_locus();
    let region = locus.bases(29_221_999..29_230_000).unwrap();
    for fragment in made.iter().filter(|f| f.origin == Origin::Background) {
        assert!(reads(fragment).all(|read| holds(&region, read)));
    }
    plan.background.regions = vec!["chr9:1-1000".to_owned()];
    let error = fragments(&plan, Bundle::embedded())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("background.regions") && error.contains("chr9"),
        "{error}"
    );
}

#[test]
fn a_partner_from_nowhere_and_a_start_inside_the_gene() {
    let bases = "ACGTTGCAAGGCTTAACCGATGCTAGGATCCATTGCAGTACGGATTAC";
    let (made, truth) = run(&plan(
        &format!("sequence:{bases}::ALK:e20"),
        Amount::Supporting(20),
    ));
    assert_eq!(made.len(), 20);
    let junction = truth.fusions[0].junction.as_ref().unwrap();
    assert_eq!(junction.left.gene, None);
    assert_eq!(junction.in_frame, None);
    let (made, truth) = run(&plan("ALK:ati", Amount::Coverage(20.0)));
    assert!(made.len() > 100);
    assert!(truth.fusions[0].junction.is_none());
    let error = fragments(&plan("ALK:ati", Amount::Supporting(3)), Bundle::embedded()).unwrap_err();
    assert!(error.to_string().contains("no junction"), "{error}");
    let short = fragments(
        &plan("sequence:ACGT::ALK:e20", Amount::Supporting(3)),
        Bundle::embedded(),
    );
    assert!(
        short
            .unwrap_err()
            .to_string()
            .contains("only 4 bases remain left")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_plan_within_its_ranges_keeps_its_promises(
        seed in any::<u64>(), length in 36_u16..=300, paired in any::<bool>(), mean in 36_u32..600,
        sd in 0_u32..200, shortest in proptest::option::of(36_u16..200), supporting in 0_u32..12,
        duplicates in 0.0..0.8, indels in 0.0..0.05, switching in 0.0..=1.0, anchored in any::<bool>(),
    ) {
        let mut plan = plan("EML4:e6::ALK:e20", Amount::Supporting(supporting));
        plan.seed = seed;
        plan.reads.length = length;
        plan.reads.layout = if paired { Layout::Paired } else { Layout::Single };
        plan.reads.fragment_mean = mean;
        plan.reads.fragment_sd = sd;
        plan.reads.fragment_min = shortest;
        plan.library.duplicates = duplicates;
        plan.errors.indel_rate = indels;
        plan.switching.fraction = switching;
        plan.switching.antisense = 0.5;
        plan.background.fragments = 60;
        plan.background.wild_type_alk = 0.3;
        plan.background.only = vec!["chr20".to_owned()];
        plan.library.anchored = anchored.then(AnchoredPlan::default);
        let (made, truth) = run(&plan);
        let truth = &truth.fusions[0];
        prop_assert_eq!(truth.unique_supporting_fragments, u64::from(supporting));
        prop_assert_eq!(truth.supporting_fragments, truth.fragments);
        for fragment in &made {
            for read in std::iter::once(&fragment.first).chain(&fragment.second) {
                prop_assert_eq!(read.bases.len(), read.quals.len());
                prop_assert!(read.bases.len() <= usize::from(length) && !read.bases.is_empty());
            }
        }
    }
}

//! One sample from its files to its report.

use std::collections::HashSet;
use std::path::PathBuf;

use alkaid_genome::{Bundle, GenomicInterval};
use thiserror::Error;

use crate::anatomy::Anatomy;
use crate::candidates::{Candidates, Mate, find};

use crate::cluster::BreakSide;
use crate::count::{MAX_EVIDENCE, Recogniser, Support, record, spanning_mark};
use crate::depth_ratio::{self, DepthError};
use crate::evidence;
use crate::finding::{EvidenceRead, Molecule, ReadsReport};
use crate::fragment::{Fragment, Read};
use crate::gather::{Gatherer, interval_to_grch37, is_whole, place, regions, to_grch38};
use crate::input::{InputError, InputOptions, Keep, Progress, Sources};
use crate::island::Islands;
use crate::judge::{Circumstances, Judgement, judge};
use crate::junction::{Bridge, Junction};
use crate::molecule;
use crate::name::{Names, name};
use crate::place::Placer;
use crate::sieve::Sieve;
use crate::variant::{self, Crossed};
use crate::verdict;

/// Bases around a partner's breakpoint that are fetched from an indexed file in the second look.
const PARTNER_MARGIN: u64 = 1_000;
/// Bases around a junction within which other odd breaks tell of a place where artefacts arise.
const SITE: usize = 12;
/// Distance in the genome within which a mate goes with a junction: DNA fragments, and introns in RNA.
const MATE_REACH: (u64, u64) = (1_500, 500_000);

/// What the caller chooses.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// About the input files.
    pub input: InputOptions,
    /// RNA or DNA, if the caller says so.
    pub molecule: Option<Molecule>,
    /// Name of the sample; else made from the first file's name.
    pub sample: Option<String>,
    /// Target list of the panel (BED): ALK's targets are compared in depth with the others.
    pub control_regions: Option<PathBuf>,
}

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReadsError {
    /// The input cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Depth against control regions was asked for and cannot be had.
    #[error(transparent)]
    Depth(#[from] DepthError),
    /// Fragments beyond the memory limit could not be set aside.
    #[error(
        "cannot write to a temporary file ({0}); free some space or set TMPDIR to another folder"
    )]
    Spill(std::io::Error),
}

/// The report and the reads behind it.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The report.
    pub report: ReadsReport,
    /// Reads that support calls and findings.
    pub evidence: Vec<EvidenceRead>,
}

/// A junction with all that is known of it.
pub(crate) struct Weighed<'b> {
    pub junction: Junction<'b>,
    pub support: Support,
    pub judgement: Judgement,
    pub names: Names,
}

/// Reads the files and says what they show of ALK.
///
/// # Errors
/// When the input cannot be read, or the temporary space for very deep samples cannot be written.
pub fn analyse(
    paths: &[PathBuf],
    options: &Options,
    bundle: &Bundle,
    progress: &dyn Progress,
) -> Result<Analysis, ReadsError> {
    let anatomy = Anatomy::new(bundle);
    let sieve = Sieve::new(&anatomy);
    let placer = Placer::new(&anatomy);
    let mut gatherer = Gatherer::new(&anatomy, &placer);

    let mut input_options = options.input.clone();
    (input_options.regions, input_options.regions_grch37) = regions(bundle, &anatomy);
    let mut sources = Sources::open(paths, &input_options)?;
    // Before all else, so that a wrong target list or a missing index is told at once.
    let depth_ratio = match &options.control_regions {
        Some(_) if options.molecule == Some(Molecule::Rna) => {
            let reason = "said by the user".to_owned();
            return Err(DepthError::Rna { reason }.into());
        }
        Some(targets) => Some(depth_ratio::measure(
            bundle,
            &anatomy,
            targets,
            &mut sources,
            &input_options,
            progress,
        )?),
        None => None,
    };
    let summary = sources.read(&input_options, &sieve, progress, &mut |fragment| {
        gatherer.take(fragment)
    })?;
    if let Some(error) = gatherer.failure.take() {
        return Err(ReadsError::Spill(error));
    }
    let mut unmapped = 0;
    gatherer
        .store
        .update_held(|fragment| unmapped += to_grch38(bundle, summary.assembly, fragment));

    let (molecule, reason) = match options.molecule {
        Some(molecule) => (molecule, "said by the user".to_owned()),
        None => molecule::decide(bundle, &anatomy, &gatherer.census, &summary),
    };
    if depth_ratio.is_some() && molecule == Molecule::Rna {
        return Err(DepthError::Rna { reason }.into());
    }
    let Candidates { junctions, mates } = find(
        bundle,
        &anatomy,
        gatherer.store.held(),
        &gatherer.places,
        molecule,
    );
    let bridges: Vec<Bridge> = junctions
        .iter()
        .map(|junction| junction.bridge(bundle, &anatomy))
        .collect();
    let recogniser = Recogniser::new(&junctions, bridges.clone());
    if summary.used_index {
        fetch_partners(
            bundle,
            &mut sources,
            &input_options,
            &recogniser,
            &junctions,
            &mut gatherer,
            progress,
        )?;
    }
    let mut supports = second_look(&placer, &recogniser, &junctions, &mut gatherer)?;
    count_spanning(&junctions, &mut supports, &mates, &gatherer, molecule);

    let coverage = gatherer.census.finish();
    let weighed = weigh(
        bundle,
        &anatomy,
        junctions,
        bridges,
        supports,
        &gatherer.islands,
        molecule,
    );
    let facts = verdict::Facts {
        bundle,
        anatomy: &anatomy,
        census: &gatherer.census,
        coverage: &coverage,
        input: &summary,
        molecule,
        molecule_reason: reason,
        sample: options.sample.clone().unwrap_or_else(|| sample_name(paths)),
        unmapped_alignments: unmapped,
    };
    let (mut report, chosen) = verdict::report(&facts, &weighed);
    report
        .findings
        .extend(depth_ratio.as_ref().and_then(depth_ratio::finding));
    report
        .warnings
        .extend(depth_ratio.as_ref().and_then(depth_ratio::warning));
    report.depth_ratio = depth_ratio;
    let crossed = Crossed::of(&anatomy, &weighed, &chosen);
    report.small_variants = variant::find(
        &anatomy,
        &mut gatherer.shelf,
        &variant::Circumstances {
            molecule,
            crossed: &crossed,
            five_prime: gatherer.census.five_prime,
            three_prime: gatherer.census.three_prime,
        },
    )
    .map_err(ReadsError::Spill)?;
    let evidence = collect_evidence(&anatomy, &placer, &weighed, &chosen, &mut gatherer)?;
    Ok(Analysis { report, evidence })
}

/// Fragments beside the partners' breakpoints, which an indexed read of ALK alone does not bring.
fn fetch_partners(
    bundle: &Bundle,
    sources: &mut Sources,
    options: &InputOptions,
    recogniser: &Recogniser,
    junctions: &[Junction],
    gatherer: &mut Gatherer,
    progress: &dyn Progress,
) -> Result<(), ReadsError> {
    let mut here: Vec<GenomicInterval> = Vec::new();
    for junction in junctions {
        let Some((chrom, pos, _)) = junction
            .origin
            .as_ref()
            .and_then(|origin| origin.genome.clone())
        else {
            continue;
        };
        let interval = GenomicInterval {
            chrom,
            start: pos.saturating_sub(PARTNER_MARGIN),
            end: pos + PARTNER_MARGIN,
        };
        if !here
            .iter()
            .any(|known| known.contains(&interval.chrom, pos))
        {
            here.push(interval);
        }
    }
    if here.is_empty() {
        return Ok(());
    }
    here.sort_by(|a, b| (&a.chrom, a.start).cmp(&(&b.chrom, b.start)));
    let known: HashSet<Vec<u8>> = gatherer
        .store
        .held()
        .iter()
        .map(|fragment| fragment.name.clone())
        .collect();
    let mut again = options.clone();
    again.regions_grch37 = here
        .iter()
        .filter_map(|interval| interval_to_grch37(bundle, interval))
        .collect();
    again.regions = here;
    let mut found: Vec<Fragment> = Vec::new();
    sources.read(&again, &Crosses(recogniser), progress, &mut |fragment| {
        if !known.contains(&fragment.name) {
            found.push(fragment);
        }
    })?;
    for fragment in found {
        let crosses = fragment
            .reads()
            .any(|(mate, read)| recogniser.crossing(mate, &read.bases, None).is_some());
        if crosses {
            gatherer.store.push(fragment).map_err(ReadsError::Spill)?;
            if gatherer.places.len() < gatherer.store.held().len() {
                gatherer.places.push([None, None]);
            }
        }
    }
    Ok(())
}

/// Keeps fragments that cross a junction.
struct Crosses<'a>(&'a Recogniser);

impl Keep for Crosses<'_> {
    fn keep(&self, first: &[u8], second: Option<&[u8]>) -> bool {
        let crosses = |read: &[u8]| self.0.crossing(0, read, None).is_some();
        crosses(first) || second.is_some_and(crosses)
    }
}

fn second_look(
    placer: &Placer,
    recogniser: &Recogniser,
    junctions: &[Junction],
    gatherer: &mut Gatherer,
) -> Result<Vec<Support>, ReadsError> {
    let mut supports = vec![Support::default(); junctions.len()];
    let places = &gatherer.places;
    let count = |index: usize, fragment: &Fragment| {
        let own;
        let places = match places.get(index) {
            Some(places) => places,
            None => {
                own = place(placer, fragment);
                &own
            }
        };
        record(
            &mut supports,
            recogniser,
            index,
            fragment,
            [places[0].as_ref(), places[1].as_ref()],
        );
    };
    gatherer.store.for_each(count).map_err(ReadsError::Spill)?;
    for support in &mut supports {
        support.molecules.settle();
    }
    Ok(supports)
}

/// Counts fragments with a mate on either side of a junction and no read across any.
fn count_spanning(
    junctions: &[Junction],
    supports: &mut [Support],
    mates: &[Mate],
    gatherer: &Gatherer,
    molecule: Molecule,
) {
    let across: HashSet<usize> = supports
        .iter()
        .flat_map(|support| support.evidence.iter().map(|(index, _)| *index))
        .collect();
    let reach = if molecule == Molecule::Dna {
        MATE_REACH.0
    } else {
        MATE_REACH.1
    };
    for mate in mates.iter().filter(|mate| !across.contains(&mate.fragment)) {
        let (Some(gene), Some(fragment), Some(places)) = (
            mate.gene,
            gatherer.store.held().get(mate.fragment),
            gatherer.places.get(mate.fragment),
        ) else {
            continue;
        };
        // A mate that is ALK only in part may be another gene's, from a stretch that resembles ALK.
        let whole = |(mate, read): (u8, &Read)| {
            places[usize::from(mate)]
                .as_ref()
                .filter(|placed| is_whole(placed, read.bases.len()))
        };
        let Some(placed) = fragment.reads().find_map(whole) else {
            continue;
        };
        // Of several junctions with this gene, the one with most support.
        let fits = |junction: &Junction| {
            let side = if mate.before {
                BreakSide::Before
            } else {
                BreakSide::After
            };
            let kept = match side {
                BreakSide::Before => placed.first() + 20 >= junction.alk,
                BreakSide::After => placed.last() <= junction.alk + 20,
            };
            let near = match (
                &mate.genome,
                junction
                    .origin
                    .as_ref()
                    .and_then(|origin| origin.genome.as_ref()),
            ) {
                (Some((chrom, pos)), Some((own, at, _))) => {
                    chrom == own && pos.abs_diff(*at) <= reach
                }
                _ => true,
            };
            junction.side == side && junction.gene() == gene && kept && near
        };
        let best = (0..junctions.len())
            .filter(|&index| fits(&junctions[index]))
            .max_by_key(|&index| (supports[index].molecules.count(), std::cmp::Reverse(index)));
        if let Some(index) = best {
            supports[index].spanning += 1;
            let mark = spanning_mark(fragment, [places[0].as_ref(), places[1].as_ref()]);
            supports[index].spanning_molecules.add(mark);
            if supports[index].spanning_fragments.len() < MAX_EVIDENCE {
                supports[index].spanning_fragments.push(mate.fragment);
            }
        }
    }
    for support in supports {
        support.spanning_molecules.settle();
    }
}

fn weigh<'b>(
    bundle: &'b Bundle,
    anatomy: &Anatomy<'b>,
    junctions: Vec<Junction<'b>>,
    bridges: Vec<Bridge>,
    supports: Vec<Support>,
    islands: &Islands,
    molecule: Molecule,
) -> Vec<Weighed<'b>> {
    let background = Background::of(&junctions, &supports);
    let mut weighed: Vec<Weighed> = Vec::new();
    for ((junction, bridge), support) in junctions.into_iter().zip(bridges).zip(supports) {
        if support.fragments == 0 {
            continue;
        }
        let names = match junction.side {
            BreakSide::Before => name(bundle, anatomy, &junction, molecule),
            BreakSide::After => Names::default(),
        };
        let short_islands = islands.at(junction.side, junction.alk);
        let seen = Circumstances {
            molecule,
            molecules: support.molecules.count(),
            spanning: support.spanning_molecules.count(),
            strays: background.strays,
            others_here: background.others_here(&junction, &support),
            into_alk: (support.into_alk, support.fragments),
            in_frame: names.in_frame,
            after_stop: names.after_stop,
            partner_at_edge: junction.partner_at_edge(bundle),
            antisense: names.antisense,
            islands: (
                junction.islands + short_islands,
                junction.reads + short_islands,
            ),
        };
        let judgement = judge(anatomy, &junction, &bridge, &seen);
        weighed.push(Weighed {
            junction,
            support,
            judgement,
            names,
        });
    }
    weighed.sort_by(|a, b| {
        b.support
            .molecules
            .count()
            .cmp(&a.support.molecules.count())
            .then(b.support.fragments.cmp(&a.support.fragments))
            .then(a.junction.alk.cmp(&b.junction.alk))
            .then_with(|| a.junction.gene().cmp(b.junction.gene()))
            .then_with(|| a.junction.outward.cmp(&b.junction.outward))
    });
    weighed
}

/// The sample's own artefacts.
struct Background {
    /// Molecules of junctions seen in one molecule and no more.
    strays: usize,
    /// (locus offset, other side, molecules) of every junction, by offset.
    junctions: Vec<(usize, String, usize)>,
}

impl Background {
    fn of(junctions: &[Junction], supports: &[Support]) -> Self {
        let stray = |(junction, support): &(&Junction, &Support)| {
            support.molecules.count() == 1
                && support.spanning == 0
                && junction.within_alk().is_none()
        };
        let mut all: Vec<(usize, String, usize)> = junctions
            .iter()
            .zip(supports)
            .map(|(junction, support)| {
                (
                    junction.alk,
                    junction.gene().to_owned(),
                    support.molecules.count(),
                )
            })
            .collect();
        all.sort();
        Background {
            strays: junctions.iter().zip(supports).filter(stray).count(),
            junctions: all,
        }
    }

    /// Molecules of other, no better supported junctions around the same ALK base.
    fn others_here(&self, junction: &Junction, support: &Support) -> usize {
        let own = support.molecules.count();
        let from = self
            .junctions
            .partition_point(|(alk, _, _)| alk + SITE < junction.alk);
        let near = self.junctions[from..]
            .iter()
            .take_while(|(alk, _, _)| *alk <= junction.alk + SITE);
        let all: usize = near
            .filter(|(_, gene, molecules)| {
                *molecules <= own && (gene == "?" || gene != junction.gene())
            })
            .map(|(_, _, molecules)| molecules)
            .sum();
        // An unresolved junction is among the unresolved ones counted.
        if junction.gene() == "?" {
            all.saturating_sub(own)
        } else {
            all
        }
    }
}

/// The reads behind the chosen junctions: (index, call id).
fn collect_evidence(
    anatomy: &Anatomy,
    placer: &Placer,
    weighed: &[Weighed],
    chosen: &[(usize, String)],
    gatherer: &mut Gatherer,
) -> Result<Vec<EvidenceRead>, ReadsError> {
    let mut wanted = std::collections::BTreeMap::new();
    for (index, id) in chosen {
        for (fragment, crossings) in &weighed[*index].support.evidence {
            wanted.insert(*fragment, (*index, id.as_str(), crossings));
        }
    }
    let mut evidence = Vec::new();
    let store = &mut gatherer.store;
    store
        .for_each(|at, fragment| {
            if let Some((index, id, crossings)) = wanted.get(&at) {
                let places = place(placer, fragment);
                let placed = [places[0].as_ref(), places[1].as_ref()];
                let junction = &weighed[*index].junction;
                evidence.extend(evidence::reads(
                    anatomy, id, junction, fragment, placed, crossings,
                ));
            }
        })
        .map_err(ReadsError::Spill)?;
    Ok(evidence)
}

/// The first file's name without its folder, lane, mate and extension.
fn sample_name(paths: &[PathBuf]) -> String {
    let name = paths
        .first()
        .and_then(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned());
    let Some(mut name) = name.filter(|name| name != "-") else {
        return "sample".into();
    };
    for extension in [".gz", ".bgz", ".fastq", ".fq", ".bam", ".cram", ".txt"] {
        if let Some(stem) = name.strip_suffix(extension) {
            name = stem.to_owned();
        }
    }
    for mate in ["_R1_001", "_R1", "_1", ".1", ".R1"] {
        if let Some(stem) = name.strip_suffix(mate) {
            return stem.to_owned();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_named_after_their_files() {
        let name = |path: &str| sample_name(&[PathBuf::from(path)]);
        assert_eq!(name("/data/tumour_R1.fq.gz"), "tumour");
        assert_eq!(name("H3122.bam"), "H3122");
        assert_eq!(name("S1_L001_R1_001.fastq.gz"), "S1_L001");
        assert_eq!(name("-"), "sample");
    }
}

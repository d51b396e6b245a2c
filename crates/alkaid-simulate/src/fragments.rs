//! The fragments of a plan, one after the other, with the truth counted along.

use std::io::Write as _;

use alkaid_genome::{Assembly, Bundle};

use crate::background::{self, Background};
use crate::chimera::{Chimera, chimera_seeded};
use crate::draws::{Draws, Purpose};
use crate::error::{SimulateError, SpecProblem};
use crate::layout::{self, Geometry, Layout};
use crate::mutation::MutationTruth;
use crate::plan::{Amount, FusionPlan, ReadPlan, SimulationPlan};
use crate::quality::Sequencer;
use crate::truth::{FusionTruth, JunctionTruth, TRUTH_ANCHOR, Truth, Window};

/// Template beyond the read that deletions may draw from.
const SPARE: usize = 16;

/// A read as the sequencer gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimulatedRead {
    /// Bases, upper case.
    pub bases: Vec<u8>,
    /// Phred qualities (without the offset 33 of FASTQ), as many as bases.
    pub quals: Vec<u8>,
}

/// One fragment, sequenced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimulatedFragment {
    /// Read name; it tells the origin (`b` background, `s` template switch, `f0` first fusion) and
    /// ends with the molecular identifier where the plan has one.
    pub name: Vec<u8>,
    /// The molecular identifier; empty without one.
    pub umi: Vec<u8>,
    /// The first (or only) read.
    pub first: SimulatedRead,
    /// The second read of a pair.
    pub second: Option<SimulatedRead>,
    /// What it was cut from.
    pub origin: Origin,
}

/// What a fragment was cut from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// A background molecule.
    #[default]
    Background,
    /// Two background molecules, joined by a template switch.
    Switched,
    /// The molecule with this index in the plan.
    Fusion(usize),
}

/// The fragments of a plan; an iterator that knows its exact length.
#[derive(Debug, Clone)]
pub struct Fragments {
    plan: SimulationPlan,
    bundle: String,
    geometry: Geometry,
    background: Background,
    targets: Vec<Target>,
    sequencers: [Sequencer; 2],
    schedule: Draws,
    background_stock: Stock,
    left: u64,
    made: u64,
    switched: u64,
    scratch: Vec<u8>,
    template: Vec<u8>,
}

/// How many fragments of a class there are, and how many were made.
#[derive(Debug, Clone, Copy, Default)]
struct Stock {
    total: u64,
    /// The first so many are distinct; the others are PCR copies of them.
    unique: u64,
    made: u64,
}

/// A molecule that was asked for.
#[derive(Debug, Clone)]
struct Target {
    chimera: Chimera,
    amount: Amount,
    primer_ends: Vec<u32>,
    window: Option<Window>,
    stock: Stock,
    supporting: u64,
    unique_supporting: u64,
    ceiling: u64,
    /// Per mutation: fragments that hold it, and distinct ones.
    mutated: Vec<[u64; 2]>,
}

/// The fragments of a plan, made from a bundle, in a random but repeatable order.
///
/// ```
/// use alkaid_genome::Bundle;
/// use alkaid_simulate::{SimulationPlan, fragments};
///
/// let mut plan = SimulationPlan::default();
/// plan.fusions.push("EML4:e13::ALK:e20=5".parse()?);
/// let mut reads = fragments(&plan, Bundle::embedded())?;
/// assert_eq!(reads.by_ref().count(), 5);
/// assert_eq!(reads.truth().fusions[0].supporting_fragments, 5);
/// # Ok::<(), alkaid_simulate::SimulateError>(())
/// ```
///
/// # Errors
/// [`SimulateError::Plan`] for numbers out of range, [`SimulateError::Spec`] for molecules that the
/// bundle cannot make.
pub fn fragments(plan: &SimulationPlan, bundle: &Bundle) -> Result<Fragments, SimulateError> {
    plan.check()?;
    let geometry = Geometry::new(plan);
    let primers = background::primers(plan, bundle);
    let mut targets = Vec::with_capacity(plan.fusions.len());
    for fusion in &plan.fusions {
        let chimera = chimera_seeded(&fusion.spec, bundle, plan.seed)?;
        check_room(fusion, &chimera, &plan.reads)?;
        targets.push(Target {
            amount: fusion.amount,
            primer_ends: background::primer_ends(&chimera.sequence, &primers),
            window: Window::of(&chimera),
            stock: stock(fusion.amount, chimera.sequence.len(), plan),
            mutated: vec![[0; 2]; chimera.mutations.len()],
            chimera,
            supporting: 0,
            unique_supporting: 0,
            ceiling: 0,
        });
    }
    let background = Background::new(plan, bundle)?;
    let total = if background.is_empty() {
        0
    } else {
        plan.background.fragments
    };
    let copies = (total as f64 * plan.library.duplicates).round() as u64;
    let background_stock = Stock {
        total,
        unique: (total - copies).max(total.min(1)),
        made: 0,
    };
    let sequencer = |mate| {
        let length = plan.reads.length.into();
        Sequencer::new(
            plan.errors.profile,
            plan.errors.indel_rate,
            length,
            mate,
            plan.seed,
        )
    };
    Ok(Fragments {
        left: total + targets.iter().map(|target| target.stock.total).sum::<u64>(),
        bundle: bundle.meta().checksum.clone(),
        geometry,
        background,
        targets,
        sequencers: [sequencer(0), sequencer(1)],
        schedule: Draws::new(plan.seed, Purpose::Schedule, 0, 0),
        background_stock,
        made: 0,
        switched: 0,
        scratch: Vec::new(),
        template: Vec::new(),
        plan: plan.clone(),
    })
}

/// Refuses molecules that cannot hold what is asked of them.
fn check_room(
    fusion: &FusionPlan,
    chimera: &Chimera,
    reads: &ReadPlan,
) -> Result<(), SimulateError> {
    let problem = |problem: SpecProblem| Err(problem.of(&fusion.spec));
    let anchor = usize::from(reads.min_anchor);
    let Some(junction) = &chimera.junction else {
        return match fusion.amount {
            Amount::Supporting(_) => problem(SpecProblem::NoJunction),
            Amount::Fragments(_) | Amount::Coverage(_) => Ok(()),
        };
    };
    let right = chimera.sequence.len() - junction.right_start;
    for (side, length) in [("left", junction.left_end), ("right", right)] {
        if length < anchor {
            return problem(SpecProblem::TooShort {
                side,
                length,
                needed: anchor,
            });
        }
    }
    let (inserted, read) = (junction.inserted(), usize::from(reads.length));
    if matches!(fusion.amount, Amount::Supporting(_)) && inserted + 2 * anchor > read {
        return problem(SpecProblem::InsertTooLong {
            inserted,
            anchor,
            read,
        });
    }
    Ok(())
}

fn stock(amount: Amount, length: usize, plan: &SimulationPlan) -> Stock {
    let mates = if Geometry::new(plan).paired { 2.0 } else { 1.0 };
    let unique = match amount {
        Amount::Supporting(n) => n.into(),
        Amount::Fragments(n) => n,
        Amount::Coverage(depth) => {
            (depth * length as f64 / (mates * f64::from(plan.reads.length))).round() as u64
        }
    };
    let total = (unique as f64 / (1.0 - plan.library.duplicates)).round() as u64;
    Stock {
        total: total.max(unique),
        unique,
        made: 0,
    }
}

impl Stock {
    fn left(&self) -> u64 {
        self.total - self.made
    }

    /// Which distinct fragment the next one is, and whether it is the first copy of it.
    fn next(&mut self, seed: u64, class: u64) -> (u64, u64, bool) {
        let copy = self.made;
        self.made += 1;
        if copy < self.unique {
            return (copy, copy, true);
        }
        let original = Draws::new(seed, Purpose::Schedule, class + 1, copy).below(self.unique);
        (copy, original, false)
    }
}

impl Fragments {
    /// Fragments in all, made or not.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.made + self.left
    }

    /// The molecules of the plan, in its order.
    pub fn chimeras(&self) -> impl Iterator<Item = &Chimera> {
        self.targets.iter().map(|target| &target.chimera)
    }

    /// Makes the next fragment in place of the one given, whose memory is used again; false at the end.
    pub fn next_into(&mut self, fragment: &mut SimulatedFragment) -> bool {
        if self.left == 0 {
            return false;
        }
        let mut pick = self.schedule.below(self.left);
        self.left -= 1;
        self.made += 1;
        if pick < self.background_stock.left() {
            self.background_fragment(fragment);
            return true;
        }
        pick -= self.background_stock.left();
        for index in 0..self.targets.len() {
            let left = self.targets[index].stock.left();
            if pick < left {
                self.target_fragment(index, fragment);
                return true;
            }
            pick -= left;
        }
        // The stocks add up to what is left, so one of them was picked.
        false
    }

    fn background_fragment(&mut self, fragment: &mut SimulatedFragment) {
        let seed = self.plan.seed;
        let (copy, original, _) = self.background_stock.next(seed, 0);
        let mut draws = Draws::new(seed, Purpose::Layout, 0, original);
        let Some(layout) =
            layout::background(&self.background, &self.plan, &self.geometry, &mut draws)
        else {
            return;
        };
        let whole = self.background.bases(layout.cut);
        let bases = match layout.switch {
            None => whole,
            Some((cut, antisense)) => {
                self.scratch.clear();
                self.scratch.extend_from_slice(whole);
                let other = self.background.bases(cut);
                if antisense {
                    extend_complement(&mut self.scratch, other);
                } else {
                    self.scratch.extend_from_slice(other);
                }
                &self.scratch
            }
        };
        fragment.origin = if layout.switch.is_some() {
            self.switched += 1;
            Origin::Switched
        } else {
            Origin::Background
        };
        let sequencing = Draws::new(seed, Purpose::Sequencing, 0, copy);
        let run = Run {
            plan: &self.plan,
            geometry: &self.geometry,
            sequencers: &self.sequencers,
        };
        run.sequence(
            bases,
            &layout,
            copy,
            sequencing,
            &mut self.template,
            fragment,
        );
    }

    fn target_fragment(&mut self, index: usize, fragment: &mut SimulatedFragment) {
        let seed = self.plan.seed;
        let class = index as u64 + 1;
        let target = &mut self.targets[index];
        let (copy, original, first) = target.stock.next(seed, class);
        let mut draws = Draws::new(seed, Purpose::Layout, class, original);
        let length = target.chimera.sequence.len() as u32;
        let layout = match (target.amount, &target.chimera.junction) {
            (Amount::Supporting(_), Some(junction)) => layout::supporting(
                length,
                junction,
                &target.primer_ends,
                &self.geometry,
                &mut draws,
            ),
            _ => layout::random(0, length, &target.primer_ends, &self.geometry, &mut draws),
        };
        let bases = &target.chimera.sequence[layout.cut.start as usize..layout.cut.end as usize];
        fragment.origin = Origin::Fusion(index);
        let sequencing = Draws::new(seed, Purpose::Sequencing, class, copy);
        let run = Run {
            plan: &self.plan,
            geometry: &self.geometry,
            sequencers: &self.sequencers,
        };
        run.sequence(
            bases,
            &layout,
            copy,
            sequencing,
            &mut self.template,
            fragment,
        );
        if let Some(junction) = &target.chimera.junction
            && self.geometry.holds(&layout, junction, TRUTH_ANCHOR)
        {
            target.supporting += 1;
            target.unique_supporting += u64::from(first);
        }
        for (made, counts) in target.chimera.mutations.iter().zip(&mut target.mutated) {
            if self
                .geometry
                .covers(&layout, made.range.clone(), TRUTH_ANCHOR)
            {
                counts[0] += 1;
                counts[1] += u64::from(first);
            }
        }
        if let Some(window) = &target.window {
            let second = fragment
                .second
                .as_ref()
                .is_some_and(|read| window.is_in(&read.bases));
            target.ceiling += u64::from(second || window.is_in(&fragment.first.bases));
        }
    }

    /// The truth about the fragments made so far.
    #[must_use]
    pub fn truth(&self) -> Truth {
        Truth {
            assembly: Assembly::Grch38,
            bundle: self.bundle.clone(),
            seed: self.plan.seed,
            reads: self.plan.reads.clone(),
            fragments: self.made,
            switched: self.switched,
            fusions: self.targets.iter().map(Target::truth).collect(),
        }
    }
}

impl Target {
    fn truth(&self) -> FusionTruth {
        FusionTruth {
            spec: self.chimera.spec.to_string(),
            name: self.chimera.name.clone(),
            molecule: self.chimera.molecule,
            amount: self.amount,
            junction: JunctionTruth::of(&self.chimera),
            fragments: self.stock.made,
            unique_fragments: self.stock.made.min(self.stock.unique),
            supporting_fragments: self.supporting,
            unique_supporting_fragments: self.unique_supporting,
            ceiling: self.ceiling,
            mutations: self
                .chimera
                .mutations
                .iter()
                .zip(&self.mutated)
                .map(|(made, [fragments, unique_fragments])| {
                    let text = |bases: &[u8]| String::from_utf8_lossy(bases).into_owned();
                    MutationTruth {
                        change: made.change.to_string(),
                        cds: made.cds,
                        reference: text(&made.reference),
                        alternative: text(&self.chimera.sequence[made.range.clone()]),
                        fragments: *fragments,
                        unique_fragments: *unique_fragments,
                    }
                })
                .collect(),
        }
    }
}

impl Iterator for Fragments {
    type Item = SimulatedFragment;

    fn next(&mut self) -> Option<SimulatedFragment> {
        let mut fragment = SimulatedFragment::default();
        self.next_into(&mut fragment).then_some(fragment)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left);
        (left.unwrap_or(usize::MAX), left.ok())
    }
}

/// What turns a fragment into reads.
struct Run<'a> {
    plan: &'a SimulationPlan,
    geometry: &'a Geometry,
    sequencers: &'a [Sequencer; 2],
}

impl Run<'_> {
    /// Names the fragment and reads its ends.
    fn sequence(
        &self,
        bases: &[u8],
        layout: &Layout,
        copy: u64,
        mut draws: Draws,
        template: &mut Vec<u8>,
        fragment: &mut SimulatedFragment,
    ) {
        self.name(layout, copy, fragment);
        let length = self.geometry.read as usize;
        let tail = &bases[bases.len() - bases.len().min(length + SPARE)..];
        template.clear();
        extend_complement(template, tail);
        let head = &bases[..bases.len().min(length + SPARE)];
        let (first, second): (&[u8], &[u8]) = if layout.flip {
            (template, head)
        } else {
            (head, template)
        };
        // Reads end where the fragment ends.
        let length = length.min(bases.len());
        let SimulatedRead { bases, quals } = &mut fragment.first;
        self.sequencers[0].read(first, length, &mut draws, bases, quals);
        if self.geometry.paired {
            let SimulatedRead { bases, quals } = fragment.second.get_or_insert_default();
            self.sequencers[1].read(second, length, &mut draws, bases, quals);
        } else {
            fragment.second = None;
        }
    }

    fn name(&self, layout: &Layout, copy: u64, fragment: &mut SimulatedFragment) {
        let name = &mut fragment.name;
        name.clear();
        // Writing to a Vec cannot fail.
        let _ = match fragment.origin {
            Origin::Background => write!(name, "sim{}:b:{copy}", self.plan.seed),
            Origin::Switched => write!(name, "sim{}:s:{copy}", self.plan.seed),
            Origin::Fusion(index) => write!(name, "sim{}:f{index}:{copy}", self.plan.seed),
        };
        fragment.umi.clear();
        if let Some(umi) = &self.plan.library.umi {
            let bits = |i: u8| (layout.umi >> (2 * i) & 3) as usize;
            fragment
                .umi
                .extend((0..umi.length.min(32)).map(|i| b"ACGT"[bits(i)]));
            name.push(if umi.separator == '_' { b'_' } else { b':' });
            name.extend_from_slice(&fragment.umi);
        }
    }
}

/// Appends the reverse complement.
fn extend_complement(to: &mut Vec<u8>, bases: &[u8]) {
    const COMPLEMENT: [u8; 256] = {
        let mut table = [b'N'; 256];
        table[b'A' as usize] = b'T';
        table[b'C' as usize] = b'G';
        table[b'G' as usize] = b'C';
        table[b'T' as usize] = b'A';
        table
    };
    to.extend(
        bases
            .iter()
            .rev()
            .map(|&base| COMPLEMENT[usize::from(base)]),
    );
}

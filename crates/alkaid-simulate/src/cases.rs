//! Junctions to validate with, listed from the bundle.

use alkaid_genome::{Bundle, ExonNumber, in_frame};

use crate::draws::{Draws, Purpose};
use crate::reference;
use crate::spec::{FusionSpec, Place, Side};

/// Partner genes of which the default bundle holds a complete transcript sequence.
pub const PARTNERS_WITH_SEQUENCE: [&str; 28] = [
    "ADAM17", "CLTC", "COL1A2", "COL3A1", "DCTN1", "DES", "EGFR", "EML4", "ETV6", "FBN1", "GFPT1",
    "IKBKG", "LMNA", "MET", "MLPH", "MSN", "MYH9", "MYO5A", "NPM1", "NTRK1", "PRKAR1A", "RBM20",
    "ROS1", "RRBP1", "SOS1", "TERT", "TFE3", "VCL",
];
/// The ALK exon that nearly all fusions start with.
const ALK_EXON: u16 = 20;
/// Fewest bases on the left of a junction that are worth a case.
const SHORTEST_LEFT: u32 = 36;

/// A junction whose partner is known by its protein only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProteinJunction {
    /// The molecule.
    pub spec: FusionSpec,
    /// The partner gene.
    pub gene: String,
    /// The last exon before the junction.
    pub exon: u16,
    /// Whole residues of the partner before the junction.
    pub residues: u32,
    /// Whether the exon table's coding sequence has exactly the protein's length, so that the exon
    /// can be told from the residue.
    pub table_agrees: bool,
}

/// Every exon end of the best complete transcript of [`PARTNERS_WITH_SEQUENCE`] that is in frame with
/// ALK exon 20, joined to it. Genes that the bundle does not hold are left out.
#[must_use]
pub fn in_frame_junctions(bundle: &Bundle) -> Vec<FusionSpec> {
    let mut specs = Vec::new();
    for gene in PARTNERS_WITH_SEQUENCE {
        let Ok(sequenced) = reference::sequenced(bundle, gene) else {
            continue;
        };
        if !sequenced.is_complete() {
            continue;
        }
        for exon in &sequenced.transcript.exons {
            let inside = sequenced.transcript.phase_at_end(exon).is_some();
            if inside
                && exon.transcript.end >= SHORTEST_LEFT
                && fits(bundle, sequenced.transcript.cds_before(exon.transcript.end))
            {
                specs.push(FusionSpec::exons(gene, exon.number.0, "ALK", ALK_EXON));
            }
        }
    }
    specs
}

/// Every exon end of the genes that is in frame with ALK exon 20, by exon table and protein alone.
/// Genes without a protein or a coding transcript are left out.
#[must_use]
pub fn protein_only_junctions(bundle: &Bundle, genes: &[String]) -> Vec<ProteinJunction> {
    let mut junctions = Vec::new();
    for gene in genes {
        let Ok(model) = reference::protein_model(bundle, gene) else {
            continue;
        };
        for exon in &model.transcript.exons {
            let inside = model.transcript.phase_at_end(exon).is_some();
            let coding = model.transcript.cds_before(exon.transcript.end);
            let residues = coding.unwrap_or(0) / 3;
            if !inside || residues as usize >= model.protein.len() || !fits(bundle, coding) {
                continue;
            }
            junctions.push(ProteinJunction {
                spec: FusionSpec::Joined {
                    left: Side::Protein {
                        gene: gene.clone(),
                        exon: exon.number.0,
                    },
                    insert: Vec::new(),
                    right: alk_side(),
                },
                gene: gene.clone(),
                exon: exon.number.0,
                residues,
                table_agrees: model.agrees,
            });
        }
    }
    junctions
}

/// DNA junctions: `per_gene` random places in introns that follow an in-frame exon, of each partner
/// whose genomic sequence the bundle holds, joined to random places in ALK intron 19.
#[must_use]
pub fn intron_junctions(bundle: &Bundle, per_gene: usize, seed: u64) -> Vec<FusionSpec> {
    /// Bases of each breakpoint's surroundings that must be at hand.
    const ROOM: u64 = 300;
    let alk = bundle.alk();
    let Some(alk_intron) = alk.intron_after(ExonNumber(ALK_EXON - 1)) else {
        return Vec::new();
    };
    let mut specs = Vec::new();
    for (class, gene) in PARTNERS_WITH_SEQUENCE.into_iter().enumerate() {
        let Ok(sequenced) = reference::sequenced(bundle, gene) else {
            continue;
        };
        let transcript = sequenced.transcript;
        let introns: Vec<_> = transcript
            .exons
            .iter()
            .filter(|exon| transcript.phase_at_end(exon).is_some())
            .filter(|exon| fits(bundle, transcript.cds_before(exon.transcript.end)))
            .filter_map(|exon| transcript.intron_after(exon.number))
            .filter(|intron| {
                let around = intron.start.saturating_sub(ROOM)..intron.end + ROOM;
                reference::genome_bases(bundle, &transcript.chrom, around, transcript.strand)
                    .is_ok()
            })
            .collect();
        for index in 0..per_gene {
            let mut draws = Draws::new(seed, Purpose::Breakpoints, class as u64, index as u64);
            let Some(intron) = introns.get(draws.index(introns.len())) else {
                break;
            };
            let place = |range: &std::ops::Range<u64>, draws: &mut Draws| {
                range.start + draws.below(range.end - range.start) + 1
            };
            specs.push(FusionSpec::Joined {
                left: Side::Genome {
                    chrom: transcript.chrom.clone(),
                    position: place(intron, &mut draws),
                    strand: Some(transcript.strand),
                },
                insert: Vec::new(),
                right: Side::Genome {
                    chrom: alk.chrom.clone(),
                    position: place(&alk_intron, &mut draws),
                    strand: Some(alk.strand),
                },
            });
        }
    }
    specs
}

fn alk_side() -> Side {
    Side::Gene {
        gene: "ALK".to_owned(),
        place: Place::Exon {
            exon: ALK_EXON,
            offset: 0,
        },
    }
}

/// Whether so many coding bases are in frame with the start of ALK exon 20.
fn fits(bundle: &Bundle, coding: Option<u32>) -> bool {
    let alk = bundle.alk();
    let resumes = alk
        .exon(ExonNumber(ALK_EXON))
        .and_then(|exon| alk.cds_position(exon.transcript.start));
    coding
        .zip(resumes)
        .is_some_and(|(coding, resumes)| coding > 0 && in_frame(coding, 0, resumes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chimera::chimera;

    #[test]
    fn every_listed_junction_can_be_made_and_is_in_frame() {
        let bundle = Bundle::embedded();
        let specs = in_frame_junctions(bundle);
        for known in [
            "EML4:e2", "EML4:e6", "EML4:e13", "EML4:e18", "EML4:e20", "NPM1:e4", "CLTC:e31",
        ] {
            let wanted = format!("{known}::ALK:e20");
            assert!(
                specs.iter().any(|spec| spec.to_string() == wanted),
                "{wanted}"
            );
        }
        for gene in PARTNERS_WITH_SEQUENCE {
            let listed = specs
                .iter()
                .any(|spec| spec.to_string().starts_with(&format!("{gene}:")));
            // No exon of lamin A ends in that phase.
            assert_eq!(listed, gene != "LMNA", "{gene}");
        }
        for spec in &specs {
            let junction = chimera(spec, bundle).unwrap().junction.unwrap();
            assert_eq!(junction.in_frame, Some(true), "{spec}");
        }
    }

    #[test]
    fn partners_known_by_protein_are_in_frame_too() {
        let bundle = Bundle::embedded();
        let genes: Vec<String> = ["KIF5B", "TPM3", "TFG", "STRN", "NOGENE"]
            .map(str::to_owned)
            .to_vec();
        let junctions = protein_only_junctions(bundle, &genes);
        for (gene, exon, residues) in [("KIF5B", 24, 920), ("TFG", 4, 138), ("STRN", 3, 137)] {
            let found = junctions
                .iter()
                .find(|j| j.gene == gene && j.exon == exon)
                .unwrap();
            assert_eq!(found.residues, residues, "{gene}");
            assert!(found.table_agrees);
        }
        for case in &junctions {
            let junction = chimera(&case.spec, bundle).unwrap().junction.unwrap();
            assert_eq!(junction.in_frame, Some(true), "{}", case.spec);
        }
    }

    #[test]
    fn dna_junctions_lie_in_introns() {
        let bundle = Bundle::embedded();
        let specs = intron_junctions(bundle, 2, 1);
        assert!(specs.len() >= 30, "{}", specs.len());
        assert_eq!(specs, intron_junctions(bundle, 2, 1));
        for spec in &specs {
            let junction = chimera(spec, bundle).unwrap().junction.unwrap();
            assert_eq!(junction.right.intron, Some(19), "{spec}");
            assert_eq!(junction.in_frame, Some(true), "{spec}");
        }
    }
}

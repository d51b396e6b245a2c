//! Giving a junction the names the field uses: exons, frame, protein, named variant, HGVS, ISCN.

use std::ops::Range;

use alkaid_genome::{
    Bundle, CdsPosition, Exon, Inserted, Region, Strand, Transcript, in_frame, rearrangement,
    rna_fusion, translate,
};
use alkaid_knowledge::{alk_domain, named_variant, named_variant_at, partner};

use crate::anatomy::Anatomy;
use crate::finding::{Molecule, ProteinPrediction, Side};
use crate::junction::Junction;
use crate::partner::Place;

/// Longest stretch of ALK intron that is counted as retained in the transcript.
const MAX_RETAINED: usize = 300;
/// Bases of consensus shown on either side.
pub const SHOWN: usize = 60;

/// A junction with its names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// 5' side.
    pub five: Side,
    /// 3' side.
    pub three: Side,
    /// `E13;A20`.
    pub junction_exons: String,
    /// Name and status of the variant.
    pub variant: Option<(String, String)>,
    /// Frame.
    pub in_frame: Option<bool>,
    /// All bases in the transcript that belong to neither gene's exons, ALK sense.
    pub inserted: String,
    /// Where these come from.
    pub insertion_origin: Vec<String>,
    /// HGVS RNA.
    pub hgvs_rna: Option<String>,
    /// HGVS DNA.
    pub hgvs_dna: Option<String>,
    /// Class and ISCN.
    pub rearrangement: Option<(alkaid_genome::RearrangementClass, String)>,
    /// The protein.
    pub protein: Option<ProteinPrediction>,
    /// Whether the partner's stop codon comes before the junction, so that no fusion protein can be made.
    pub after_stop: bool,
    /// Whether the partner is read against its own direction.
    pub antisense: bool,
    /// Remarks.
    pub notes: Vec<String>,
}

/// The 5' partner's end in terms of its reference transcript.
struct FiveEnd<'b> {
    transcript: &'b Transcript,
    region: Option<Region>,
    /// Exon whose bases end the part kept, and how many of its last bases are missing.
    exon: Option<(&'b Exon, u32)>,
    /// Coding bases kept; `None` without a coding sequence or before it is reached.
    coding: Option<u32>,
    /// Bases after that exon that come from the partner's intron or another isoform's exon.
    extra: Vec<u8>,
}

/// Names a `partner::ALK` junction.
pub fn name(bundle: &Bundle, anatomy: &Anatomy, junction: &Junction, molecule: Molecule) -> Names {
    let mut names = Names::default();
    let three = three_side(anatomy, junction, molecule, &mut names);
    let five = five_side(bundle, anatomy, junction, molecule, &mut names);
    let retained = retained(anatomy, junction, molecule);
    let mut inserted: Vec<u8> = Vec::new();
    if let Some(five) = &five
        && !five.extra.is_empty()
    {
        inserted.extend(&five.extra);
        let number = five.exon.map_or(0, |(exon, _)| exon.number.0);
        names.insertion_origin.push(format!(
            "{} nt of {} intron {number}",
            five.extra.len(),
            five.transcript.gene
        ));
    }
    if !junction.inserted.is_empty() {
        inserted.extend(&junction.inserted);
        names
            .insertion_origin
            .push(format!("{} nt of unknown origin", junction.inserted.len()));
    }
    if !retained.is_empty() {
        inserted.extend(&anatomy.sequence[retained.clone()]);
        let intron = names.three.intron.unwrap_or(0);
        names
            .insertion_origin
            .push(format!("{} nt of ALK intron {intron}", retained.len()));
    }
    names.inserted = String::from_utf8_lossy(&inserted).into_owned();
    names.junction_exons = short_form(
        &names.five,
        five.as_ref(),
        &inserted,
        three.deleted,
        &names.three,
    );
    names.hgvs_dna = (molecule == Molecule::Dna)
        .then(|| hgvs_dna(bundle, anatomy, junction))
        .flatten();
    names.rearrangement = classify(bundle, anatomy, junction);
    if let Some(five) = &five {
        frame_and_names(
            bundle, anatomy, junction, five, &three, &inserted, molecule, &mut names,
        );
    }
    names
}

/// What the 3' side is in terms of the transcript.
struct ThreeStart {
    /// First base of ALK's coding sequence kept.
    resumes: Option<CdsPosition>,
    /// Bases of the first exon that are missing.
    deleted: usize,
}

/// ALK intron bases between the junction and the next exon that the transcript keeps.
fn retained(anatomy: &Anatomy, junction: &Junction, molecule: Molecule) -> Range<usize> {
    match anatomy.exon_from(junction.alk) {
        Some(exon) if molecule == Molecule::Rna && exon.span.start > junction.alk => {
            let range = junction.alk..exon.span.start;
            if range.len() <= MAX_RETAINED {
                range
            } else {
                0..0
            }
        }
        _ => 0..0,
    }
}

fn three_side(
    anatomy: &Anatomy,
    junction: &Junction,
    molecule: Molecule,
    names: &mut Names,
) -> ThreeStart {
    let side = &mut names.three;
    fill_alk(anatomy, junction.alk, side);
    let Some(exon) = anatomy.exon_from(junction.alk) else {
        side.region = "after the last exon".into();
        return ThreeStart {
            resumes: None,
            deleted: 0,
        };
    };
    side.exon = Some(exon.number);
    let within = junction.alk.saturating_sub(exon.span.start);
    let resumes = CdsPosition(exon.coding_before + within as u32 + 1);
    if junction.alk < exon.span.start {
        let intron = exon.number - 1;
        side.intron = Some(intron);
        let distance = exon.span.start - junction.alk;
        side.region = format!("intron {intron}, {distance} nt before exon {}", exon.number);
        if molecule == Molecule::Rna && distance > MAX_RETAINED {
            names.notes.push(format!(
                "the junction lies deep in ALK intron {intron}: unspliced RNA or genomic DNA"
            ));
        }
        return ThreeStart {
            resumes: Some(resumes),
            deleted: 0,
        };
    }
    side.cds = Some(resumes.0);
    if within == 0 {
        side.region = format!("start of exon {}", exon.number);
    } else {
        side.region = format!("in exon {}, {within} nt after its start", exon.number);
    }
    ThreeStart {
        resumes: Some(resumes),
        deleted: within,
    }
}

/// Gene, transcript and position of an ALK base.
pub fn fill_alk(anatomy: &Anatomy, offset: usize, side: &mut Side) {
    let transcript = anatomy.transcript;
    side.gene = transcript.gene.clone();
    side.transcript = Some(transcript.id.clone());
    side.refseq = transcript.refseq.clone();
    side.chrom = Some(transcript.chrom.clone());
    side.pos = Some(anatomy.locus.genome_position(offset) + 1);
    side.strand = Some(transcript.strand);
    side.named_by = "transcript".into();
}

fn five_side<'b>(
    bundle: &'b Bundle,
    anatomy: &Anatomy,
    junction: &Junction<'b>,
    molecule: Molecule,
    names: &mut Names,
) -> Option<FiveEnd<'b>> {
    let side = &mut names.five;
    side.gene = junction.gene().to_owned();
    let Some(origin) = junction.origin.as_ref() else {
        side.region = "unknown".into();
        return None;
    };
    side.named_by = origin.named_by.as_str().into();
    if !origin.alternatives.is_empty() {
        names.notes.push(format!(
            "{} matches as well or nearly",
            origin.alternatives.join(", ")
        ));
    }
    if let Some((chrom, pos, strand)) = &origin.genome {
        side.chrom = Some(chrom.clone());
        side.pos = Some(pos + 1);
        side.strand = Some(*strand);
    }
    let Some(five) = five_end(bundle, anatomy, junction) else {
        side.region = if side.gene == "?" {
            "between genes".into()
        } else {
            "not located in a transcript".into()
        };
        return None;
    };
    let five = if molecule == Molecule::Dna {
        without_cut_exon(five, names)
    } else {
        five
    };
    let side = &mut names.five;
    side.transcript = Some(five.transcript.id.clone());
    side.refseq = five.transcript.refseq.clone();
    side.exon = five.exon.map(|(exon, _)| exon.number.0);
    match (five.region, five.exon) {
        (_, Some((exon, 0))) if !five.extra.is_empty() => {
            side.intron = Some(exon.number.0);
            side.region = format!(
                "exon {} and {} nt of what follows it",
                exon.number,
                five.extra.len()
            );
        }
        (Some(Region::Intron(number)), _) => {
            side.intron = Some(number.0);
            side.region = format!("intron {number}");
        }
        (Some(Region::Exon(number)), Some((exon, 0))) if number != exon.number => {
            side.region = format!("in exon {number}");
        }
        (_, Some((exon, 0))) => side.region = format!("end of exon {}", exon.number),
        (_, Some((exon, missing))) => {
            side.region = format!("in exon {}, {missing} nt before its end", exon.number);
        }
        _ => side.region = "outside the transcript".into(),
    }
    // Of an intronic break, or one in an exon that is skipped, the coding position is not that of the base.
    let own_exon = |number| five.exon.is_some_and(|(exon, _)| exon.number == number);
    let coding_base = match five.region {
        Some(Region::Exon(number)) => own_exon(number),
        _ => molecule == Molecule::Rna,
    };
    side.cds = five.coding.filter(|_| coding_base);
    let strand = origin.genome.as_ref().map(|(_, _, strand)| *strand);
    if strand.is_some_and(|strand| strand != five.transcript.strand) {
        names.antisense = true;
        side.cds = None;
        if let Some(Region::Exon(number)) = five.region {
            side.region = format!("in exon {number}, antisense");
        }
        names.notes.push(format!(
            "{} is read against its own direction: no fusion protein is expected",
            side.gene
        ));
        let exon = five.exon.map(|(exon, _)| (exon, 0));
        return Some(FiveEnd { exon, ..five });
    }
    Some(five)
}

/// An exon that a genomic breakpoint cuts loses a splice site: the transcript is taken to go on from the exon before it.
fn without_cut_exon<'b>(five: FiveEnd<'b>, names: &mut Names) -> FiveEnd<'b> {
    let Some((cut, missing)) = five.exon else {
        return five;
    };
    let before = five.transcript.exons.iter();
    let before = before.take_while(|exon| exon.number < cut.number).last();
    let (Some(before), true) = (before, missing > 0) else {
        return five;
    };
    names.notes.push(format!(
        "the breakpoint cuts {} exon {}, which loses a splice site and is taken to be skipped",
        five.transcript.gene, cut.number
    ));
    let coding = five.transcript.cds_before(before.transcript.end);
    FiveEnd {
        exon: Some((before, 0)),
        coding: coding.filter(|&coding| coding > 0),
        ..five
    }
}

/// Finds the partner's end in its best transcript.
fn five_end<'b>(
    bundle: &'b Bundle,
    anatomy: &Anatomy,
    junction: &Junction<'b>,
) -> Option<FiveEnd<'b>> {
    let origin = junction.origin.as_ref()?;
    let gene = if origin.gene.is_empty() {
        return None;
    } else {
        origin.gene.as_str()
    };
    if gene == anatomy.transcript.gene {
        return None;
    }
    if let Some(Place::Coding(transcript, coding)) = origin.place {
        let at = transcript.cds.as_ref()?.start + coding;
        let exon = transcript.exon_at(at.checked_sub(1)?)?;
        let region = Some(Region::Exon(exon.number));
        let missing = exon.transcript.end - at;
        return Some(FiveEnd {
            transcript,
            region,
            exon: Some((exon, missing)),
            coding: Some(coding),
            extra: Vec::new(),
        });
    }
    let (_, pos, _) = origin.genome.as_ref()?;
    let models: Vec<&Transcript> = bundle
        .by_gene(gene)
        .filter(|model| !model.exons.is_empty())
        .collect();
    let best = *models.first()?;
    let ends_here = |model: &&&Transcript| exon_ending_at(model, *pos).is_some();
    // The reference transcript, unless only another one ends an exon here and the sequence does not tell how.
    if !matches!(best.locate(*pos), Some(Region::Exon(_)))
        && let Some(Place::Transcript(seen, at, false)) = origin.place
    {
        if let Some(end) = through_isoform(bundle, best, seen, at) {
            return Some(end);
        }
        if let Some(&model) = models.iter().find(ends_here) {
            return end_in(model, *pos);
        }
    }
    end_in(best, *pos).or_else(|| models.iter().find_map(|model| end_in(model, *pos)))
}

fn exon_ending_at(transcript: &Transcript, pos: u64) -> Option<&Exon> {
    transcript
        .exons
        .iter()
        .find(|exon| match transcript.strand {
            Strand::Forward => exon.genome.end == pos + 1,
            Strand::Reverse => exon.genome.start == pos,
        })
}

fn end_in(transcript: &Transcript, pos: u64) -> Option<FiveEnd<'_>> {
    let region = transcript.locate(pos)?;
    let (Region::Exon(number) | Region::Intron(number)) = region;
    let exon = transcript.exons.iter().find(|exon| exon.number == number)?;
    let end = match region {
        Region::Exon(_) => transcript.transcript_position(pos)? + 1,
        Region::Intron(_) => exon.transcript.end,
    };
    let coding = transcript.cds_before(end).filter(|&coding| coding > 0);
    Some(FiveEnd {
        transcript,
        region: Some(region),
        exon: Some((exon, exon.transcript.end - end)),
        coding,
        extra: Vec::new(),
    })
}

/// The end of an isoform that leaves the reference transcript after one of its exons: EML4 exon 6b.
fn through_isoform<'b>(
    bundle: &Bundle,
    best: &'b Transcript,
    seen: &Transcript,
    at: usize,
) -> Option<FiveEnd<'b>> {
    let own = seen.exon_at(at as u32)?;
    let before = seen
        .exons
        .iter()
        .take_while(|exon| exon.number < own.number);
    let (shared, exon) = before
        .filter_map(|exon| {
            let last = match seen.strand {
                Strand::Forward => exon.genome.end - 1,
                Strand::Reverse => exon.genome.start,
            };
            Some((exon, exon_ending_at(best, last)?))
        })
        .last()?;
    let sequence = bundle.sequence(seen)?;
    let extra = sequence.get(shared.transcript.end as usize..=at)?.to_vec();
    let coding = best
        .cds_before(exon.transcript.end)
        .filter(|&coding| coding > 0);
    Some(FiveEnd {
        transcript: best,
        region: None,
        exon: Some((exon, 0)),
        coding,
        extra,
    })
}

/// `E13;A20`, `E15del60;del71A20`, `E14;ins58A20`.
fn short_form(
    five: &Side,
    end: Option<&FiveEnd>,
    inserted: &[u8],
    deleted: usize,
    three: &Side,
) -> String {
    let letter = five.gene.chars().next().unwrap_or('?');
    let exon = five
        .exon
        .map_or_else(|| "?".to_owned(), |exon| exon.to_string());
    let missing = end
        .and_then(|end| end.exon)
        .map_or(0, |(_, missing)| missing);
    let mut text = if letter == '?' {
        "?".to_owned()
    } else {
        format!("{letter}{exon}")
    };
    if missing > 0 {
        text.push_str(&format!("del{missing}"));
    }
    text.push(';');
    if !inserted.is_empty() {
        text.push_str(&format!("ins{}", inserted.len()));
    }
    if deleted > 0 {
        text.push_str(&format!("del{deleted}"));
    }
    text.push_str(&format!(
        "A{}",
        three
            .exon
            .map_or_else(|| "?".to_owned(), |exon| exon.to_string())
    ));
    text
}

#[expect(
    clippy::too_many_arguments,
    reason = "the last step sees what all steps before it found"
)]
fn frame_and_names(
    bundle: &Bundle,
    anatomy: &Anatomy,
    junction: &Junction,
    five: &FiveEnd,
    three: &ThreeStart,
    inserted: &[u8],
    molecule: Molecule,
    names: &mut Names,
) {
    // A partner read backwards makes no protein, and its coding positions do not count towards the junction.
    if names.antisense {
        return;
    }
    let Some(resumes) = three.resumes else { return };
    let exon_number = five.exon.map(|(exon, _)| exon.number.0);
    let text = names.inserted.clone();
    let gene = &five.transcript.gene;
    // Under micro-homology the table may have the junction a base or two away.
    let shifts = -(junction.back as i64)..=junction.forward as i64;
    let variant = shifts
        .filter_map(|shift| {
            let five_cds = five
                .coding
                .map(|coding| coding.checked_add_signed(shift as i32));
            let alk = resumes.0.checked_add_signed(shift as i32)?;
            let found = named_variant(
                gene,
                five_cds.flatten(),
                exon_number,
                inserted.len(),
                &text,
                Some(alk),
            )?;
            Some((shift.abs(), found))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, variant)| variant)
        .or_else(|| {
            let pos = junction.origin.as_ref()?.genome.as_ref()?.1 + 1;
            named_variant_at(gene, pos, inserted.len(), &text, Some(resumes.0))
        });
    names.variant = variant.map(|variant| (variant.name.to_owned(), variant.status.to_string()));
    let accession = |transcript: &Transcript| {
        transcript
            .refseq
            .clone()
            .unwrap_or_else(|| transcript.id.clone())
    };
    let insertion = if inserted.is_empty() {
        Inserted::None
    } else {
        Inserted::Bases(inserted)
    };
    names.hgvs_rna = Some(rna_fusion(
        (&accession(five.transcript), five.coding.map(CdsPosition)),
        insertion,
        (&accession(anatomy.transcript), resumes),
    ));
    let Some(coding) = five.coding else {
        if five.transcript.cds.is_some() {
            names.notes.push(format!("the break lies before {gene}'s coding sequence: promoter and untranslated exons only"));
        }
        return;
    };
    let end = five
        .exon
        .map(|(exon, missing)| exon.transcript.end - missing);
    if five
        .transcript
        .cds
        .as_ref()
        .zip(end)
        .is_some_and(|(cds, end)| end >= cds.end)
    {
        names.after_stop = true;
        names.in_frame = Some(false);
        names.notes.push(format!(
            "the break lies behind {gene}'s stop codon: no fusion protein is expected"
        ));
        return;
    }
    let mut open = in_frame(coding, inserted.len() as u32, resumes);
    let peptide = junction_peptide(anatomy, junction, coding, inserted.len(), molecule);
    if open && !inserted.is_empty() && peptide.contains('*') {
        open = false;
        names
            .notes
            .push("the inserted bases hold a stop codon".into());
    }
    names.in_frame = Some(open);
    if !open {
        names.notes.push(format!(
            "out of frame: {coding} + {} coding bases before ALK c.{}, {} mod 3 against {} mod 3",
            inserted.len(),
            resumes.0,
            (coding as usize + inserted.len()) % 3,
            (resumes.0 - 1) % 3
        ));
    }
    names.protein = Some(protein(
        bundle,
        anatomy,
        five,
        coding,
        inserted.len() as u32,
        resumes,
        open,
        peptide,
    ));
}

/// Residues around the junction, read in the partner's frame.
fn junction_peptide(
    anatomy: &Anatomy,
    junction: &Junction,
    coding: u32,
    inserted: usize,
    molecule: Molecule,
) -> String {
    if molecule == Molecule::Dna {
        return String::new();
    }
    let mut bases: Vec<u8> = junction.outward.iter().take(90).rev().copied().collect();
    // Bases of the partner among these: all but what is inserted.
    let retained = retained(anatomy, junction, molecule).len();
    let own = bases
        .len()
        .saturating_sub(inserted - retained.min(inserted)) as u32;
    // The first base's place in its codon.
    let lead = (3 - (coding.wrapping_sub(own)) % 3) % 3;
    let exon = anatomy.exon_from(junction.alk);
    let end = exon
        .map_or(junction.alk, |exon| exon.span.end)
        .min(junction.alk + retained + 30);
    bases.extend(&anatomy.sequence[junction.alk..end]);
    if own > coding {
        return String::new();
    }
    let residues = translate(bases.get(lead as usize..).unwrap_or(&[]));
    String::from_utf8_lossy(&residues).into_owned()
}

#[expect(clippy::too_many_arguments, reason = "a record of as many facts")]
fn protein(
    bundle: &Bundle,
    anatomy: &Anatomy,
    five: &FiveEnd,
    coding: u32,
    inserted: u32,
    resumes: CdsPosition,
    open: bool,
    junction_peptide: String,
) -> ProteinPrediction {
    let partner_residues = coding / 3;
    let alk_first = (resumes.0 - 1) / 3 + 1;
    let alk_length = anatomy
        .transcript
        .cds
        .as_ref()
        .map_or(0, |cds| cds.end - cds.start);
    let total = coding + inserted + alk_length.saturating_sub(resumes.0 - 1);
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for domain in bundle.domains(&five.transcript.gene) {
        let list = if domain.residues.end.0 <= partner_residues {
            &mut kept
        } else {
            &mut lost
        };
        if !list.contains(&domain.name) {
            list.push(domain.name.clone());
        }
    }
    let element =
        partner(&five.transcript.gene).and_then(|partner| partner.oligomerisation.as_ref());
    let has = |key: &str| open && alk_domain(key).is_some_and(|domain| domain.kept_from(alk_first));
    ProteinPrediction {
        partner_residues: Some(partner_residues),
        alk_first_residue: Some(alk_first),
        // The stop codon is counted in `total`.
        length: open.then(|| (total / 3).saturating_sub(1)),
        junction_peptide,
        kinase_domain_whole: has("kinase"),
        alk_transmembrane_kept: has("transmembrane"),
        partner_domains_kept: kept,
        partner_domains_lost: lost,
        oligomerisation: element.map(|element| format!("{} ({})", element.name, element.status)),
        oligomerisation_kept: element.and_then(|element| element.kept_by(partner_residues)),
    }
}

fn classify(
    bundle: &Bundle,
    anatomy: &Anatomy,
    junction: &Junction,
) -> Option<(alkaid_genome::RearrangementClass, String)> {
    let (chrom, pos, strand) = junction.origin.as_ref()?.genome.as_ref()?;
    let alk = anatomy.locus.genome_position(junction.alk);
    let band = bundle.band(chrom, *pos)?;
    let alk_band = bundle.band(&anatomy.transcript.chrom, alk)?;
    Some(rearrangement(
        (chrom, band, *strand, *pos),
        (
            &anatomy.transcript.chrom,
            alk_band,
            anatomy.transcript.strand,
            alk,
        ),
    ))
}

/// Both breakpoints on the GRCh38 reference sequences, as an HGVS adjoined description.
fn hgvs_dna(bundle: &Bundle, anatomy: &Anatomy, junction: &Junction) -> Option<String> {
    let (chrom, pos, strand) = junction.origin.as_ref()?.genome.as_ref()?;
    let assembly = bundle.meta().assembly;
    let left = match strand {
        Strand::Forward => format!(
            "{}:g.pter_{}",
            chromosome_accession(assembly, chrom)?,
            pos + 1
        ),
        Strand::Reverse => format!(
            "{}:g.{}_qterinv",
            chromosome_accession(assembly, chrom)?,
            pos + 1
        ),
    };
    let alk = anatomy.locus.genome_position(junction.alk) + 1;
    let own = chromosome_accession(assembly, &anatomy.transcript.chrom)?;
    // ALK reads towards pter, so its kept part is the reversed short-arm end.
    Some(format!("{left}::{own}:g.pter_{alk}inv"))
}

/// RefSeq accession of a chromosome.
pub fn chromosome_accession(assembly: alkaid_genome::Assembly, chrom: &str) -> Option<String> {
    /// GRCh38 versions of NC_000001 … NC_000024; those of GRCh37 are one less (NCBI assembly reports).
    const VERSIONS: [u8; 24] = [
        11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 11, 10, 10, 11, 9, 11, 11,
        10,
    ];
    let number: usize = match chrom.strip_prefix("chr")? {
        "X" => 23,
        "Y" => 24,
        digits => digits.parse().ok()?,
    };
    let version = VERSIONS.get(number.checked_sub(1)?)?;
    let version = match assembly {
        alkaid_genome::Assembly::Grch38 => *version,
        alkaid_genome::Assembly::Grch37 => version - 1,
    };
    Some(format!("NC_{number:06}.{version}"))
}

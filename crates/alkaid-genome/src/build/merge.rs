//! Sequences and models of the same transcript become one entry.
//!
//! 1. A sequence takes the model of its own accession, as long as the exons
//!    have its length. One without a model keeps what its header says.
//! 2. The models that are left are thinned: one per accession.
//! 3. A sequence with exons is given the name and rank of a left model that is
//!    spliced and translated alike and has the same accession, the same RefSeq
//!    accession (versions ignored) or, last, the same gene: so MANE's name goes
//!    to the sequence of LRG. The exons stay those of the sequence; only the
//!    outer ends can differ.
//! 4. All other models become entries without sequence.

use std::collections::{BTreeMap, BTreeSet};

use super::fasta::Record;
use super::header::{self, Header};
use super::model::{Model, chromosome};
use crate::bundle::Aliases;
use crate::coords::Strand;
use crate::gene::{Rank, Transcript, without_version};
use crate::sequence::{PackedSequence, base_code};

/// A transcript on its way into the bundle.
pub(super) struct Entry {
    pub(super) model: Model,
    pub(super) sequence: Option<PackedSequence>,
}

/// What was merged and left out.
#[derive(Default)]
pub(super) struct Merged {
    pub(super) entries: Vec<Entry>,
    /// Accessions of sequences whose exons have another length.
    pub(super) other_length: Vec<String>,
    /// Sequences that got the name of another model.
    pub(super) renamed: u64,
}

/// A transcript of a FASTA file.
pub(super) struct Sequenced {
    pub(super) header: Header,
    pub(super) sequence: PackedSequence,
    /// Bases of the poly-A tail, which genomic exons do not have.
    tail: usize,
}

impl Sequenced {
    pub(super) fn new(record: Record) -> Self {
        let letters = &record.letters;
        let body = letters
            .iter()
            .rposition(|&base| base_code(base) != Some(0))
            .map_or(0, |last| last + 1);
        Self {
            header: header::parse(&record.header),
            sequence: PackedSequence::from_ascii(letters),
            tail: letters.len() - body,
        }
    }

    /// Whether exons of this length can be those of the sequence; RefSeq's
    /// sequences may go on with poly-A where the genome does not.
    fn fits(&self, length: u32) -> bool {
        let (len, length) = (self.sequence.len(), length as usize);
        length <= len && len - length <= self.tail
    }
}

/// Merges sequences with models.
pub(super) fn merge(sequences: Vec<Sequenced>, models: Vec<Model>) -> Merged {
    let mut merged = Merged::default();
    let mut models: Vec<Option<Model>> = models.into_iter().map(Some).collect();
    let by_accession = index_by_accession(&models);
    for sequenced in sequences {
        let id = without_version(&sequenced.header.id).to_owned();
        let same = by_accession.get(&id).map_or(&[][..], Vec::as_slice);
        let mut candidates: Vec<usize> = same
            .iter()
            .copied()
            .filter(|&at| {
                let model = models[at].as_ref();
                model.is_some_and(|model| sequenced.fits(model.length()))
            })
            .collect();
        // The version that is meant, then the chromosome (X before Y), then the best.
        candidates.sort_by_key(|&at| {
            let model = models[at].as_ref();
            model.map(|model| (model.id != sequenced.header.id, model.rank, at))
        });
        match candidates.first().and_then(|&at| models[at].take()) {
            Some(model) => merged.entries.push(with_model(sequenced, model)),
            None if same.is_empty() => merged.entries.extend(without_model(sequenced)),
            None => merged.other_length.push(sequenced.header.id),
        }
    }
    let left = thin(models.into_iter().flatten().collect());
    name_by_models(&mut merged, left);
    harmonise_symbols(&mut merged.entries);
    merged
}

fn index_by_accession(models: &[Option<Model>]) -> BTreeMap<String, Vec<usize>> {
    let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, model) in models.iter().enumerate() {
        if let Some(model) = model {
            let accession = without_version(&model.id).to_owned();
            index.entry(accession).or_default().push(at);
        }
    }
    index
}

/// An entry with the exons of a model of the same accession.
fn with_model(sequenced: Sequenced, mut model: Model) -> Entry {
    let Sequenced {
        header, sequence, ..
    } = sequenced;
    let length = model.length() as usize;
    let sequence = match sequence.len() == length {
        true => sequence,
        false => PackedSequence::from_ascii(&sequence.slice(0..length)),
    };
    if model.id != header.id {
        model
            .aliases
            .push(std::mem::replace(&mut model.id, header.id));
    }
    model.gene = header.gene.unwrap_or(model.gene);
    model.gene_id = header.gene_id.unwrap_or(model.gene_id);
    model.refseq = header.refseq.or(model.refseq);
    model.aliases.extend(header.aliases);
    model.cds = model
        .cds
        .or(header.cds.filter(|cds| cds.end as usize <= length));
    Entry {
        model,
        sequence: Some(sequence),
    }
}

/// An entry from the header alone; nothing when the header names no gene.
fn without_model(sequenced: Sequenced) -> Option<Entry> {
    let Sequenced {
        header, sequence, ..
    } = sequenced;
    let strand = header.strand.as_deref().and_then(Strand::from_symbol);
    let cds = header.cds.filter(|cds| cds.end as usize <= sequence.len());
    let model = Model {
        gene: header.gene?,
        gene_id: header.gene_id.unwrap_or_default(),
        refseq: header.refseq,
        aliases: header.aliases,
        chrom: header
            .chrom
            .as_deref()
            .and_then(chromosome)
            .unwrap_or_default(),
        strand: strand.unwrap_or(Strand::Forward),
        exons: Vec::new(),
        cds,
        rank: Rank::Other,
        id: header.id,
    };
    Some(Entry {
        model,
        sequence: Some(sequence),
    })
}

/// One model per accession and chromosome: the best rank, of equals the first
/// that was given. The names of the others stay as aliases.
fn thin(mut models: Vec<Model>) -> Vec<Model> {
    models.sort_by_cached_key(|model| {
        let accession = without_version(&model.id).to_owned();
        (accession, model.chrom.clone(), model.rank)
    });
    let mut thinned: Vec<Model> = Vec::with_capacity(models.len());
    for model in models {
        match thinned.last_mut() {
            Some(kept)
                if without_version(&kept.id) == without_version(&model.id)
                    && kept.chrom == model.chrom =>
            {
                kept.aliases.push(model.id);
                kept.aliases.extend(model.aliases);
            }
            _ => thinned.push(model),
        }
    }
    thinned
}

/// How an entry can be tied to a left model, the surest first.
#[derive(Clone, Copy)]
enum Tie {
    Accession,
    RefSeq,
    Gene,
}

/// Gives entries the names of left models; what is left then has no sequence.
fn name_by_models(merged: &mut Merged, left: Vec<Model>) {
    let mut left: Vec<Option<Model>> = left.into_iter().map(Some).collect();
    let mut named: BTreeSet<usize> = BTreeSet::new();
    for tie in [Tie::Accession, Tie::RefSeq, Tie::Gene] {
        let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, model) in left.iter().enumerate() {
            for key in model.iter().flat_map(|model| keys(tie, model)) {
                index.entry(key).or_default().push(at);
            }
        }
        for (number, entry) in merged.entries.iter_mut().enumerate() {
            if named.contains(&number) || entry.model.exons.is_empty() {
                continue;
            }
            let candidates = keys(tie, &entry.model)
                .into_iter()
                .flat_map(|key| index.get(&key).into_iter().flatten());
            let best = candidates
                .filter_map(|&at| Some((at, left[at].as_ref()?)))
                .filter(|(_, model)| matches(tie, model, &entry.model))
                .min_by_key(|(at, model)| (model.rank, !is_accession(&model.id), *at))
                .map(|(at, _)| at);
            if let Some(model) = best.and_then(|at| left[at].take()) {
                rename(&mut entry.model, model);
                named.insert(number);
                merged.renamed += 1;
            }
        }
    }
    let structures = left.into_iter().flatten().map(|model| Entry {
        model,
        sequence: None,
    });
    merged.entries.extend(structures);
}

/// The names under which a model is looked up.
fn keys(tie: Tie, model: &Model) -> Vec<String> {
    match tie {
        Tie::Accession => {
            let names = std::iter::once(&model.id).chain(&model.aliases);
            names
                .filter(|name| name.starts_with("ENST"))
                .map(|name| without_version(name).to_owned())
                .collect()
        }
        Tie::RefSeq => {
            let accession = model.refseq.iter().map(|id| without_version(id).to_owned());
            accession.collect()
        }
        Tie::Gene => {
            let symbol = format!("symbol {}", model.gene);
            let id = format!("id {}", without_version(&model.gene_id));
            [(symbol, &model.gene), (id, &model.gene_id)]
                .into_iter()
                .filter(|(_, name)| !name.is_empty())
                .map(|(key, _)| key)
                .collect()
        }
    }
}

/// Whether a model may lend its name to the model of a sequence.
fn matches(tie: Tie, model: &Model, sequenced: &Model) -> bool {
    // Without introns and without an accession there is too little to go by.
    let enough = match tie {
        Tie::Accession | Tie::RefSeq => true,
        Tie::Gene => sequenced.exons.len() > 1 && sequenced.cds.is_some(),
    };
    enough && model.same_splicing(sequenced)
}

/// Gives an entry the name, gene and rank of a model; its old names are kept.
fn rename(entry: &mut Model, model: Model) {
    let other = if is_accession(&model.id) || !is_accession(&entry.id) {
        std::mem::replace(&mut entry.id, model.id)
    } else {
        model.id
    };
    entry.aliases.push(other);
    entry.aliases.extend(model.aliases);
    if let Some(refseq) = model.refseq {
        entry.aliases.extend(entry.refseq.replace(refseq));
    }
    entry.gene = model.gene;
    if !model.gene_id.is_empty() {
        entry.gene_id = model.gene_id;
    }
    entry.rank = entry.rank.min(model.rank);
}

/// Whether a name is an accession of Ensembl, RefSeq or LRG, not a gene's name
/// with a number.
fn is_accession(id: &str) -> bool {
    id.starts_with("ENST") || header::is_refseq(id) || id.starts_with("LRG_")
}

/// Where sources disagree about a symbol, the one of the best transcript with
/// the same gene accession is used for all.
fn harmonise_symbols(entries: &mut [Entry]) {
    let mut symbols: BTreeMap<String, (Rank, String)> = BTreeMap::new();
    for Entry { model, .. } in entries.iter() {
        if model.gene_id.is_empty() || model.gene.is_empty() {
            continue;
        }
        let accession = without_version(&model.gene_id).to_owned();
        let offer = (model.rank, model.gene.clone());
        let best = symbols.entry(accession).or_insert_with(|| offer.clone());
        if offer < *best {
            *best = offer;
        }
    }
    for Entry { model, .. } in entries {
        if let Some((_, symbol)) = symbols.get(without_version(&model.gene_id)) {
            model.gene.clone_from(symbol);
        }
    }
}

/// Sorts entries by gene, then the best first, and numbers the sequences.
pub(super) fn arrange(
    mut entries: Vec<Entry>,
    protein_of: &dyn Fn(&Model, Option<&PackedSequence>) -> Option<String>,
) -> (Vec<Transcript>, Aliases, Vec<PackedSequence>) {
    entries.sort_by(|a, b| {
        let key = |entry: &Entry| {
            let coding = entry
                .model
                .cds
                .as_ref()
                .map_or(0, |cds| cds.end - cds.start);
            (
                entry.model.rank,
                entry.sequence.is_none(),
                u32::MAX - coding,
            )
        };
        (&a.model.gene, key(a), &a.model.id).cmp(&(&b.model.gene, key(b), &b.model.id))
    });
    let ids: BTreeSet<&str> = entries.iter().map(|e| e.model.id.as_str()).collect();
    let mut aliases = BTreeSet::new();
    for (index, entry) in entries.iter().enumerate() {
        for alias in &entry.model.aliases {
            let known = ids.contains(alias.as_str()) || entry.model.refseq.as_ref() == Some(alias);
            if !alias.is_empty() && !known {
                aliases.insert((alias.clone(), index as u32));
            }
        }
    }
    let mut transcripts = Vec::with_capacity(entries.len());
    let mut sequences = Vec::new();
    for Entry { model, sequence } in entries {
        let protein = protein_of(&model, sequence.as_ref());
        let number = sequence.map(|sequence| {
            sequences.push(sequence);
            (sequences.len() - 1) as u32
        });
        transcripts.push(Transcript {
            id: model.id,
            gene: model.gene,
            gene_id: model.gene_id,
            refseq: model.refseq,
            protein,
            chrom: model.chrom,
            strand: model.strand,
            exons: model.exons,
            cds: model.cds,
            rank: model.rank,
            sequence: number,
        });
    }
    (transcripts, aliases.into_iter().collect(), sequences)
}

//! Which protein a transcript makes.

use std::collections::BTreeMap;

use super::model::Model;
use crate::bundle::Proteome;
use crate::sequence::{PackedSequence, translate};

/// Which protein a transcript makes.
pub(super) struct ProteinIndex<'p> {
    proteome: &'p Proteome,
    by_sequence: BTreeMap<&'p [u8], &'p str>,
}

impl<'p> ProteinIndex<'p> {
    pub(super) fn new(proteome: &'p Proteome) -> Self {
        let mut by_sequence = BTreeMap::new();
        for protein in &proteome.proteins {
            by_sequence
                .entry(protein.sequence.as_slice())
                .or_insert(protein.accession.as_str());
        }
        Self {
            proteome,
            by_sequence,
        }
    }

    /// The protein that equals the translation, of the same gene if there is
    /// one; without a sequence, the gene's protein that has the right length.
    pub(super) fn protein_of(
        &self,
        model: &Model,
        sequence: Option<&PackedSequence>,
    ) -> Option<String> {
        let cds = model.cds.as_ref()?;
        let of_gene = self.proteome.of_gene(&model.gene);
        let Some(sequence) = sequence else {
            let residues = ((cds.end - cds.start) / 3).checked_sub(1)? as usize;
            let whole = (cds.end - cds.start).is_multiple_of(3);
            let fits = of_gene
                .iter()
                .find(|protein| whole && protein.sequence.len() == residues);
            return fits.map(|protein| protein.accession.clone());
        };
        let mut residues = translate(&sequence.slice(cds.start as usize..cds.end as usize));
        if residues.last() == Some(&b'*') {
            residues.pop();
        }
        of_gene
            .iter()
            .find(|protein| protein.sequence == residues)
            .map(|protein| protein.accession.as_str())
            .or_else(|| self.by_sequence.get(residues.as_slice()).copied())
            .map(str::to_owned)
    }
}

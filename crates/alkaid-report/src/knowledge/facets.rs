//! What a row is about, so that one set of filters serves all tables.

/// The genes, drugs, tumours, mutations and trials that a row speaks of. `None` where its table has no such thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facets {
    /// HGNC symbols.
    pub genes: Option<Vec<&'static str>>,
    /// Keys of drugs.
    pub drugs: Option<Vec<&'static str>>,
    /// Tumour types in words.
    pub tumours: Option<Vec<&'static str>>,
    /// Names of mutations.
    pub mutations: Option<Vec<&'static str>>,
    /// Keys of trials and their registration numbers.
    pub trials: Option<Vec<&'static str>>,
}

impl Facets {
    pub(super) fn genes(mut self, genes: Vec<&'static str>) -> Self {
        self.genes = Some(genes);
        self
    }

    pub(super) fn drugs(mut self, drugs: Vec<&'static str>) -> Self {
        self.drugs = Some(drugs);
        self
    }

    pub(super) fn tumours(mut self, tumours: Vec<&'static str>) -> Self {
        self.tumours = Some(tumours);
        self
    }

    pub(super) fn mutations(mut self, mutations: Vec<&'static str>) -> Self {
        self.mutations = Some(mutations);
        self
    }

    pub(super) fn trials(mut self, trials: Vec<&'static str>) -> Self {
        self.trials = Some(trials);
        self
    }
}

//! The chromosomes that headers list: their order, lengths and accessions.

use std::sync::OnceLock;

use alkaid_genome::Assembly;

/// A chromosome of the primary assembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chromosome {
    /// `chr2`.
    pub(crate) name: &'static str,
    /// Bases in GRCh38.
    pub(crate) grch38: u64,
    /// Bases in GRCh37.
    pub(crate) grch37: u64,
    /// RefSeq accession of the GRCh38 sequence.
    pub(crate) refseq: &'static str,
    /// refget digest of the GRCh38 sequence, `SQ.…`.
    pub(crate) refget: Option<&'static str>,
}

impl Chromosome {
    /// Bases in `assembly`.
    pub(crate) fn length(&self, assembly: Assembly) -> u64 {
        match assembly {
            Assembly::Grch38 => self.grch38,
            Assembly::Grch37 => self.grch37,
        }
    }
}

/// All chromosomes in header order: 1 to 22, X, Y, M.
pub(crate) fn chromosomes() -> &'static [Chromosome] {
    static TABLE: OnceLock<Vec<Chromosome>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("../data/chromosomes.tsv")
            .lines()
            .filter_map(parse)
            .collect()
    })
}

/// Place of a chromosome in header order.
pub(crate) fn index_of(name: &str) -> Option<usize> {
    chromosomes()
        .iter()
        .position(|chromosome| chromosome.name == name)
}

/// The assembly that a report names; anything else than GRCh37 is read as GRCh38, the bundle's own.
pub(crate) fn assembly_of(name: &str) -> Assembly {
    match name {
        "GRCh37" | "hg19" | "hs37" => Assembly::Grch37,
        _ => Assembly::Grch38,
    }
}

/// A row; nothing for comments and the header line. A test counts the rows.
fn parse(line: &'static str) -> Option<Chromosome> {
    let mut fields = line.split('\t');
    Some(Chromosome {
        name: fields.next()?,
        grch38: fields.next()?.parse().ok()?,
        grch37: fields.next()?.parse().ok()?,
        refseq: fields.next()?,
        refget: fields.next().filter(|digest| *digest != "."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(chromosomes().len(), 25);
        let total: u64 = chromosomes().iter().map(|c| c.grch38).sum();
        // Sum of the 24 chromosomes of GRCh38 and the mitochondrion.
        assert_eq!(total, 3_088_286_401);
        for chromosome in chromosomes() {
            assert!(chromosome.refseq.starts_with("N"), "{}", chromosome.name);
            assert!(
                chromosome.refget.is_none_or(|d| d.len() == 35),
                "{}",
                chromosome.name
            );
        }
    }

    #[test]
    fn order_is_that_of_the_genome() {
        assert_eq!(index_of("chr2"), Some(1));
        assert_eq!(index_of("chrX"), Some(22));
        assert_eq!(index_of("chrUn"), None);
    }
}

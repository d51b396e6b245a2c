//! Places on the genome as people write them, on either build.

use alkaid_genome::{
    Assembly, Bundle, CdsPosition, GenomicPosition, Region, Strand, Transcript, canonical_chrom,
};

use super::change::{self, Change};
use super::coding::{AlkCoding, CodingEdit};
use super::cursor::Cursor;
use super::error::QueryError;
use super::mutation::Mutation;

/// A place that was typed, with the change behind it if there was one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TypedPlace {
    chrom: String,
    /// 0-based.
    pos: u64,
    change: Option<Change>,
    /// The build that its accession names.
    build: Option<Assembly>,
}

/// Two breakpoints, carried to GRCh38.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakpoints {
    /// The build that they were typed on.
    pub assembly: Assembly,
    /// The partner's, in the direction of its gene; forward where there is none.
    pub partner: GenomicPosition,
    /// The partner's gene; none where no gene of the bundle is there.
    pub gene: Option<String>,
    /// ALK's.
    pub alk: GenomicPosition,
}

/// One place in ALK, carried to GRCh38.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlkPlace {
    /// The build that it was typed on.
    pub assembly: Assembly,
    /// The base.
    pub position: GenomicPosition,
    /// Its exon or intron.
    pub region: Region,
    /// Its place in the coding sequence, where it has one.
    pub cds: Option<CdsPosition>,
}

/// What genomic places stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Place(AlkPlace),
    Change(Mutation, Assembly),
    Breakpoints(Breakpoints),
}

/// Takes the name of a build out of a text.
pub(super) fn build_word(text: &str) -> (String, Option<Assembly>) {
    const BUILDS: [(&str, Assembly); 7] = [
        ("grch38", Assembly::Grch38),
        ("hg38", Assembly::Grch38),
        ("b38", Assembly::Grch38),
        ("grch37", Assembly::Grch37),
        ("hg19", Assembly::Grch37),
        ("hs37d5", Assembly::Grch37),
        ("b37", Assembly::Grch37),
    ];
    let lower = text.to_ascii_lowercase();
    for (word, build) in BUILDS {
        let Some(at) = lower.find(word) else { continue };
        let letter = |c: char| c.is_ascii_alphanumeric();
        let apart = !lower[..at].ends_with(letter) && !lower[at + word.len()..].starts_with(letter);
        if apart {
            let mut rest = text.to_owned();
            // Lower case in ASCII keeps every byte at its place.
            rest.replace_range(at..at + word.len(), " ");
            let rest = rest.replace("( )", " ").replace("[ ]", " ");
            let rest =
                rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | ';'));
            return (rest.to_owned(), Some(build));
        }
    }
    (text.to_owned(), None)
}

/// All places in a text, in order.
pub(super) fn scan(text: &str) -> Vec<TypedPlace> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        if !before.is_ascii_alphanumeric()
            && let Some((place, length)) = place_at(rest)
        {
            found.push(place);
            before = '0';
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        before = letter;
        rest = &rest[letter.len_utf8()..];
    }
    found
}

/// A place at the start of a text, and how many bytes it takes.
fn place_at(text: &str) -> Option<(TypedPlace, usize)> {
    let mut cursor = Cursor::new(text);
    let refseq = cursor.eat_any(&["NC_"]).is_some();
    let mut prefixed = refseq;
    let (chrom, build) = if refseq {
        let number = cursor.digits()?;
        cursor.eat_any(&["."])?;
        let version = cursor.digits()?;
        let name = format!("NC_{number}.{version}");
        (canonical_chrom(&name), refseq_build(number, version))
    } else {
        prefixed = cursor.eat_any(&["chromosome", "chrom", "chr"]).is_some();
        cursor.run(|c| c == ' ');
        let name = cursor.run(|c| c.is_ascii_alphanumeric())?;
        (canonical_chrom(name), None)
    };
    let known = chrom.strip_prefix("chr")?;
    if known.len() > 2 {
        return None;
    }
    let separator = cursor.eat_any(&[":", "-", "_"])?;
    cursor.run(|c| c == ' ');
    cursor.eat_any(&["g."]);
    let number_at = cursor.rest();
    let mut hgvs = Cursor::new(number_at.split_whitespace().next().unwrap_or_default());
    if let Ok(change) = change::read(&mut hgvs) {
        let length =
            text.len() - number_at.len() + number_at.split_whitespace().next().map_or(0, str::len);
        let pos = change.first.checked_sub(1)?;
        return Some((
            TypedPlace {
                chrom,
                pos,
                change: Some(change),
                build,
            },
            length,
        ));
    }
    let first = cursor.long_number()?;
    // 13:20 are exons: no gene lies in the first 10 kb of a chromosome, which are telomere.
    if !(prefixed && separator == ":") && first < 10_000 {
        return None;
    }
    let change = alleles(&mut cursor, first);
    let length = text.len() - cursor.rest().len();
    let pos = first.checked_sub(1)?;
    Some((
        TypedPlace {
            chrom,
            pos,
            change,
            build,
        },
        length,
    ))
}

/// ` C>T`, `-C-T`, `_C_T`, `:C:T`, `:C>T` behind a position.
fn alleles(cursor: &mut Cursor<'_>, first: u64) -> Option<Change> {
    let start = cursor.rest();
    let mut ahead = Cursor::new(start);
    ahead.eat_any(&["-", "_", ":", " "]);
    let old = ahead.bases();
    let joined = ahead.eat_any(&[">", "-", "_", ":", "/", " "]);
    let new = ahead.bases();
    let ended = !ahead
        .rest()
        .starts_with(|c: char| c.is_ascii_alphanumeric());
    let (old, new) = old.zip(new).filter(|_| joined.is_some() && ended)?;
    let text = format!(
        "{first}{}>{}",
        String::from_utf8_lossy(&old),
        String::from_utf8_lossy(&new)
    );
    let change = change::read(&mut Cursor::new(&text)).ok()?;
    cursor.skip(start.len() - ahead.rest().len());
    Some(change)
}

fn refseq_build(number: &str, version: &str) -> Option<Assembly> {
    // Chromosome 2 is version 12 on GRCh38 and 11 on GRCh37; the others differ. Only ALK's own says which.
    match (number, version) {
        ("000002", "12") => Some(Assembly::Grch38),
        ("000002", "11") => Some(Assembly::Grch37),
        _ => None,
    }
}

/// What one or two typed places stand for.
pub(super) fn resolve(
    typed: &str,
    places: &[TypedPlace],
    build: Option<Assembly>,
    bundle: &'static Bundle,
    alk: &AlkCoding,
) -> Result<(Found, Vec<String>), QueryError> {
    let build = build.or_else(|| places.iter().find_map(|place| place.build));
    match places {
        [one] => match &one.change {
            Some(change) => changed(typed, one, change, build, bundle, alk),
            None => place(typed, one, build, bundle, alk),
        },
        [a, b] => breakpoints(typed, a, b, build, bundle, alk),
        many => Err(QueryError::Positions {
            typed: typed.to_owned(),
            count: many.len(),
        }),
    }
}

fn builds(build: Option<Assembly>) -> Vec<Assembly> {
    build.map_or(vec![Assembly::Grch38, Assembly::Grch37], |one| vec![one])
}

/// A typed base on GRCh38.
fn on_38(
    place: &TypedPlace,
    pos: u64,
    build: Assembly,
    bundle: &Bundle,
) -> Option<GenomicPosition> {
    let typed = GenomicPosition {
        chrom: place.chrom.clone(),
        pos,
        strand: Strand::Forward,
    };
    match build {
        Assembly::Grch38 => Some(typed),
        Assembly::Grch37 => bundle.from_grch37(&typed),
    }
}

fn in_alk(position: &GenomicPosition, alk: &AlkCoding) -> Option<Region> {
    let transcript = alk.transcript();
    (position.chrom == transcript.chrom)
        .then(|| transcript.locate(position.pos))
        .flatten()
}

fn outside(typed: &str, build: Option<Assembly>, bundle: &Bundle, alk: &AlkCoding) -> QueryError {
    let span = alk.transcript().span();
    let spans = span.map_or_else(String::new, |span| {
        let on_37 = |pos| {
            bundle.to_grch37(&GenomicPosition {
                chrom: span.chrom.clone(),
                pos,
                strand: Strand::Forward,
            })
        };
        match (on_37(span.start), on_37(span.end - 1)) {
            (Some(first), Some(last)) => format!(
                "{span} on GRCh38 and {}:{}-{} on GRCh37",
                first.chrom,
                first.pos + 1,
                last.pos + 1
            ),
            _ => format!("{span} on GRCh38"),
        }
    });
    QueryError::OutsideAlk {
        typed: typed.to_owned(),
        builds: build.map_or_else(|| "GRCh38 or GRCh37".to_owned(), |build| build.to_string()),
        spans,
    }
}

fn place(
    typed: &str,
    one: &TypedPlace,
    build: Option<Assembly>,
    bundle: &Bundle,
    alk: &AlkCoding,
) -> Result<(Found, Vec<String>), QueryError> {
    let readings: Vec<AlkPlace> = builds(build)
        .into_iter()
        .filter_map(|assembly| {
            let mut position = on_38(one, one.pos, assembly, bundle)?;
            position.strand = alk.transcript().strand;
            let region = in_alk(&position, alk)?;
            let cds = alk.cds_at(position.pos);
            Some(AlkPlace {
                assembly,
                position,
                region,
                cds,
            })
        })
        .collect();
    let coding: Vec<&AlkPlace> = readings
        .iter()
        .filter(|reading| reading.cds.is_some())
        .collect();
    match (readings.as_slice(), coding.as_slice()) {
        ([], _) => Err(outside(typed, build, bundle, alk)),
        ([only], _) => Ok((Found::Place(only.clone()), inferred(build, only.assembly))),
        (_, [only]) => Ok((
            Found::Place((*only).clone()),
            inferred(build, only.assembly),
        )),
        _ => Err(QueryError::WhichBuild {
            typed: typed.to_owned(),
        }),
    }
}

/// A word on a build that nobody named.
fn inferred(build: Option<Assembly>, taken: Assembly) -> Vec<String> {
    match build {
        Some(_) => Vec::new(),
        None => vec![format!("no build was given; the positions fit {taken}")],
    }
}

fn changed(
    typed: &str,
    one: &TypedPlace,
    change: &Change,
    build: Option<Assembly>,
    bundle: &Bundle,
    alk: &AlkCoding,
) -> Result<(Found, Vec<String>), QueryError> {
    let mut failures = Vec::new();
    let mut found = Vec::new();
    for assembly in builds(build) {
        match change_on(one, change, assembly, bundle, alk) {
            Ok(mutation) => found.push((mutation, assembly)),
            Err(failure) => failures.push((failure, assembly)),
        }
    }
    match found.len() {
        0 => Err(most_telling(typed, build, failures, bundle, alk)),
        1 => {
            let (mutation, assembly) = found.remove(0);
            Ok((Found::Change(mutation, assembly), inferred(build, assembly)))
        }
        _ => Err(QueryError::WhichBuild {
            typed: typed.to_owned(),
        }),
    }
}

/// Why a change does not fit one build.
enum Misfit {
    Outside,
    Region(String),
    Base { there: String, claimed: String },
    Change(&'static str),
}

/// The failure that says most: a wrong base before an intron before a place outside.
fn most_telling(
    typed: &str,
    build: Option<Assembly>,
    mut failures: Vec<(Misfit, Assembly)>,
    bundle: &Bundle,
    alk: &AlkCoding,
) -> QueryError {
    failures.sort_by_key(|(misfit, _)| match misfit {
        Misfit::Base { .. } => 0,
        Misfit::Change(_) => 1,
        Misfit::Region(_) => 2,
        Misfit::Outside => 3,
    });
    match failures.into_iter().next() {
        Some((Misfit::Base { there, claimed }, assembly)) => QueryError::WrongBase {
            typed: typed.to_owned(),
            there: format!("{there} on {assembly}"),
            claimed,
            remedy: "check the build, and that the bases are those of the forward strand (ALK is read from the reverse)".to_owned(),
        },
        Some((Misfit::Change(reason), _)) => QueryError::BadChange {
            typed: typed.to_owned(),
            reason: reason.to_owned(),
        },
        Some((Misfit::Region(region), assembly)) => QueryError::NotCoding {
            typed: typed.to_owned(),
            region: format!("{region} ({assembly})"),
        },
        _ => outside(typed, build, bundle, alk),
    }
}

fn change_on(
    one: &TypedPlace,
    change: &Change,
    assembly: Assembly,
    bundle: &Bundle,
    alk: &AlkCoding,
) -> Result<Mutation, Misfit> {
    let forward = |first: u64, last: u64| -> Option<Vec<u8>> {
        let first = on_38(one, first.checked_sub(1)?, assembly, bundle)?.pos;
        let last = on_38(one, last.checked_sub(1)?, assembly, bundle)?.pos;
        let bases = bundle.alk_locus().bases(first..last.checked_add(1)?)?;
        Some(alkaid_genome::reverse_complement(&bases))
    };
    let first = on_38(one, one.pos, assembly, bundle).ok_or(Misfit::Outside)?;
    let region = in_alk(&first, alk).ok_or(Misfit::Outside)?;
    // More than any exon of ALK has.
    if change.last - change.first > 5_000 {
        return Err(Misfit::Change(
            "it is longer than any exon; give its two ends as breakpoints",
        ));
    }
    let there = forward(change.first, change.last).ok_or(Misfit::Outside)?;
    if let Some(claimed) = &change.reference
        && *claimed != there
    {
        // On the wrong build nearly every place is an intron: what stands there says nothing.
        return Err(match region {
            Region::Exon(_) => Misfit::Base {
                there: String::from_utf8_lossy(&there).into_owned(),
                claimed: String::from_utf8_lossy(claimed).into_owned(),
            },
            Region::Intron(_) => Misfit::Region(region.to_string()),
        });
    }
    let (range, inserted) = change.edit(|first, last| forward(first, last).unwrap_or_default());
    let (range, inserted) = trimmed(range, inserted, &there, change);
    let edit = coding_edit(one, range, &inserted, assembly, bundle, alk)
        .ok_or_else(|| Misfit::Region(region.to_string()))?;
    let effect = alk.effect(&edit).ok_or(Misfit::Change(
        "it reaches past the coding sequence, or changes nothing",
    ))?;
    Ok(Mutation {
        change: effect,
        edit: Some(edit),
    })
}

/// Without the bases that a VCF repeats on both sides.
fn trimmed(
    range: std::ops::Range<u64>,
    inserted: Vec<u8>,
    there: &[u8],
    change: &Change,
) -> (std::ops::Range<u64>, Vec<u8>) {
    if range.start + 1 != change.first || range.is_empty() || inserted.is_empty() {
        return (range, inserted);
    }
    let front = there
        .iter()
        .zip(&inserted)
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&there[front..], &inserted[front..]);
    let back = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    (
        range.start + front as u64..range.end - back as u64,
        new[..new.len() - back].to_vec(),
    )
}

/// A change of the forward strand as one of the coding sequence; nothing unless all of it is coding and of one exon.
fn coding_edit(
    one: &TypedPlace,
    range: std::ops::Range<u64>,
    inserted: &[u8],
    assembly: Assembly,
    bundle: &Bundle,
    alk: &AlkCoding,
) -> Option<CodingEdit> {
    let cds = |pos: u64| alk.cds_at(on_38(one, pos, assembly, bundle)?.pos);
    let inserted = alkaid_genome::reverse_complement(inserted);
    if range.is_empty() {
        // In ALK's sense the base behind the gap is the one in front of it on the genome.
        let behind = cds(range.start.checked_sub(1)?)?.0 - 1;
        return Some(CodingEdit {
            range: behind..behind,
            inserted,
        });
    }
    let (start, end) = (cds(range.end - 1)?.0 - 1, cds(range.start)?.0);
    (u64::from(end.checked_sub(start)?) == range.end - range.start).then_some(CodingEdit {
        range: start..end,
        inserted,
    })
}

/// The most downstream place of a 5' breakpoint of which nearly all reported fusions are: ALK's introns 15 to 19 and
/// exons 16 to 20 (from exon 16 on the frame of exon 20 is kept; exon 20 starts the kinase part).
fn usual(region: Region) -> bool {
    match region {
        Region::Exon(number) => (16..=20).contains(&number.0),
        Region::Intron(number) => (15..=19).contains(&number.0),
    }
}

fn breakpoints(
    typed: &str,
    a: &TypedPlace,
    b: &TypedPlace,
    build: Option<Assembly>,
    bundle: &'static Bundle,
    alk: &AlkCoding,
) -> Result<(Found, Vec<String>), QueryError> {
    let mut within = false;
    let mut readings: Vec<(u8, Breakpoints)> = Vec::new();
    for assembly in builds(build) {
        let (Some(a), Some(b)) = (
            on_38(a, a.pos, assembly, bundle),
            on_38(b, b.pos, assembly, bundle),
        ) else {
            continue;
        };
        let (partner, mut alk_side, region) = match (in_alk(&a, alk), in_alk(&b, alk)) {
            (Some(_), Some(_)) => {
                within = true;
                continue;
            }
            (Some(region), None) => (b, a, region),
            (None, Some(region)) => (a, b, region),
            (None, None) => continue,
        };
        alk_side.strand = alk.transcript().strand;
        let gene = gene_at(bundle, &partner);
        let known = gene.is_some_and(|gene| crate::partner(&gene.gene).is_some());
        let score = u8::from(usual(region)) * 4 + u8::from(known) * 2 + u8::from(gene.is_some());
        let strand = gene.map_or(Strand::Forward, |gene| gene.strand);
        readings.push((
            score,
            Breakpoints {
                assembly,
                partner: GenomicPosition { strand, ..partner },
                gene: gene.map(|gene| gene.gene.clone()),
                alk: alk_side,
            },
        ));
    }
    let best = readings.iter().map(|(score, _)| *score).max();
    let mut fitting = readings
        .into_iter()
        .filter(|(score, _)| Some(*score) == best);
    match (fitting.next(), fitting.next()) {
        (Some((_, only)), None) => {
            let notes = inferred(build, only.assembly);
            Ok((Found::Breakpoints(only), notes))
        }
        (Some(_), Some(_)) => Err(QueryError::WhichBuild {
            typed: typed.to_owned(),
        }),
        (None, _) if within => Err(QueryError::WithinAlk {
            typed: typed.to_owned(),
        }),
        (None, _) => Err(outside(typed, build, bundle, alk)),
    }
}

/// The gene at a place: a reported partner before any other, a coding before a non-coding one.
fn gene_at<'b>(bundle: &'b Bundle, position: &GenomicPosition) -> Option<&'b Transcript> {
    let mut genes = bundle.genes_at(&position.chrom, position.pos);
    genes.sort_by_key(|gene| (crate::partner(&gene.gene).is_none(), gene.cds.is_none()));
    genes.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_places_in_text() {
        for (text, count) in [
            ("chr2:42299750 chr2:29223740", 2),
            ("2:42522656-2:29446394", 2),
            ("chr2:42,299,750::chr2:29,223,740", 2),
            ("EML4:chr2:42299750/ALK:chr2:29223740", 2),
            ("NC_000002.12:g.42299750 NC_000002.12:g.29223740", 2),
            ("chr2:29220747C>T", 1),
            ("2-29220747-C-T", 1),
            ("chr2_29222405_G_GCGT", 1),
            ("EML4-ALK", 0),
            ("E13;A20", 0),
            ("ALTA-1L", 0),
            ("", 0),
        ] {
            assert_eq!(scan(text).len(), count, "{text}");
        }
        assert!(scan("2-29220747-C-T")[0].change.is_some());
        assert!(scan("chr2:29220747 C>T")[0].change.is_some());
    }

    #[test]
    fn takes_the_build_out() {
        let (rest, build) = build_word("2:42522656-2:29446394 hg19");
        assert_eq!(
            (rest.as_str(), build),
            ("2:42522656-2:29446394", Some(Assembly::Grch37))
        );
        let (rest, build) = build_word("hg38:chr2:1");
        assert_eq!((rest.as_str(), build), ("chr2:1", Some(Assembly::Grch38)));
        assert_eq!(build_word("b370").1, None);
    }
}

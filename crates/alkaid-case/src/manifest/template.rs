//! The commented manifest that `alkaid case init` writes.

/// A manifest to fill in. Only the sample's name is set; every other line is commented out.
pub fn template(sample: &str) -> String {
    let quoted = quoted(sample);
    format!(
        r#"# What there is about one sample, for: alkaid case case.toml --out results
# Take the # off what applies. Paths are relative to this file. Dates: 2026-02-10, or in quotes "2026-02", "2026".

[sample]
id = {quoted}
# patient = "P1"
# simulated = false
# tumour = "NSCLC"              # the prior depends on it: NSCLC, ALCL, IMT, RCC, CRC, ...
# site = "pleural effusion"
# material = "ffpe"             # ffpe, fresh_frozen, cytology, plasma, cell_line, other
# tumour_content = 0.4          # share of tumour cells, 0 to 1
# collected = 2026-02-10
# diagnosed = "2024-02"
# as_of = 2026-11-22            # facts and approvals as of this day
# note = ""

# [left]                        # material for further tests: what to do next depends on it
# sections = 6                  # unstained, 4-5 um
# rna_ng = 200
# dna_ng = 100

# [[rna]]                       # repeatable
# files = ["rna_R1.fastq.gz", "rna_R2.fastq.gz"]     # or one BAM or CRAM
# umi = "auto"                  # auto, none, name, tag:RX, read1:START:LENGTH
# pairing = "auto"              # auto, interleaved, single
# reference = "genome.fa"       # for CRAM

# [[dna]]                       # repeatable; as rna, and for a panel:
# files = ["dna.bam"]
# control_regions = "panel.bed"

# [fish]                        # one of three: images, counts, or totals
# images = ["field1.ome.tif", "field2.ome.tif"]
# pixel_um = 0.1                # with images that do not say it
# channels = "dapi=0,red=1,green=2"   # the same
# counts = "counts.tsv"         # nucleus by nucleus, as alkaid fish score takes it
# fused = 41                    # or nuclei by pattern
# split = 6
# isolated_red = 3
# isolated_green = 0
# copies = 2.1                  # mean ALK signals a nucleus, if counted
# probe = "vysis"

# [ihc]                         # an image, or a pathologist's score
# clone = "D5F3"                # D5F3, 5A4, 1A4
# image = "section.tif"
# region = "tumour.geojson"     # with an image: outlines of the tumour
# pixel_um = 0.25               # with an image that does not say it
# call = "positive"             # positive, negative, equivocal
# intensity = 3                 # 0 to 3
# h_score = 270                 # 0 to 300
# stained = 0.9                 # share of tumour cells
# pattern = "granular"          # cytoplasmic, nuclear_cytoplasmic, nuclear_membrane, membranous, granular
# reader = "AB"

# [variants]
# file = "calls.vcf.gz"
# tumour_sample = "TUMOUR"

# [copy_number]
# file = "segments.tsv"
# units = "log2"                # log2, copies, gistic; where the header does not say
# purity = 0.4
# ploidy = 2.0

# [expression]
# file = "quant.sf"
# units = "tpm"                 # tpm, fpkm, counts, log2; where the header does not say

# [fish_record]
# file = "run.toml"             # alkaid protocol fish --record

# [[treatment]]                 # repeatable
# drug = "alectinib"
# start = 2024-03-01
# end = 2026-01-20
# best_response = "PR"          # CR, PR, SD, PD, NE
# progressed = true
"#
    )
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

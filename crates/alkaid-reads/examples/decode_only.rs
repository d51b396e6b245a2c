//! Decompresses and parses FASTQ files and does nothing else: the baseline of the speed claim.
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let threads = arguments
        .next()
        .ok_or("usage: decode_only THREADS FILE...")?
        .parse()?;
    let files: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    println!("{:?}", alkaid_reads::input::decode_only(&files, threads)?);
    Ok(())
}

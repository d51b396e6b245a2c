//! Says what is in an image: `cargo run -p alkaid-imaging --example describe -- field.ome.tif`

use std::path::Path;

use alkaid_imaging::channels::{Wanted, assign};
use alkaid_imaging::{OpenOptions, open};

fn main() {
    for path in std::env::args().skip(1) {
        match open(Path::new(&path), &OpenOptions::default()) {
            Ok(fields) => {
                for field in fields {
                    let (depth, height, width) = field.shape();
                    println!(
                        "{}: {width} x {height} x {depth}, {:?}, pixel {:?}",
                        field.name, field.origin, field.pixel
                    );
                    for channel in &field.channels {
                        let counts = || channel.stack.iter();
                        println!(
                            "  {}: colour {:?}, emission {:?}, counts {:?}..{:?}, sum {}, scale {}, full {}",
                            channel.name,
                            channel.colour,
                            channel.emission_nm,
                            counts().min(),
                            counts().max(),
                            counts().map(|count| u64::from(*count)).sum::<u64>(),
                            channel.scale,
                            channel.saturation
                        );
                    }
                    match assign(&field, &Wanted::default()) {
                        Ok(roles) => println!("  {roles:?}"),
                        Err(error) => println!("  {error}"),
                    }
                }
            }
            Err(error) => println!("{error}"),
        }
    }
}

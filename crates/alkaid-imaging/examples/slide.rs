//! Says what a slide is and writes a small copy of it: `cargo run -p alkaid-imaging --example slide -- slide.svs out.png`.

use std::path::Path;

use alkaid_imaging::brightfield::{Slide, Window};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files = std::env::args().skip(1);
    let (Some(file), Some(out)) = (files.next(), files.next()) else {
        return Err("give a slide and a PNG to write".into());
    };
    let slide = Slide::open(Path::new(&file))?;
    println!("{}: {}, pixel {:?}", slide.name, slide.format, slide.pixel);
    for level in &slide.levels {
        println!(
            "{} x {}, reduced {:.1} times",
            level.width, level.height, level.downsample
        );
    }
    let middle = Window {
        x: slide.size().0 / 2,
        y: slide.size().1 / 2,
        width: 2,
        height: 2,
    };
    println!("in the middle: {:?}", slide.read(0, middle)?.at(0, 0));
    let (small, _) = slide.overview(800)?;
    image::save_buffer(
        out,
        &small.pixels,
        small.width as u32,
        small.height as u32,
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(())
}

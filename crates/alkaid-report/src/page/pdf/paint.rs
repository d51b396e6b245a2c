//! Pages of placed things as a PDF file.

use krilla::Document as Writer;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

use super::super::document::Document;
use super::super::measure::{BOLD, REGULAR, Weight, showable, width};
use super::super::picture::{Anchor, Ink, Mark};
use super::PdfError;
use super::layout::{Layout, PAGE, Placed};

/// The two weights of the font.
struct Fonts {
    regular: Font,
    bold: Font,
}

impl Fonts {
    fn open() -> Result<Self, PdfError> {
        let open = |bytes: &'static [u8]| {
            Font::new(bytes.to_vec().into(), 0)
                .ok_or_else(|| PdfError("a built-in font cannot be read".to_owned()))
        };
        Ok(Self {
            regular: open(REGULAR)?,
            bold: open(BOLD)?,
        })
    }

    fn of(&self, weight: Weight) -> Font {
        match weight {
            Weight::Regular => self.regular.clone(),
            Weight::Bold => self.bold.clone(),
        }
    }
}

pub(super) fn paint(document: &Document, layout: &Layout) -> Result<Vec<u8>, PdfError> {
    let fonts = Fonts::open()?;
    let mut writer = Writer::new_with(SerializeSettings::default());
    let size = PageSettings::from_wh(PAGE.0, PAGE.1)
        .ok_or_else(|| PdfError("the page has no size".to_owned()))?;
    for placed in &layout.pages {
        let mut page = writer.start_page_with(size.clone());
        let mut surface = page.surface();
        for one in placed {
            place(&mut surface, &fonts, one)?;
        }
        surface.finish();
        page.finish();
    }
    let mut outline = Outline::new();
    for (title, page, y) in &layout.bookmarks {
        let there = XyzDestination::new(*page, Point::from_xy(0.0, *y));
        outline.push_child(OutlineNode::new(title.clone(), there));
    }
    writer.set_outline(outline);
    writer.set_metadata(
        Metadata::new()
            .title(document.title.clone())
            .language("en".to_owned())
            .creator("alkaid".to_owned()),
    );
    writer
        .finish()
        .map_err(|error| PdfError(format!("{error:?}")))
}

fn place(surface: &mut Surface<'_>, fonts: &Fonts, placed: &Placed) -> Result<(), PdfError> {
    match placed {
        Placed::Text {
            x,
            y,
            size,
            weight,
            ink,
            text,
        } => words(surface, fonts.of(*weight), (*x, *y), *size, *ink, text),
        Placed::Rect {
            area: [x, y, w, h],
            ink,
        } => {
            if let Some(path) = rectangle(*x, *y, *w, *h) {
                fill(surface, &path, *ink, 1.0);
            }
        }
        Placed::Drawing {
            x,
            y,
            scale,
            picture,
        } => {
            surface.push_transform(&Transform::from_row(*scale, 0.0, 0.0, *scale, *x, *y));
            for mark in &picture.marks {
                draw(surface, fonts, mark)?;
            }
            surface.pop();
        }
    }
    Ok(())
}

fn draw(surface: &mut Surface<'_>, fonts: &Fonts, mark: &Mark) -> Result<(), PdfError> {
    match mark {
        Mark::Rect {
            x,
            y,
            w,
            h,
            ink,
            opacity,
        } => {
            if let Some(path) = rectangle(*x, *y, *w, *h) {
                fill(surface, &path, *ink, *opacity);
            }
        }
        Mark::Line {
            points,
            ink,
            width,
            dash,
        } => {
            if let Some(path) = through(points) {
                stroke(surface, &path, *ink, *width, *dash);
            }
        }
        Mark::Curve {
            from,
            first,
            second,
            to,
            ink,
            width,
        } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.cubic_to(first.0, first.1, second.0, second.1, to.0, to.1);
            if let Some(path) = path.finish() {
                stroke(surface, &path, *ink, *width, 0.0);
            }
        }
        Mark::Dot { x, y, r, ink } => {
            if let Some(path) = circle(*x, *y, *r) {
                fill(surface, &path, *ink, 1.0);
            }
        }
        Mark::Text {
            x,
            y,
            size,
            anchor,
            ink,
            text,
        } => {
            let text = showable(text);
            let back = match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => width(&text, *size, Weight::Regular) / 2.0,
                Anchor::End => width(&text, *size, Weight::Regular),
            };
            let font = fonts.of(Weight::Regular);
            words(surface, font, (*x - back, *y), *size, *ink, &text);
        }
        Mark::Image { x, y, w, h, png } => {
            let image = Image::from_png(png.clone().into(), true).map_err(PdfError)?;
            if let Some(size) = Size::from_wh(*w, *h) {
                surface.push_transform(&Transform::from_translate(*x, *y));
                surface.draw_image(image, size);
                surface.pop();
            }
        }
    }
    Ok(())
}

fn words(
    surface: &mut Surface<'_>,
    font: Font,
    (x, y): (f32, f32),
    size: f32,
    ink: Ink,
    text: &str,
) {
    surface.set_stroke(None);
    surface.set_fill(Some(solid(ink, 1.0)));
    surface.draw_text(
        Point::from_xy(x, y),
        font,
        size,
        text,
        false,
        TextDirection::Auto,
    );
}

fn fill(surface: &mut Surface<'_>, path: &Path, ink: Ink, opacity: f32) {
    surface.set_stroke(None);
    surface.set_fill(Some(solid(ink, opacity)));
    surface.draw_path(path);
}

fn stroke(surface: &mut Surface<'_>, path: &Path, ink: Ink, width: f32, dash: f32) {
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke {
        paint: colour(ink).into(),
        width,
        dash: (dash > 0.0).then(|| StrokeDash {
            array: vec![dash, dash],
            offset: 0.0,
        }),
        ..Stroke::default()
    }));
    surface.draw_path(path);
    surface.set_stroke(None);
}

fn solid(ink: Ink, opacity: f32) -> Fill {
    Fill {
        paint: colour(ink).into(),
        opacity: NormalizedF32::new(opacity.clamp(0.0, 1.0)).unwrap_or(NormalizedF32::ONE),
        rule: FillRule::default(),
    }
}

fn colour(ink: Ink) -> rgb::Color {
    let [r, g, b] = ink.on_white();
    rgb::Color::new(r, g, b)
}

fn rectangle(x: f32, y: f32, w: f32, h: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x, y, w, h)?);
    path.finish()
}

fn through(points: &[(f32, f32)]) -> Option<Path> {
    let (first, rest) = points.split_first()?;
    let mut path = PathBuilder::new();
    path.move_to(first.0, first.1);
    for point in rest {
        path.line_to(point.0, point.1);
    }
    path.finish()
}

/// A circle of four curves.
fn circle(x: f32, y: f32, r: f32) -> Option<Path> {
    // Distance of the control points that comes closest to a circle.
    let k = 0.5523 * r;
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
    path.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
    path.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
    path.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
    path.close();
    path.finish()
}

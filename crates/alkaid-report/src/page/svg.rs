//! A drawing as SVG within a page. Colours come from the page's style sheet by class.

use std::fmt::Write as _;

use base64::Engine as _;

use super::html::escape;
use super::picture::{Anchor, Mark, Picture};

/// Writes a drawing; `id` makes its title and description unique within the page.
pub(super) fn svg(picture: &Picture, id: &str) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" xmlns=\"http://www.w3.org/2000/svg\">\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
        number(picture.width),
        number(picture.height),
        escape(&picture.title),
        escape(&picture.description),
    );
    for mark in &picture.marks {
        write_mark(&mut out, mark);
    }
    out.push_str("</svg>");
    out
}

fn write_mark(out: &mut String, mark: &Mark) {
    let _ = match mark {
        Mark::Rect {
            x,
            y,
            w,
            h,
            ink,
            opacity,
        } => write!(
            out,
            "<rect class=\"f-{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>",
            ink.as_str(),
            number(*x),
            number(*y),
            number(*w),
            number(*h),
            see_through(*opacity),
        ),
        Mark::Line {
            points,
            ink,
            width,
            dash,
        } => {
            let dashes = if *dash > 0.0 {
                format!(" stroke-dasharray=\"{}\"", number(*dash))
            } else {
                String::new()
            };
            write!(
                out,
                "<polyline class=\"s-{}\" points=\"{}\" stroke-width=\"{}\"{dashes}/>",
                ink.as_str(),
                places(points),
                number(*width),
            )
        }
        Mark::Curve {
            from,
            first,
            second,
            to,
            ink,
            width,
        } => write!(
            out,
            "<path class=\"s-{}\" d=\"M{} C{} {} {}\" stroke-width=\"{}\"/>",
            ink.as_str(),
            place(*from),
            place(*first),
            place(*second),
            place(*to),
            number(*width),
        ),
        Mark::Dot { x, y, r, ink } => write!(
            out,
            "<circle class=\"f-{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
            ink.as_str(),
            number(*x),
            number(*y),
            number(*r),
        ),
        Mark::Text {
            x,
            y,
            size,
            anchor,
            ink,
            text,
        } => write!(
            out,
            "<text class=\"f-{}\" x=\"{}\" y=\"{}\" font-size=\"{}\"{}>{}</text>",
            ink.as_str(),
            number(*x),
            number(*y),
            number(*size),
            anchored(*anchor),
            escape(text),
        ),
        Mark::Image { x, y, w, h, png } => write!(
            out,
            "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" href=\"data:image/png;base64,{}\"/>",
            number(*x),
            number(*y),
            number(*w),
            number(*h),
            base64::engine::general_purpose::STANDARD.encode(png),
        ),
    };
}

fn anchored(anchor: Anchor) -> &'static str {
    match anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    }
}

fn see_through(opacity: f32) -> String {
    if opacity < 1.0 {
        format!(" fill-opacity=\"{}\"", number(opacity))
    } else {
        String::new()
    }
}

fn places(points: &[(f32, f32)]) -> String {
    let all: Vec<String> = points.iter().map(|point| place(*point)).collect();
    all.join(" ")
}

fn place((x, y): (f32, f32)) -> String {
    format!("{},{}", number(x), number(y))
}

/// Two decimals at most, without trailing zeros; what is no number is 0, so that the page stays whole.
fn number(value: f32) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::picture::Ink;
    use super::*;

    #[test]
    fn words_cannot_break_out_of_the_drawing() {
        let mut picture = Picture::new(10.0, "a <b> & \"c\"");
        picture.words((1.0, 2.0), Anchor::End, Ink::Alk, "</text><script>");
        let text = svg(&picture, "p1");
        assert!(!text.contains("<script"));
        assert!(text.contains("&lt;/text&gt;&lt;script&gt;"));
        assert!(text.contains("<title id=\"p1-t\">a &lt;b&gt; &amp; &quot;c&quot;</title>"));
    }

    #[test]
    fn numbers_are_short_and_finite() {
        assert_eq!(number(1.0), "1");
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(12.345), "12.35");
        assert_eq!(number(f32::NAN), "0");
    }
}

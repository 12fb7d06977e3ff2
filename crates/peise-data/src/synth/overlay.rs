//! What is put over a photo: price, watermark, headline, brand, frame, swatches.

use peise::colour::{by_name, delta_e};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use tiny_skia::{Path, PathBuilder, Rect, Transform};

use super::canvas::{Canvas, part};
use super::lettering::{BOLD, LetterStyle, REGULAR, text, width};
use super::pattern::{Rgb, mix};

/// What was put over a photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlay {
    /// What kind.
    pub kind: OverlayKind,
    /// What it says.
    pub text: String,
    /// It names a colour, and one that the photo does not show.
    pub wrong_colour: bool,
}

/// A kind of overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OverlayKind {
    /// A coloured tag with a price.
    Price,
    /// Pale text over the middle.
    Watermark,
    /// A line at the top or bottom.
    Headline,
    /// Small text in a corner.
    Brand,
    /// A frame around the photo with a line of text.
    Frame,
}

const HEADLINES: &[&str] =
    &["新款 现货", "实拍", "包邮 特价", "正品", "满减 限时", "NEW", "SALE 50%", "实拍 细节", "2024 NEW"];
const BRANDS: &[&str] = &["MODA", "LUNA", "YIFAN", "SHOP 88", "K-STYLE", "AOBEI", "HANA"];
/// Colours that an overlay may name, by what the lettering has.
const COLOURS: &[(&str, &str)] = &[
    ("Black", "黑色"),
    ("White", "白色"),
    ("Grey", "灰色"),
    ("Red", "红色"),
    ("Pink", "粉色"),
    ("Orange", "橙色"),
    ("Yellow", "黄色"),
    ("Green", "绿色"),
    ("Blue", "蓝色"),
    ("Purple", "紫色"),
    ("Coffee Brown", "咖色"),
    ("Apricot", "杏色"),
];

/// A colour word is wrong where everything shown differs from it by this much, CIEDE2000.
const WRONG: f32 = 20.0;

impl Overlay {
    /// Draws one; `shown` are the colours that the photo shows, CIELAB.
    pub(super) fn choose(wrong_colour: f64, shown: &[[f32; 3]], rng: &mut ChaCha8Rng) -> Self {
        let wrong = |&&(name, _): &&(&str, &str)| {
            by_name(name).is_some_and(|term| shown.iter().all(|lab| delta_e(term.lab(), *lab) >= WRONG))
        };
        let others: Vec<_> = COLOURS.iter().filter(wrong).collect();
        let wrong_colour = rng.random_bool(wrong_colour) && !others.is_empty();
        let kind = if wrong_colour {
            [OverlayKind::Headline, OverlayKind::Frame][rng.random_range(0..2)]
        } else {
            use OverlayKind::{Brand, Frame, Headline, Price, Watermark};
            *[Price, Price, Watermark, Watermark, Headline, Headline, Brand, Brand, Frame].choose(rng).unwrap_or(&Price)
        };
        let written = |words: &[&str], rng: &mut ChaCha8Rng| words.choose(rng).copied().unwrap_or_default().to_owned();
        let text = match (others.choose(rng), kind) {
            (Some((_, word)), _) if wrong_colour => (*word).to_owned(),
            (_, OverlayKind::Price) => format!("¥{}", rng.random_range(19..399)),
            (_, OverlayKind::Headline | OverlayKind::Frame) => written(HEADLINES, rng),
            _ => written(BRANDS, rng),
        };
        Self { kind, text, wrong_colour }
    }

    /// Draws it.
    pub(super) fn draw(&self, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        let (w, h) = (canvas.width as f32, canvas.height as f32);
        let ink: Rgb = *[[0.9, 0.9, 0.9], [0.02, 0.02, 0.02], [0.6, 0.02, 0.03]].choose(rng).unwrap_or(&[0.0; 3]);
        let corner = |size: f32, rng: &mut ChaCha8Rng| {
            let x = if rng.random_bool(0.5) { 0.03 * w } else { w - size - 0.03 * w };
            (x, if rng.random_bool(0.5) { 0.08 * h } else { 0.95 * h })
        };
        let line = |at: (f32, f32), cap: f32, weight: f32| TextLine { words: &self.text, at, cap, weight };
        match self.kind {
            OverlayKind::Price => {
                let cap = w * rng.random_range(0.06..0.11f32);
                let size = width(&self.text, &LetterStyle::default()) * cap;
                let (x, y) = corner(size + cap, rng);
                let tag: Rgb =
                    *[[0.7, 0.02, 0.03], [0.9, 0.45, 0.02], [0.02, 0.02, 0.02], [0.85, 0.75, 0.05], [0.5, 0.01, 0.2]]
                        .choose(rng)
                        .unwrap_or(&[0.7, 0.0, 0.0]);
                let y = y.clamp(1.7 * cap, h - 0.6 * cap);
                block(canvas, [x, y - 1.6 * cap, x + size + cap, y + 0.5 * cap], &tag, 1.0);
                line((x + 0.5 * cap, y), cap, BOLD).write(canvas, &[0.95; 3], 1.0);
            }
            OverlayKind::Watermark => {
                let cap = w * rng.random_range(0.05..0.1f32);
                let strength = rng.random_range(0.15..0.45);
                let y = h * rng.random_range(0.3..0.7f32);
                let x = (w - width(&self.text, &LetterStyle::default()) * cap) * rng.random_range(0.2..0.8f32);
                line((x, y), cap, REGULAR).write(canvas, &ink, strength);
            }
            OverlayKind::Headline => {
                let cap = w * rng.random_range(0.05..0.1f32);
                let x = (w - width(&self.text, &LetterStyle::default()) * cap) * rng.random_range(0.1..0.9f32);
                let y = if rng.random_bool(0.5) { 1.6 * cap } else { h - 0.7 * cap };
                if rng.random_bool(0.4) {
                    let strip = mix(&ink.map(|value| 0.95 - value), &[0.5; 3], 0.1);
                    block(canvas, [0.0, y - 1.5 * cap, w, y + 0.5 * cap], &strip, rng.random_range(0.4..1.0));
                }
                line((x.max(2.0), y), cap, BOLD).write(canvas, &ink, 1.0);
            }
            OverlayKind::Brand => {
                let cap = w * rng.random_range(0.025..0.045f32);
                let (x, y) = corner(width(&self.text, &LetterStyle::default()) * cap, rng);
                line((x, y), cap, REGULAR).write(canvas, &ink, 0.9);
            }
            OverlayKind::Frame => {
                let side = w * rng.random_range(0.02..0.05f32);
                let frame = [0, 1, 2].map(|_| rng.random::<f32>().powi(2));
                let foot = h - 3.0 * side;
                for area in [[0.0, 0.0, w, side], [0.0, foot, w, h], [0.0, 0.0, side, h], [w - side, 0.0, w, h]] {
                    block(canvas, area, &frame, 1.0);
                }
                let ink = if frame.iter().sum::<f32>() > 1.0 { [0.02; 3] } else { [0.95; 3] };
                line((2.0 * side, h - 0.9 * side), 1.2 * side, BOLD).write(canvas, &ink, 1.0);
            }
        }
    }
}

/// A strip with one chip for each colour, at the bottom or right.
pub(super) fn swatches(canvas: &mut Canvas, colours: &[Rgb], rng: &mut ChaCha8Rng) {
    let (w, h) = (canvas.width as f32, canvas.height as f32);
    let below = rng.random_bool(0.6);
    let chip = (0.14 * w).min(0.9 * if below { w } else { h } / colours.len().max(1) as f32);
    for (k, colour) in colours.iter().enumerate() {
        let along = 0.05 * w + k as f32 * chip;
        let (x, y) = if below { (along, h - 1.15 * chip) } else { (w - 1.15 * chip, along) };
        block(canvas, [x, y, x + 0.86 * chip, y + 0.86 * chip], &[0.9; 3], 1.0);
        block(canvas, [x + 0.04 * chip, y + 0.04 * chip, x + 0.82 * chip, y + 0.82 * chip], colour, 1.0);
    }
}

/// A rectangle: left, top, right, bottom in pixels.
pub(super) fn block(canvas: &mut Canvas, [left, top, right, bottom]: [f32; 4], colour: &Rgb, strength: f32) {
    let Some(rectangle) = Rect::from_ltrb(left, top, right, bottom) else { return };
    let mut cover = canvas.cover();
    cover.fill(&PathBuilder::from_rect(rectangle), Transform::identity());
    canvas.paint(&cover, Some(part::OVERLAY), |_, _, under| mix(under, colour, strength));
}

/// A line of text.
pub(super) struct TextLine<'a> {
    pub words: &'a str,
    /// Place on its baseline where it begins, pixels.
    pub at: (f32, f32),
    /// Height of its capitals, pixels.
    pub cap: f32,
    /// Width of its strokes, in heights of capitals.
    pub weight: f32,
}

impl TextLine<'_> {
    /// Writes it over a picture.
    pub(super) fn write(&self, canvas: &mut Canvas, colour: &Rgb, strength: f32) {
        let mut cover = canvas.cover();
        let at = Transform::from_row(self.cap, 0.0, 0.0, self.cap, self.at.0, self.at.1);
        let strokes: Vec<Path> = text(self.words, &LetterStyle::default());
        strokes.iter().for_each(|stroke| cover.stroke(stroke, self.weight.max(0.9 / self.cap), at));
        canvas.paint(&cover, Some(part::OVERLAY), |_, _, under| mix(under, colour, strength));
    }
}

//! Photos that show no option: size charts, notices, places.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::canvas::Canvas;
use super::config::BackgroundConfig;
use super::lettering::{BOLD, REGULAR};
use super::overlay::{TextLine, block};
use super::scene::Background;

const ROWS: &[&str] = &["S", "M", "L", "XL", "2XL", "3XL"];
const COLUMNS: &[&str] = &["尺码", "胸围", "肩宽", "衣长", "袖长"];
const NOTICES: &[&str] = &["尺寸表", "细节", "实拍 正品", "包邮", "新款 现货", "SIZE", "NEW"];

/// Draws one.
pub(super) fn draw(canvas: &mut Canvas, config: &BackgroundConfig, rng: &mut ChaCha8Rng) {
    match rng.random_range(0..10) {
        0..6 => chart(canvas, rng),
        6..9 => notice(canvas, rng),
        _ => Background::choose(config, &[], rng).paint(canvas, rng),
    }
}

fn chart(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let (w, h) = (canvas.width as f32, canvas.height as f32);
    let rows = rng.random_range(3..=ROWS.len());
    let columns = rng.random_range(3..=COLUMNS.len());
    let (top, cell) = (h * rng.random_range(0.12..0.3f32), (0.9 * w / columns as f32, h * 0.6 / (rows + 1) as f32));
    let cap = (0.32 * cell.1).min(0.2 * cell.0);
    let head = [0, 1, 2].map(|_| rng.random_range(0.2..0.9f32));
    let title = TextLine { words: "尺码表", at: (0.05 * w, top - cap), cap: 1.5 * cap, weight: BOLD };
    title.write(canvas, &[0.03; 3], 1.0);
    for row in 0..=rows {
        let y = top + row as f32 * cell.1;
        block(canvas, [0.05 * w, y, 0.95 * w, y + cell.1], &if row == 0 { head } else { [0.95; 3] }, 1.0);
        block(canvas, [0.05 * w, y, 0.95 * w, y + 0.006 * h], &[0.3; 3], 1.0);
        for (column, name) in COLUMNS.iter().take(columns).enumerate() {
            let text = match (row, column) {
                (0, _) => (*name).to_owned(),
                (_, 0) => ROWS[row - 1].to_owned(),
                _ => rng.random_range(36..120).to_string(),
            };
            let at = (0.05 * w + (column as f32 + 0.2) * cell.0, y + 0.7 * cell.1);
            TextLine { words: &text, at, cap, weight: REGULAR }.write(canvas, &[0.03; 3], 1.0);
        }
    }
}

fn notice(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let (w, h) = (canvas.width as f32, canvas.height as f32);
    let ground = [0, 1, 2].map(|_| rng.random::<f32>());
    block(canvas, [0.0, 0.0, w, h], &ground, 1.0);
    let ink = if ground.iter().sum::<f32>() > 1.2 { [0.03; 3] } else { [0.95; 3] };
    for line in 0..rng.random_range(1..5) {
        let words = NOTICES.choose(rng).copied().unwrap_or_default();
        let at = (w * rng.random_range(0.08..0.3f32), h * (0.25 + 0.17 * line as f32));
        let cap = w * rng.random_range(0.05..0.11f32);
        TextLine { words, at, cap, weight: BOLD }.write(canvas, &ink, 1.0);
    }
}

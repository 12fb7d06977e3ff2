//! Properties of the whole font.

use std::collections::BTreeSet;

use super::*;

const WANTED: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz¥.,:%-+/#!\
    黑白灰红粉橙黄绿青蓝紫棕咖米杏色新款现货包邮特价实拍正品男女装元满减限时大小码尺寸表胸围衣长肩宽袖细节";
const UPRIGHT: LetterStyle = LetterStyle { slant: 0.0, spacing: 0.0 };
const ROUNDING: f32 = 1e-4;

fn points(paths: &[Path]) -> Vec<(f32, f32)> {
    paths.iter().flat_map(|path| path.points()).map(|point| (point.x, point.y)).collect()
}

#[test]
fn the_font_holds_exactly_the_wanted_characters_once() {
    let known: Vec<char> = characters().collect();
    let distinct: BTreeSet<char> = known.iter().copied().collect();
    assert_eq!(known.len(), distinct.len());
    assert_eq!(distinct, WANTED.chars().collect());
    assert!(known.into_iter().all(can_draw));
}

#[test]
fn every_character_has_strokes_inside_its_cell() {
    for character in WANTED.chars() {
        let line = character.to_string();
        let strokes = text(&line, &UPRIGHT);
        assert!(!strokes.is_empty(), "{character}");
        for (x, y) in points(&strokes) {
            assert!((0.0..=width(&line, &UPRIGHT)).contains(&x), "{character}: x {x}");
            assert!((-ASCENT - ROUNDING..=DESCENT + ROUNDING).contains(&y), "{character}: y {y}");
        }
    }
}

#[test]
fn chinese_characters_fill_their_square() {
    for (character, _) in han::DRAWINGS {
        let drawn = points(&text(&character.to_string(), &UPRIGHT));
        let across = drawn.iter().map(|point| point.0);
        let reach = across.clone().fold(f32::MIN, f32::max) - across.fold(f32::MAX, f32::min);
        let down = drawn.iter().map(|point| point.1);
        let drop = down.clone().fold(f32::MIN, f32::max) - down.fold(f32::MAX, f32::min);
        assert!(reach > 0.75 && drop > 0.95, "{character}: {reach} by {drop}");
    }
}

#[test]
fn capitals_and_digits_stand_on_the_baseline_one_cap_height_tall() {
    for character in ('0'..='9').chain('A'..='Z').filter(|character| *character != 'Q') {
        let drawn = points(&text(&character.to_string(), &UPRIGHT));
        let top = drawn.iter().map(|point| point.1).fold(f32::MAX, f32::min);
        let bottom = drawn.iter().map(|point| point.1).fold(f32::MIN, f32::max);
        assert!((top + 1.0).abs() < ROUNDING && bottom.abs() < ROUNDING, "{character}: {top} to {bottom}");
    }
}

#[test]
fn no_two_characters_look_alike() {
    let drawings: BTreeSet<String> =
        characters().map(|character| format!("{:?}", points(&text(&character.to_string(), &UPRIGHT)))).collect();
    assert_eq!(drawings.len(), characters().count());
}

#[test]
fn digits_share_one_width() {
    for digit in '1'..='9' {
        assert_eq!(width(&digit.to_string(), &UPRIGHT), width("0", &UPRIGHT), "{digit}");
    }
}

#[test]
fn width_adds_up() {
    let style = LetterStyle { slant: 0.2, spacing: 0.05 };
    for (left, right) in [("¥", "199.00"), ("黑色", " XL"), ("", "Size"), ("a", ""), ("新款", "现货")] {
        let whole = width(&format!("{left}{right}"), &style);
        assert!((whole - width(left, &style) - width(right, &style)).abs() < ROUNDING, "{left}|{right}");
    }
    assert!((width("abc", &style) - width("abc", &UPRIGHT) - 0.15).abs() < ROUNDING);
}

#[test]
fn a_character_is_drawn_where_the_text_before_it_ends() {
    let style = LetterStyle { slant: 0.0, spacing: 0.1 };
    let whole = points(&text("黑 A5", &style));
    let alone = points(&text("5", &style));
    let start = width("黑 A", &style);
    for (moved, own) in whole.iter().rev().zip(alone.iter().rev()) {
        assert!((moved.0 - own.0 - start).abs() < ROUNDING && moved.1 == own.1);
    }
}

#[test]
fn slant_moves_the_cap_line_and_not_the_baseline() {
    let upright = points(&text("H", &UPRIGHT));
    let leaning = points(&text("H", &LetterStyle { slant: 0.25, spacing: 0.0 }));
    for (before, after) in upright.iter().zip(&leaning) {
        assert!((after.0 - before.0 + 0.25 * before.1).abs() < ROUNDING && after.1 == before.1);
    }
}

#[test]
fn unknown_characters_are_skipped_without_a_gap() {
    assert!(!can_draw('猫'));
    assert_eq!(points(&text("黑猫5\n", &UPRIGHT)), points(&text("黑5", &UPRIGHT)));
    assert_eq!(width("黑猫5\n", &UPRIGHT), width("黑5", &UPRIGHT));
    assert!(text(" ", &UPRIGHT).is_empty() && width(" ", &UPRIGHT) > 0.0);
}

#[test]
fn the_same_text_gives_the_same_paths() {
    let style = LetterStyle { slant: 0.1, spacing: 0.02 };
    assert_eq!(text(WANTED, &style), text(WANTED, &style));
    assert_ne!(text("ab", &style), text("ba", &style));
}

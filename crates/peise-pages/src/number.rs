//! How numbers are written.

/// A probability as a reader wants it: whole per cent, rounded down, so that none below a threshold looks as if it
/// reached it, and never a false 0 or 100.
pub(crate) fn percent(probability: f32) -> String {
    match probability * 100.0 {
        p if p.is_nan() => "–".into(),
        p if p > 99.0 => ">99%".into(),
        p if p < 1.0 => "<1%".into(),
        // What f32 makes of 0.62 must not become 61.
        p => format!("{:.0}%", (p + 1e-3).floor()),
    }
}

/// A share in per cent with one decimal, without the sign.
pub(crate) fn one_decimal(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// A share in whole per cent, for axes.
pub(crate) fn whole_percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// Four decimals, as the task's metrics are given.
pub(crate) fn share(value: f64) -> String {
    format!("{value:.4}")
}

/// A value in four significant digits, short.
pub(crate) fn compact(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let magnitude = value.abs().log10().floor();
    if !(-4.0..6.0).contains(&magnitude) {
        let text = format!("{value:.3e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{power}", trimmed(digits));
    }
    trimmed(&format!("{value:.*}", (3.0 - magnitude).max(0.0) as usize)).to_owned()
}

/// A step, short enough for an axis: 1500, 20k, 1.5M.
pub(crate) fn short_step(step: f64) -> String {
    match step {
        step if step < 1e4 => compact(step),
        step if step < 1e6 => format!("{}k", compact(step / 1e3)),
        step if step < 1e9 => format!("{}M", compact(step / 1e6)),
        step => compact(step),
    }
}

/// Without the zeros behind the point.
fn trimmed(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_never_flattered() {
        for (probability, expected) in
            [(f32::NAN, "–"), (1.0, ">99%"), (0.0, "<1%"), (0.989, "98%"), (0.62, "62%"), (0.019, "1%"), (7.0, ">99%")]
        {
            assert_eq!(percent(probability), expected);
        }
    }

    #[test]
    fn numbers_are_short() {
        for (value, expected) in [
            (0.0, "0"),
            (0.93216, "0.9322"),
            (0.5, "0.5"),
            (100.0, "100"),
            (12_345.6, "12346"),
            (0.000_123_456, "0.0001235"),
            (1e-5, "1e-5"),
            (-2.5, "-2.5"),
            (9.99999, "10"),
        ] {
            assert_eq!(compact(value), expected);
        }
        for (step, expected) in [(500.0, "500"), (12_500.0, "12.5k"), (100_000.0, "100k"), (2.5e6, "2.5M")] {
            assert_eq!(short_step(step), expected);
        }
    }
}

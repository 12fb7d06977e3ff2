//! Axes: where a value lies, and which values get a tick.

/// Values further away than this are treated as missing: nothing that is trained reaches them, and they overflow.
pub(crate) const LARGEST: f64 = 1e100;

/// A logarithmic axis shows at most so many decades; what is smaller lies on its lower edge.
const MOST_DECADES: i32 = 8;

/// Least extent of a linear axis, as a share of its largest value.
const NARROWEST: f64 = 0.01;

/// Maps values to positions between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    pub logarithmic: bool,
    /// Whether only whole numbers are marked.
    whole: bool,
}

impl Axis {
    /// Shares, from 0 to 1.
    pub const SHARE: Self = Self { low: 0.0, high: 1.0, logarithmic: false, whole: false };

    /// Shares from about `least`, which is at most 0.9, to 1.
    pub fn of_shares_from(least: f64) -> Self {
        Self { low: (least * 10.0).floor().clamp(0.0, 9.0) / 10.0, ..Self::SHARE }
    }

    /// The steps of a run, as they are; from 0 if they begin near it.
    pub fn of_steps(steps: impl Iterator<Item = u64>) -> Self {
        let (first, last) = steps.fold((u64::MAX, 0), |(first, last), step| (first.min(step), last.max(step)));
        let (first, last) = (if first > last { 0.0 } else { first as f64 }, last as f64);
        let low = if first <= 0.05 * last || first == last { 0.0 } else { first };
        Self { low, high: if last > low { last } else { low + 1.0 }, logarithmic: false, whole: true }
    }

    /// Losses: logarithmic if they span more than two decades, and always from tick to tick.
    pub fn of_losses(values: impl Iterator<Item = f64> + Clone) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.clone().fold(f64::NEG_INFINITY, f64::max);
        if low > high || low == 0.0 && high == 0.0 {
            return Self::SHARE;
        }
        let positive = values.filter(|&value| value > 0.0).fold(f64::INFINITY, f64::min);
        if low >= 0.0 && positive.is_finite() && high / positive > 100.0 {
            let top = high.log10().ceil() as i32;
            let bottom = (positive.log10().floor() as i32).max(top - MOST_DECADES);
            return Self { low: 10f64.powi(bottom), high: 10f64.powi(top), logarithmic: true, whole: false };
        }
        let low = if low >= 0.0 && low < 0.5 * high { 0.0 } else { low };
        // Four digits must tell the ticks of a flat line apart.
        let narrowest = NARROWEST * high.abs().max(low.abs());
        let widen = (narrowest - (high - low)).max(0.0) / 2.0;
        let (low, high) = (low - widen, high + widen);
        let spacing = nice((high - low) / 5.0);
        let (low, high) = ((low / spacing).floor() * spacing, (high / spacing).ceil() * spacing);
        Self { low, high, logarithmic: false, whole: false }
    }

    /// Position of a value; what lies outside is moved to the edge.
    pub fn position(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        share.clamp(0.0, 1.0)
    }

    /// Lower and upper end.
    pub fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Values to mark, ascending.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        if self.logarithmic {
            return self.decades(most);
        }
        let spacing = nice((self.high - self.low) / most.max(1) as f64);
        let first = (self.low / spacing - 1e-9).ceil() as i64;
        let last = (self.high / spacing + 1e-9).floor() as i64;
        (first..=last).map(|k| k as f64 * spacing).filter(|tick| !self.whole || tick.fract() == 0.0).collect()
    }

    /// Powers of ten, and with few of them their twofold and fivefold.
    fn decades(&self, most: usize) -> Vec<f64> {
        let (bottom, top) = (self.low.log10().round() as i32, self.high.log10().round() as i32);
        let decades = (top - bottom).unsigned_abs() as usize;
        let factors: &[f64] = if decades * 3 <= most + 3 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let every = (decades / most.max(1) + 1) as i32;
        (bottom..=top)
            .filter(|power| (power - bottom) % every == 0)
            .flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)))
            .filter(|&tick| tick <= self.high * (1.0 + 1e-9))
            .collect()
    }
}

/// The smallest of 1, 2, 5, 10, 20 ... (or of 0.5, 0.2 ...) that is not below `least`.
fn nice(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::compact;

    #[test]
    fn losses_choose_their_axis() {
        for (values, low, high, logarithmic) in [
            (&[0.31, 0.78][..], 0.0, 0.8, false),
            (&[2.1, 2.3], 2.1, 2.3, false),
            (&[0.02, 2.0], 0.0, 2.0, false),
            (&[0.019, 2.0], 0.01, 10.0, true),
            (&[0.0, 0.019, 2.0], 0.01, 10.0, true),
            (&[1e-30, 5.0], 1e-7, 10.0, true),
            (&[-1.0, 0.001, 2.0], -1.0, 2.0, false),
            (&[0.7], 0.696, 0.704, false),
            (&[-1e60, -1e60 * (1.0 + 1e-16)], -1.006e60, -0.994e60, false),
            (&[0.0], 0.0, 1.0, false),
            (&[], 0.0, 1.0, false),
        ] {
            let axis = Axis::of_losses(values.iter().copied());
            assert_eq!(axis.logarithmic, logarithmic, "{values:?}");
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1e-9);
            let close = near(axis.low, low) && near(axis.high, high);
            assert!(close, "{values:?}: {axis:?}");
        }
    }

    #[test]
    fn steps_choose_their_axis() {
        for (steps, ends) in [
            (&[1, 1000][..], (0.0, 1000.0)),
            (&[600, 1000], (600.0, 1000.0)),
            (&[7], (0.0, 7.0)),
            (&[0], (0.0, 1.0)),
            (&[], (0.0, 1.0)),
        ] {
            assert_eq!(Axis::of_steps(steps.iter().copied()).ends(), ends);
        }
    }

    #[test]
    fn positions_are_shares_and_stay_inside() {
        let linear = Axis { low: 2.0, high: 4.0, logarithmic: false, whole: false };
        let logarithmic = Axis { low: 0.01, high: 1.0, logarithmic: true, whole: false };
        for (axis, value, expected) in [
            (linear, 2.5, 0.25),
            (linear, 9.0, 1.0),
            (linear, -9.0, 0.0),
            (logarithmic, 0.1, 0.5),
            (logarithmic, 0.0, 0.0),
            (logarithmic, 5.0, 1.0),
        ] {
            assert!((axis.position(value) - expected).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn ticks_are_round() {
        let texts = |axis: Axis, most| axis.ticks(most).into_iter().map(compact).collect::<Vec<_>>().join(" ");
        assert_eq!(texts(Axis::SHARE, 5), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(texts(Axis::of_steps([1, 4_321].into_iter()), 8), "0 1000 2000 3000 4000");
        assert_eq!(texts(Axis::of_steps([0, 2].into_iter()), 8), "0 1 2");
        assert_eq!(texts(Axis::of_shares_from(0.87), 5), "0.8 0.85 0.9 0.95 1");
        assert_eq!(texts(Axis::of_shares_from(1.0), 5), "0.9 0.92 0.94 0.96 0.98 1");
        assert_eq!(texts(Axis::of_losses([0.03, 9.0].into_iter()), 6), "0.01 0.02 0.05 0.1 0.2 0.5 1 2 5 10");
        assert_eq!(texts(Axis::of_losses([1e-6, 9.0].into_iter()), 4), "1e-6 0.0001 0.01 1");
        assert_eq!(texts(Axis::of_losses([1e60, 2e60].into_iter()), 2), "1e60 1.5e60 2e60");
    }
}

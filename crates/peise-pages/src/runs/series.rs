//! From the points of a run to the lines of a chart: gaps, smoothing, thinning.

use crate::plot::LARGEST;

/// Buckets of a thinned line: twice as many points, about what a screen can tell apart.
const BUCKETS: usize = 300;

/// Share of a line's points over which it is smoothed.
const WINDOW: f64 = 0.04;

/// A value at a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    pub step: u64,
    pub value: f64,
    /// The line does not reach back to the sample before: values are missing between them.
    pub gap: bool,
    /// A stage begins here, or the line: what was before says nothing about this.
    pub fresh: bool,
}

/// A point as a run holds it: step, stage, value.
pub(super) type Taken<'a> = (u64, &'a str, Option<f64>);

/// Orders the points and drops what is no finite number.
///
/// A missing value leaves a gap, unless values are that far apart everywhere: a metric that is taken every tenth step
/// is a line too. Of points at the same step the last counts, as a resumed run repeats steps.
pub(super) fn samples<'a>(points: impl Iterator<Item = Taken<'a>>) -> Vec<Sample> {
    let mut points: Vec<Taken> = points.collect();
    points.reverse();
    points.sort_by_key(|point| point.0);
    points.dedup_by_key(|point| point.0);
    let finite = |value: Option<f64>| value.filter(|value| value.abs() < LARGEST);
    let known: Vec<u64> = points.iter().filter(|point| finite(point.2).is_some()).map(|point| point.0).collect();
    let mut distances: Vec<u64> = known.windows(2).map(|pair| pair[1] - pair[0]).collect();
    distances.sort_unstable();
    let usual = distances.get(distances.len().saturating_sub(1) / 2).copied().unwrap_or(0) as f64;

    let mut samples: Vec<Sample> = Vec::with_capacity(known.len());
    let (mut missing, mut stage) = (false, None);
    for (step, name, value) in points {
        let Some(value) = finite(value) else {
            missing = true;
            continue;
        };
        let far = samples.last().is_none_or(|before| (step - before.step) as f64 > 1.5 * usual);
        let gap = samples.is_empty() || missing && far;
        samples.push(Sample { step, value, gap, fresh: gap || stage != Some(name) });
        (missing, stage) = (false, Some(name));
    }
    samples
}

/// Straight lines fitted to a window around each sample, that reaches over no gap and into no other stage.
///
/// Inside a stage this is the window's mean; at its ends, where a one-sided mean would bend a steep beginning, it still
/// follows the slope.
pub(super) fn smoothed(samples: &[Sample]) -> Vec<Sample> {
    let reach = (samples.len() as f64 * WINDOW / 2.0).ceil() as usize;
    let mut smooth = Vec::with_capacity(samples.len());
    let mut start = 0;
    while start < samples.len() {
        let rest = samples[start + 1..].iter().position(|sample| sample.fresh);
        let end = rest.map_or(samples.len(), |length| start + 1 + length);
        smooth.extend(fitted(&samples[start..end], reach));
        start = end;
    }
    smooth
}

/// The samples, each moved onto the line fitted to those at most `reach` before and after it.
fn fitted(samples: &[Sample], reach: usize) -> impl Iterator<Item = Sample> {
    // Sums over the first so many samples of values, and of values times their index.
    let mut sums = vec![(0.0, 0.0)];
    let (mut plain, mut weighted) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        plain += sample.value;
        weighted += index as f64 * sample.value;
        sums.push((plain, weighted));
    }
    // Near an end a line may leave what was measured.
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = samples.iter().fold(start, |(low, high), sample| (low.min(sample.value), high.max(sample.value)));
    samples.iter().enumerate().map(move |(index, sample)| {
        let (first, end) = (index.saturating_sub(reach), (index + reach + 1).min(samples.len()));
        let (count, centre) = ((end - first) as f64, (first + end - 1) as f64 / 2.0);
        let mean = (sums[end].0 - sums[first].0) / count;
        let covariance = sums[end].1 - sums[first].1 - centre * count * mean;
        let variance = count * (count * count - 1.0) / 12.0;
        let slope = if variance > 0.0 { covariance / variance } else { 0.0 };
        Sample { value: (mean + slope * (index as f64 - centre)).clamp(low, high), ..*sample }
    })
}

/// At most some 600 samples: of many, the smallest and the largest of each bucket of steps.
pub(super) fn thinned(samples: &[Sample]) -> Vec<Sample> {
    reduced(samples, |bucket| {
        let smaller = |a: usize, b: usize| if bucket[b].value < bucket[a].value { b } else { a };
        let larger = |a: usize, b: usize| if bucket[b].value > bucket[a].value { b } else { a };
        let (low, high) = ((0..bucket.len()).fold(0, smaller), (0..bucket.len()).fold(0, larger));
        if low == high { vec![low] } else { vec![low.min(high), low.max(high)] }
    })
}

/// At most some 300 samples: of many, the first of each bucket of steps, and the last of all.
///
/// For lines without extremes of their own.
pub(super) fn sampled(samples: &[Sample]) -> Vec<Sample> {
    let mut kept = reduced(samples, |_| vec![0]);
    if let (Some(last), Some(end)) = (samples.last(), kept.last())
        && last.step != end.step
    {
        kept.push(Sample { gap: false, ..*last });
    }
    kept
}

/// Keeps what `choose` names of each bucket.
///
/// A gap inside a bucket is narrower than can be seen; one that a bucket's first sample has carries over.
fn reduced(samples: &[Sample], choose: impl Fn(&[Sample]) -> Vec<usize>) -> Vec<Sample> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return Vec::new() };
    if samples.len() <= 2 * BUCKETS {
        return samples.to_vec();
    }
    let width = (last.step - first.step) as f64 / BUCKETS as f64;
    let bucket = |sample: &Sample| (((sample.step - first.step) as f64 / width) as usize).min(BUCKETS - 1);
    let mut kept = Vec::with_capacity(2 * BUCKETS);
    for group in samples.chunk_by(|a, b| bucket(a) == bucket(b)) {
        for (order, &index) in choose(group).iter().enumerate() {
            kept.push(Sample { gap: order == 0 && group[0].gap, ..group[index] });
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[f64]) -> Vec<Sample> {
        samples(values.iter().enumerate().map(|(step, &value)| (step as u64, "a", Some(value))))
    }

    #[test]
    fn what_is_missing_leaves_a_gap() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        for (values, gaps) in [
            (&[1.0, 2.0, 3.0][..], &[0][..]),
            (&[1.0, 2.0, nan, 3.0, 4.0], &[0, 3]),
            (&[nan, 1.0, 1.0, inf, nan, 1e300, 2.0], &[1, 6]),
            (&[1.0, nan, 2.0, nan, 3.0, nan, 4.0], &[0]),
            (&[1.0, nan, 2.0, nan, 3.0, nan, nan, nan, 4.0], &[0, 8]),
            (&[nan], &[]),
        ] {
            let samples = line(values);
            let found: Vec<u64> = samples.iter().filter(|sample| sample.gap).map(|sample| sample.step).collect();
            assert_eq!(found, gaps, "{values:?}");
        }
    }

    #[test]
    fn order_is_restored_and_the_last_of_a_step_counts() {
        let points = [(5, "a", Some(1.0)), (2, "a", Some(2.0)), (5, "b", Some(3.0))];
        let found: Vec<_> = samples(points.into_iter()).iter().map(|sample| (sample.step, sample.value)).collect();
        assert_eq!(found, [(2, 2.0), (5, 3.0)]);
    }

    #[test]
    fn smoothing_keeps_lines_and_stays_in_its_stage() {
        let ramp: Vec<f64> = (0..200).map(f64::from).collect();
        for (smooth, raw) in smoothed(&line(&ramp)).iter().zip(&ramp) {
            assert!((smooth.value - raw).abs() < 1e-9);
        }
        let points = (0..200).map(|step| if step < 100 { (step, "a", Some(1.0)) } else { (step, "b", Some(5.0)) });
        let steps = samples(points);
        assert!(steps[100].fresh && !steps[100].gap);
        for (smooth, raw) in smoothed(&steps).iter().zip(&steps) {
            assert!((smooth.value - raw.value).abs() < 1e-9);
        }
        let noise: Vec<f64> = (0..200).map(|k| f64::from(k % 2)).collect();
        assert!(smoothed(&line(&noise)).iter().all(|sample| (0.1..0.9).contains(&sample.value)), "the ends too");
    }

    #[test]
    fn thinning_keeps_extremes_and_gaps() {
        let mut values: Vec<f64> = (0..100_000).map(|k| (f64::from(k) * 0.01).sin()).collect();
        values[54_321] = 9.0;
        values[60_000] = -9.0;
        values[70_000..80_000].fill(f64::NAN);
        let samples = line(&values);
        let kept = thinned(&samples);
        assert!((400..=600).contains(&kept.len()), "{}", kept.len());
        for expected in [9.0, -9.0] {
            assert!(kept.iter().any(|sample| sample.value == expected));
        }
        assert!(kept.windows(2).all(|pair| pair[0].step < pair[1].step));
        assert_eq!(kept.iter().filter(|sample| sample.gap).count(), 2);
        let kept = sampled(&samples);
        assert!(kept.len() <= 301 && kept.last() == samples.last());
        assert_eq!(thinned(&samples[..600]), &samples[..600]);
        assert!(thinned(&[]).is_empty());
    }
}

use super::*;

fn outcomes(groups: &[(f64, usize, usize)]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for &(confidence, right, wrong) in groups {
        outcomes.extend(std::iter::repeat_n((confidence, true), right));
        outcomes.extend(std::iter::repeat_n((confidence, false), wrong));
    }
    sort(&mut outcomes);
    outcomes
}

#[test]
fn calibration_by_hand() {
    // Groups of (confidence, right, wrong) and the error expected.
    type Case<'a> = (&'a [(f64, usize, usize)], f64);
    let cases: [Case<'_>; 5] = [
        (&[(0.9, 9, 1)], 0.0),
        (&[(0.9, 5, 5)], 0.4),
        (&[(1.0, 15, 0), (0.0, 0, 15)], 0.0),
        (&[(0.75, 30, 10), (0.5, 5, 15)], 20.0 / 60.0 * 0.25),
        // Single outcomes: each is a bin of its own.
        (&[(0.9, 1, 0), (0.8, 0, 1), (0.7, 1, 0)], (0.1 + 0.8 + 0.3) / 3.0),
    ];
    for (groups, ece) in cases {
        let found = calibration(&outcomes(groups), 0).unwrap();
        assert!((found.ece - ece).abs() < 1e-12, "{groups:?}: {found:?}");
    }
    assert_eq!(calibration(&[], 0), None);
}

#[test]
fn bins_hold_equal_mass_and_part_no_ties() {
    // Thirty confidences, two to a bin: .99 right with .98 wrong and so on, so every bin has error |mean - .5|.
    let outcomes: Vec<Outcome> = (0..30).map(|index| (0.99 - 0.01 * f64::from(index), index % 2 == 0)).collect();
    let found = calibration(&outcomes, 0).unwrap();
    let expected: f64 = (0..15).map(|bin| (0.985 - 0.02 * f64::from(bin) - 0.5f64).abs()).sum::<f64>() / 15.0;
    assert!((found.ece - expected).abs() < 1e-12);
    let mut tied = vec![(0.5, true); 10];
    tied.extend([(0.5, false); 10]);
    assert!(calibration(&tied, 0).unwrap().ece < 1e-12, "parted, these would look badly calibrated");
}

#[test]
fn coverage_by_hand() {
    // Groups, how many there are in all, precision, coverage, threshold.
    type Case<'a> = (&'a [(f64, usize, usize)], usize, f64, f64, Option<f64>);
    let cases: [Case<'_>; 6] = [
        (&[(0.9, 10, 0), (0.5, 0, 10)], 20, 0.95, 0.5, Some(0.9)),
        (&[(0.9, 10, 0), (0.5, 0, 10)], 40, 0.95, 0.25, Some(0.9)),
        (&[(0.9, 19, 1), (0.5, 0, 1)], 21, 0.95, 20.0 / 21.0, Some(0.9)),
        (&[(0.9, 0, 1), (0.5, 99, 0)], 100, 0.99, 1.0, Some(0.5)),
        (&[(0.9, 1, 1)], 2, 0.95, 0.0, None),
        (&[], 2, 0.95, 0.0, None),
    ];
    for (groups, total, precision, expected, threshold) in cases {
        let found = coverage(&outcomes(groups), total, precision);
        assert_eq!(found, Coverage { precision, coverage: expected, threshold }, "{groups:?}");
    }
}

#[test]
fn area_under_the_risk_coverage_curve_by_hand() {
    for (groups, expected) in [
        (&[(0.9, 3, 0)][..], 0.0),
        (&[(0.9, 0, 3)], 1.0),
        // Risks 0, 1/2, 1/3.
        (&[(0.9, 1, 0), (0.8, 0, 1), (0.7, 1, 0)], (0.5 + 1.0 / 3.0) / 3.0),
        // Equal confidences: half a mistake each, in any order.
        (&[(0.9, 1, 1)], 0.5),
        (&[(0.9, 2, 0), (0.5, 1, 1)], (0.5 / 3.0 + 1.0 / 4.0) / 4.0),
    ] {
        let found = calibration(&outcomes(groups), 0).unwrap();
        assert!((found.aurc - expected).abs() < 1e-12, "{groups:?}: {}", found.aurc);
    }
}

#[test]
fn the_curve_ends_with_all_and_never_parts_ties() {
    let groups: Vec<(f64, usize, usize)> = (0..500).map(|index| (1.0 - f64::from(index) / 500.0, 2, 1)).collect();
    let found = calibration(&outcomes(&groups), 0).unwrap();
    assert!((90..=100).contains(&found.curve.len()), "{}", found.curve.len());
    assert!(found.curve.iter().all(|point| point.count % 3 == 0));
    let last = found.curve.last().unwrap();
    assert_eq!((last.count, last.frequency), (1500, found.frequency));
    assert_eq!(found.bins.iter().map(|bin| bin.count).sum::<usize>(), 1500);
}

#[test]
fn chance_alone_is_told() {
    let sure = calibration(&outcomes(&[(1.0, 300, 0)]), 0).unwrap();
    assert_eq!(sure.ece_if_perfect, Estimate { value: 0.0, low: 0.0, high: 0.0 }, "certainty leaves nothing to chance");
    // One bin of 100 fair throws: the mean of |share - 1/2| is .0398.
    let fair = calibration(&outcomes(&[(0.5, 100, 0)]), 0).unwrap();
    assert!((fair.ece_if_perfect.value - 0.0398).abs() < 0.006, "{:?}", fair.ece_if_perfect);
    assert!(fair.ece > fair.ece_if_perfect.high);
}

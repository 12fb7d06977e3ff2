//! From the reserve that was fitted to the reward of a listing.

/// Reward for each covered label under [`super::rule::Rule::Reserve`] in a listing of this size.
///
/// Photos that took labels at random would rarely show every option of a listing that has as many options as photos,
/// and nearly always those of a listing with many photos of each. So one reward for all listings asks too little of the
/// first and too much of the second. What does not depend on the size is how often a listing is complete: `log_odds` is
/// the log-odds, before any photo is seen, of a listing with as many labels covered as can be against one with one
/// label fewer. The reward is what brings assignments drawn at random to these odds, and never negative.
///
/// Time `O(images labels)`.
///
/// # Source
/// Ours. The number of labels that random photos cover is the coupon collector's Markov chain.
pub fn reward(log_odds: f64, images: usize, labels: usize) -> f64 {
    let most = images.min(labels);
    if most == 0 {
        return 0.0;
    }
    // `chances[c]`: so many labels are covered by the images so far.
    let mut chances = vec![0.0; most + 1];
    chances[0] = 1.0;
    for _ in 0..images {
        for covered in (0..=most).rev() {
            let stay = chances[covered] * covered as f64;
            let new = if covered > 0 { chances[covered - 1] * (labels - covered + 1) as f64 } else { 0.0 };
            chances[covered] = (stay + new) / labels as f64;
        }
    }
    // At least 1e-230, where images and labels are 512 each.
    (log_odds + (chances[most - 1] / chances[most]).ln()).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_assignments_come_to_the_odds() {
        // Images, labels, assignments that cover one label fewer than can be, and all that can be.
        let cases = [(2, 2, 2.0, 2.0), (3, 2, 2.0, 6.0), (7, 2, 2.0, 126.0), (3, 3, 18.0, 6.0), (2, 3, 3.0, 6.0)];
        for (images, labels, fewer, all) in cases {
            let expected = 5.0 + f64::ln(fewer / all);
            assert!((reward(5.0, images, labels) - expected).abs() < 1e-12, "{images} {labels}");
        }
    }

    #[test]
    fn never_negative_and_finite() {
        for (images, labels) in
            [(0, 0), (0, 3), (5, 0), (1, 1), (9, 1), (1, 9), (4096, 2), (512, 512), (4096, 512), (2, 512)]
        {
            for log_odds in [-3.0, 0.0, 2.0] {
                let reward = reward(log_odds, images, labels);
                assert!(reward.is_finite() && reward >= 0.0, "{images} {labels} {log_odds}: {reward}");
            }
        }
    }
}

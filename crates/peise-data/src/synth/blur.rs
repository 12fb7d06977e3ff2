//! Gaussian-like blur of one channel.

/// Two box blurs of a row-major field, a bell; beyond the edges there is nothing.
pub(super) fn blur(field: &[f32], width: usize, height: usize, radius: usize) -> Vec<f32> {
    let mut field = field.to_vec();
    let mut line = vec![0.0; width.max(height)];
    // One row or column, in place.
    let mut blur_line = |start: usize, stride: usize, length: usize| {
        let line = &mut line[..length];
        for (k, value) in line.iter_mut().enumerate() {
            *value = field[start + k * stride];
        }
        let mut sum: f32 = line[..radius.min(length)].iter().sum();
        for k in 0..length {
            sum += line.get(k + radius).copied().unwrap_or(0.0);
            field[start + k * stride] = sum / (2 * radius + 1) as f32;
            sum -= if k >= radius { line[k - radius] } else { 0.0 };
        }
    };
    for _ in 0..2 {
        (0..height).for_each(|y| blur_line(y * width, 1, width));
        (0..width).for_each(|x| blur_line(x, width, height));
    }
    field
}

#[cfg(test)]
mod tests {
    use super::blur;

    #[test]
    fn blur_spreads_evenly_and_keeps_the_sum() {
        let mut field = vec![0.0; 21 * 17];
        field[8 * 21 + 10] = 1.0;
        let out = blur(&field, 21, 17, 2);
        assert!((out.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        for (dx, dy) in [(1, 0), (3, 2), (0, 4)] {
            let at = |x: usize, y: usize| out[y * 21 + x];
            assert!((at(10 + dx, 8 + dy) - at(10 - dx, 8 - dy)).abs() < 1e-6);
            assert!(at(10 + dx, 8 + dy) < at(10, 8));
        }
        assert_eq!(blur(&field, 21, 17, 0), field);
        assert!(blur(&field, 21, 17, 40).iter().all(|value| value.is_finite()));
    }
}

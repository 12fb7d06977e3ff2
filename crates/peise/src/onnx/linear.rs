//! Linear layers, and what can be computed of them once, at export.

use crate::weights::Stored;

/// `x W + b`.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// `[in, out]`.
    pub weight: Stored,
    /// `[out]`.
    pub bias: Option<Stored>,
}

impl Linear {
    /// Widths of input and output.
    pub fn widths(&self) -> [usize; 2] {
        [self.weight.shape[0], self.weight.shape[1]]
    }

    /// The same, its output multiplied by a number.
    pub fn scaled(mut self, factor: f64) -> Self {
        let values = self.bias.iter_mut().chain([&mut self.weight]).flat_map(|tensor| &mut tensor.values);
        for value in values {
            *value = (f64::from(*value) * factor) as f32;
        }
        self
    }

    /// This, then another, as one: `x (W V) + (b V + c)`.
    ///
    /// # Panics
    /// If the widths do not fit (programmer error).
    pub fn then(&self, next: &Self) -> Self {
        assert_eq!(self.widths()[1], next.widths()[0], "the output of one is the input of the other");
        let added = next.bias.as_ref().map(|bias| bias.values.as_slice());
        let bias = match &self.bias {
            None => next.bias.clone(),
            Some(bias) => {
                Some(Stored { values: product(&bias.values, &next.weight, added), shape: vec![next.widths()[1]] })
            }
        };
        let rows = self.weight.values.chunks_exact(self.widths()[1]);
        let values = rows.flat_map(|row| product(row, &next.weight, None)).collect();
        Self { weight: Stored { values, shape: vec![self.widths()[0], next.widths()[1]] }, bias }
    }

    /// Several of the same input as one, outputs side by side. Where some have a bias, those without get zeros.
    ///
    /// # Panics
    /// If there is none, or the widths of the inputs differ (programmer error).
    pub fn beside(parts: &[Self]) -> Self {
        let [input, _] = parts[0].widths();
        assert!(parts.iter().all(|part| part.widths()[0] == input), "layers side by side have one input");
        let output = parts.iter().map(|part| part.widths()[1]).sum();
        let row = |part: &Self, place: usize| {
            let width = part.widths()[1];
            part.weight.values[place * width..(place + 1) * width].to_vec()
        };
        let values = (0..input).flat_map(|place| parts.iter().flat_map(move |part| row(part, place))).collect();
        let weight = Stored { values, shape: vec![input, output] };
        let bias = |part: &Self| part.bias.as_ref().map_or(vec![0.0; part.widths()[1]], |bias| bias.values.clone());
        let biased = parts.iter().any(|part| part.bias.is_some());
        let bias = biased.then(|| Stored { values: parts.iter().flat_map(bias).collect(), shape: vec![output] });
        Self { weight, bias }
    }
}

/// A row vector times a matrix, plus a vector, in double precision.
fn product(row: &[f32], matrix: &Stored, added: Option<&[f32]>) -> Vec<f32> {
    let width = matrix.shape[1];
    let mut sums: Vec<f64> = added.map_or(vec![0.0; width], |added| added.iter().map(|&v| f64::from(v)).collect());
    for (factor, values) in row.iter().zip(matrix.values.chunks_exact(width)) {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += f64::from(*factor) * f64::from(*value);
        }
    }
    sums.into_iter().map(|sum| sum as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(values: &[f32], shape: &[usize]) -> Stored {
        Stored { values: values.to_vec(), shape: shape.to_vec() }
    }

    #[test]
    fn one_after_the_other_is_one() {
        let first = Linear { weight: stored(&[1.0, 2.0], &[1, 2]), bias: Some(stored(&[3.0, 4.0], &[2])) };
        let second = Linear { weight: stored(&[1.0, 0.0, 1.0, 1.0], &[2, 2]), bias: Some(stored(&[0.5, 0.0], &[2])) };
        let both = first.then(&second);
        assert_eq!(both.weight, stored(&[3.0, 2.0], &[1, 2]));
        assert_eq!(both.bias, Some(stored(&[7.5, 4.0], &[2])));
    }

    #[test]
    fn side_by_side_keeps_rows_and_fills_biases() {
        let one = Linear { weight: stored(&[1.0, 2.0], &[2, 1]), bias: None };
        let two = Linear { weight: stored(&[3.0, 4.0, 5.0, 6.0], &[2, 2]), bias: Some(stored(&[7.0, 8.0], &[2])) };
        let both = Linear::beside(&[one, two]).scaled(2.0);
        assert_eq!(both.weight, stored(&[2.0, 6.0, 8.0, 4.0, 10.0, 12.0], &[2, 3]));
        assert_eq!(both.bias, Some(stored(&[0.0, 14.0, 16.0], &[3])));
    }
}

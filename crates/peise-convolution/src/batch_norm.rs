//! Batch normalisation in training, with the addition of a residual and ReLU in the same pass, and its gradients.
//!
//! Source: Ioffe and Szegedy 2015 (arXiv 1502.03167), algorithm 1 and the derivatives after it.

use crate::kernel::{Level, run_at};
use crate::shape::{Error, check};
use rayon::prelude::*;

#[cfg(test)]
mod tests;

/// Values of one piece of work: what the caches hold, and enough for a thread to be worth waking.
const VALUES_PER_PIECE: usize = 1 << 16;

/// Maps `[N, C, H, W]` that are normalised by channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNorm {
    sizes: [usize; 4],
    channels: usize,
    pixels: usize,
    epsilon: f32,
    pub(crate) level: Level,
}

/// The gradients of [`BatchNorm::backward`], each overwritten.
pub struct BatchNormGrads<'a> {
    /// `[N, C, H, W]`: that of the output before, that of the input after.
    pub maps: &'a mut [f32],
    /// `[N, C, H, W]`: that of what is added, if anything is.
    pub residual: Option<&'a mut [f32]>,
    /// `[C]`: that of the factor.
    pub gamma: &'a mut [f32],
    /// `[C]`: that of the offset.
    pub beta: &'a mut [f32],
}

impl BatchNorm {
    /// Maps of these sizes; `epsilon` is added to variances.
    pub fn new(sizes: [usize; 4], epsilon: f32) -> Self {
        Self { sizes, channels: sizes[1], pixels: sizes[2] * sizes[3], epsilon, level: Level::detect() }
    }

    /// N, C, H, W.
    pub fn sizes(&self) -> [usize; 4] {
        self.sizes
    }

    fn len(&self) -> usize {
        self.sizes.iter().product()
    }

    /// Values of a channel over the batch.
    fn count(&self) -> f64 {
        (self.sizes[0] * self.pixels).max(1) as f64
    }

    /// Values of the images of one piece of work. It depends on the sizes alone, so results do not depend on threads.
    fn piece(&self) -> usize {
        let image = (self.channels * self.pixels).max(1);
        (VALUES_PER_PIECE / image).max(1) * image
    }

    /// Mean and biased variance of each channel, `[2, C]`.
    ///
    /// # Errors
    /// If a slice has another length than its shape; nothing is then written.
    pub fn moments(&self, input: &[f32], moments: &mut [f32]) -> Result<(), Error> {
        check("input", input, &[self.len()])?;
        check("moments", moments, &[2, self.channels])?;
        if self.len() == 0 {
            moments.fill(0.0);
            return Ok(());
        }
        // Sums of differences from the channel's first value: no large mean drowns a small variance.
        let pivot = |channel: usize| input.get(channel * self.pixels).copied().unwrap_or(0.0);
        let sums = input.par_chunks(self.piece()).map(|images| {
            let mut sums = vec![[0.0_f64; 2]; self.channels];
            run_at(self.level, || {
                for image in images.chunks_exact(self.channels * self.pixels) {
                    for (channel, (map, sums)) in image.chunks_exact(self.pixels).zip(&mut sums).enumerate() {
                        let pivot = pivot(channel);
                        let [first, second] = sums_of(map.iter().map(|value| value - pivot), |x| [x, x * x]);
                        *sums = [sums[0] + f64::from(first), sums[1] + f64::from(second)];
                    }
                }
            });
            sums
        });
        let sums = add(sums.collect(), self.channels);
        let (means, variances) = moments.split_at_mut(self.channels);
        for (channel, (mean, variance)) in means.iter_mut().zip(variances).enumerate() {
            let [first, second] = sums[channel].map(|sum| sum / self.count());
            *mean = (first + f64::from(pivot(channel))) as f32;
            *variance = (second - first * first).max(0.0) as f32;
        }
        Ok(())
    }

    fn deviation(&self, variance: f32) -> f32 {
        (variance + self.epsilon).sqrt()
    }

    /// `output = relu((input - mean) / sqrt(variance + epsilon) * gamma + beta + residual)`, less what is not asked for.
    ///
    /// # Shapes
    /// - `input`, `output` and the residual `[N, C, H, W]`; `moments` `[2, C]`, `gamma` and `beta` `[C]`
    /// # Errors
    /// If a slice has another length than its shape; the output is then untouched.
    pub fn forward(
        &self,
        input: &[f32],
        moments: &[f32],
        [gamma, beta]: [&[f32]; 2],
        residual: Option<&[f32]>,
        relu: bool,
        output: &mut [f32],
    ) -> Result<(), Error> {
        check("input", input, &[self.len()])?;
        check("moments", moments, &[2, self.channels])?;
        check("gamma", gamma, &[self.channels])?;
        check("beta", beta, &[self.channels])?;
        check("output", output, &[self.len()])?;
        if let Some(residual) = residual {
            check("residual", residual, &[self.len()])?;
        }
        if self.len() == 0 {
            return Ok(());
        }
        let scales: Vec<f32> = (0..self.channels)
            .map(|channel| gamma[channel] / self.deviation(moments[self.channels + channel]))
            .collect();
        let piece = self.piece();
        let least = if relu { 0.0 } else { f32::NEG_INFINITY };
        output.par_chunks_mut(piece).enumerate().for_each(|(index, output)| {
            let part = index * piece..index * piece + output.len();
            let (input, residual) = (&input[part.clone()], residual.map(|residual| &residual[part]));
            run_at(self.level, || {
                for (map, output) in output.chunks_exact_mut(self.pixels).enumerate() {
                    let channel = map % self.channels;
                    // Differences first: where a mean is large beside the deviation, products would lose what counts.
                    let (mean, scale, beta) = (moments[channel], scales[channel], beta[channel]);
                    let part = map * self.pixels..(map + 1) * self.pixels;
                    let values = output.iter_mut().zip(&input[part.clone()]);
                    match residual {
                        None => values.for_each(|(output, x)| *output = at_least((x - mean) * scale + beta, least)),
                        Some(residual) => values.zip(&residual[part]).for_each(|((output, x), residual)| {
                            *output = at_least((x - mean) * scale + beta + residual, least);
                        }),
                    }
                }
            });
        });
        Ok(())
    }

    /// The gradients of [`BatchNorm::forward`], of `moments` that are the input's own. `output` is what came out, if it
    /// went through ReLU.
    ///
    /// # Shapes
    /// - `input` and `output` `[N, C, H, W]`; `moments` `[2, C]`, `gamma` `[C]`
    /// # Errors
    /// If a slice has another length than its shape; nothing is then written.
    pub fn backward(
        &self,
        input: &[f32],
        moments: &[f32],
        gamma: &[f32],
        output: Option<&[f32]>,
        grads: BatchNormGrads,
    ) -> Result<(), Error> {
        check("input", input, &[self.len()])?;
        check("moments", moments, &[2, self.channels])?;
        check("gamma", gamma, &[self.channels])?;
        check("grad_maps", grads.maps, &[self.len()])?;
        check("grad_gamma", grads.gamma, &[self.channels])?;
        check("grad_beta", grads.beta, &[self.channels])?;
        if let Some(output) = output {
            check("output", output, &[self.len()])?;
        }
        if let Some(grad_residual) = &grads.residual {
            check("grad_residual", grad_residual, &[self.len()])?;
        }
        grads.gamma.fill(0.0);
        grads.beta.fill(0.0);
        if self.len() == 0 {
            return Ok(());
        }
        // First what the gradient of the normalised values is, kept where the residual wants it, and its sums; then what
        // is left of it once the batch's mean and variance move along.
        let piece = self.piece();
        let pass = Pass { norm: self, input, means: &moments[..self.channels], output };
        let grad_output = &*grads.maps;
        let mut residual = grads.residual;
        let sums = match &mut residual {
            Some(grad) => {
                let pieces = grad.par_chunks_mut(piece).zip(grad_output.par_chunks(piece)).enumerate();
                pieces.map(|(index, (grad, of_output))| pass.sums(index * piece, of_output, Some(grad))).collect()
            }
            None => {
                let pieces = grad_output.par_chunks(piece).enumerate();
                pieces.map(|(index, grad)| pass.sums(index * piece, grad, None)).collect()
            }
        };
        let sums = add(sums, self.channels);
        let factors: Vec<[f32; 3]> = sums
            .iter()
            .enumerate()
            .map(|(channel, &[sum, product])| {
                let inverse = 1.0 / f64::from(self.deviation(moments[self.channels + channel]));
                grads.beta[channel] = sum as f32;
                grads.gamma[channel] = (product * inverse) as f32;
                let scale = f64::from(gamma[channel]) * inverse;
                let slope = -scale * inverse * inverse * product / self.count();
                let offset = -scale * sum / self.count();
                [scale as f32, slope as f32, offset as f32]
            })
            .collect();
        let pass = if residual.is_some() { Pass { output: None, ..pass } } else { pass };
        grads.maps.par_chunks_mut(piece).enumerate().for_each(|(index, grad)| {
            if let Some(residual) = &residual {
                grad.copy_from_slice(&residual[index * piece..][..grad.len()]);
            }
            pass.grad_input(index * piece, &factors, grad);
        });
        Ok(())
    }
}

/// What both passes backward read.
#[derive(Clone, Copy)]
struct Pass<'a> {
    norm: &'a BatchNorm,
    input: &'a [f32],
    means: &'a [f32],
    output: Option<&'a [f32]>,
}

impl Pass<'_> {
    /// For each channel, over what lies from `start`: the sum of the gradient before ReLU, and that of its product with
    /// the centred input. `keep` receives that gradient.
    fn sums(&self, start: usize, grad_output: &[f32], mut keep: Option<&mut [f32]>) -> Vec<[f64; 2]> {
        let BatchNorm { channels, pixels, .. } = *self.norm;
        let mut sums = vec![[0.0_f64; 2]; channels];
        let masks = if keep.is_some() { None } else { self.output };
        run_at(self.norm.level, || {
            for (map, mut grads) in grad_output.chunks_exact(pixels).enumerate() {
                let mean = self.means[map % channels];
                let part = start + map * pixels..start + (map + 1) * pixels;
                let input = &self.input[part.clone()];
                if let Some(keep) = &mut keep {
                    let keep = &mut keep[map * pixels..(map + 1) * pixels];
                    match self.output {
                        Some(output) => {
                            for ((keep, grad), output) in keep.iter_mut().zip(grads).zip(&output[part.clone()]) {
                                *keep = if *output > 0.0 { *grad } else { 0.0 };
                            }
                        }
                        None => keep.copy_from_slice(grads),
                    }
                    grads = keep;
                }
                let [first, second] = match masks {
                    Some(output) => {
                        let masked = grads.iter().zip(&output[part]).map(|(g, y)| if *y > 0.0 { *g } else { 0.0 });
                        sums_of(masked.zip(input), |(g, x)| [g, g * (x - mean)])
                    }
                    None => sums_of(grads.iter().zip(input), |(g, x)| [*g, g * (x - mean)]),
                };
                let sums = &mut sums[map % channels];
                *sums = [sums[0] + f64::from(first), sums[1] + f64::from(second)];
            }
        });
        sums
    }

    /// `gradient <- scale * gradient + slope * (input - mean) + offset`.
    fn grad_input(&self, start: usize, factors: &[[f32; 3]], gradient: &mut [f32]) {
        let BatchNorm { channels, pixels, .. } = *self.norm;
        run_at(self.norm.level, || {
            for (map, target) in gradient.chunks_exact_mut(pixels).enumerate() {
                let ([scale, slope, offset], mean) = (factors[map % channels], self.means[map % channels]);
                let part = start + map * pixels..start + (map + 1) * pixels;
                let values = target.iter_mut().zip(&self.input[part.clone()]);
                match self.output {
                    None => values.for_each(|(g, x)| *g = *g * scale + ((x - mean) * slope + offset)),
                    Some(output) => values.zip(&output[part]).for_each(|((g, x), y)| {
                        let kept = if *y > 0.0 { *g } else { 0.0 };
                        *g = kept * scale + ((x - mean) * slope + offset);
                    }),
                }
            }
        });
    }
}

/// The larger of the two; not-a-number stays what it is.
#[inline(always)]
fn at_least(value: f32, least: f32) -> f32 {
    if value < least { least } else { value }
}

/// Two sums over values, in sixteen parts each, for vectors and for precision.
#[inline(always)]
fn sums_of<T>(mut values: impl ExactSizeIterator<Item = T>, of: impl Fn(T) -> [f32; 2]) -> [f32; 2] {
    let (mut firsts, mut seconds) = ([0.0_f32; 16], [0.0_f32; 16]);
    for _ in 0..values.len() / 16 {
        for (first, second) in firsts.iter_mut().zip(&mut seconds) {
            let [one, two] = of(values.next().expect("as many as it says"));
            *first += one;
            *second += two;
        }
    }
    for ((value, first), second) in values.zip(&mut firsts).zip(&mut seconds) {
        let [one, two] = of(value);
        *first += one;
        *second += two;
    }
    [firsts, seconds].map(|sums| sums.iter().sum())
}

/// Adds up the sums of every piece, in order.
fn add(pieces: Vec<Vec<[f64; 2]>>, channels: usize) -> Vec<[f64; 2]> {
    pieces.into_iter().fold(vec![[0.0; 2]; channels], |mut sums, piece| {
        for (sum, piece) in sums.iter_mut().zip(piece) {
            *sum = [sum[0] + piece[0], sum[1] + piece[1]];
        }
        sums
    })
}

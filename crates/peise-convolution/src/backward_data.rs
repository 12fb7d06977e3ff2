//! The gradient of the input.

use crate::buffer::Buffer;
use crate::class::Class;
use crate::correlation::Correlation;
use crate::kernel::Level;
use crate::planes::Planes;
use crate::shape::{Error, Shape, check};
use crate::tile::Finish;
use rayon::prelude::*;

/// The gradient of the input from that of the output.
///
/// # Shapes
/// - `grad_output` `[N, C', H', W']`, `weight` `[C', C, KH, KW]`
/// - `grad_input` `[N, C, H, W]`, overwritten
/// # Errors
/// If a slice has another length than its shape; `grad_input` is then untouched.
pub fn backward_data(shape: &Shape, grad_output: &[f32], weight: &[f32], grad_input: &mut [f32]) -> Result<(), Error> {
    backward_data_at(Level::detect(), shape, grad_output, weight, grad_input)
}

pub(crate) fn backward_data_at(
    level: Level,
    shape: &Shape,
    grad_output: &[f32],
    weight: &[f32],
    grad_input: &mut [f32],
) -> Result<(), Error> {
    check("grad_output", grad_output, &shape.output_size())?;
    check("weight", weight, &shape.weight_size())?;
    check("grad_input", grad_input, &shape.input_size())?;
    let kernel = level.kernel(shape.in_channels);
    let axes = [Axis::new(shape, 0), Axis::new(shape, 1)];
    let padding = [axes[0].padding, axes[1].padding];
    let planes = Planes::new(shape.out_size, [1, 1], padding, [1, 1], [axes[0].size, axes[1].size]);
    let classes = (0..shape.stride[0] * shape.stride[1]).map(|class| {
        let [y, x] = [class / shape.stride[1], class % shape.stride[1]];
        let mut taps = Vec::new();
        let mut places = Vec::new();
        for (tap_y, place_y) in axes[0].taps(y) {
            for (tap_x, place_x) in axes[1].taps(x) {
                taps.push(tap_y * shape.kernel[1] + tap_x);
                places.push([place_y, place_x]);
            }
        }
        let grid = [axes[0].grid(y), axes[1].grid(x)];
        let panels = panels(shape, weight, &taps, kernel.lanes);
        Class::new(&planes, &places, shape.out_channels, grid, kernel.lanes, panels)
    });
    let correlation = Correlation {
        kernel,
        classes: classes.collect(),
        planes,
        in_channels: shape.out_channels,
        out_channels: shape.in_channels,
        size: shape.size,
        stride: shape.stride,
    };
    correlation.run(grad_output, None, Finish::NOTHING, grad_input);
    Ok(())
}

/// The weight of one class: for each panel of `lanes` input channels, `[C', taps, lanes]`.
fn panels(shape: &Shape, weight: &[f32], taps: &[usize], lanes: usize) -> Buffer {
    let panel_len = shape.out_channels * taps.len() * lanes;
    let mut panels = Buffer::zeros(shape.in_channels.div_ceil(lanes) * panel_len);
    if panel_len == 0 {
        return panels;
    }
    panels.par_chunks_mut(panel_len).enumerate().for_each(|(index, panel)| {
        let first = index * lanes;
        let last = shape.in_channels.min(first + lanes);
        let weights = weight.chunks_exact(shape.in_channels * shape.taps());
        for (weight, steps) in weights.zip(panel.chunks_exact_mut(taps.len() * lanes)) {
            let weight = &weight[first * shape.taps()..last * shape.taps()];
            for (lane, weight) in weight.chunks_exact(shape.taps()).enumerate() {
                for (step, &tap) in taps.iter().enumerate() {
                    steps[step * lanes + lane] = weight[tap];
                }
            }
        }
    });
    panels
}

/// Along one axis, input pixel `i = s i' + class` got from output pixel o by tap k where `s o + k = i + padding`, so it
/// gets back from `o = i' + (class + padding - k) / s` where that division has no remainder.
struct Axis {
    kernel: usize,
    stride: usize,
    input: usize,
    forward_padding: usize,
    /// Zeros before the gradient's first pixel, so that no o is negative.
    padding: usize,
    /// Pixels of the padded gradient.
    size: usize,
}

impl Axis {
    fn new(shape: &Shape, axis: usize) -> Self {
        let [kernel, stride, input, forward_padding] =
            [shape.kernel[axis], shape.stride[axis], shape.size[axis], shape.padding[axis]];
        let padding = (kernel - 1).saturating_sub(forward_padding) / stride;
        let size = input.div_ceil(stride) + forward_padding.div_ceil(stride) + padding;
        Self { kernel, stride, input, forward_padding, padding, size }
    }

    /// The taps that pixels of a class got from, and where they do from in the padded gradient.
    fn taps(&self, class: usize) -> impl Iterator<Item = (usize, usize)> {
        let zero = class + self.forward_padding + self.padding * self.stride;
        (0..self.kernel)
            .filter(move |tap| tap % self.stride == zero % self.stride)
            .map(move |tap| (tap, (zero - tap) / self.stride))
    }

    /// Pixels of a class.
    fn grid(&self, class: usize) -> usize {
        self.input.saturating_sub(class).div_ceil(self.stride)
    }
}

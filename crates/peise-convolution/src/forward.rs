//! The convolution itself.

use crate::buffer::Buffer;
use crate::class::Class;
use crate::correlation::Correlation;
use crate::kernel::Level;
use crate::planes::Planes;
use crate::shape::{Error, Shape, check};
use crate::tile::{Finish, pack};
use rayon::prelude::*;

/// What follows the convolution and its bias, while the output is at hand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Epilogue<'a> {
    /// Added to the output; of the output's shape.
    pub residual: Option<&'a [f32]>,
    /// Whether negative values (after the addition) become zero.
    pub relu: bool,
}

/// Convolves: `output = relu(input * weight + bias + residual)`, less what is not asked for.
///
/// # Shapes
/// - `input` `[N, C, H, W]`, `weight` `[C', C, KH, KW]`, `bias` `[C']`
/// - `output` and the residual `[N, C', H', W']`
/// # Errors
/// If a slice has another length than its shape; the output is then untouched.
pub fn forward(
    shape: &Shape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    epilogue: Epilogue,
    output: &mut [f32],
) -> Result<(), Error> {
    forward_at(Level::detect(), shape, input, weight, bias, epilogue, output)
}

pub(crate) fn forward_at(
    level: Level,
    shape: &Shape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    epilogue: Epilogue,
    output: &mut [f32],
) -> Result<(), Error> {
    check("input", input, &shape.input_size())?;
    check("weight", weight, &shape.weight_size())?;
    check("output", output, &shape.output_size())?;
    if let Some(bias) = bias {
        check("bias", bias, &[shape.out_channels])?;
    }
    if let Some(residual) = epilogue.residual {
        check("residual", residual, &shape.output_size())?;
    }
    let kernel = level.kernel(shape.out_channels);
    let planes = planes(shape);
    let steps = shape.in_channels * shape.taps();
    let mut panels = Buffer::zeros(shape.out_channels.div_ceil(kernel.lanes) * steps * kernel.lanes);
    let channels = weight.par_chunks(kernel.lanes * steps);
    channels
        .zip(panels.par_chunks_mut(kernel.lanes * steps))
        .for_each(|(weight, panel)| pack(weight, steps, weight.len() / steps, panel, kernel.lanes));
    let class = Class::new(&planes, &taps(shape), shape.in_channels, shape.out_size, kernel.lanes, panels);
    let correlation = Correlation {
        kernel,
        planes,
        in_channels: shape.in_channels,
        out_channels: shape.out_channels,
        size: shape.out_size,
        stride: [1, 1],
        classes: vec![class],
    };
    let finish = Finish { residual: epilogue.residual, relu: epilogue.relu };
    correlation.run(input, bias, finish, output);
    Ok(())
}

/// How the input is laid out for reading.
pub(crate) fn planes(shape: &Shape) -> Planes {
    let counts = [0, 1].map(|axis| shape.stride[axis].min(shape.kernel[axis]));
    let size = [0, 1].map(|axis| shape.out_size[axis] + (shape.kernel[axis] - 1) / shape.stride[axis]);
    Planes::new(shape.size, shape.stride, shape.padding, counts, size)
}

/// Where the taps lie in the padded input, in the weight's order.
pub(crate) fn taps(shape: &Shape) -> Vec<[usize; 2]> {
    let [height, width] = shape.kernel;
    (0..height * width).map(|tap| [tap / width, tap % width]).collect()
}

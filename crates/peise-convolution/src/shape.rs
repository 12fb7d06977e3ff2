//! What is convolved with what.

use thiserror::Error;

/// Why a convolution was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// The sizes do not make a convolution.
    #[error("not a convolution: {0}")]
    Shape(&'static str),
    /// A slice has another length than its shape has values.
    #[error("{name} has {found} values, its shape {expected}")]
    Length {
        /// The argument.
        name: &'static str,
        /// Values that its shape has.
        expected: usize,
        /// Values that it has.
        found: usize,
    },
}

/// Sizes of a two-dimensional convolution. Whatever holds one can rely on its sizes being consistent and small enough
/// to be multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub(crate) batch: usize,
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    pub(crate) size: [usize; 2],
    pub(crate) out_size: [usize; 2],
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    pub(crate) padding: [usize; 2],
}

/// Most values that a padded image, a batch of maps or a weight may have.
const MOST_VALUES: usize = i32::MAX as usize;

impl Shape {
    /// The convolution of maps `[N, C, H, W]` with a weight `[C', C, KH, KW]`; stride and (symmetric) padding are those
    /// of height and width. N may be 0.
    ///
    /// # Errors
    /// If the channels differ, a size other than N is 0, the kernel is larger than the padded map, or there are more
    /// values than can be indexed.
    pub fn new(input: [usize; 4], weight: [usize; 4], stride: [usize; 2], padding: [usize; 2]) -> Result<Self, Error> {
        let [batch, in_channels, height, width] = input;
        let [out_channels, weight_channels, kernel_height, kernel_width] = weight;
        if in_channels != weight_channels {
            return Err(Error::Shape("input and weight have different channels"));
        }
        if input[1..].contains(&0) || weight.contains(&0) || stride.contains(&0) {
            return Err(Error::Shape("a size is zero"));
        }
        let size = [height, width];
        let kernel = [kernel_height, kernel_width];
        let mut out_size = [0; 2];
        let mut padded = [0; 2];
        for axis in 0..2 {
            let doubled = padding[axis].checked_mul(2);
            padded[axis] = doubled.and_then(|doubled| doubled.checked_add(size[axis])).ok_or(TOO_LARGE)?;
            let room = padded[axis].checked_sub(kernel[axis]);
            out_size[axis] = room.ok_or(Error::Shape("the kernel is larger than the padded map"))? / stride[axis] + 1;
        }
        // Bounds every buffer: strides pad a little more, classes of the backward pass at most as much as the kernel.
        let reach = [0, 1]
            .map(|axis| padded[axis].saturating_add(kernel[axis]).saturating_add(2 * stride[axis].min(padded[axis])));
        let plane = product(&reach)?;
        product(&[plane, in_channels.max(out_channels)])?;
        product(&[batch.max(1), in_channels, height, width])?;
        product(&[batch.max(1), out_channels, out_size[0], out_size[1]])?;
        product(&[
            out_channels.checked_add(64).ok_or(TOO_LARGE)?,
            in_channels.checked_add(64).ok_or(TOO_LARGE)?,
            kernel[0],
            kernel[1],
        ])?;
        Ok(Self { batch, in_channels, out_channels, size, out_size, kernel, stride, padding })
    }

    /// Sizes `[N, C, H, W]` of the input.
    pub fn input_size(&self) -> [usize; 4] {
        [self.batch, self.in_channels, self.size[0], self.size[1]]
    }

    /// Sizes `[C', C, KH, KW]` of the weight.
    pub fn weight_size(&self) -> [usize; 4] {
        [self.out_channels, self.in_channels, self.kernel[0], self.kernel[1]]
    }

    /// Sizes `[N, C', H', W']` of the output.
    pub fn output_size(&self) -> [usize; 4] {
        [self.batch, self.out_channels, self.out_size[0], self.out_size[1]]
    }

    /// Multiplications of one pass over the batch (forward, backward data or backward weight), each with an addition.
    pub fn multiplications(&self) -> f64 {
        let output: f64 = self.output_size().iter().map(|&size| size as f64).product();
        output * (self.in_channels * self.taps()) as f64
    }

    pub(crate) fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    pub(crate) fn pixels(&self) -> usize {
        self.size[0] * self.size[1]
    }

    pub(crate) fn out_pixels(&self) -> usize {
        self.out_size[0] * self.out_size[1]
    }
}

const TOO_LARGE: Error = Error::Shape("more values than can be indexed");

fn product(sizes: &[usize]) -> Result<usize, Error> {
    let product = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    product.filter(|&product| product <= MOST_VALUES).ok_or(TOO_LARGE)
}

/// Refuses a slice whose length is not the product of its sizes.
pub(crate) fn check(name: &'static str, slice: &[f32], sizes: &[usize]) -> Result<(), Error> {
    let expected = sizes.iter().product();
    if slice.len() == expected { Ok(()) } else { Err(Error::Length { name, expected, found: slice.len() }) }
}

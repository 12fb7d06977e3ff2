//! The gradients of the weight and the bias.

use crate::buffer::{Buffer, with_scratch};
use crate::forward::{planes, taps};
use crate::kernel::{Kernel, Level, MOST_ROWS, Steps};
use crate::planes::Planes;
use crate::shape::{Error, Shape, check};
use crate::tile::{Finish, pack, store};
use rayon::prelude::*;
use std::ops::Range;

/// Output pixels that a part of the batch has at least; more parts would cost more to sum than they spread.
const PIXELS_PER_PART: usize = 1024;
/// Output pixels that are packed at a time.
const PIXELS_PER_PANEL: usize = 256;
/// Most output pixels of a map whose padding is worth leaving out.
const SMALL: usize = 64;
/// Pieces of work that are enough for any number of threads.
const PIECES: usize = 16;

/// The gradient of the weight from that of the output.
///
/// The batch is split into parts by its shape alone and their gradients are added in order, so the result does not
/// depend on the number of threads.
///
/// # Shapes
/// - `input` `[N, C, H, W]`, `grad_output` `[N, C', H', W']`
/// - `grad_weight` `[C', C, KH, KW]`, overwritten
/// # Errors
/// If a slice has another length than its shape; `grad_weight` is then untouched.
pub fn backward_weight(
    shape: &Shape,
    input: &[f32],
    grad_output: &[f32],
    grad_weight: &mut [f32],
) -> Result<(), Error> {
    backward_weight_at(Level::detect(), shape, input, grad_output, grad_weight)
}

/// The gradient of the bias from that of the output: its sums over images and pixels.
///
/// # Shapes
/// - `grad_output` `[N, C', H', W']`; `grad_bias` `[C']`, overwritten
/// # Errors
/// If a slice has another length than its shape; `grad_bias` is then untouched.
pub fn backward_bias(shape: &Shape, grad_output: &[f32], grad_bias: &mut [f32]) -> Result<(), Error> {
    check("grad_output", grad_output, &shape.output_size())?;
    check("grad_bias", grad_bias, &[shape.out_channels])?;
    grad_bias.par_iter_mut().enumerate().for_each(|(channel, sum)| {
        let maps = grad_output.chunks_exact(shape.out_pixels()).skip(channel).step_by(shape.out_channels);
        *sum = maps.map(|map| f64::from(sum_of(map))).sum::<f64>() as f32;
    });
    Ok(())
}

/// The sum in sixteen parts, for vectors and for precision.
fn sum_of(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<16>();
    let mut sums = [0.0; 16];
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    sums.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

pub(crate) fn backward_weight_at(
    level: Level,
    shape: &Shape,
    input: &[f32],
    grad_output: &[f32],
    grad_weight: &mut [f32],
) -> Result<(), Error> {
    check("input", input, &shape.input_size())?;
    check("grad_output", grad_output, &shape.output_size())?;
    check("grad_weight", grad_weight, &shape.weight_size())?;
    Pass::new(level, shape).run(input, grad_output, grad_weight);
    Ok(())
}

struct Pass<'a> {
    shape: &'a Shape,
    kernel: &'static Kernel,
    planes: Planes,
    taps: Vec<[usize; 2]>,
    /// Whether a tile has rows of one tap, so that the pixels for which it lies in the padding can be left out.
    by_tap: bool,
    /// Images per part of the batch, and per panel.
    part: usize,
    chunk: usize,
    /// Output pixels per panel, of each image.
    segment: usize,
    /// Where each output pixel reads.
    pixels: Vec<usize>,
    /// Input channels per piece.
    block: usize,
}

impl<'a> Pass<'a> {
    fn new(level: Level, shape: &'a Shape) -> Self {
        let kernel = level.kernel(shape.out_channels);
        let planes = planes(shape);
        let taps = taps(shape);
        let part = PIXELS_PER_PART.div_ceil(shape.out_pixels()).max(shape.batch.div_ceil(PIECES));
        let most = planes.most_images(shape.in_channels).min(part);
        let chunk = PIXELS_PER_PANEL.div_ceil(shape.out_pixels()).min(most);
        let pieces = shape.batch.div_ceil(part).max(1) * shape.out_channels.div_ceil(kernel.lanes);
        let block = shape.in_channels.div_ceil(PIECES.div_ceil(pieces));
        let segment = shape.out_pixels().min(2 * PIXELS_PER_PANEL);
        let pixels = planes.pixel_offsets(shape.out_size);
        let [height, width] = shape.out_size;
        let padded = |&tap: &[usize; 2]| !planes.reads([0, 0], tap) || !planes.reads([height - 1, width - 1], tap);
        let fits = block.is_multiple_of(kernel.rows) && shape.in_channels.is_multiple_of(block);
        let by_tap = fits && shape.out_pixels() <= SMALL && taps.iter().any(padded);
        Self { shape, kernel, planes, taps, by_tap, part, chunk, segment, pixels, block }
    }

    fn run(&self, input: &[f32], grad_output: &[f32], grad_weight: &mut [f32]) {
        let parts = self.shape.batch.div_ceil(self.part);
        let panels = self.shape.out_channels.div_ceil(self.kernel.lanes);
        let blocks = self.shape.in_channels.div_ceil(self.block);
        let pieces: Vec<Buffer> = (0..panels * blocks * parts)
            .into_par_iter()
            .map(|piece| {
                let first = piece % parts * self.part;
                let images = first..self.shape.batch.min(first + self.part);
                self.piece(input, grad_output, images, piece / parts / blocks, piece / parts % blocks)
            })
            .collect();
        let channels = grad_weight.par_chunks_mut(self.kernel.lanes * self.shape.in_channels * self.taps.len());
        channels.enumerate().for_each(|(panel, grad_weight)| {
            grad_weight.fill(0.0);
            for block in 0..blocks {
                let first = (panel * blocks + block) * parts;
                self.sum(&pieces[first..first + parts], block, grad_weight);
            }
        });
    }

    fn block_channels(&self, block: usize) -> usize {
        self.block.min(self.shape.in_channels - block * self.block)
    }

    /// The rows of each tile of so many input channels: which channel and tap each is.
    fn tiles(&self, channels: usize) -> Vec<Vec<[usize; 2]>> {
        let taps = self.taps.len();
        let row = |index: usize| match self.by_tap {
            true => [index % channels, index / channels],
            false => [index / taps, index % taps],
        };
        let rows: Vec<[usize; 2]> = (0..channels * taps).map(row).collect();
        rows.chunks(self.kernel.rows).map(<[_]>::to_vec).collect()
    }

    /// The steps (pixels) of so many images, `planes_len` apart: those of each tap, or all; by segment.
    fn segments(&self, images: usize, planes_len: usize) -> Vec<(Range<usize>, Vec<Steps>)> {
        let width = self.shape.out_size[1];
        let steps = |range: Range<usize>, tap: Option<[usize; 2]>| -> Steps {
            let pixels = (0..images).flat_map(|image| range.clone().map(move |pixel| (image, pixel)));
            let reads = |pixel: usize| tap.is_none_or(|tap| self.planes.reads([pixel / width, pixel % width], tap));
            pixels
                .enumerate()
                .filter(|&(_, (_, pixel))| reads(pixel))
                .map(|(step, (image, pixel))| [image * planes_len + self.pixels[pixel], step * self.kernel.lanes])
                .collect()
        };
        let segment = |start: usize| {
            let range = start..self.pixels.len().min(start + self.segment);
            let of_taps = match self.by_tap {
                true => self.taps.iter().map(|&tap| steps(range.clone(), Some(tap))).collect(),
                false => vec![steps(range.clone(), None)],
            };
            (range, of_taps)
        };
        (0..self.pixels.len()).step_by(self.segment).map(segment).collect()
    }

    /// The gradient of one panel of output channels and one block of input channels by some images, as tiles.
    fn piece(&self, input: &[f32], grad_output: &[f32], images: Range<usize>, panel: usize, block: usize) -> Buffer {
        let Kernel { rows, lanes, .. } = *self.kernel;
        let shape = self.shape;
        let in_channels = self.block_channels(block);
        let out_channels = lanes.min(shape.out_channels - panel * lanes);
        let pixels = shape.out_pixels();
        let planes_len = self.planes.channel_len * in_channels;
        let base =
            |&[channel, tap]: &[usize; 2]| channel * self.planes.channel_len + self.planes.tap_offset(self.taps[tap]);
        // Rows beyond the last repeat it.
        let tiles = self.tiles(in_channels);
        let bases = tiles.iter().map(|tile| -> [usize; MOST_ROWS] {
            std::array::from_fn(|row| base(tile.get(row).unwrap_or(&tile[tile.len() - 1])))
        });
        let bases: Vec<_> = bases.collect();
        let mut sums = Buffer::zeros(tiles.len() * rows * lanes);
        let mut segments = self.segments(self.chunk, planes_len);
        with_scratch([planes_len * self.chunk, self.segment * self.chunk * lanes], |[planes, gradient]| {
            planes.fill(0.0);
            for first in images.clone().step_by(self.chunk) {
                let count = self.chunk.min(images.end - first);
                if count < self.chunk {
                    segments = self.segments(count, planes_len);
                }
                for (image, planes) in (first..first + count).zip(planes.chunks_exact_mut(planes_len)) {
                    let start = (image * shape.in_channels + block * self.block) * shape.pixels();
                    self.planes.fill(&input[start..][..in_channels * shape.pixels()], planes);
                }
                for (range, steps) in &segments {
                    let gradient = &mut gradient[..count * range.len() * lanes];
                    for (image, gradient) in (first..).zip(gradient.chunks_exact_mut(range.len() * lanes)) {
                        let start = (image * shape.out_channels + panel * lanes) * pixels + range.start;
                        pack(&grad_output[start..], pixels, out_channels, gradient, lanes);
                    }
                    for ((tile, bases), sums) in tiles.iter().zip(&bases).zip(sums.chunks_exact_mut(rows * lanes)) {
                        let steps = &steps[if self.by_tap { tile[0][1] } else { 0 }];
                        self.kernel.add(planes, &bases[..rows], (steps, gradient), None, sums);
                    }
                }
            }
        });
        sums
    }

    /// Adds up the tiles of every part of the batch, in order, into `[channels of the panel, C, KH, KW]`.
    fn sum(&self, parts: &[Buffer], block: usize, grad_weight: &mut [f32]) {
        let Kernel { rows, lanes, .. } = *self.kernel;
        let Some((first, rest)) = parts.split_first() else { return };
        let mut sums = Buffer::zeros(first.len());
        sums.copy_from_slice(first);
        for part in rest {
            for (sum, value) in sums.iter_mut().zip(part.iter()) {
                *sum += value;
            }
        }
        let pitch = self.shape.in_channels * self.taps.len();
        for (tile, sums) in self.tiles(self.block_channels(block)).iter().zip(sums.chunks_exact(rows * lanes)) {
            let place = |[channel, tap]: [usize; 2]| (block * self.block + channel) * self.taps.len() + tap;
            if !self.by_tap {
                store(sums, [tile.len(), lanes, lanes], grad_weight, [pitch, place(tile[0])], Finish::NOTHING);
                continue;
            }
            for (lane, grad_weight) in grad_weight.chunks_exact_mut(pitch).enumerate() {
                for (row, &which) in tile.iter().enumerate() {
                    grad_weight[place(which)] = sums[row * lanes + lane];
                }
            }
        }
    }
}

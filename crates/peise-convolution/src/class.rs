//! The output pixels that see the same taps of the weight.

use crate::buffer::Buffer;
use crate::kernel::{Kernel, MOST_LANES, MOST_ROWS, Steps};
use crate::planes::Planes;
use crate::tile::{Finish, store};

/// Output pixels of one residue class: every `stride`-th row and column, which all see the same taps of the weight.
pub(crate) struct Class {
    /// Where each pixel reads.
    pub pixels: Vec<usize>,
    /// For each pixel, which of the steps leave out its padding; empty where none does.
    inner: Vec<usize>,
    /// The source channels and taps: all of them, then all but those in the padding of some pixels.
    steps: Vec<Steps>,
    /// Height and width.
    pub grid: [usize; 2],
    /// The weight: for each panel of `lanes` channels, `[source channels, taps, lanes]`.
    panels: Buffer,
    panel_len: usize,
}

/// Most pixels of a class that is computed by pixel, not by image: several images' same pixel at a time, so that what
/// lies in its padding can be left out. Of larger maps, that is too little to be worth it.
const SMALL: usize = 64;

/// Most pixels that are stored at a time: a cache line, for maps whose size is a large power of two would have the lines of
/// all channels compete for the same few places in the cache.
const PIXELS_PER_STORE: usize = 16;

/// Sums of several pixels, `[pixels, lanes]`.
#[repr(align(64))]
struct Tile([f32; PIXELS_PER_STORE * MOST_LANES]);

impl Class {
    /// A class of pixels that see the taps at these padded places.
    pub(crate) fn new(
        planes: &Planes,
        taps: &[[usize; 2]],
        in_channels: usize,
        grid: [usize; 2],
        lanes: usize,
        panels: Buffer,
    ) -> Self {
        let steps = |tapped: &[bool]| -> Steps {
            let step = |channel: usize, tap: usize| {
                let place = channel * planes.channel_len + planes.tap_offset(taps[tap]);
                [place, (channel * taps.len() + tap) * lanes]
            };
            let tapped: Vec<usize> = (0..taps.len()).filter(|&tap| tapped[tap]).collect();
            (0..in_channels).flat_map(|channel| tapped.iter().map(move |&tap| step(channel, tap))).collect()
        };
        let pixels = planes.pixel_offsets(grid);
        let mut kinds = vec![vec![true; taps.len()]];
        let mut inner = Vec::new();
        if pixels.len() <= SMALL {
            for pixel in 0..pixels.len() {
                let pixel = [pixel / grid[1], pixel % grid[1]];
                let tapped: Vec<bool> = taps.iter().map(|&tap| planes.reads(pixel, tap)).collect();
                let kind = kinds.iter().position(|kind| *kind == tapped);
                inner.push(kind.unwrap_or(kinds.len()));
                if kind.is_none() {
                    kinds.push(tapped);
                }
            }
        }
        if kinds.len() == 1 {
            inner.clear();
        }
        let steps = kinds.iter().map(|kind| steps(kind)).collect();
        Self { pixels, inner, steps, grid, panels, panel_len: in_channels * taps.len() * lanes }
    }

    /// Whether it is better computed by pixel, if there are enough images.
    pub(crate) fn is_small(&self) -> bool {
        !self.inner.is_empty()
    }

    fn panel(&self, panel: usize) -> &[f32] {
        &self.panels[panel * self.panel_len..][..self.panel_len]
    }

    /// Computes one panel's channels of one image, `[channels, grid]`.
    pub(crate) fn compute_image(
        &self,
        kernel: &Kernel,
        planes: &[f32],
        (panel, bias): (usize, &[f32]),
        finish: Finish,
        output: &mut [f32],
    ) {
        let Kernel { rows, lanes, .. } = *kernel;
        let panel = self.panel(panel);
        let mut tile = Tile([0.0; PIXELS_PER_STORE * MOST_LANES]);
        let pixels_per_store = PIXELS_PER_STORE / rows * rows;
        for (index, pixels) in self.pixels.chunks(pixels_per_store).enumerate() {
            for (group, tile) in pixels.chunks(rows).zip(tile.0.chunks_exact_mut(rows * lanes)) {
                // Rows without a pixel repeat the last.
                let mut bases = [group[group.len() - 1]; MOST_ROWS];
                bases[..group.len()].copy_from_slice(group);
                kernel.add(planes, &bases[..rows], (&self.steps[0], panel), Some(bias), tile);
            }
            let place = [self.pixels.len(), index * pixels_per_store];
            store(&tile.0, [pixels.len(), lanes, lanes], output, place, finish);
        }
    }

    /// Computes one panel's channels of at most `kernel.rows` images, as sums `[pixels, kernel.rows, lanes]`.
    pub(crate) fn compute_pixels(
        &self,
        kernel: &Kernel,
        planes: &[f32],
        images: usize,
        (panel, bias): (usize, &[f32]),
        sums: &mut [f32],
    ) {
        let Kernel { rows, lanes, .. } = *kernel;
        let panel = self.panel(panel);
        let image_len = planes.len() / images;
        for ((pixel, &inner), tile) in self.pixels.iter().zip(&self.inner).zip(sums.chunks_exact_mut(rows * lanes)) {
            // Rows without an image repeat the last.
            let bases: [usize; MOST_ROWS] = std::array::from_fn(|row| row.min(images - 1) * image_len + pixel);
            kernel.add(planes, &bases[..rows], (&self.steps[inner], panel), Some(bias), tile);
        }
    }
}

//! What forward and backward data have in common: maps from maps.

use crate::buffer::with_scratch;
use crate::class::Class;
use crate::kernel::Kernel;
use crate::planes::Planes;
use crate::tile::{Finish, store};
use rayon::prelude::*;
use std::ops::Range;

/// Maps computed from maps: for each class, weighted sums of what lies at offsets in the padded source.
pub(crate) struct Correlation {
    pub kernel: &'static Kernel,
    pub planes: Planes,
    pub in_channels: usize,
    pub out_channels: usize,
    /// Height and width of the output.
    pub size: [usize; 2],
    /// Classes per axis.
    pub stride: [usize; 2],
    /// `stride[0] * stride[1]` classes, row by row.
    pub classes: Vec<Class>,
}

/// Pixels that a panel of weights should serve while it is in cache.
const PIXELS_PER_ITEM: usize = 128;

/// Some panels' channels of some images.
struct Item<'a> {
    images: Range<usize>,
    panels: Range<usize>,
    /// For each panel and each image, `[channels, H, W]`.
    outputs: Vec<Vec<&'a mut [f32]>>,
}

impl Correlation {
    /// Computes maps `[N, out_channels, size]` from `[N, in_channels, planes.image]`. `bias` has one value per output
    /// channel; it and the residual are for a single class.
    pub(crate) fn run(&self, input: &[f32], bias: Option<&[f32]>, finish: Finish, output: &mut [f32]) {
        let mut padded_bias = vec![0.0; self.out_channels.next_multiple_of(self.kernel.lanes)];
        if let Some(bias) = bias {
            padded_bias[..bias.len()].copy_from_slice(bias);
        }
        self.items(output).into_par_iter().for_each(|item| self.compute(item, input, &padded_bias, finish));
    }

    fn is_small(&self) -> bool {
        self.planes.most_images(self.in_channels) >= self.kernel.rows && self.classes.iter().any(Class::is_small)
    }

    fn items<'a>(&self, output: &'a mut [f32]) -> Vec<Item<'a>> {
        let out_pixels = self.size[0] * self.size[1];
        let image_len = self.out_channels * out_pixels;
        let batch = output.len() / image_len;
        let enough = 4 * rayon::current_num_threads();
        let most = self.planes.most_images(self.in_channels).min(batch.div_ceil(enough));
        let group = PIXELS_PER_ITEM.div_ceil(out_pixels).min(most).max(1);
        // Whole groups of images even if few, so that results do not depend on the number of threads.
        let group = if self.is_small() { self.kernel.rows } else { group };
        let panels = self.out_channels.div_ceil(self.kernel.lanes);
        let panels_per_item = if batch.div_ceil(group) < enough { 1 } else { panels };
        let mut items = Vec::new();
        for (index, images) in output.chunks_mut(group * image_len).enumerate() {
            let first = index * group;
            let range = first..first + images.len() / image_len;
            let mut outputs: Vec<Vec<&mut [f32]>> = (0..panels).map(|_| Vec::new()).collect();
            for image in images.chunks_mut(image_len) {
                for (panel, channels) in image.chunks_mut(self.kernel.lanes * out_pixels).enumerate() {
                    outputs[panel].push(channels);
                }
            }
            let mut outputs = outputs.into_iter();
            for panel in (0..panels).step_by(panels_per_item) {
                let outputs = outputs.by_ref().take(panels_per_item).collect();
                items.push(Item { images: range.clone(), panels: panel..panel + panels_per_item, outputs });
            }
        }
        items
    }

    fn compute(&self, item: Item, input: &[f32], bias: &[f32], finish: Finish) {
        let Kernel { rows, lanes, .. } = *self.kernel;
        let image_len = self.planes.image_len * self.in_channels;
        let planes_len = self.planes.channel_len * self.in_channels;
        let out_pixels = self.size[0] * self.size[1];
        let count = item.images.len();
        let split = self.classes.len() > 1;
        let parts_len = if split { count * lanes * out_pixels } else { 0 };
        // Few images would leave most rows of the kernel without one.
        let by_pixel = self.is_small() && 4 * count >= 3 * rows;
        let most_pixels = self.classes.iter().map(|class| class.pixels.len()).max().unwrap_or(0);
        let sums_len = if by_pixel { most_pixels * rows * lanes } else { 0 };
        with_scratch([planes_len * count, parts_len, sums_len], |[planes, parts, sums]| {
            planes.fill(0.0);
            for (image, planes) in item.images.clone().zip(planes.chunks_exact_mut(planes_len)) {
                self.planes.fill(&input[image * image_len..][..image_len], planes);
            }
            for (panel, mut outputs) in item.panels.zip(item.outputs) {
                let weight = (panel, &bias[panel * lanes..][..lanes]);
                let channels = outputs[0].len() / out_pixels;
                let mut start = 0;
                for class in &self.classes {
                    let part_len = channels * class.pixels.len();
                    let by_pixel = by_pixel && class.is_small();
                    if by_pixel {
                        class.compute_pixels(self.kernel, planes, count, weight, sums);
                    }
                    for (image, output) in outputs.iter_mut().enumerate() {
                        let from = ((item.images.start + image) * self.out_channels + panel * lanes) * out_pixels;
                        let residual = finish.residual.map(|residual| &residual[from..][..output.len()]);
                        let finish = Finish { residual, ..finish };
                        let output = match split {
                            true => &mut parts[image * lanes * out_pixels + start..][..part_len],
                            false => &mut output[..],
                        };
                        if by_pixel {
                            let pixels = class.pixels.len();
                            store(&sums[image * lanes..], [pixels, lanes, rows * lanes], output, [pixels, 0], finish);
                        } else {
                            let planes = &planes[image * planes_len..][..planes_len];
                            class.compute_image(self.kernel, planes, weight, finish, output);
                        }
                    }
                    start += part_len;
                }
                if split {
                    for (output, part) in outputs.into_iter().zip(parts.chunks_exact(lanes * out_pixels)) {
                        self.join(&part[..output.len()], output);
                    }
                }
            }
        });
    }

    /// Joins the classes of one image, each `[channels, grid]`, to `[channels, H, W]`.
    fn join(&self, parts: &[f32], output: &mut [f32]) {
        let channels = output.len() / (self.size[0] * self.size[1]);
        let mut starts = Vec::new();
        let mut start = 0;
        for class in &self.classes {
            starts.push(start);
            start += channels * class.grid[0] * class.grid[1];
        }
        for (channel, map) in output.chunks_exact_mut(self.size[0] * self.size[1]).enumerate() {
            for (y, row) in map.chunks_exact_mut(self.size[1]).enumerate() {
                let first = y % self.stride[0] * self.stride[1];
                let part = |class: usize| {
                    let [height, width] = self.classes[class].grid;
                    &parts[starts[class] + (channel * height + y / self.stride[0]) * width..][..width]
                };
                if self.stride[1] == 2 && row.len().is_multiple_of(2) {
                    let pairs = part(first).iter().zip(part(first + 1));
                    for (target, (&even, &odd)) in row.chunks_exact_mut(2).zip(pairs) {
                        target[0] = even;
                        target[1] = odd;
                    }
                    continue;
                }
                for x in 0..self.stride[1].min(row.len()) {
                    for (target, &value) in row.iter_mut().skip(x).step_by(self.stride[1]).zip(part(first + x)) {
                        *target = value;
                    }
                }
            }
        }
    }
}

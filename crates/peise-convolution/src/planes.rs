//! The padded copy of an image that the kernels read.

/// How an image is laid out for reading: zero-padded, and for stride s split into planes of every s-th row and column,
/// so that what an output pixel needs for one tap lies at the same offset from what it needs for another, whatever the
/// pixel: `[C, planes, height, width]`.
pub(crate) struct Planes {
    /// Values of one channel of the copy.
    pub channel_len: usize,
    /// Values of one channel of the image.
    pub image_len: usize,
    image: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    /// Planes along x.
    columns: usize,
    /// Height and width of a plane.
    size: [usize; 2],
    runs: Vec<Run>,
}

/// Values of one row that are copied.
struct Run {
    source: usize,
    target: usize,
    len: usize,
}

impl Planes {
    /// A layout of images of this height and width, with so many zeros before the first row and column; `counts` planes
    /// per axis, the first of the `stride` possible ones, each of `size`.
    pub(crate) fn new(
        image: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
        counts: [usize; 2],
        size: [usize; 2],
    ) -> Self {
        // Rows or columns of a plane that lie within the image.
        let inside = |axis: usize, plane: usize| {
            let start = padding[axis].saturating_sub(plane).div_ceil(stride[axis]).min(size[axis]);
            let end = (image[axis] + padding[axis]).saturating_sub(plane).div_ceil(stride[axis]).min(size[axis]);
            start..end.max(start)
        };
        let mut runs = Vec::new();
        for plane in 0..counts[0] * counts[1] {
            let [plane_y, plane_x] = [plane / counts[1], plane % counts[1]];
            let columns = inside(1, plane_x);
            for y in inside(0, plane_y).filter(|_| !columns.is_empty()) {
                let source_y = y * stride[0] + plane_y - padding[0];
                let source_x = columns.start * stride[1] + plane_x - padding[1];
                runs.push(Run {
                    source: source_y * image[1] + source_x,
                    target: (plane * size[0] + y) * size[1] + columns.start,
                    len: columns.len(),
                });
            }
        }
        let channel_len = counts[0] * counts[1] * size[0] * size[1];
        Self { channel_len, image_len: image[0] * image[1], image, stride, padding, columns: counts[1], size, runs }
    }

    /// How many images of so many channels may be held at once: as many as fit in a few megabytes, but one at least.
    pub(crate) fn most_images(&self, channels: usize) -> usize {
        const VALUES: usize = 1 << 22;
        (VALUES / (self.channel_len * channels).max(1)).max(1)
    }

    /// Where the first pixel of an output reads for the tap at this padded place.
    pub(crate) fn tap_offset(&self, tap: [usize; 2]) -> usize {
        let [plane_y, plane_x] = [tap[0] % self.stride[0], tap[1] % self.stride[1]];
        let [y, x] = [tap[0] / self.stride[0], tap[1] / self.stride[1]];
        ((plane_y * self.columns + plane_x) * self.size[0] + y) * self.size[1] + x
    }

    /// Whether an output pixel reads from the image for the tap at this padded place, and not from its padding.
    pub(crate) fn reads(&self, pixel: [usize; 2], tap: [usize; 2]) -> bool {
        (0..2).all(|axis| {
            let place = pixel[axis] * self.stride[axis] + tap[axis];
            (self.padding[axis]..self.padding[axis] + self.image[axis]).contains(&place)
        })
    }

    /// Where each pixel of a grid of this height and width reads, from where the first one does.
    pub(crate) fn pixel_offsets(&self, grid: [usize; 2]) -> Vec<usize> {
        let width = self.size[1];
        (0..grid[0]).flat_map(|y| (0..grid[1]).map(move |x| y * width + x)).collect()
    }

    /// Copies channels of an image, `[C, H, W]`, into `planes`, `[C, ..]`, whose padding is zero already.
    pub(crate) fn fill(&self, image: &[f32], planes: &mut [f32]) {
        let channels = image.chunks_exact(self.image_len);
        for (channel, planes) in channels.zip(planes.chunks_exact_mut(self.channel_len)) {
            for run in &self.runs {
                copy(&channel[run.source..], self.stride[1], &mut planes[run.target..][..run.len]);
            }
        }
    }
}

/// Copies every `stride`-th value. Most runs are short and of a few lengths, which are worth knowing.
#[inline(always)]
fn copy(source: &[f32], stride: usize, target: &mut [f32]) {
    match (stride, target.len()) {
        (1, 4) => copy_known::<4, 1>(source, target),
        (1, 8) => copy_known::<8, 1>(source, target),
        (1, 16) => copy_known::<16, 1>(source, target),
        (1, 32) => copy_known::<32, 1>(source, target),
        (2, 4) => copy_known::<4, 2>(source, target),
        (2, 8) => copy_known::<8, 2>(source, target),
        (2, 16) => copy_known::<16, 2>(source, target),
        (2, 32) => copy_known::<32, 2>(source, target),
        (1, len) => target.copy_from_slice(&source[..len]),
        _ => {
            for (target, source) in target.iter_mut().zip(source.iter().step_by(stride)) {
                *target = *source;
            }
        }
    }
}

#[inline(always)]
fn copy_known<const LEN: usize, const STRIDE: usize>(source: &[f32], target: &mut [f32]) {
    let source = &source[..(LEN - 1) * STRIDE + 1];
    let target = &mut target[..LEN];
    for index in 0..LEN {
        target[index] = source[index * STRIDE];
    }
}

//! The inner loop of every operation, for each kind of vector.

use crate::vector::{Portable, Vector};
use std::cmp::Reverse;

/// The vector instructions used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// What the compiler makes of plain Rust.
    Portable,
    /// AVX2 with FMA.
    Avx2,
    /// AVX-512 F and VL.
    Avx512,
}

impl Level {
    /// The best one that this processor has.
    pub(crate) fn detect() -> Self {
        [Self::Avx512, Self::Avx2].into_iter().find(|level| level.is_available()).unwrap_or(Self::Portable)
    }

    pub(crate) fn is_available(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        let (avx2, avx512) = (
            is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl"),
        );
        #[cfg(not(target_arch = "x86_64"))]
        let (avx2, avx512) = (false, false);
        match self {
            Self::Portable => true,
            Self::Avx2 => avx2,
            Self::Avx512 => avx2 && avx512,
        }
    }

    /// The kernel that wastes the fewest lanes on this many channels; of equals, the largest.
    ///
    /// # Panics
    /// If the level is not available.
    pub(crate) fn kernel(self, channels: usize) -> &'static Kernel {
        assert!(self.is_available(), "{self:?} is not available here");
        let kernels = match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => &x86::AVX512[..],
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => &x86::AVX2[..],
            _ => &PORTABLE[..],
        };
        let wasted = |kernel: &&Kernel| (channels.next_multiple_of(kernel.lanes), Reverse(kernel.rows * kernel.lanes));
        kernels.iter().min_by_key(wasted).expect("a level has kernels")
    }
}

/// Does `work`, compiled for the level's instructions as far as it is inlined.
///
/// # Panics
/// If the level is not available.
pub(crate) fn run_at<R>(level: Level, work: impl FnOnce() -> R) -> R {
    assert!(level.is_available(), "{level:?} is not available here");
    match level {
        // SAFETY: the processor has the instructions.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::with_avx512(work) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::with_avx2(work) },
        _ => work(),
    }
}

/// Most rows and lanes of a kernel.
pub(crate) const MOST_ROWS: usize = 8;
pub(crate) const MOST_LANES: usize = 48;

/// What is summed over: for each step, where it lies in the source, from a base, and in the panel.
pub(crate) struct Steps {
    places: Vec<[u32; 2]>,
    most: [usize; 2],
}

impl FromIterator<[usize; 2]> for Steps {
    fn from_iter<I: IntoIterator<Item = [usize; 2]>>(places: I) -> Self {
        let mut most = [0; 2];
        let narrow = |place: [usize; 2]| {
            most = [most[0].max(place[0]), most[1].max(place[1])];
            place.map(|place| u32::try_from(place).expect("a shape's buffers are checked to be smaller"))
        };
        let places = places.into_iter().map(narrow).collect();
        Self { places, most }
    }
}

type Run = unsafe fn(
    bases: &[*const f32; MOST_ROWS],
    steps: &[[u32; 2]],
    panel: *const f32,
    start: Option<*const f32>,
    tile: *mut f32,
);

/// One inner loop.
pub(crate) struct Kernel {
    pub rows: usize,
    pub lanes: usize,
    run: Run,
}

impl Kernel {
    /// Makes `tile[i][lane]` the sum over steps of `source[bases[i] + step[0]] * panel[step[1] + lane]`, plus
    /// `start[lane]` if there is a start, else what it was before.
    ///
    /// # Panics
    /// If a slice is too short.
    #[inline]
    pub(crate) fn add(
        &self,
        source: &[f32],
        bases: &[usize],
        (steps, panel): (&Steps, &[f32]),
        start: Option<&[f32]>,
        tile: &mut [f32],
    ) {
        assert_eq!(bases.len(), self.rows);
        assert!(steps.most[1] + self.lanes <= panel.len() || steps.places.is_empty());
        assert_eq!(tile.len(), self.rows * self.lanes);
        assert!(start.is_none_or(|start| start.len() == self.lanes));
        let mut pointers = [source.as_ptr(); MOST_ROWS];
        for (pointer, &base) in pointers.iter_mut().zip(bases) {
            assert!(steps.most[0] < source.len() && base < source.len() - steps.most[0]);
            *pointer = source[base..].as_ptr();
        }
        let start = start.map(<[f32]>::as_ptr);
        // SAFETY: the processor has the instructions, as `Level::kernel` has checked. What is read from each base at
        // each step lies in `source`, and `lanes` values at each step in the panel; the tile has `lanes` values per row,
        // as the start.
        unsafe { (self.run)(&pointers, &steps.places, panel.as_ptr(), start, tile.as_mut_ptr()) }
    }
}

/// # Safety
/// The processor must have the vector's instructions; each of the first `ROWS` bases must be valid for reads at each
/// step's first place, `panel` for reads of `VECTORS` vectors at its second, `start` for reads of as many, `tile` for reads and writes
/// of as many per row.
#[inline(always)]
unsafe fn run<V: Vector, const ROWS: usize, const VECTORS: usize>(
    bases: &[*const f32; MOST_ROWS],
    steps: &[[u32; 2]],
    panel: *const f32,
    start: Option<*const f32>,
    tile: *mut f32,
) {
    let row_len = VECTORS * V::LANES;
    // SAFETY: the caller's, for every call and pointer below.
    unsafe {
        let mut sums = [[V::splat(0.0); VECTORS]; ROWS];
        for (row, sums) in sums.iter_mut().enumerate() {
            let from = start.unwrap_or(tile.add(row * row_len).cast_const());
            for (vector, sum) in sums.iter_mut().enumerate() {
                *sum = V::load(from.add(vector * V::LANES));
            }
        }
        for &[offset, place] in steps {
            let mut weights = [V::splat(0.0); VECTORS];
            for (vector, weight) in weights.iter_mut().enumerate() {
                *weight = V::load(panel.add(place as usize + vector * V::LANES));
            }
            for (sums, base) in sums.iter_mut().zip(bases) {
                let value = V::splat(*base.add(offset as usize));
                for (sum, &weight) in sums.iter_mut().zip(&weights) {
                    *sum = sum.add_product(value, weight);
                }
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            for (vector, sum) in sums.into_iter().enumerate() {
                sum.store(tile.add(row * row_len + vector * V::LANES));
            }
        }
    }
}

macro_rules! kernel {
    ($vector:ty, $rows:literal x $vectors:literal $(, $features:literal)?) => {{
        /// # Safety
        /// As `run`'s.
        $(#[target_feature(enable = $features)])?
        unsafe fn instance(
            bases: &[*const f32; MOST_ROWS],
            steps: &[[u32; 2]],
            panel: *const f32,
            start: Option<*const f32>,
            tile: *mut f32,
        ) {
            // SAFETY: the caller's.
            unsafe { run::<$vector, $rows, $vectors>(bases, steps, panel, start, tile) }
        }
        Kernel { rows: $rows, lanes: $vectors * <$vector as Vector>::LANES, run: instance }
    }};
}

// Tiles leave a few of the processor's registers (16, or 32) to the panel and the source.
#[cfg(target_arch = "aarch64")]
static PORTABLE: [Kernel; 2] = [kernel!(Portable, 8 x 3), kernel!(Portable, 8 x 2)];
#[cfg(not(target_arch = "aarch64"))]
static PORTABLE: [Kernel; 1] = [kernel!(Portable, 4 x 2)];

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::*;
    use std::arch::x86_64::{__m256, __m512};

    /// # Safety
    /// The processor must have these instructions.
    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    pub unsafe fn with_avx512<R>(work: impl FnOnce() -> R) -> R {
        work()
    }

    /// # Safety
    /// The processor must have these instructions.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
        work()
    }

    pub static AVX2: [Kernel; 2] = [kernel!(__m256, 6 x 2, "avx2,fma"), kernel!(__m256, 3 x 3, "avx2,fma")];

    // 24 lanes in three half vectors: with their 32 registers, as fast per lane as whole ones on processors that
    // compute whole ones in two halves.
    pub static AVX512: [Kernel; 4] = [
        kernel!(__m512, 8 x 3, "avx512f,avx512vl,avx2,fma"),
        kernel!(__m512, 8 x 2, "avx512f,avx512vl,avx2,fma"),
        kernel!(__m256, 8 x 3, "avx512f,avx512vl,avx2,fma"),
        kernel!(__m256, 8 x 2, "avx512f,avx512vl,avx2,fma"),
    ];
}

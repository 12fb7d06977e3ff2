//! Memory: zeros, what is aligned to cache lines, and each thread's own piece of that.

use rayon::prelude::*;
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};

const LINE: usize = 16;

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

/// Values that begin on a cache line.
#[derive(Default)]
pub(crate) struct Buffer {
    lines: Vec<Line>,
    len: usize,
}

impl Buffer {
    pub(crate) fn zeros(len: usize) -> Self {
        Self { lines: vec![Line([0.0; LINE]); len.div_ceil(LINE)], len }
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: the lines are initialised, contiguous and without padding (64 bytes of 16 values), and are at least
        // `len` values.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`; the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}

/// Zeros; many of them are written by several threads, as memory that is fresh costs more than what is computed in it.
pub(crate) fn zeros(len: usize) -> Vec<f32> {
    const PIECE: usize = 1 << 16;
    if len <= 2 * PIECE {
        return vec![0.0; len];
    }
    let mut values = Vec::with_capacity(len);
    let places = &mut values.spare_capacity_mut()[..len];
    places.par_chunks_mut(PIECE).for_each(|piece| piece.fill(MaybeUninit::new(0.0)));
    // SAFETY: the first `len` places were written above, and lie within the capacity.
    unsafe { values.set_len(len) };
    values
}

thread_local! {
    static SCRATCH: Cell<Buffer> = const { Cell::new(Buffer { lines: Vec::new(), len: 0 }) };
}

/// Calls `work` with `sizes.len()` pieces of this thread's scratch memory, each aligned, of unspecified values. The
/// memory is kept for the next call.
pub(crate) fn with_scratch<const N: usize, R>(sizes: [usize; N], work: impl FnOnce([&mut [f32]; N]) -> R) -> R {
    let rounded = sizes.map(|size| size.next_multiple_of(LINE));
    let total = rounded.iter().sum();
    let mut buffer = SCRATCH.take();
    if buffer.len < total {
        buffer = Buffer::zeros(total);
    }
    let mut rest = &mut buffer[..];
    let pieces = std::array::from_fn(|index| {
        let (piece, tail) = std::mem::take(&mut rest).split_at_mut(rounded[index]);
        rest = tail;
        &mut piece[..sizes[index]]
    });
    let result = work(pieces);
    SCRATCH.set(buffer);
    result
}

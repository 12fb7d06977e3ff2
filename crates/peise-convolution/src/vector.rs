//! Vectors of `f32`, for kernels written once.

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

/// A register of values.
///
/// # Safety
/// Every method may use instructions that its type stands for: call it only where the processor has them, from a
/// function that enables them.
pub(crate) trait Vector: Copy {
    /// Values in it.
    const LANES: usize;
    unsafe fn splat(value: f32) -> Self;
    /// # Safety
    /// `from` must be valid for reads of `LANES` values.
    unsafe fn load(from: *const f32) -> Self;
    /// # Safety
    /// `to` must be valid for writes of `LANES` values.
    unsafe fn store(self, to: *mut f32);
    /// `a * b + self`
    unsafe fn add_product(self, a: Self, b: Self) -> Self;
}

/// Four values in plain Rust, which compilers turn into what every 64-bit processor has.
#[derive(Clone, Copy)]
pub(crate) struct Portable([f32; 4]);

impl Vector for Portable {
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's; an array of values needs no more alignment than a value.
        Self(unsafe { from.cast::<[f32; 4]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as in `load`.
        unsafe { to.cast::<[f32; 4]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        // A fused multiplication would be a call of a function on processors not known to have it.
        let fused = cfg!(any(target_arch = "aarch64", target_feature = "fma"));
        Self(std::array::from_fn(|lane| {
            if fused { a.0[lane].mul_add(b.0[lane], self.0[lane]) } else { a.0[lane] * b.0[lane] + self.0[lane] }
        }))
    }
}

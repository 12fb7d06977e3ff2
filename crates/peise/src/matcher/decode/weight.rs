//! The two number systems that the programmes run in.

/// A non-negative weight.
pub(super) trait Weight: Copy {
    const ZERO: Self;
    fn from_ln(ln: f64) -> Self;
    fn ln(self) -> f64;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    /// `self / other`
    fn over(self, other: Self) -> Self;

    /// `self / total` as a plain number.
    fn share(self, total: Self) -> f64 {
        self.over(total).ln().exp()
    }
}

/// Plain numbers: fast, but lose what is below about `1e-308`.
impl Weight for f64 {
    const ZERO: Self = 0.0;

    fn from_ln(ln: f64) -> Self {
        ln.exp()
    }

    fn ln(self) -> f64 {
        self.ln()
    }

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn times(self, other: Self) -> Self {
        self * other
    }

    fn over(self, other: Self) -> Self {
        self / other
    }

    fn share(self, total: Self) -> f64 {
        self / total
    }
}

/// Logarithms: some twenty times slower, hold any weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Log(f64);

impl Weight for Log {
    const ZERO: Self = Self(f64::NEG_INFINITY);

    fn from_ln(ln: f64) -> Self {
        Self(ln)
    }

    fn ln(self) -> f64 {
        self.0
    }

    fn plus(self, other: Self) -> Self {
        let (high, low) = if self.0 < other.0 { (other.0, self.0) } else { (self.0, other.0) };
        // Below the last bit of the sum; also keeps -inf - -inf out.
        if low < high - 40.0 || low == f64::NEG_INFINITY {
            return Self(high);
        }
        Self(high + (low - high).exp().ln_1p())
    }

    fn times(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    fn over(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

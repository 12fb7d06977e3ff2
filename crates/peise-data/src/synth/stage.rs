//! Where and in which light something is drawn.

use tiny_skia::Transform;

/// Where and in which light something is drawn.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    /// Figure units to pixels.
    pub transform: Transform,
    /// Where light comes from.
    pub light: (f32, f32),
}

impl Stage {
    /// Pixels of one figure unit.
    pub fn unit(&self) -> f32 {
        self.transform.sx.hypot(self.transform.ky)
    }
}

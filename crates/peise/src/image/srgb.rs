//! sRGB's transfer curve (IEC 61966-2-1).

use std::sync::LazyLock;

/// Linear light, 0 to 1, of each 8-bit code.
pub(super) static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|code| {
        let code = code as f32 / 255.0;
        if code <= 0.040_45 { code / 12.92 } else { ((code + 0.055) / 1.055).powf(2.4) }
    })
});

/// The code, 0 to 1, of linear light.
pub(super) fn encoded(light: f32) -> f32 {
    if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

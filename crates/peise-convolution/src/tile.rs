//! Transposing: tiles of sums into maps, maps into panels.

/// What is done to a sum before it is stored.
#[derive(Clone, Copy)]
pub(crate) struct Finish<'a> {
    /// Added; laid out as the output is.
    pub residual: Option<&'a [f32]>,
    /// Whether what is negative becomes zero.
    pub relu: bool,
}

impl Finish<'_> {
    pub(crate) const NOTHING: Self = Self { residual: None, relu: false };
}

/// Four values of each of four rows become four values of each of four columns.
#[inline(always)]
fn transpose(rows: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_mm_movehl_ps, _mm_movelh_ps, _mm_unpackhi_ps, _mm_unpacklo_ps};
        // SAFETY: an array of four values is what a vector of four is, and back; every x86-64 processor has SSE.
        let [a, b, c, d]: [std::arch::x86_64::__m128; 4] = unsafe { std::mem::transmute(rows) };
        // SAFETY: as above.
        unsafe {
            let (low, high) = (_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
            let (low_2, high_2) = (_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
            std::mem::transmute([
                _mm_movelh_ps(low, low_2),
                _mm_movehl_ps(low_2, low),
                _mm_movelh_ps(high, high_2),
                _mm_movehl_ps(high_2, high),
            ])
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    std::array::from_fn(|column| std::array::from_fn(|row| rows[row][column]))
}

#[inline(always)]
fn four(values: &[f32], at: usize) -> [f32; 4] {
    values[at..at + 4].try_into().expect("four values")
}

/// Four values at each of four places, transposed.
#[inline(always)]
fn four_by_four(values: &[f32], at: usize, pitch: usize) -> [[f32; 4]; 4] {
    let values = &values[at..at + 3 * pitch + 4];
    transpose([four(values, 0), four(values, pitch), four(values, 2 * pitch), four(values, 3 * pitch)])
}

/// Stores a tile transposed: of `rows` rows, each of `lanes` lanes and `row_pitch` from the last, lane j of row i goes to
/// `output[j * pitch + start + i]`, if `output` has room for it.
pub(crate) fn store(
    tile: &[f32],
    [rows, lanes, row_pitch]: [usize; 3],
    output: &mut [f32],
    [pitch, start]: [usize; 2],
    finish: Finish,
) {
    let channels = lanes.min(output.len() / pitch);
    let whole = [rows / 4 * 4, channels / 4 * 4];
    for lane in (0..whole[1]).step_by(4) {
        for row in (0..whole[0]).step_by(4) {
            let columns = four_by_four(tile, row * row_pitch + lane, row_pitch);
            for (next, mut values) in columns.into_iter().enumerate() {
                let place = (lane + next) * pitch + start + row;
                if let Some(residual) = finish.residual {
                    for (value, residual) in values.iter_mut().zip(four(residual, place)) {
                        *value += residual;
                    }
                }
                if finish.relu {
                    for value in &mut values {
                        *value = relu(*value);
                    }
                }
                output[place..place + 4].copy_from_slice(&values);
            }
        }
    }
    for lane in 0..channels {
        let first = if lane < whole[1] { whole[0] } else { 0 };
        for row in first..rows {
            let place = lane * pitch + start + row;
            let value = tile[row * row_pitch + lane] + finish.residual.map_or(0.0, |residual| residual[place]);
            output[place] = if finish.relu { relu(value) } else { value };
        }
    }
}

/// The larger of zero and a value; not-a-number stays what it is.
#[inline(always)]
fn relu(value: f32) -> f32 {
    if value < 0.0 { 0.0 } else { value }
}

/// Steps that are transposed at a time: a cache line of each channel.
const STEPS: usize = 16;

/// Fills a panel `[steps, lanes]` with `source[j * pitch + t]` for lane j, step t; lanes beyond `channels` with zeros.
pub(crate) fn pack(source: &[f32], pitch: usize, channels: usize, panel: &mut [f32], lanes: usize) {
    let whole = channels / 4 * 4;
    for (block, panel) in panel.chunks_mut(STEPS * lanes).enumerate() {
        let start = block * STEPS;
        let steps = panel.len() / lanes;
        let whole_steps = steps / 4 * 4;
        for lane in (0..whole).step_by(4) {
            for step in (0..whole_steps).step_by(4) {
                let rows = four_by_four(source, lane * pitch + start + step, pitch);
                for (next, values) in rows.into_iter().enumerate() {
                    let place = (step + next) * lanes + lane;
                    panel[place..place + 4].copy_from_slice(&values);
                }
            }
        }
        for (step, values) in panel.chunks_exact_mut(lanes).enumerate() {
            let first = if step < whole_steps { whole } else { 0 };
            for (lane, value) in values.iter_mut().enumerate().skip(first) {
                *value = if lane < channels { source[lane * pitch + start + step] } else { 0.0 };
            }
        }
    }
}

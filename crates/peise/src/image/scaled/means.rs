//! The means of the 8x8 blocks of a baseline JPEG.
//!
//! Source: ITU-T T.81. A block's first coefficient is eight times its mean. Where chroma has half the resolution of luma,
//! three more coefficients tell the halves of its blocks apart: the mean over half a period of the lowest cosines is
//! `C1 = (cos(pi/16) + cos(3 pi/16) + cos(5 pi/16) + cos(7 pi/16)) / 4` times their amplitude; higher ones add little.

use super::super::jpeg::{next_marker, u16_be};
use super::bits::{Bits, END, Huffman};

/// What half a block's mean gains from a coefficient of the lowest frequency along one side: `C1 / (4 sqrt 2)`.
const ONE_SIDE: f32 = 0.113_27;
/// The same along both: `C1 ^ 2 / 4`.
const BOTH_SIDES: f32 = 0.102_64;

/// Block means as planes of one size.
pub(super) struct Means {
    /// Blocks in a row that belong to the photo, rows.
    pub size: (usize, usize),
    /// One plane (grey) or three (Y, Cb, Cr), 0 to 255.
    pub planes: Vec<Vec<f32>>,
    /// Values in a row of a plane.
    pub stride: usize,
    /// The Exif block, if there is one.
    pub exif: Option<Vec<u8>>,
}

struct Component {
    id: u8,
    /// Blocks of an MCU: in a row, rows.
    blocks: (usize, usize),
    /// By how much luma is finer.
    finer: (usize, usize),
    quantiser: usize,
    plane: Vec<f32>,
    seen: bool,
}

struct Frame {
    width: usize,
    height: usize,
    /// MCUs in a row, rows.
    mcus: (usize, usize),
    components: Vec<Component>,
}

/// Tables in force, and what else precedes a scan.
#[derive(Default)]
struct Tables {
    /// The first, second, third and fifth step of a quantiser, in zigzag order.
    quantisers: [Option<[f32; 4]>; 4],
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    restart: usize,
}

/// Decodes; `None` for anything but a whole baseline JPEG, grey or YCbCr, of usual sampling.
pub(super) fn means(bytes: &[u8]) -> Option<Means> {
    let (mut tables, mut frame, mut exif) = (Tables::default(), None::<Frame>, None);
    let mut at = 2;
    loop {
        let marker = next_marker(bytes, &mut at)?;
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            continue;
        }
        if marker == 0xD9 {
            break;
        }
        let length = usize::from(u16_be(bytes.get(at..at + 2)?));
        let segment = bytes.get(at + 2..at + length)?;
        at += length;
        match marker {
            0xC0 | 0xC1 if frame.is_none() => frame = Some(Frame::read(segment)?),
            // Progressive, lossless, arithmetic and hierarchical frames, and a height told at the end.
            0xC0..=0xC3 | 0xC5..=0xCF | 0xDC | 0xDE | 0xDF => return None,
            0xC4 => tables.read_codes(segment)?,
            0xDB => tables.read_quantisers(segment)?,
            0xDD => tables.restart = u16_be(segment.get(..2)?) as usize,
            0xE1 if exif.is_none() => exif = segment.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec),
            // Adobe's: colours that are not transformed.
            0xEE if segment.starts_with(b"Adobe") && segment.get(11) != Some(&1) => return None,
            0xDA => at = frame.as_mut()?.scan(segment, &tables, bytes, at)?,
            _ => {}
        }
    }
    let frame = frame?;
    let size = (frame.width.div_ceil(8), frame.height.div_ceil(8));
    let stride = frame.mcus.0 * frame.components[0].blocks.0;
    let whole = frame.components.iter().all(|component| component.seen);
    let planes = frame.components.into_iter().map(|component| component.plane).collect();
    whole.then_some(Means { size, planes, stride, exif })
}

impl Frame {
    fn read(segment: &[u8]) -> Option<Self> {
        let [8, height_high, height_low, width_high, width_low, count, rest @ ..] = segment else { return None };
        let (height, width) =
            (u16::from_be_bytes([*height_high, *height_low]), u16::from_be_bytes([*width_high, *width_low]));
        let (width, height) = (usize::from(width), usize::from(height));
        let count = usize::from(*count);
        if width == 0 || height == 0 || !matches!(count, 1 | 3) || rest.len() != 3 * count {
            return None;
        }
        let mut components: Vec<Component> = Vec::new();
        for told in rest.as_chunks::<3>().0 {
            // One component alone has blocks one by one, whatever its sampling.
            let blocks = if count == 1 { (1, 1) } else { (usize::from(told[1] >> 4), usize::from(told[1] & 15)) };
            let quantiser = usize::from(told[2]);
            let component = Component { id: told[0], blocks, finer: (1, 1), quantiser, plane: Vec::new(), seen: false };
            components.push(component);
        }
        // Adobe's letters for colours that are not transformed.
        if components.iter().map(|component| component.id).eq(*b"RGB") {
            return None;
        }
        let most = components[0].blocks;
        if !(1..=2).contains(&most.0) || !(1..=2).contains(&most.1) {
            return None;
        }
        let mcus = (width.div_ceil(8 * most.0), height.div_ceil(8 * most.1));
        for component in &mut components {
            let (wide, high) = component.blocks;
            if wide == 0 || high == 0 || !most.0.is_multiple_of(wide) || !most.1.is_multiple_of(high) {
                return None;
            }
            component.finer = (most.0 / wide, most.1 / high);
            component.plane = vec![128.0; mcus.0 * most.0 * mcus.1 * most.1];
        }
        Some(Self { width, height, mcus, components })
    }

    /// Decodes one scan and tells where it ends.
    fn scan(&mut self, segment: &[u8], tables: &Tables, bytes: &[u8], at: usize) -> Option<usize> {
        let count = usize::from(*segment.first()?);
        let told = segment.get(1..1 + 2 * count)?;
        let mut parts = Vec::with_capacity(count);
        for [id, codes] in told.as_chunks::<2>().0 {
            let place = self.components.iter().position(|component| component.id == *id)?;
            let dc = tables.dc.get(usize::from(codes >> 4))?.as_ref()?;
            let ac = tables.ac.get(usize::from(codes & 15))?.as_ref()?;
            let steps = (*tables.quantisers.get(self.components[place].quantiser)?)?;
            self.components[place].seen = true;
            parts.push(Part { place, dc, ac, steps, last: 0 });
        }
        let most = self.components[0].blocks;
        let stride = self.mcus.0 * most.0;
        let mut bits = Bits::new(bytes, at);
        // One component alone: its blocks row by row, and none that are padding only.
        let alone = parts.len() == 1;
        let (columns, rows) = match parts.first() {
            Some(part) if alone => {
                let (across, down) = self.components[part.place].finer;
                (self.width.div_ceil(8 * across), self.height.div_ceil(8 * down))
            }
            _ => self.mcus,
        };
        for unit in 0..columns * rows {
            if tables.restart > 0 && unit > 0 && unit % tables.restart == 0 {
                bits.restart().then_some(())?;
                parts.iter_mut().for_each(|part| part.last = 0);
            }
            let (column, row) = (unit % columns, unit / columns);
            for part in &mut parts {
                let component = &mut self.components[part.place];
                let (wide, high) = if alone { (1, 1) } else { component.blocks };
                for block in 0..wide * high {
                    let (x, y) = (column * wide + block % wide, row * high + block / wide);
                    part.block(&mut bits, component, (x, y), stride)?;
                }
            }
            if bits.overran() {
                return None;
            }
        }
        Some(bits.position())
    }
}

/// A component within a scan.
struct Part<'a> {
    place: usize,
    dc: &'a Huffman,
    ac: &'a Huffman,
    steps: [f32; 4],
    last: i32,
}

impl Part<'_> {
    /// Decodes a block and writes its mean, or the means of its halves or quarters.
    #[inline]
    fn block(&mut self, bits: &mut Bits, to: &mut Component, (x, y): (usize, usize), stride: usize) -> Option<()> {
        bits.fill();
        let size = u32::from(self.dc.next(bits)?);
        if size > 11 {
            return None;
        }
        self.last = self.last.wrapping_add(bits.signed(size));
        let mean = self.last as f32 * self.steps[0] / 8.0 + 128.0;
        // In zigzag order the second coefficient lies along x, the third along y, the fifth along both.
        let mut low = [0.0f32; 3];
        let coarse = to.finer != (1, 1);
        let mut place = 0;
        loop {
            bits.fill();
            // Nothing but the lowest coefficients of coarse components is looked at.
            if (!coarse || place >= 4)
                && let Some(places) = self.ac.pass(bits)
            {
                place += places;
                if place < 63 {
                    continue;
                }
                break;
            }
            let symbol = self.ac.next(bits)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 {
                if run != 15 {
                    break;
                }
                place += 16;
                continue;
            }
            place += run + 1;
            match place {
                1 | 2 if coarse => low[place - 1] = bits.signed(size) as f32 * self.steps[place],
                4 if coarse => low[2] = bits.signed(size) as f32 * self.steps[3],
                _ => bits.pass(size),
            }
            if place >= 63 {
                break;
            }
        }
        if (64..usize::from(END)).contains(&place) {
            return None;
        }
        let (across, down) = to.finer;
        let sign = |half: usize, halves: usize| if halves == 1 { 0.0 } else { 1.0 - 2.0 * half as f32 };
        for j in 0..down {
            for i in 0..across {
                let (to_x, to_y) = (sign(i, across), sign(j, down));
                let detail = ONE_SIDE * (to_x * low[0] + to_y * low[1]) + BOTH_SIDES * to_x * to_y * low[2];
                if let Some(value) = to.plane.get_mut((y * down + j) * stride + x * across + i) {
                    *value = mean + detail;
                }
            }
        }
        Some(())
    }
}

impl Tables {
    fn read_codes(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&told, rest)) = segment.split_first() {
            let counts = rest.get(..16)?;
            let all: usize = counts.iter().map(|&count| usize::from(count)).sum();
            let code = Huffman::new(counts, rest.get(16..16 + all)?)?;
            let tables = if told >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *tables.get_mut(usize::from(told & 15))? = Some(code);
            segment = &rest[16 + all..];
        }
        Some(())
    }

    fn read_quantisers(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&told, rest)) = segment.split_first() {
            let wide = told >> 4 == 1;
            let bytes = if wide { 128 } else { 64 };
            let steps = rest.get(..bytes)?;
            let step = |place: usize| {
                f32::from(if wide { u16_be(&steps[2 * place..2 * place + 2]) } else { steps[place].into() })
            };
            *self.quantisers.get_mut(usize::from(told & 15))? = Some([step(0), step(1), step(2), step(4)]);
            segment = &rest[bytes..];
        }
        Some(())
    }
}

//! Bits and Huffman codes of a JPEG scan.
//!
//! Source: ITU-T T.81, annexes C and F.

/// Bits that are looked up at once; longer codes are rare.
const LOOKUP: u32 = 10;
/// Places to go on where a block ends: beyond any block.
pub(super) const END: u8 = 128;

/// Bits of entropy-coded data; ends before the next marker, and gives zeros from there on.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    buffer: u64,
    count: u32,
    /// Zeros that were made up.
    missing: u32,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, buffer: 0, count: 0, missing: 0 }
    }

    /// Where the next marker is looked for: at the data that was not read yet.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Whether bits were read that are not there.
    pub fn overran(&self) -> bool {
        self.missing > self.count
    }

    /// Makes at least 32 bits ready.
    #[inline]
    pub fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        if let Some(next) = self.bytes.get(self.at..self.at + 4) {
            let word = u32::from_be_bytes([next[0], next[1], next[2], next[3]]);
            // No byte is FF: all of them are data.
            if !(word & 0x8080_8080 != 0 && has_ff(word)) {
                self.buffer |= u64::from(word) << (32 - self.count);
                self.count += 32;
                self.at += 4;
                return;
            }
        }
        self.fill_slowly();
    }

    #[cold]
    fn fill_slowly(&mut self) {
        while self.count <= 56 {
            let byte = match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
                (Some(0xFF), Some(0x00)) => {
                    self.at += 2;
                    0xFF
                }
                (Some(0xFF) | None, _) => {
                    self.missing += 8;
                    0
                }
                (Some(&byte), _) => {
                    self.at += 1;
                    byte
                }
            };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    #[inline]
    fn skip(&mut self, bits: u32) {
        self.buffer <<= bits;
        self.count -= bits;
    }

    /// A number of so many bits, at most 16, as F.2.2.1 extends it.
    #[inline]
    pub fn signed(&mut self, bits: u32) -> i32 {
        if bits == 0 {
            return 0;
        }
        let value = (self.buffer >> (64 - bits)) as i32;
        self.skip(bits);
        if value < 1 << (bits - 1) { value - (1 << bits) + 1 } else { value }
    }

    /// Skips so many bits, at most 16.
    #[inline]
    pub fn pass(&mut self, bits: u32) {
        self.skip(bits);
    }

    /// Begins anew behind a restart marker; `false` where there is none.
    pub fn restart(&mut self) -> bool {
        (self.buffer, self.count, self.missing) = (0, 0, 0);
        let found = matches!(self.bytes.get(self.at..self.at + 2), Some([0xFF, 0xD0..=0xD7]));
        self.at += 2;
        found
    }
}

fn has_ff(word: u32) -> bool {
    word.to_be_bytes().contains(&0xFF)
}

/// A Huffman code.
pub(super) struct Huffman {
    /// By the next [`LOOKUP`] bits: length of the code, symbol; length 0 = a longer code.
    lookup: Vec<(u8, u8)>,
    /// The same for coefficients that are passed over: bits of code and coefficient, places to go on.
    passes: Vec<(u8, u8)>,
    /// By length: the largest code of this length, left-aligned in 16 bits, plus one; and what leads to its symbol.
    ends: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// From the counts of codes of 1 to 16 bits and their symbols; `None` where they make no code.
    pub fn new(counts: &[u8], symbols: &[u8]) -> Option<Self> {
        let mut lookup = vec![(0u8, 0u8); 1 << LOOKUP];
        let mut ends = [(0, 0); 17];
        let (mut code, mut place) = (0u32, 0usize);
        for length in 1..=16u32 {
            let first = (code, place);
            for _ in 0..*counts.get(length as usize - 1)? {
                if length <= LOOKUP {
                    let from = (code << (LOOKUP - length)) as usize;
                    lookup.get_mut(from..from + (1 << (LOOKUP - length)))?.fill((length as u8, *symbols.get(place)?));
                }
                (code, place) = (code + 1, place + 1);
            }
            if code > 1 << length {
                return None;
            }
            ends[length as usize] = (code << (16 - length), first.1 as i32 - first.0 as i32);
            code <<= 1;
        }
        let pass = |&(length, symbol): &(u8, u8)| match (length, symbol >> 4, symbol & 15) {
            (0, ..) => (0, 0),
            (_, 15, 0) => (length, 16),
            (_, _, 0) => (length, END),
            (_, run, size) => (length + size, run + 1),
        };
        let passes = lookup.iter().map(pass).collect();
        (place <= symbols.len()).then(|| Self { lookup, passes, ends, symbols: symbols.to_vec() })
    }

    /// Passes over the next coefficient and tells how many places on the one after it is, at least [`END`] where there
    /// is none; `None` where the code is longer than what is looked up. At least 32 bits must be ready.
    #[inline]
    pub fn pass(&self, bits: &mut Bits) -> Option<usize> {
        let (length, places) = self.passes[(bits.buffer >> (64 - LOOKUP)) as usize];
        bits.skip(u32::from(length));
        (length > 0).then_some(usize::from(places))
    }

    /// The next symbol; at least 16 bits must be ready.
    #[inline]
    pub fn next(&self, bits: &mut Bits) -> Option<u8> {
        let (length, symbol) = self.lookup[(bits.buffer >> (64 - LOOKUP)) as usize];
        if length > 0 {
            bits.skip(u32::from(length));
            return Some(symbol);
        }
        let code = (bits.buffer >> 48) as u32;
        let length = (LOOKUP + 1..=16).find(|&length| code < self.ends[length as usize].0)?;
        bits.skip(length);
        let place = (code >> (16 - length)) as i32 + self.ends[length as usize].1;
        self.symbols.get(usize::try_from(place).ok()?).copied()
    }
}

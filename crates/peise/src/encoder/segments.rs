//! The report's image head: an MLP, and attention among the segments of the pooled vector.
//!
//! Source: the report, "Images"; Vaswani et al. 2017 (arXiv 1706.03762) for the attention. Its text has the segments
//! before the MLP, its published run after: a config field. Segments of a pooled vector are groups of channels, not
//! regions of the photo.

use super::mlp::{Mlp, MlpConfig};
use burn::module::Module;
use burn::nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// Where the segments attend to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentPlace {
    /// After the MLP: the published run's.
    #[default]
    AfterMlp,
    /// Before the MLP: the report's text.
    BeforeMlp,
    /// Nowhere.
    Off,
}

/// Architecture of a [`SegmentHead`]; the default is the report's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SegmentHeadConfig {
    /// Hidden width of the MLP.
    pub hidden: usize,
    /// Width D of the features.
    pub output: usize,
    /// Segments that the vector is cut into.
    pub segments: usize,
    /// Attention heads.
    pub heads: usize,
    /// Where the segments attend to each other.
    pub place: SegmentPlace,
}

impl Default for SegmentHeadConfig {
    fn default() -> Self {
        Self { hidden: 512, output: 512, segments: 8, heads: 2, place: SegmentPlace::AfterMlp }
    }
}

/// The head. Built by [`SegmentHeadConfig::init`].
#[derive(Module, Debug)]
pub struct SegmentHead {
    mlp: Mlp,
    attention: Option<MultiHeadAttention>,
    segments: usize,
    before: bool,
}

impl SegmentHeadConfig {
    /// Whether a head of this configuration can be built for features of this width; what is wrong, if not.
    ///
    /// # Errors
    /// If a width is zero or beyond reason, or cannot be cut into the segments and heads.
    pub fn check(&self, input: usize) -> Result<(), &'static str> {
        if ![self.hidden, self.output, self.segments, self.heads].iter().all(|size| (1..=8192).contains(size)) {
            return Err("image_head: hidden, output, segments and heads must lie within 1..=8192");
        }
        let cut = match self.place {
            SegmentPlace::AfterMlp => self.output,
            SegmentPlace::BeforeMlp => input,
            SegmentPlace::Off => return Ok(()),
        };
        if cut.is_multiple_of(self.segments) && (cut / self.segments).is_multiple_of(self.heads) {
            return Ok(());
        }
        Err("image_head: the vector (after the MLP image_head.output, before it image.output) must divide into \
             segments, and a segment into heads; 1000 before the MLP does with segments = 10")
    }

    /// A head with random weights on `device`, for features of this width.
    ///
    /// # Panics
    /// If [`SegmentHeadConfig::check`] fails (programmer error).
    pub fn init(&self, input: usize, device: &Device) -> SegmentHead {
        if let Err(reason) = self.check(input) {
            panic!("{reason}");
        }
        let before = self.place == SegmentPlace::BeforeMlp;
        let width = if before { input } else { self.output } / self.segments;
        SegmentHead {
            mlp: MlpConfig { input, hidden: self.hidden, output: self.output }.init(device),
            attention: (self.place != SegmentPlace::Off)
                .then(|| MultiHeadAttentionConfig::new(width, self.heads).with_dropout(0.0).init(device)),
            segments: self.segments,
            before,
        }
    }
}

impl SegmentHead {
    /// Features of photos from the encoder's.
    ///
    /// # Shapes
    /// - features `[N, F]`; returns `[N, D]`
    pub fn forward(&self, features: Tensor<2>) -> Tensor<2> {
        match self.before {
            true => self.mlp.forward(self.attend(features)),
            false => self.attend(self.mlp.forward(features)),
        }
    }

    fn attend(&self, features: Tensor<2>) -> Tensor<2> {
        let Some(attention) = &self.attention else { return features };
        let [count, width] = features.dims();
        let segments = features.reshape([count, self.segments, width / self.segments]);
        attention.forward(MhaInput::self_attn(segments)).context.reshape([count, width])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_cut_is_refused_with_the_way_out() {
        let before = SegmentHeadConfig { place: SegmentPlace::BeforeMlp, ..SegmentHeadConfig::default() };
        assert!(before.check(1000).expect_err("125 does not divide by 2").contains("segments = 10"));
        assert_eq!(SegmentHeadConfig { segments: 10, ..before }.check(1000), Ok(()));
        assert_eq!(SegmentHeadConfig::default().check(1000), Ok(()));
    }
}

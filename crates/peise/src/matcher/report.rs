//! The report's matcher: units of [self, cross], the last cross-attention's scores the match.
//!
//! Source: the report, section 3.2, after SuperGlue (arXiv 1911.11763), equations 3-5 (the paper; no code). Its formula
//! has one head and no scale, its published run 4 heads and 1/sqrt(d): config fields, the published run's by default.
//! Deviation: batches of listings are masked. The output bias of its f_edge, which a softmax cancels, is left out.

use super::attention::{CrossAttention, SelfAttention, UnitConfig};
use super::{MatcherInput, MatcherOutput};
use burn::module::Module;
use burn::tensor::{Device, Tensor, assert_shape};
use serde::{Deserialize, Serialize};

/// Log-weight of "shows no label". This matcher has no such score, so it never wins.
const NEVER: f32 = -1.0e4;

/// Architecture of a [`ReportMatcher`]; the default is the report's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportMatcherConfig {
    /// Width D of both inputs and of the states.
    pub width: usize,
    /// Units of [self, cross].
    pub units: usize,
    /// Heads of the self-attention.
    pub heads: usize,
    /// Whether its scores are divided by the square root of a head's width.
    pub scaled: bool,
    /// Hidden width of f_edge.
    pub edge_hidden: usize,
    /// Hidden width of f_node.
    pub node_hidden: usize,
}

impl Default for ReportMatcherConfig {
    fn default() -> Self {
        Self { width: 512, units: 3, heads: 4, scaled: true, edge_hidden: 512, node_hidden: 1024 }
    }
}

#[derive(Module, Debug)]
struct ReportUnit {
    within: SelfAttention,
    across: CrossAttention,
}

/// The matcher. Built by [`ReportMatcherConfig::init`].
#[derive(Module, Debug)]
pub struct ReportMatcher {
    units: Vec<ReportUnit>,
}

impl ReportMatcherConfig {
    /// Whether a matcher of this configuration can be built; what is wrong, if not.
    ///
    /// # Errors
    /// If a count is zero or beyond reason, or contradicts another.
    pub fn check(&self) -> Result<(), &'static str> {
        if ![self.width, self.edge_hidden, self.node_hidden].iter().all(|size| (1..=8192).contains(size)) {
            return Err("matcher: width, edge_hidden and node_hidden must lie within 1..=8192");
        }
        if !(1..=64).contains(&self.units) {
            return Err("matcher.units must lie within 1..=64: the last unit's cross-attention is the score");
        }
        if self.heads == 0 || !self.width.is_multiple_of(self.heads) {
            return Err("matcher.width must be a multiple of matcher.heads");
        }
        Ok(())
    }

    /// A matcher with random weights on `device`.
    ///
    /// # Panics
    /// If [`ReportMatcherConfig::check`] fails (programmer error).
    pub fn init(&self, device: &Device) -> ReportMatcher {
        if let Err(reason) = self.check() {
            panic!("{reason}");
        }
        let config = UnitConfig {
            width: self.width,
            heads: self.heads,
            scaled: self.scaled,
            edge_hidden: self.edge_hidden,
            node_hidden: self.node_hidden,
            norm: false,
            dropout: 0.0,
        };
        let unit = |_| ReportUnit {
            within: SelfAttention::init(&config, device),
            across: CrossAttention::init(&config, device),
        };
        ReportMatcher { units: (0..self.units).map(unit).collect() }
    }
}

impl ReportMatcher {
    /// Scores every image against every label of each listing.
    ///
    /// # Shapes
    /// - images `[B, I, D]`, labels `[B, L, D]`; masks `[B, I]`, `[B, L]`, `true` = padding
    /// - returns per unit `[B, I, L]`, edge scores before the softmax over labels, and `[B, I]`, which never win
    /// # Panics
    /// If widths differ (programmer error).
    pub fn forward(&self, input: MatcherInput) -> MatcherOutput {
        let [batch, count, width] = input.images.dims();
        assert_shape!(input.labels, [batch, _, width]);
        let device = input.images.device();
        let (mut images, mut labels) = (input.images, input.labels);
        let mut output = MatcherOutput { scores: Vec::new(), none: Vec::new() };
        let last = self.units.len() - 1;
        for (place, unit) in self.units.iter().enumerate() {
            images = unit.within.forward(images, input.image_mask.clone());
            labels = unit.within.forward(labels, input.label_mask.clone());
            output.none.push(Tensor::full([batch, count], NEVER, &device));
            if place == last {
                // Nothing reads the states that it would update.
                output.scores.push(unit.across.scores(images.clone(), labels.clone()));
                continue;
            }
            // Both sides are updated at once from the old values, with the same weights.
            let next = unit.across.forward(images.clone(), labels.clone(), input.label_mask.clone());
            labels = unit.across.forward(labels, images, input.image_mask.clone()).states;
            images = next.states;
            output.scores.push(next.scores);
        }
        output
    }
}

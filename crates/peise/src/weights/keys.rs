//! How tensors are named in the files of other projects.
//!
//! One table per architecture: our name on the left, theirs on the right. Of each list the first entry that fits is
//! used: one that begins the name, one within it, one that ends it. `|rows:0/3` takes the first third of their
//! tensor's rows, `|columns:0/2` the left half. Their linear weights are `[out, in]`, ours `[in, out]`; loading
//! transposes them.

use super::Stored;

/// How another project names the tensors of one architecture.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    starts: &'static [(&'static str, &'static str)],
    inner: &'static [(&'static str, &'static str)],
    ends: &'static [(&'static str, &'static str)],
    /// What may stand before every name.
    pub(super) prefix: &'static str,
    /// Tensors that their files may hold and we do not need: beginnings and ends of their names.
    extras: (&'static [&'static str], &'static [&'static str]),
}

/// Normalisations: their weight and bias are our gamma and beta. Legacy files have gamma and beta, too.
const NORM: &[(&str, &str)] = &[(".gamma", ".weight"), (".beta", ".bias")];

/// torchvision's ResNet (`conv1.weight`, `layer1.0.bn1.running_mean`, ...), and `hidden` for the report's own form.
pub const RESNET: Keys = Keys {
    starts: &[
        ("stem.conv.", "conv1."),
        ("stem.norm.", "bn1."),
        ("stages.0.", "layer1."),
        ("stages.1.", "layer2."),
        ("stages.2.", "layer3."),
        ("stages.3.", "layer4."),
        ("output.", "fc."),
    ],
    inner: BLOCK.inner,
    ends: NORM,
    prefix: "",
    extras: (&[], &["num_batches_tracked"]),
};

/// torchvision's `BasicBlock`.
pub const BLOCK: Keys = Keys {
    starts: &[],
    inner: &[
        ("first.conv.", "conv1."),
        ("first.norm.", "bn1."),
        ("second.conv.", "conv2."),
        ("second.norm.", "bn2."),
        ("shortcut.conv.", "downsample.0."),
        ("shortcut.norm.", "downsample.1."),
    ],
    ends: NORM,
    prefix: "",
    extras: (&[], &["num_batches_tracked"]),
};

/// Hugging Face's `BertModel`, or the `bert.` part of a model with heads. The pooler, the pre-training heads (`cls.*`)
/// and stored position numbers are not needed.
pub const BERT: Keys = Keys {
    starts: &[
        ("word.", "embeddings.word_embeddings."),
        ("position.", "embeddings.position_embeddings."),
        ("token_type.", "embeddings.token_type_embeddings."),
        ("norm.", "embeddings.LayerNorm."),
        ("layers.", "encoder.layer."),
    ],
    inner: &[
        (".query.", ".attention.self.query."),
        (".key.", ".attention.self.key."),
        (".value.", ".attention.self.value."),
        (".attention_output.", ".attention.output.dense."),
        (".attention_norm.", ".attention.output.LayerNorm."),
        (".intermediate.", ".intermediate.dense."),
        (".output_norm.", ".output.LayerNorm."),
        (".output.", ".output.dense."),
    ],
    ends: NORM,
    prefix: "bert.",
    extras: (&["cls.", "pooler.", "bert.pooler.", "embeddings.position_ids", "bert.embeddings.position_ids"], &[]),
};

/// PyTorch's `GRU` of one layer as `gru`, and an MLP as a `Sequential` named `mlp`.
pub const RECURRENT_HEAD: Keys = Keys {
    starts: &[("mlp.first.", "mlp.0."), ("mlp.second.", "mlp.2.")],
    inner: &[
        ("reset_gate.input_transform.weight", "weight_ih_l0|rows:0/3"),
        ("update_gate.input_transform.weight", "weight_ih_l0|rows:1/3"),
        ("new_gate.input_transform.weight", "weight_ih_l0|rows:2/3"),
        ("reset_gate.hidden_transform.weight", "weight_hh_l0|rows:0/3"),
        ("update_gate.hidden_transform.weight", "weight_hh_l0|rows:1/3"),
        ("new_gate.hidden_transform.weight", "weight_hh_l0|rows:2/3"),
        ("reset_gate.input_transform.bias", "bias_ih_l0|rows:0/3"),
        ("update_gate.input_transform.bias", "bias_ih_l0|rows:1/3"),
        ("new_gate.input_transform.bias", "bias_ih_l0|rows:2/3"),
        ("reset_gate.hidden_transform.bias", "bias_hh_l0|rows:0/3"),
        ("update_gate.hidden_transform.bias", "bias_hh_l0|rows:1/3"),
        ("new_gate.hidden_transform.bias", "bias_hh_l0|rows:2/3"),
    ],
    ends: &[],
    prefix: "",
    extras: (&[], &[]),
};

/// An MLP as a `Sequential` named `mlp`, and PyTorch's `MultiheadAttention` as `attention`.
pub const SEGMENT_HEAD: Keys = Keys {
    starts: &[("mlp.first.", "mlp.0."), ("mlp.second.", "mlp.2.")],
    inner: &[
        ("query.weight", "in_proj_weight|rows:0/3"),
        ("key.weight", "in_proj_weight|rows:1/3"),
        ("value.weight", "in_proj_weight|rows:2/3"),
        ("query.bias", "in_proj_bias|rows:0/3"),
        ("key.bias", "in_proj_bias|rows:1/3"),
        ("value.bias", "in_proj_bias|rows:2/3"),
        ("output.", "out_proj."),
    ],
    ends: &[],
    prefix: "",
    extras: (&[], &[]),
};

/// The matcher with f_node and f_edge as a `Sequential` each. The output bias of f_edge, which the softmax cancels, is
/// not needed.
pub const MATCHER: Keys = Keys {
    starts: &[("matcher.units.", "units.")],
    inner: &[
        ("update.first.", "node.0."),
        ("update.second.", "node.2."),
        ("edge.query.weight", "edge.0.weight|columns:0/2"),
        ("edge.key.weight", "edge.0.weight|columns:1/2"),
        ("edge.query.bias", "edge.0.bias"),
        ("edge.output.", "edge.2."),
    ],
    ends: NORM,
    prefix: "",
    extras: (&[], &["edge.2.bias", "num_batches_tracked"]),
};

/// PyTorch's `TransformerEncoder` of pre-norm layers as `transformer`.
pub const TRANSFORMER: Keys = Keys {
    starts: &[],
    inner: &[
        (".mha.query.weight", ".self_attn.in_proj_weight|rows:0/3"),
        (".mha.key.weight", ".self_attn.in_proj_weight|rows:1/3"),
        (".mha.value.weight", ".self_attn.in_proj_weight|rows:2/3"),
        (".mha.query.bias", ".self_attn.in_proj_bias|rows:0/3"),
        (".mha.key.bias", ".self_attn.in_proj_bias|rows:1/3"),
        (".mha.value.bias", ".self_attn.in_proj_bias|rows:2/3"),
        (".mha.output.", ".self_attn.out_proj."),
        (".pwff.linear_inner.", ".linear1."),
        (".pwff.linear_outer.", ".linear2."),
        (".norm_2.", ".norm1."),
        (".norm_1.", ".norm2."),
    ],
    ends: NORM,
    prefix: "",
    extras: (&[], &[]),
};

/// Which part of their tensor is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// All of it.
    Whole,
    /// One of so many equal parts along its rows.
    Rows(usize, usize),
    /// One of so many equal parts along its columns.
    Columns(usize, usize),
}

impl Cut {
    /// Our part of their tensor, transposed if that is asked for; `None` if it cannot be cut so.
    pub fn of(self, whole: Stored, transpose: bool) -> Option<Stored> {
        let part = match self {
            Self::Whole => whole,
            Self::Rows(index, of) => whole.rows(index, of)?,
            Self::Columns(index, of) => whole.columns(index, of)?,
        };
        if transpose { part.transposed() } else { Some(part) }
    }
}

impl Keys {
    /// Their name of a tensor of ours, and which part of it is ours.
    pub fn theirs(&self, ours: &str) -> (String, Cut) {
        let mut name = ours.to_owned();
        if let Some((from, to)) = self.starts.iter().find(|(from, _)| name.starts_with(from)) {
            name = format!("{to}{}", &name[from.len()..]);
        }
        if let Some((from, to)) = self.inner.iter().find(|(from, _)| name.contains(from)) {
            name = name.replacen(from, to, 1);
        }
        if let Some((from, to)) = self.ends.iter().find(|(from, _)| name.ends_with(from)) {
            name = format!("{}{to}", &name[..name.len() - from.len()]);
        }
        let Some((whole, cut)) = name.split_once('|') else { return (name, Cut::Whole) };
        let numbers = |text: &str| {
            let (part, of) = text.split_once('/')?;
            Some((part.parse().ok()?, of.parse().ok()?))
        };
        let cut = match cut.split_once(':') {
            Some(("rows", text)) => numbers(text).map_or(Cut::Whole, |(part, of)| Cut::Rows(part, of)),
            Some(("columns", text)) => numbers(text).map_or(Cut::Whole, |(part, of)| Cut::Columns(part, of)),
            _ => Cut::Whole,
        };
        (whole.to_owned(), cut)
    }

    /// Whether a tensor of theirs is one that we do not need.
    pub(super) fn is_extra(&self, theirs: &str) -> bool {
        self.extras.0.iter().any(|start| theirs.starts_with(start))
            || self.extras.1.iter().any(|end| theirs.ends_with(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_translated() {
        for (keys, ours, theirs, cut) in [
            (RESNET, "stem.conv.weight", "conv1.weight", Cut::Whole),
            (RESNET, "stem.norm.gamma", "bn1.weight", Cut::Whole),
            (RESNET, "stages.3.1.second.norm.running_var", "layer4.1.bn2.running_var", Cut::Whole),
            (RESNET, "stages.1.0.shortcut.conv.weight", "layer2.0.downsample.0.weight", Cut::Whole),
            (RESNET, "output.bias", "fc.bias", Cut::Whole),
            (RESNET, "hidden.weight", "hidden.weight", Cut::Whole),
            (BERT, "norm.beta", "embeddings.LayerNorm.bias", Cut::Whole),
            (BERT, "layers.11.output.weight", "encoder.layer.11.output.dense.weight", Cut::Whole),
            (BERT, "layers.0.attention_norm.gamma", "encoder.layer.0.attention.output.LayerNorm.weight", Cut::Whole),
            (RECURRENT_HEAD, "gru.new_gate.hidden_transform.bias", "gru.bias_hh_l0", Cut::Rows(2, 3)),
            (SEGMENT_HEAD, "attention.key.weight", "attention.in_proj_weight", Cut::Rows(1, 3)),
            (MATCHER, "units.1.across.edge.key.weight", "units.1.across.edge.0.weight", Cut::Columns(1, 2)),
            (MATCHER, "units.0.within.query.bias", "units.0.within.query.bias", Cut::Whole),
        ] {
            assert_eq!(keys.theirs(ours), (theirs.to_owned(), cut), "{ours}");
        }
        assert!(BERT.is_extra("cls.predictions.bias") && !BERT.is_extra("encoder.layer.0.output.dense.bias"));
    }
}

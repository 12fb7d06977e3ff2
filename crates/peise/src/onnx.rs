//! ONNX export: a model as three graphs that other runtimes run without Peise.
//!
//! | file | inputs | outputs |
//! |---|---|---|
//! | `image_encoder.onnx` | `photos` `[N, 3, H, W]` | `features` `[N, P]` |
//! | `label_encoder.onnx` | `tokens` `[M, T]` int64, `mask` `[M, T]` | `features` `[M, Q]` |
//! | `matcher.onnx` | `images` `[B, I, P]`, `labels` `[B, L, Q]`, `image_mask` `[B, I]`, `label_mask` `[B, L]` | `scores` `[B, I, L]`, `none` `[B, I]` |
//!
//! Floats are 32 bit; masks are boolean, `true` = padding, whose features must be finite and have no influence. H, W, P
//! and Q are fixed, all other sizes free. The graphs are for inference: no dropout, batch normalisation folded into
//! convolutions, layers that nothing stands between multiplied out. They need operators of version 17 and no others
//! than ONNX's own.

#[cfg(feature = "report")]
use crate::model::ReportConfig;
use crate::model::{CompactConfig, ModelConfig};
use crate::weights::{TensorSource, WeightsError};
use graph::{Axis, Graph};
use matcher::{MatcherInput, MatcherOutput};
use prost::Message;
use proto::{Element, ModelProto, OperatorSetIdProto};
use weights::Weights;

mod attention;
#[cfg(feature = "report")]
mod bert;
mod characters;
mod convolution;
mod graph;
mod linear;
mod matcher;
mod metadata;
#[cfg(feature = "report")]
mod mlp;
mod multi_head;
mod operations;
mod parts;
pub mod proto;
#[cfg(feature = "report")]
mod recurrent;
#[cfg(feature = "report")]
mod report_matcher;
mod residual;
#[cfg(feature = "report")]
mod resnet;
#[cfg(feature = "report")]
mod segments;
mod weights;

/// The largest file that readers of ONNX take, bytes.
const LARGEST_FILE: usize = i32::MAX as usize;

/// Why a model could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A tensor is missing, misshaped or unreadable; the error names it.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Photos have no fixed size.
    #[error("preprocess must end in one size: the graph is made for it")]
    PhotoSize,
    /// ONNX files hold at most 2 GiB.
    #[error("{part}.onnx would have {bytes} bytes; ONNX files hold at most {LARGEST_FILE}")]
    TooLarge {
        /// The part's name.
        part: &'static str,
        /// Its size.
        bytes: usize,
    },
}

/// A part of a model, and the file that it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GraphPart {
    /// Photos to the matcher's inputs: encoder and head.
    ImageEncoder,
    /// Tokens to the matcher's inputs: encoder and head.
    LabelEncoder,
    /// The matcher's inputs to scores.
    Matcher,
}

impl GraphPart {
    /// All parts.
    pub const ALL: [Self; 3] = [Self::ImageEncoder, Self::LabelEncoder, Self::Matcher];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ImageEncoder => "image_encoder",
            Self::LabelEncoder => "label_encoder",
            Self::Matcher => "matcher",
        }
    }

    /// The name of its file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::ImageEncoder => "image_encoder.onnx",
            Self::LabelEncoder => "label_encoder.onnx",
            Self::Matcher => "matcher.onnx",
        }
    }
}

/// The bytes of a part's ONNX file. `name` is the model's, for the file's metadata.
///
/// # Errors
/// If a tensor is missing or does not fit the configuration, or the file would be too large.
pub fn export(
    part: GraphPart,
    config: &ModelConfig,
    tensors: &dyn TensorSource,
    name: &str,
) -> Result<Vec<u8>, ExportError> {
    let weights = Weights::new(tensors);
    let mut graph = Graph::new(part.name());
    match part {
        GraphPart::ImageEncoder => image_encoder(&mut graph, config, &weights)?,
        GraphPart::LabelEncoder => label_encoder(&mut graph, config, &weights)?,
        GraphPart::Matcher => matcher(&mut graph, config, &weights)?,
    }
    let model = ModelProto {
        ir_version: Some(proto::IR_VERSION),
        producer_name: Some("peise".to_owned()),
        producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        doc_string: Some(format!("The {} of Peise's model {name}.", part.name().replace('_', " "))),
        graph: Some(graph.finish()),
        opset_import: vec![OperatorSetIdProto { domain: Some(String::new()), version: Some(proto::OPSET_VERSION) }],
        metadata_props: metadata::of(part, config, &weights, name)?,
    };
    match model.encoded_len() {
        bytes if bytes > LARGEST_FILE => Err(ExportError::TooLarge { part: part.name(), bytes }),
        _ => Ok(model.encode_to_vec()),
    }
}

/// Height and width of the photos that the encoder is given.
fn photo_size(config: &ModelConfig) -> Result<[usize; 2], ExportError> {
    let (width, height) = config.preprocess().output_size().ok_or(ExportError::PhotoSize)?;
    Ok([height as usize, width as usize])
}

/// Widths of the rows that the encoders give the matcher: a photo's and a label's.
fn widths(config: &ModelConfig) -> Result<[usize; 2], ExportError> {
    Ok(match config {
        ModelConfig::Compact(compact) => [compact.image.row_width(photo_size(config)?), compact.label.row_width()],
        #[cfg(feature = "report")]
        ModelConfig::Report(config) => [config.matcher.width; 2],
    })
}

fn image_encoder(graph: &mut Graph, config: &ModelConfig, weights: &Weights) -> Result<(), ExportError> {
    let [height, width_of_photo] = photo_size(config)?;
    let shape = [Axis::Named("N"), Axis::Fixed(3), Axis::Fixed(height), Axis::Fixed(width_of_photo)];
    let meaning = "photos: R, G, B in 0..1, less the metadata's mean, divided by its std";
    let photos = graph.input("photos", Element::Float, &shape, meaning);
    let encoder = weights.at("image_encoder");
    let features = match config {
        ModelConfig::Compact(CompactConfig { image, .. }) => {
            residual::residual_encoder(graph, &encoder, image, [height, width_of_photo], &photos)?
        }
        #[cfg(feature = "report")]
        ModelConfig::Report(ReportConfig { image, image_head, .. }) => {
            let features = resnet::resnet(graph, &encoder, image, [height, width_of_photo], &photos)?;
            segments::segment_head(graph, &weights.at("image_head"), image_head, image.output, &features)?
        }
    };
    let [row, _] = widths(config)?;
    graph.output(&features, "features", &[Axis::Named("N"), Axis::Fixed(row)], "the matcher's images");
    Ok(())
}

fn label_encoder(graph: &mut Graph, config: &ModelConfig, weights: &Weights) -> Result<(), ExportError> {
    let shape = [Axis::Named("M"), Axis::Named("T")];
    let tokens = graph.input("tokens", Element::Int64, &shape, "tokens of cleaned labels, padded with 0 at the end");
    let mask = graph.input("mask", Element::Bool, &shape, "true = padding");
    let features = match config {
        ModelConfig::Compact(CompactConfig { label, .. }) => {
            characters::character_encoder(graph, &weights.at("label_encoder"), label, [&tokens, &mask])?
        }
        #[cfg(feature = "report")]
        ModelConfig::Report(ReportConfig { tokens: token, text, label_head, .. }) => {
            let attended = token.mask.then_some(&mask);
            let states = bert::bert(graph, &weights.at("text_encoder"), text, &tokens, attended)?;
            let weights = weights.at("label_head");
            recurrent::recurrent_head(graph, &weights, label_head, text.width, [&states, &mask])?
        }
    };
    let [_, row] = widths(config)?;
    graph.output(&features, "features", &[Axis::Named("M"), Axis::Fixed(row)], "the matcher's labels");
    Ok(())
}

fn matcher(graph: &mut Graph, config: &ModelConfig, weights: &Weights) -> Result<(), ExportError> {
    let [image_row, label_row] = widths(config)?.map(Axis::Fixed);
    let [batch, images, labels] = ["B", "I", "L"].map(Axis::Named);
    let input = MatcherInput {
        images: graph.input("images", Element::Float, &[batch, images, image_row], "features of a listing's photos"),
        labels: graph.input("labels", Element::Float, &[batch, labels, label_row], "features of a listing's labels"),
        image_mask: graph.input("image_mask", Element::Bool, &[batch, images], "true = padding"),
        label_mask: graph.input("label_mask", Element::Bool, &[batch, labels], "true = padding"),
    };
    let MatcherOutput { scores, none } = match config {
        ModelConfig::Compact(compact) => {
            let rows = widths(config)?;
            matcher::attention_matcher(graph, &weights.at("matcher"), &compact.matcher, rows, input)?
        }
        #[cfg(feature = "report")]
        ModelConfig::Report(config) => report_matcher::report_matcher(graph, weights, config, input)?,
    };
    let meaning = "log-weight of each label, before the temperature; meaningless where padded";
    graph.output(&scores, "scores", &[batch, images, labels], meaning);
    graph.output(&none, "none", &[batch, images], "log-weight of showing no label, before the temperature");
    Ok(())
}

#[cfg(test)]
mod tests;

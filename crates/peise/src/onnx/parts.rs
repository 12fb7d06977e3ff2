//! Segments of a photo against the characters of a label (`matcher/parts.rs`).

use super::graph::{Graph, Value};
use super::weights::Weights;
use crate::weights::WeightsError;

/// For each character the place of the photo that fits it best, and the sum over characters, each by its weight.
/// `weights` are those below `parts`.
///
/// # Shapes
/// - images `[B, I, S * W]`, labels `[B, L, T * (W + 1)]`, W the width; returns `[B, I, L]`
/// # Errors
/// If the scale is missing or misshaped.
pub fn part_score(
    graph: &mut Graph,
    weights: &Weights,
    width: usize,
    images: &Value,
    labels: &Value,
) -> Result<Value, WeightsError> {
    let scale = graph.floats(&weights.name("scale"), &weights.tensor("scale", &[1])?);
    let root = graph.scalar(1.0 / (width as f32).sqrt());
    let segments = graph.reshape(images, &[0, 0, -1, width as i64]);
    let labels = graph.reshape(labels, &[0, 0, -1, width as i64 + 1]);
    let [characters, odds] = graph.split(&labels, 3, [width, 1]);
    let characters = graph.multiply(&characters, &root);
    // [B, 1, L, T, W] times [B, I, 1, W, S].
    let characters = graph.unsqueeze(&characters, &[1]);
    let segments = graph.transpose(&segments, &[0, 1, 3, 2]);
    let segments = graph.unsqueeze(&segments, &[2]);
    let pairs = graph.matrix_product(&characters, &segments);
    let shares = graph.softmax(&pairs);
    let best = graph.multiply(&pairs, &shares);
    let best = graph.sum(&best, 4);
    let odds = graph.squeeze(&odds, &[3]);
    let odds = graph.unsqueeze(&odds, &[1]);
    let weight = graph.sigmoid(&odds);
    let weighted = graph.multiply(&best, &weight);
    let sum = graph.sum(&weighted, 3);
    Ok(graph.multiply(&sum, &scale))
}

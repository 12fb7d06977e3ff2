//! The blocks of `compact`.

use super::Worst;
use super::blocks::{compare, compare_sides, device};
use peise::encoder::TokenInput;
use peise::encoder::characters::CharacterEncoderConfig;
use peise::encoder::residual::ResidualEncoderConfig;
use peise::matcher::{AttentionMatcherConfig, MatcherInput};
use peise::weights::keys;

pub(super) fn compact_image(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let widths = fixture.sizes("widths");
    let config = ResidualEncoderConfig {
        stem: fixture.size("stem"),
        blocks: vec![1; widths.len()],
        widths,
        pool_queries: fixture.size("pool_queries"),
        output: fixture.size("output"),
        part_width: fixture.size("part_width"),
    };
    let keys = (&keys::BLOCK, "");
    let encoder = fixture.fill(config.init(&device), keys, &[]);
    let x = fixture.input::<4>("x", &device);
    let y = encoder.forward(x.clone());
    compare(worst, &encoder, keys, (&x, y));
}

pub(super) fn compact_label(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let config = CharacterEncoderConfig {
        // Of the tokens two are reserved.
        characters: ('a'..).take(fixture.size("vocabulary") - 3).collect(),
        hash_buckets: 1,
        max_length: fixture.size("longest") - 1,
        width: fixture.size("width"),
        heads: fixture.size("heads"),
        layers: fixture.size("layers"),
        dropout: 0.0,
        output: fixture.size("output"),
        part_width: fixture.size("part_width"),
    };
    let keys = (&keys::TRANSFORMER, "");
    let encoder = fixture.fill(config.init(&device), keys, &[]);
    let tokens = fixture.int::<2>("input/tokens", &device);
    let y = encoder.forward(TokenInput { tokens, mask: fixture.mask("input/mask", 1, &device) });
    worst.output("y", y.clone());
    let gradients = fixture.loss(&[("y", y)], &device).backward();
    worst.module(&encoder, keys, &gradients);
}

pub(super) fn compact_matcher(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let config = AttentionMatcherConfig {
        width: fixture.size("width"),
        units: fixture.size("units"),
        heads: fixture.size("heads"),
        edge_hidden: fixture.size("edge_hidden"),
        node_hidden: fixture.size("node_hidden"),
        dropout: 0.0,
        part_width: fixture.size("part_width"),
    };
    let keys = (&keys::MATCHER, "");
    let matcher = fixture.fill(config.init(&device), keys, &[]);
    let (images, labels) = (fixture.input::<3>("images", &device), fixture.input::<3>("labels", &device));
    let mut output = matcher.forward(MatcherInput {
        images: images.clone(),
        labels: labels.clone(),
        image_mask: fixture.mask("input/image_mask", 1, &device),
        label_mask: fixture.mask("input/label_mask", 1, &device),
    });
    let none = output.none.pop().expect("a unit");
    let [batch, count] = none.dims();
    // Without the output bias of f_edge, which is the same for every pair.
    let bias = fixture.get("weight/head.edge.2.bias").values[0];
    let scores = output.scores.pop().expect("a unit") + bias;
    let outputs = [("scores", scores), ("none", none.reshape([batch, count, 1]))];
    compare_sides(worst, &matcher, keys, ([&images, &labels], &outputs));
}

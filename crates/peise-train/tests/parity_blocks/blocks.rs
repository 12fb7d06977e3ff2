//! The blocks: what is built, what it is given, what is compared.

use super::compact::{compact_image, compact_label, compact_matcher};
use super::{Fixture, Worst};
use burn::module::Module;
use burn::nn::attention::{MhaInput, MultiHeadAttentionConfig};
use burn::tensor::{Device, Tensor};
use peise::encoder::TokenInput;
use peise::encoder::bert::BertConfig;
use peise::encoder::block::BasicBlock;
use peise::encoder::recurrent::{LastStep, RecurrentHeadConfig};
use peise::encoder::resnet::ResNetConfig;
use peise::encoder::segments::SegmentHeadConfig;
use peise::image::Preprocess;
use peise::matcher::attention::{CrossAttention, SelfAttention, UnitConfig};
use peise::matcher::report::ReportMatcherConfig;
use peise::model::{BatchLayout, ReportConfig};
use peise::pretrained;
use peise::weights::keys::{self, Keys};
use peise_train::loss::{SupconForm, Target, cross_entropy, supcon};

/// A block's name and how it is compared.
pub type Block = (&'static str, fn(&mut Worst));

/// The small blocks.
pub const BLOCKS: &[Block] = &[
    ("basic_block_eval", basic_block),
    ("basic_block_train", basic_block),
    ("basic_block_down_eval", basic_block),
    ("basic_block_down_train", basic_block),
    ("resnet18_imagenet_eval", resnet),
    ("resnet18_imagenet_train", resnet),
    ("resnet18_scratch_eval", resnet),
    ("resnet18_scratch_train", resnet),
    ("bert_masked", bert),
    ("bert_unmasked", bert),
    ("gru", gru),
    ("label_head", label_head),
    ("segment_attention", segment_attention),
    ("image_head", image_head),
    ("self_attention", self_attention),
    ("self_attention_single", self_attention),
    ("cross_attention", cross_attention),
    ("matcher_train", matcher),
    ("matcher_double_softmax", matcher),
    ("supcon_out", supervised_contrast),
    ("supcon_in", supervised_contrast),
    ("compact_image_eval", compact_image),
    ("compact_image_train", compact_image),
    ("compact_label", compact_label),
    ("compact_matcher", compact_matcher),
];

/// At the report's widths, weights as they are published.
pub const FULL_WIDTH: &[Block] = &[
    ("resnet18_full", resnet_files),
    ("resnet18_scratch_full", resnet_files),
    ("bert_full", bert_files),
    ("matcher_full", matcher),
];

pub(super) fn device() -> Device {
    Device::flex().autodiff()
}

/// Compares a module of one input and one output: the output, the gradients, the statistics.
pub(super) fn compare<const D: usize, const E: usize>(
    worst: &mut Worst,
    module: &impl Module,
    keys: (&Keys, &str),
    (x, y): (&Tensor<D>, Tensor<E>),
) {
    let fixture = worst.fixture;
    worst.output("y", y.clone());
    let gradients = fixture.loss(&[("y", y)], &device()).backward();
    worst.input("x", x, &gradients);
    worst.module(module, keys, &gradients);
}

/// Compares a module of two inputs, `images` and `labels`, and several outputs.
pub(super) fn compare_sides<const D: usize, const E: usize>(
    worst: &mut Worst,
    module: &impl Module,
    keys: (&Keys, &str),
    ([images, labels], outputs): ([&Tensor<D>; 2], &[(&str, Tensor<E>)]),
) {
    let fixture = worst.fixture;
    for (name, found) in outputs {
        worst.output(name, found.clone());
    }
    let gradients = fixture.loss(outputs, &device()).backward();
    worst.input("images", images, &gradients);
    worst.input("labels", labels, &gradients);
    worst.module(module, keys, &gradients);
}

fn basic_block(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let channels = [fixture.size("channels"), fixture.size("width")];
    let keys = (&keys::BLOCK, "");
    let block = fixture.fill(BasicBlock::init(channels, fixture.size("stride"), &device), keys, &[]);
    let x = fixture.input::<4>("x", &device);
    let y = block.forward(x.clone());
    compare(worst, &block, keys, (&x, y));
}

fn resnet_config(fixture: &Fixture) -> ResNetConfig {
    let scratch = fixture.config["form"] == "scratch";
    let base = if scratch { ResNetConfig::scratch() } else { ResNetConfig::imagenet() };
    let hidden = if scratch { fixture.size("hidden") } else { 0 };
    let dropout = if fixture.train { 0.0 } else { base.dropout };
    ResNetConfig { widths: fixture.sizes("widths"), hidden, dropout, output: fixture.size("classes"), ..base }
}

fn resnet(worst: &mut Worst) {
    let fixture = worst.fixture;
    let (device, side) = (device(), fixture.size("input_size"));
    let keys = (&keys::RESNET, "");
    let network = fixture.fill(resnet_config(fixture).init([side, side], &device), keys, &[]);
    compare_resnet(worst, &network);
}

fn compare_resnet(worst: &mut Worst, network: &peise::encoder::resnet::ResNet) {
    let fixture = worst.fixture;
    let device = device();
    let x = fixture.input::<4>("x", &device);
    let y = network.forward(x.clone());
    compare(worst, network, (&keys::RESNET, ""), (&x, y));
}

fn resnet_files(worst: &mut Worst) {
    let fixture = worst.fixture;
    let (device, side) = (device(), fixture.size("input_size"));
    let scratch = fixture.config["form"] == "scratch";
    let files: &[&str] = if scratch { &["resnet18_scratch.pth"] } else { &["resnet18.pth", "resnet18.safetensors"] };
    if scratch {
        // Among millions of activations some lie so near zero that rounding alone moves them through a ReLU.
        worst.allow("x", 1e-2);
        worst.allow("conv1.weight", 1e-2);
    }
    for file in files {
        let network = resnet_config(fixture).init([side, side], &device);
        let network = pretrained::image_encoder(network, &fixture.folder.join(file)).expect("a published file");
        compare_resnet(worst, &fixture.in_mode(network));
    }
}

fn bert_config(fixture: &Fixture) -> BertConfig {
    BertConfig {
        vocabulary: fixture.size("vocab_size"),
        width: fixture.size("hidden_size"),
        layers: fixture.size("num_hidden_layers"),
        heads: fixture.size("num_attention_heads"),
        feed_forward: fixture.size("intermediate_size"),
        positions: fixture.size("max_position_embeddings"),
        types: fixture.size("type_vocab_size"),
        ..BertConfig::default()
    }
}

fn bert(worst: &mut Worst) {
    let fixture = worst.fixture;
    let encoder = fixture.fill(bert_config(fixture).init(&device()), (&keys::BERT, ""), &[]);
    compare_bert(worst, &encoder);
}

fn compare_bert(worst: &mut Worst, encoder: &peise::encoder::bert::Bert) {
    let fixture = worst.fixture;
    let device = device();
    let tokens = fixture.int::<2>("input/tokens", &device);
    let hidden = encoder.forward(TokenInput { tokens, mask: fixture.mask("input/mask", 0, &device) });
    worst.output("hidden", hidden.clone());
    let gradients = fixture.loss(&[("hidden", hidden)], &device).backward();
    worst.module(encoder, (&keys::BERT, ""), &gradients);
}

fn bert_files(worst: &mut Worst) {
    let fixture = worst.fixture;
    for folder in ["bert", "bert-pth"] {
        let config = bert_config(fixture);
        let encoder = pretrained::text_encoder(config.init(&device()), &config, &fixture.folder.join(folder));
        compare_bert(worst, &fixture.in_mode(encoder.expect("a published folder")));
    }
}

fn gru(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let lengths: Vec<usize> = fixture.get("input/lengths").values.iter().map(|&length| length as usize).collect();
    let x = fixture.input::<3>("x", &device);
    let padding = lengths.iter().flat_map(|&length| (0..x.dims()[1]).map(move |at| at >= length)).collect::<Vec<_>>();
    let mask = Tensor::from_data(burn::tensor::TensorData::new(padding, [lengths.len(), x.dims()[1]]), &device);
    let keys: (&Keys, &str) = (&keys::RECURRENT_HEAD, "gru.");
    let head = |last_step| {
        let config = RecurrentHeadConfig { width: fixture.size("hidden_size"), last_step, hidden: 2, output: 2 };
        fixture.fill(config.init(fixture.size("input_size"), &device), keys, &["mlp."])
    };
    // Both take the same weights; the gradients that are compared are those of one of them with both losses.
    let (padded, real) = (head(LastStep::Padded), head(LastStep::Real));
    let last_padded = padded.step(x.clone(), mask.clone());
    worst.output("last_padded", last_padded.clone());
    let last_real = real.step(x.clone(), mask);
    worst.output("last_real", last_real.clone());
    let gradients = fixture.loss(&[("last_padded", last_padded), ("last_real", last_real)], &device).backward();
    worst.input("x", &x, &gradients);
}

fn label_head(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let width = fixture.size("width");
    let config =
        RecurrentHeadConfig { width: fixture.size("gru_hidden"), hidden: width, output: width, ..Default::default() };
    let keys = (&keys::RECURRENT_HEAD, "");
    let head = fixture.fill(config.init(fixture.size("input_size"), &device), keys, &[]);
    let x = fixture.input::<3>("x", &device);
    let [count, length, _] = x.dims();
    let mask = Tensor::<2, burn::tensor::Int>::zeros([count, length], &device).bool();
    let y = head.forward(x.clone(), mask);
    compare(worst, &head, keys, (&x, y));
}

fn segment_attention(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let config = MultiHeadAttentionConfig::new(fixture.size("width"), fixture.size("heads")).with_dropout(0.0);
    let keys = (&keys::SEGMENT_HEAD, "");
    let attention = fixture.fill(config.init(&device), keys, &[]);
    let x = fixture.input::<3>("x", &device);
    let y = attention.forward(MhaInput::self_attn(x.clone())).context;
    compare(worst, &attention, keys, (&x, y));
}

fn image_head(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let width = fixture.size("width");
    let config = SegmentHeadConfig {
        hidden: width,
        output: width,
        segments: fixture.size("segments"),
        heads: fixture.size("heads"),
        ..Default::default()
    };
    let keys = (&keys::SEGMENT_HEAD, "");
    let head = fixture.fill(config.init(fixture.size("inputs"), &device), keys, &[]);
    let x = fixture.input::<2>("x", &device);
    let y = head.forward(x.clone());
    compare(worst, &head, keys, (&x, y));
}

fn unit(width: usize, heads: usize, scaled: bool) -> UnitConfig {
    UnitConfig { width, heads, scaled, edge_hidden: width, node_hidden: 2 * width, norm: false, dropout: 0.0 }
}

fn self_attention(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let scaled = fixture.config["scaled"].as_bool().expect("true or false");
    let config = unit(fixture.size("width"), fixture.size("heads"), scaled);
    let keys = (&keys::MATCHER, "");
    let attention = fixture.fill(SelfAttention::init(&config, &device), keys, &[]);
    let x = fixture.input::<3>("x", &device);
    let y = attention.forward(x.clone(), fixture.mask("input/mask", 1, &device));
    compare(worst, &attention, keys, (&x, y));
}

fn cross_attention(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let keys = (&keys::MATCHER, "");
    let attention = fixture.fill(CrossAttention::init(&unit(fixture.size("width"), 4, true), &device), keys, &[]);
    let (images, labels) = (fixture.input::<3>("images", &device), fixture.input::<3>("labels", &device));
    let of_images = attention.forward(images.clone(), labels.clone(), fixture.mask("input/label_mask", 1, &device));
    let of_labels = attention.forward(labels.clone(), images.clone(), fixture.mask("input/image_mask", 1, &device));
    // Without the output bias of f_edge, which a softmax cancels.
    let bias = fixture.get("weight/edge.2.bias").values[0];
    let outputs = [("images", of_images.states), ("labels", of_labels.states), ("scores", of_images.scores + bias)];
    compare_sides(worst, &attention, keys, ([&images, &labels], &outputs));
}

/// The report's own composition: input normalisation, units, and the loss.
fn matcher(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let width = fixture.size("width");
    let config = ReportConfig {
        // Encoders that nothing here uses, as small as they get.
        preprocess: Preprocess::stretch(32),
        image: ResNetConfig { widths: vec![2, 2, 2, 2], hidden: 2, output: 4, ..ResNetConfig::scratch() },
        image_head: SegmentHeadConfig { hidden: 2, output: width, ..Default::default() },
        text: BertConfig { vocabulary: 8, width: 4, layers: 1, heads: 1, feed_forward: 4, ..Default::default() },
        label_head: RecurrentHeadConfig { width: 4, hidden: 2, output: width, ..Default::default() },
        matcher: ReportMatcherConfig {
            width,
            units: fixture.size("units"),
            heads: fixture.size("heads"),
            scaled: true,
            edge_hidden: width,
            node_hidden: 2 * width,
        },
        ..ReportConfig::default()
    };
    let keys = (&keys::MATCHER, "");
    let except = ["image_encoder.", "text_encoder.", "image_head.", "label_head."];
    let model = fixture.fill(config.init(&device), keys, &except);
    let rows = |key: &str| {
        let mut next = 0;
        let counts = fixture.sizes(key).into_iter();
        counts
            .map(|count| {
                next += count;
                (next - count..next).collect()
            })
            .collect::<Vec<Vec<usize>>>()
    };
    let layout = BatchLayout { images: rows("images_per_listing"), labels: rows("labels_per_listing") };
    let truth: Vec<usize> = fixture.get("input/targets").values.iter().map(|&label| label as usize).collect();
    let target = |(images, labels): (&Vec<usize>, &Vec<usize>)| Target {
        labels: images.iter().map(|&image| Some(truth[image])).collect(),
        label_count: labels.len(),
    };
    let targets: Vec<Target> = layout.images.iter().zip(&layout.labels).map(target).collect();

    let (images, labels) = (fixture.input::<2>("images", &device), fixture.input::<2>("labels", &device));
    let mut output = model.match_inputs(images.clone(), labels.clone(), &layout);
    let scores = output.scores.pop().expect("a unit");
    let double = fixture.config["double_softmax"].as_bool().expect("true or false");
    let loss = cross_entropy(scores.clone(), &targets, double);
    let found = f64::from(loss.clone().into_scalar::<f32>());
    worst.compare_values(("output", "loss"), &[found], (&fixture.get("output/loss").values, 0.0));
    // Scores agree up to a constant for each photo, the bias that is left out, where neither side is padding.
    let [_, height, columns] = scores.dims();
    let found: Vec<f64> = scores.into_data().iter::<f64>().collect();
    let last = fixture.size("units") - 1;
    let bias = fixture.get(&format!("weight/units.{last}.across.edge.2.bias")).values[0];
    let expected = &fixture.get("output/scores").values;
    for (listing, target) in targets.iter().enumerate() {
        for image in 0..target.labels.len() {
            let row = |values: &[f64], by: f64| -> Vec<f64> {
                values[(listing * height + image) * columns..][..target.label_count].iter().map(|v| v + by).collect()
            };
            worst.compare_values(("output", "scores"), &row(&found, bias), (&row(expected, 0.0), 0.1));
        }
    }
    let gradients = loss.backward();
    worst.input("images", &images, &gradients);
    worst.input("labels", &labels, &gradients);
    worst.module(&model, keys, &gradients);
}

fn supervised_contrast(worst: &mut Worst) {
    let fixture = worst.fixture;
    let device = device();
    let classes: Vec<usize> = fixture.get("input/classes").values.iter().map(|&class| class as usize).collect();
    let form = if fixture.config["form"] == "in" { SupconForm::In } else { SupconForm::Out };
    let temperature = fixture.config["temperature"].as_f64().expect("a number");
    let z = fixture.input::<2>("z", &device);
    let loss = supcon(z.clone(), &classes, temperature, form).sum;
    let found = f64::from(loss.clone().into_scalar::<f32>());
    worst.compare_values(("output", "loss"), &[found], (&fixture.get("output/loss").values, 0.0));
    worst.input("z", &z, &loss.backward());
}

use super::*;
use crate::encoder::characters::CharacterEncoderConfig;
use crate::encoder::residual::ResidualEncoderConfig;
use crate::image::{Preprocess, Step};
use crate::label::Cleaner;
use crate::matcher::AttentionMatcherConfig;
use crate::weights::Stored;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

fn config(part_width: usize) -> ModelConfig {
    let image = ResidualEncoderConfig {
        stem: 2,
        widths: vec![2, 4],
        blocks: vec![1, 1],
        pool_queries: 2,
        output: 4,
        part_width,
    };
    let label = CharacterEncoderConfig {
        characters: "黑白".to_owned(),
        hash_buckets: 3,
        max_length: 5,
        width: 4,
        heads: 2,
        layers: 1,
        dropout: 0.0,
        output: 4,
        part_width,
    };
    let matcher = AttentionMatcherConfig {
        width: 4,
        units: 1,
        heads: 2,
        edge_hidden: 3,
        node_hidden: 5,
        dropout: 0.0,
        part_width,
    };
    ModelConfig::Compact(CompactConfig {
        preprocess: Preprocess::new(vec![Step::Resize { width: 8, height: 6 }]).expect("a step"),
        mean: [0.5; 3],
        std: [0.25; 3],
        shared_regions: false,
        cleaner: Cleaner::Default,
        image,
        label,
        matcher,
        temperature: 1.0,
        reserve: None,
    })
}

/// Gives whatever is asked for, in the shape that it is asked for, which it learns from the error.
#[derive(Default)]
struct Willing(RefCell<BTreeMap<String, Vec<usize>>>);

impl TensorSource for Willing {
    fn tensor(&self, name: &str) -> Result<Stored, WeightsError> {
        let shape = self.0.borrow().get(name).cloned().unwrap_or_default();
        Ok(Stored { values: vec![0.5; shape.iter().product()], shape })
    }
}

/// A part of a model without parts of photos and labels, and of one with.
fn exported(part: GraphPart) -> [ModelProto; 2] {
    [0, 2].map(|part_width| exported_with(part, part_width))
}

fn exported_with(part: GraphPart, part_width: usize) -> ModelProto {
    let source = Willing::default();
    loop {
        match export(part, &config(part_width), &source, "tiny") {
            Ok(bytes) => return ModelProto::decode(bytes.as_slice()).expect("what was written is read"),
            Err(ExportError::Weights(WeightsError::Shape { name, expected, .. })) => {
                source.0.borrow_mut().insert(name, expected);
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn every_value_is_there_before_it_is_used_and_named_once() {
    for (part, model) in GraphPart::ALL.into_iter().flat_map(|part| exported(part).map(|model| (part, model))) {
        let graph = model.graph.expect("a model has a graph");
        let inputs = graph.input.iter().filter_map(|input| input.name.clone());
        let constants = graph.initializer.iter().filter_map(|constant| constant.name.clone());
        let mut known: HashSet<String> = HashSet::from([String::new()]);
        assert!(inputs.chain(constants).all(|name| known.insert(name)), "{part:?}");
        for node in &graph.node {
            assert!(node.input.iter().all(|name| known.contains(name)), "{part:?}: {node:?}");
            assert!(node.output.iter().all(|name| known.insert(name.clone())), "{part:?}: {node:?}");
        }
        assert!(graph.output.iter().all(|output| known.contains(output.name.as_deref().unwrap_or_default())));
    }
}

#[test]
fn constants_are_as_long_as_their_shapes_say() {
    for model in GraphPart::ALL.into_iter().flat_map(exported) {
        for constant in model.graph.expect("a model has a graph").initializer {
            let size = if constant.data_type == Some(Element::Int64 as i32) { 8 } else { 4 };
            let bytes = constant.raw_data.as_ref().map_or(0, Vec::len);
            assert_eq!(bytes as i64, size * constant.dims.iter().product::<i64>(), "{:?}", constant.name);
        }
    }
}

#[test]
fn the_metadata_say_how_photos_are_prepared() {
    let entries: BTreeMap<String, String> = exported_with(GraphPart::ImageEncoder, 0)
        .metadata_props
        .into_iter()
        .map(|entry| (entry.key.unwrap_or_default(), entry.value.unwrap_or_default()))
        .collect();
    assert_eq!(entries["model"], "tiny");
    assert_eq!((entries["width"].as_str(), entries["height"].as_str()), ("8", "6"));
    assert_eq!(entries["std"], "[0.25,0.25,0.25]");
}

#[test]
fn a_missing_tensor_is_named() {
    let error = export(GraphPart::Matcher, &config(2), &BTreeMap::new(), "tiny").expect_err("there is none");
    assert!(error.to_string().contains("matcher.parts.scale"), "{error}");
}

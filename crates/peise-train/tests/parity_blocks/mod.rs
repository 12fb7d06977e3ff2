//! Fixtures, and how each block is run on them.

use burn::module::{Flag, Module, ModuleVisitor, Param, ParamGroup, ParamId};
use burn::tensor::{Bool, Device, Gradients, Int, Tensor, TensorData};
use peise::weights::{ModulePath, Stored, WeightFile, WeightSource, from_parts_except, keys::Keys};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

mod blocks;
mod compact;

pub use blocks::{BLOCKS, Block, FULL_WIDTH};

/// A tensor of a fixture.
#[derive(Debug, Clone)]
pub struct Values {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// What PyTorch said of one block.
pub struct Fixture {
    pub folder: PathBuf,
    pub config: serde_json::Value,
    pub train: bool,
    tensors: BTreeMap<String, Values>,
}

impl Fixture {
    pub fn read(folder: &Path, name: &str) -> Self {
        let path = folder.join(format!("{name}.safetensors"));
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (_, metadata) = SafeTensors::read_metadata(&bytes).expect("a header");
        let metadata = metadata.metadata().clone().expect("metadata");
        let file = SafeTensors::deserialize(&bytes).expect("safetensors");
        let tensors = file.tensors().into_iter().map(|(name, view)| (name, values(&view))).collect();
        Self {
            folder: folder.to_owned(),
            config: serde_json::from_str(&metadata["config"]).expect("JSON"),
            train: metadata["mode"] == "train",
            tensors,
        }
    }

    pub fn size(&self, key: &str) -> usize {
        self.config[key].as_u64().unwrap_or_else(|| panic!("config has no number {key}: {}", self.config)) as usize
    }

    pub fn sizes(&self, key: &str) -> Vec<usize> {
        let list = self.config[key].as_array().unwrap_or_else(|| panic!("config has no list {key}: {}", self.config));
        list.iter().map(|value| value.as_u64().expect("a number") as usize).collect()
    }

    pub fn get(&self, name: &str) -> &Values {
        self.tensors.get(name).unwrap_or_else(|| panic!("no tensor {name}"))
    }

    pub fn find(&self, name: &str) -> Option<&Values> {
        self.tensors.get(name)
    }

    /// Changes the first weight of the block, where it has one; whether it has.
    pub fn disturb(&mut self) -> bool {
        let weights = self
            .tensors
            .iter_mut()
            .filter(|(name, found)| name.starts_with("weight/") && name.ends_with("weight") && found.shape.len() > 1);
        let mut changed = false;
        for (_, found) in weights {
            found.values[0] += 0.05;
            changed = true;
        }
        changed
    }

    pub fn float<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D> {
        let found = self.get(name);
        let values: Vec<f32> = found.values.iter().map(|&value| value as f32).collect();
        Tensor::from_data(TensorData::new(values, found.shape.clone()), device)
    }

    pub fn input<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D> {
        self.float::<D>(&format!("input/{name}"), device).require_grad()
    }

    pub fn int<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D, Int> {
        let found = self.get(name);
        let values: Vec<i64> = found.values.iter().map(|&value| value as i64).collect();
        Tensor::from_data(TensorData::new(values, found.shape.clone()), device)
    }

    /// A mask; `padding` is the value that stands for padding.
    pub fn mask(&self, name: &str, padding: i64, device: &Device) -> Tensor<2, Bool> {
        let found = self.get(name);
        let values: Vec<bool> = found.values.iter().map(|&value| value as i64 == padding).collect();
        Tensor::from_data(TensorData::new(values, found.shape.clone()), device)
    }

    /// A module with the fixture's weights, and in its mode. `prefix` is put before their names; what lies below
    /// `except` keeps its own weights.
    pub fn fill<M: Module>(&self, module: M, (keys, prefix): (&Keys, &str), except: &[&str]) -> M {
        let stored: Vec<(String, Vec<usize>, Vec<u8>)> = self
            .tensors
            .iter()
            .filter_map(|(name, found)| {
                let bytes = found.values.iter().flat_map(|&value| (value as f32).to_le_bytes()).collect();
                Some((format!("{prefix}{}", name.strip_prefix("weight/")?), found.shape.clone(), bytes))
            })
            .collect();
        let views = stored.iter().map(|(name, shape, bytes)| {
            (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).expect("a view"))
        });
        let bytes = safetensors::serialize(views, None).expect("serialised");
        let file = WeightFile::from_bytes(bytes).expect("safetensors");
        let parts = [WeightSource { prefix: "", file: &file, keys: Some(keys) }];
        self.in_mode(from_parts_except(module, &parts, except).expect("the weights fit"))
    }

    /// The module in the fixture's mode: in evaluation normalisations use their statistics, and still have gradients.
    pub fn in_mode<M: Module>(&self, module: M) -> M {
        struct Flags(Vec<ParamId>);
        impl ModuleVisitor for Flags {
            fn visit_flag(&mut self, flag: &Param<Flag>) {
                self.0.push(flag.id);
            }
        }
        if self.train {
            return module;
        }
        let mut flags = Flags(Vec::new());
        module.visit(&mut flags);
        module.freeze_group(ParamGroup::from_ids(flags.0))
    }

    /// The sum of outputs times cotangents.
    pub fn loss<const D: usize>(&self, outputs: &[(&str, Tensor<D>)], device: &Device) -> Tensor<1> {
        let terms = outputs
            .iter()
            .map(|(name, output)| (output.clone() * self.float::<D>(&format!("cotangent/{name}"), device)).sum());
        terms.reduce(|sum, term| sum + term).expect("an output")
    }
}

fn values(view: &TensorView) -> Values {
    let data = view.data();
    let values = match view.dtype() {
        Dtype::F32 => data.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
        Dtype::I64 => data.as_chunks::<8>().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect(),
        other => panic!("{other:?}"),
    };
    Values { shape: view.shape().to_vec(), values }
}

/// The worst errors of a block, relative to the largest value compared with.
pub struct Worst<'a> {
    pub fixture: &'a Fixture,
    found: Vec<(&'static str, String, f64)>,
    looser: Vec<(String, f64)>,
}

impl<'a> Worst<'a> {
    pub fn new(fixture: &'a Fixture) -> Self {
        Self { fixture, found: Vec::new(), looser: Vec::new() }
    }

    pub const HEAD: &'static str = "     outputs   gradients  statistics  tensors";

    pub fn count(&self) -> usize {
        self.found.len()
    }

    pub fn row(&self) -> String {
        let worst = |kind: &str| {
            let errors = self.found.iter().filter(|(found, ..)| *found == kind).map(|(.., error)| *error);
            errors.reduce(f64::max).map_or("-".to_owned(), |error| format!("{error:.1e}"))
        };
        format!("{:>12} {:>11} {:>11} {:>8}", worst("output"), worst("gradient"), worst("statistic"), self.found.len())
    }

    /// A tensor that is compared in the L2 norm with another tolerance, for a reason that the caller states.
    pub fn allow(&mut self, name: &str, tolerance: f64) {
        self.looser.push((name.to_owned(), tolerance));
    }

    pub fn beyond(&self, tolerance: f64) -> Vec<String> {
        let limit =
            |name: &str| self.looser.iter().find(|(loose, _)| loose == name).map_or(tolerance, |(_, limit)| *limit);
        let bad = self.found.iter().filter(|(_, name, error)| error.is_nan() || *error > limit(name));
        bad.map(|(kind, name, error)| format!("{kind} {name}: {error:.2e}")).collect()
    }

    /// Compares with `scale` as the size of things where the tensor's own values are smaller.
    fn compare<const D: usize>(
        &mut self,
        (kind, name): (&'static str, &str),
        found: Tensor<D>,
        (expected, scale): (&Values, f64),
    ) {
        assert_eq!(found.dims().to_vec(), expected.shape, "{name}");
        let found: Vec<f64> = found.into_data().iter::<f64>().collect();
        self.compare_values((kind, name), &found, (&expected.values, scale));
    }

    /// As [`Worst::compare`].
    pub fn compare_values(
        &mut self,
        (kind, name): (&'static str, &str),
        found: &[f64],
        (expected, scale): (&[f64], f64),
    ) {
        if self.looser.iter().any(|(loose, _)| loose == name) {
            let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
            let difference = norm(&mut found.iter().zip(expected).map(|(a, b)| a - b));
            self.found.push((kind, name.to_owned(), difference / norm(&mut expected.iter().copied())));
            return;
        }
        let largest = expected.iter().fold(scale, |most, value| most.max(value.abs())).max(1e-30);
        let error = found
            .iter()
            .zip(expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, |most: f64, error| if error.is_nan() { f64::INFINITY } else { most.max(error) });
        self.found.push((kind, name.to_owned(), error / largest));
    }

    /// Outputs, where their cotangent is not zero.
    pub fn output<const D: usize>(&mut self, name: &str, found: Tensor<D>) {
        let fixture = self.fixture;
        let expected = fixture.get(&format!("output/{name}"));
        assert_eq!(found.dims().to_vec(), expected.shape, "{name}");
        let counts = fixture.get(&format!("cotangent/{name}")).values.iter().map(|&value| value != 0.0);
        let found: Vec<f64> = found.into_data().iter::<f64>().collect();
        let pairs: Vec<(f64, f64)> = found
            .into_iter()
            .zip(expected.values.iter().copied())
            .zip(counts)
            .filter(|(_, counts)| *counts)
            .map(|(pair, _)| pair)
            .collect();
        assert!(!pairs.is_empty(), "{name}: every cotangent is zero");
        let (found, expected): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        self.compare_values(("output", name), &found, (&expected, 0.0));
    }

    /// Gradients of an input.
    pub fn input<const D: usize>(&mut self, name: &str, input: &Tensor<D>, gradients: &Gradients) {
        let gradient = input.grad(gradients).expect("the input is tracked");
        let expected = self.fixture.get(&format!("grad/input/{name}"));
        self.compare(("gradient", name), gradient, (expected, 0.0));
    }

    /// Gradients of all parameters, and running statistics after the pass, by our names.
    ///
    /// `prefix` is what their names lack in the fixture.
    pub fn module<M: Module>(&mut self, module: &M, (keys, prefix): (&Keys, &str), gradients: &Gradients) {
        let fixture = self.fixture;
        // The size of all gradients: those that a softmax cancels hold rounding errors only.
        let largest = fixture.tensors.iter().filter(|(name, _)| name.starts_with("grad/weight/"));
        let scale = largest.flat_map(|(_, found)| &found.values).fold(0.0, |most: f64, value| most.max(value.abs()));
        let scale = 1e-2 * scale;
        // Going over to validation makes normalisations write down what they have seen.
        let _ = module.valid();
        let mut visit = Visit { path: ModulePath::default(), keys, prefix, gradients, worst: self, scale };
        module.visit(&mut visit);
    }
}

struct Visit<'a, 'f> {
    path: ModulePath,
    keys: &'a Keys,
    prefix: &'a str,
    gradients: &'a Gradients,
    worst: &'a mut Worst<'f>,
    scale: f64,
}

impl ModuleVisitor for Visit<'_, '_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }
    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self.path.name();
        let statistic = name.ends_with(".running_mean") || name.ends_with(".running_var");
        let prefix = if statistic { "after/" } else { "grad/weight/" };
        let transpose = self.path.in_linear() && name.ends_with(".weight");
        let (theirs, cut) = self.keys.theirs(&name);
        let theirs = theirs.strip_prefix(self.prefix).unwrap_or(&theirs).to_owned();
        let Some(whole) = self.worst.fixture.find(&format!("{prefix}{theirs}")) else { return };
        let values = whole.values.iter().map(|&value| value as f32).collect();
        let expected = cut.of(Stored { values, shape: whole.shape.clone() }, transpose).expect("it can be cut");
        let expected = Values { shape: expected.shape, values: expected.values.into_iter().map(f64::from).collect() };
        let (kind, found) =
            if statistic { ("statistic", Some(param.val())) } else { ("gradient", param.val().grad(self.gradients)) };
        match found {
            Some(mut found) => {
                // Their word embedding gives its padding row no gradient, ours does.
                let mut expected = expected;
                if theirs.ends_with("word_embeddings.weight") {
                    let [rows, width] = [expected.shape[0], expected.shape[1]];
                    expected = Values { shape: vec![rows - 1, width], values: expected.values[width..].to_vec() };
                    found = found.narrow(0, 1, rows - 1);
                }
                self.worst.compare((kind, &theirs), found, (&expected, self.scale));
            }
            // What the loss does not depend on has no gradient here, and zeros there.
            None => assert!(expected.values.iter().all(|&value| value == 0.0), "{name} has no gradient"),
        }
    }
}

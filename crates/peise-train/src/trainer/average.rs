//! Exponential moving average of a model's weights, running statistics included.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use peise::weights::{ModulePath, tensors};
use std::collections::BTreeMap;

/// The average, on the host, by tensor path; nothing where none is kept.
pub struct Average {
    decay: f32,
    values: BTreeMap<String, (Vec<f32>, Vec<usize>)>,
}

impl Average {
    /// Starts at the module's weights; a decay of 0 keeps no average.
    pub fn new<M: Module>(module: &M, decay: f32) -> Self {
        let found = if decay > 0.0 { tensors(module) } else { BTreeMap::new() };
        let values = found
            .into_iter()
            .map(|(name, data)| (name, (data.iter::<f32>().collect(), data.shape().to_vec())))
            .collect();
        Self { decay, values }
    }

    /// Whether an average is kept.
    pub fn is_kept(&self) -> bool {
        self.decay > 0.0
    }

    /// `average <- decay * average + (1 - decay) * weights` after so many earlier steps: a young average forgets its
    /// random start faster.
    pub fn update<M: Module>(&mut self, module: &M, steps: u64) {
        if !self.is_kept() {
            return;
        }
        let decay = self.decay.min((1.0 + steps as f32) / (10.0 + steps as f32));
        for (name, data) in tensors(module) {
            if let Some((average, _)) = self.values.get_mut(&name) {
                for (average, value) in average.iter_mut().zip(data.iter::<f32>()) {
                    // What does not change, such as frozen weights, stays to the bit.
                    if *average != value {
                        *average = decay * *average + (1.0 - decay) * value;
                    }
                }
            }
        }
    }

    /// The module with the averaged weights.
    pub fn apply<M: Module>(&self, module: M) -> M {
        module.map(&mut Apply { path: ModulePath::default(), average: self })
    }
}

struct Apply<'a> {
    path: ModulePath,
    average: &'a Average,
}

impl ModuleMapper for Apply<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }
    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.average.values.get(&self.path.name()) {
            Some((values, shape)) => param.map(|tensor| {
                let tracked = tensor.is_require_grad();
                let data = TensorData::new(values.clone(), shape.clone());
                Tensor::from_data(data, &tensor.device()).set_require_grad(tracked)
            }),
            None => param,
        }
    }
}

//! Exponential moving average of a model's weights, running statistics included.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use peise::weights::tensors;
use std::collections::BTreeMap;

/// The average, on the host, by tensor path.
pub struct Average {
    values: BTreeMap<String, (Vec<f32>, Vec<usize>)>,
}

impl Average {
    /// Starts at the module's weights.
    pub fn new<M: Module>(module: &M) -> Self {
        let values = tensors(module)
            .into_iter()
            .map(|(name, data)| (name, (data.iter::<f32>().collect(), data.shape().to_vec())))
            .collect();
        Self { values }
    }

    /// `average <- decay * average + (1 - decay) * weights`.
    pub fn update<M: Module>(&mut self, module: &M, decay: f32) {
        for (name, data) in tensors(module) {
            if let Some((average, _)) = self.values.get_mut(&name) {
                for (average, value) in average.iter_mut().zip(data.iter::<f32>()) {
                    *average = decay * *average + (1.0 - decay) * value;
                }
            }
        }
    }

    /// The module with the averaged weights.
    pub fn apply<M: Module>(&self, module: M) -> M {
        module.map(&mut Apply { path: Vec::new(), average: self })
    }
}

struct Apply<'a> {
    path: Vec<String>,
    average: &'a Average,
}

impl ModuleMapper for Apply<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }
    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.average.values.get(&self.path.join(".")) {
            Some((values, shape)) => param.map(|tensor| {
                let tracked = tensor.is_require_grad();
                let data = TensorData::new(values.clone(), shape.clone());
                Tensor::from_data(data, &tensor.device()).set_require_grad(tracked)
            }),
            None => param,
        }
    }
}

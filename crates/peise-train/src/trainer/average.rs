//! Exponential moving average of a model's weights, running statistics included.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use peise::weights::{ModulePath, tensors};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Steps between updates, once a run has begun: reading all weights costs a hundredth of a step, and neighbours hardly
/// differ.
const EVERY: u64 = 4;
/// Steps that count as its beginning.
const YOUNG: u64 = 16;

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
    /// random start faster, an old one takes every fourth step, with the decay of four.
    pub fn update<M: Module>(&mut self, module: &M, steps: u64) {
        let every = if steps < YOUNG { 1 } else { EVERY };
        if !self.is_kept() || !steps.is_multiple_of(every) {
            return;
        }
        let decay = self.decay.min((1.0 + steps as f32) / (10.0 + steps as f32)).powi(every as i32);
        let weights = tensors(module);
        self.values.par_iter_mut().for_each(|(name, (average, _))| {
            let Some(data) = weights.get(name) else { return };
            let update = |average: &mut f32, value: f32| {
                // What does not change, such as frozen weights, stays to the bit.
                *average = if *average == value { value } else { decay * *average + (1.0 - decay) * value };
            };
            match data.as_slice::<f32>() {
                Ok(values) => average.iter_mut().zip(values).for_each(|(average, value)| update(average, *value)),
                Err(_) => {
                    average.iter_mut().zip(data.iter::<f32>()).for_each(|(average, value)| update(average, value))
                }
            }
        });
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

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[derive(Module, Debug)]
    struct Weight {
        weight: Param<Tensor<1>>,
    }

    fn weight(value: f32) -> Weight {
        Weight { weight: Param::from_tensor(Tensor::from_floats([value], &Device::flex())) }
    }

    fn averaged(average: &Average) -> f32 {
        average.apply(weight(0.0)).weight.val().into_scalar::<f32>()
    }

    #[test]
    fn a_young_average_takes_every_step_and_an_old_one_every_fourth() {
        let mut average = Average::new(&weight(1.0), 0.9);
        average.update(&weight(2.0), 0);
        assert!((averaged(&average) - (0.1 * 1.0 + 0.9 * 2.0)).abs() < 1e-6);
        let before = averaged(&average);
        for step in 401..404 {
            average.update(&weight(5.0), step);
            assert_eq!(averaged(&average), before);
        }
        average.update(&weight(5.0), 404);
        let decay = 0.9_f32.powi(4);
        assert!((averaged(&average) - (decay * before + (1.0 - decay) * 5.0)).abs() < 1e-5);
    }
}

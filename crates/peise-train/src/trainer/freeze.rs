//! Which parameters a stage trains.
//!
//! Frozen is more than "no gradient": normalisation keeps its running statistics and uses them, dropout is off. The
//! framework's layers do so by a flag of their own, which is frozen with their parameters.

use super::error::TrainError;
use crate::recipe::Stage;
use burn::module::{Flag, Module, ModuleVisitor, Param, ParamGroup, ParamId};
use burn::tensor::Tensor;
use peise::model::Model;
use peise::weights::ModulePath;

/// The paths that a stage freezes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Frozen {
    paths: Vec<String>,
    everything: bool,
}

impl Frozen {
    /// All of a model that is not trained any more.
    pub fn everything() -> Self {
        Self { paths: Vec::new(), everything: true }
    }

    /// Whether everything below a path is frozen, and there is something.
    pub fn whole(&self, model: &Model, prefix: &str) -> bool {
        let mut below = parameters(model).into_iter().filter(|(path, _)| within(path, prefix)).peekable();
        below.peek().is_some() && (self.everything || below.all(|(path, _)| self.paths.contains(&path)))
    }
}

/// Sets up a model for a stage: what the selectors of the stage choose is trained, the rest is frozen.
///
/// `aside`: the text encoder was set aside because no stage trains it, so selectors may name it.
pub(super) fn apply(model: Model, stage: &Stage, aside: bool) -> Result<(Model, Frozen), TrainError> {
    let found = parameters(&model);
    for selector in stage.train.iter().chain(&stage.freeze) {
        if aside && within(selector, "text_encoder") {
            continue;
        }
        if !found.iter().any(|(path, _)| selects(selector, path)) {
            return Err(TrainError::Selector {
                stage: stage.name.clone(),
                selector: selector.clone(),
                has: top(&found),
            });
        }
    }
    let chosen = |selectors: &[String], path: &str| selectors.iter().any(|selector| selects(selector, path));
    let (trained, frozen): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(path, _)| chosen(&stage.train, path) && !chosen(&stage.freeze, path));
    if trained.is_empty() {
        return Err(TrainError::AllFrozen { stage: stage.name.clone() });
    }
    let ids = |list: &[(String, ParamId)]| ParamGroup::from_ids(list.iter().map(|(_, id)| *id).collect());
    let model = model.unfreeze_group(ids(&trained)).freeze_group(ids(&frozen));
    Ok((model, Frozen { paths: frozen.into_iter().map(|(path, _)| path).collect(), everything: false }))
}

fn selects(selector: &str, path: &str) -> bool {
    selector == "*" || within(path, selector)
}

fn within(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The first names of all paths, for an error.
fn top(found: &[(String, ParamId)]) -> String {
    let mut names: Vec<&str> = found.iter().filter_map(|(path, _)| path.split('.').next()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// Every parameter and training flag with its path. Running statistics are no parameters: their layer's flag rules
/// them.
fn parameters(model: &Model) -> Vec<(String, ParamId)> {
    #[derive(Default)]
    struct Collect {
        path: ModulePath,
        found: Vec<(String, ParamId)>,
    }
    impl ModuleVisitor for Collect {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.exit();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let path = self.path.name();
            if !path.ends_with(".running_mean") && !path.ends_with(".running_var") {
                self.found.push((path, param.id));
            }
        }
        fn visit_flag(&mut self, flag: &Param<Flag>) {
            self.found.push((self.path.name(), flag.id));
        }
    }
    let mut collect = Collect::default();
    model.visit(&mut collect);
    collect.found
}

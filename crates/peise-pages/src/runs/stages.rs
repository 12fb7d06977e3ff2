//! The stages of a run: where each begins, and how they are told above a chart.

use maud::{Markup, html};
use peise_eval::curves::{RunCurves, StepPoint};

use crate::plot::Axis;

/// More different plans than this are told by the table only: strips and lines would hide the chart.
const MOST_PLANS: usize = 3;

/// A plan of more stages than this is no plan, and is told by the table only.
const MOST_STAGES: usize = 24;

/// Consecutive steps of one stage.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StageSpan<'a> {
    pub name: &'a str,
    pub first: u64,
    pub last: u64,
    /// The highest learning rate; infinitely low if none is finite.
    pub peak_lr: f64,
}

/// The stages of a run in the order of its steps.
pub(super) fn stages(run: &RunCurves) -> Vec<StageSpan<'_>> {
    let mut steps: Vec<&StepPoint> = run.steps.iter().collect();
    steps.sort_by_key(|point| point.step);
    let groups = steps.chunk_by(|a, b| a.stage == b.stage);
    let stage = |group: &[&'_ StepPoint]| {
        let lr = group.iter().map(|point| point.lr).filter(|lr| lr.is_finite()).fold(f64::NEG_INFINITY, f64::max);
        (group[0].step, group[group.len() - 1].step, lr)
    };
    groups
        .map(|group| {
            let (first, last, peak_lr) = stage(group);
            StageSpan { name: &group[0].stage, first, last, peak_lr }
        })
        .collect()
}

/// The different plans of the runs, each with the number of the first run that follows it; none if they are too many.
pub(super) fn plans(runs: &[RunCurves]) -> Vec<(usize, Vec<StageSpan<'_>>)> {
    let mut plans: Vec<(usize, Vec<StageSpan>)> = Vec::new();
    let same = |a: &[StageSpan], b: &[StageSpan]| {
        let key = |stage: &StageSpan| (stage.name.to_owned(), stage.first);
        a.iter().map(key).eq(b.iter().map(key))
    };
    for (number, run) in runs.iter().enumerate() {
        let stages = stages(run);
        if (2..=MOST_STAGES).contains(&stages.len()) && !plans.iter().any(|(_, plan)| same(plan, &stages)) {
            plans.push((number, stages));
        }
    }
    if plans.len() > MOST_PLANS { Vec::new() } else { plans }
}

/// Names of the stages above a chart, each as wide as its stage.
pub(super) fn strips(plans: &[(usize, Vec<StageSpan>)], steps: Axis) -> Markup {
    html! {
        @for (number, plan) in plans {
            @let class = if plans.len() > 1 { format!("stages run-{number}") } else { "stages".to_owned() };
            div class=(class) {
                @for (k, stage) in plan.iter().enumerate() {
                    @let left = if k == 0 { 0.0 } else { steps.position(stage.first as f64) };
                    @let right = plan.get(k + 1).map_or(1.0, |next| steps.position(next.first as f64));
                    span style=(format!("left:{:.2}%;width:{:.2}%", 100.0 * left, 100.0 * (right - left)))
                        title=(stage.name) { (stage.name) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(stages: &[(&str, u64)]) -> RunCurves {
        let point = |(step, stage): (u64, &str)| StepPoint { step, stage: stage.into(), lr: 0.1, ..Default::default() };
        let steps = stages.iter().flat_map(|&(name, steps)| (0..steps).map(move |_| name));
        RunCurves { steps: (1..).zip(steps).map(point).collect(), ..RunCurves::default() }
    }

    #[test]
    fn stages_are_runs_of_steps() {
        let run = run(&[("heads", 3), ("all", 2), ("heads", 1)]);
        let found: Vec<_> = stages(&run).iter().map(|stage| (stage.name, stage.first, stage.last)).collect();
        assert_eq!(found, [("heads", 1, 3), ("all", 4, 5), ("heads", 6, 6)]);
    }

    #[test]
    fn equal_plans_are_told_once() {
        let runs =
            [run(&[("a", 2), ("b", 2)]), run(&[("a", 2), ("b", 7)]), run(&[("a", 9)]), run(&[("a", 3), ("b", 1)])];
        let numbers: Vec<usize> = plans(&runs).iter().map(|plan| plan.0).collect();
        assert_eq!(numbers, [0, 3]);
        assert!(plans(&[RunCurves::default()]).is_empty());
        let many: Vec<RunCurves> = (1..=4).map(|steps| run(&[("a", steps), ("b", 1)])).collect();
        assert_eq!((plans(&many[1..]).len(), plans(&many).len()), (3, 0));
    }

    #[test]
    fn strips_fill_the_width() {
        let runs = [run(&[("a", 50), ("<b>", 50)])];
        let plans = plans(&runs);
        let strip = strips(&plans, Axis::of_steps([0, 102].into_iter())).into_string();
        assert!(strip.contains("left:0.00%;width:50.00%") && strip.contains("left:50.00%;width:50.00%"), "{strip}");
        assert!(strip.contains("title=\"&lt;b&gt;\">&lt;b&gt;</span>"));
    }
}

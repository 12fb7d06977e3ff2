//! The most probable assignment under a rule, exact at any size.

use super::assignment::cheapest;
use super::problem::{Coupling, Table, argmax};

/// Best column for every image; `L` = no label.
///
/// Every rule is an assignment problem over regrets, `max_c w(i, c) - w(i, c)`:
/// - cover: labels pick distinct images, all other images take their best column. The least total
///   regret is the best assignment: any cover holds such a pick, and leaving the others at their
///   best costs nothing;
/// - reserve: as cover, but a label may also pick "uncovered" for the price of the reward;
/// - at most k: images pick labels of capacity k, or "no label" of any capacity.
pub(super) fn most_probable(table: &Table, coupling: Coupling) -> Vec<usize> {
    let best: Vec<usize> = (0..table.images).map(|image| argmax(table.row(image))).collect();
    let regret = |image: usize, column: usize| {
        let row = table.row(image);
        row[best[image]] - row[column]
    };
    let mut choice = match coupling {
        Coupling::Free => best,
        Coupling::Cover | Coupling::Reserve(_) => pick_images(table, coupling, best.clone(), regret),
        Coupling::AtMost(capacity) => pick_labels(table, capacity, regret),
    };
    order_ties(table, coupling, &mut choice);
    choice
}

fn pick_images(
    table: &Table,
    coupling: Coupling,
    mut choice: Vec<usize>,
    regret: impl Fn(usize, usize) -> f64,
) -> Vec<usize> {
    let (images, labels) = (table.images, table.labels);
    let mut capacities = vec![1; images];
    if let Coupling::Reserve(_) = coupling {
        capacities.push(labels);
    }
    let mut costs = Vec::with_capacity(labels * capacities.len());
    for label in 0..labels {
        costs.extend((0..images).map(|image| regret(image, label)));
        if let Coupling::Reserve(reward) = coupling {
            costs.push(reward);
        }
    }
    for (label, image) in cheapest(&costs, &capacities).into_iter().enumerate() {
        if image < images {
            choice[image] = label;
        }
    }
    choice
}

fn pick_labels(table: &Table, capacity: usize, regret: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let (images, labels) = (table.images, table.labels);
    let none_allowed = (0..images).all(|image| table.row(image)[labels].is_finite());
    let columns = if none_allowed { labels + 1 } else { labels };
    let mut capacities = vec![capacity; labels];
    capacities.resize(columns, images);
    let costs: Vec<f64> = (0..images)
        .flat_map(|image| (0..columns).map(move |column| (image, column)))
        .map(|(image, column)| regret(image, column))
        .collect();
    cheapest(&costs, &capacities)
}

/// Among assignments of equal weight prefers low labels on early images, as far as moving one image
/// or exchanging two goes: enough to order equal images and equal labels.
fn order_ties(table: &Table, coupling: Coupling, choice: &mut [usize]) {
    let (images, labels) = (table.images, table.labels);
    let mut counts = vec![0; labels + 1];
    choice.iter().for_each(|&column| counts[column] += 1);
    for image in 0..images {
        let row = table.row(image);
        for lower in 0..choice[image] {
            let current = choice[image];
            if row[lower] == row[current] && may_move(coupling, &counts, current, lower) {
                counts[current] -= 1;
                counts[lower] += 1;
                choice[image] = lower;
                break;
            }
        }
        for later in image + 1..images {
            let (mine, theirs) = (choice[image], choice[later]);
            let other = table.row(later);
            if theirs < mine && row[mine] + other[theirs] == row[theirs] + other[mine] {
                choice.swap(image, later);
            }
        }
    }
}

/// Whether moving one image keeps the rule and the number of covered labels.
fn may_move(coupling: Coupling, counts: &[usize], from: usize, to: usize) -> bool {
    let none = counts.len() - 1;
    match coupling {
        Coupling::Free => true,
        Coupling::AtMost(images) => counts[to] < images,
        Coupling::Cover => from == none || counts[from] > 1,
        Coupling::Reserve(_) if from == none => counts[to] > 0,
        Coupling::Reserve(_) => (counts[from] == 1) == (counts[to] == 0),
    }
}

//! Cheapest assignment of rows to columns of limited capacity.
//!
//! # Source
//! Shortest augmenting paths with prices: H. W. Kuhn, "The Hungarian method for the assignment
//! problem", 1955; R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and
//! sparse linear assignment problems", 1987. Differences: the table is rectangular, columns have a
//! capacity instead of copies, and there is no reduction phase: tables are small, and most rows
//! find their cheapest column free.

/// Gives every row one column so that the total cost is least.
///
/// Of columns at equal distance the lowest is taken, so that the result is a function of the table;
/// of several optimal assignments it need not be the lexicographically first.
/// Time `O(rows^2 columns)`.
///
/// # Shapes
/// - `costs` row-major `[R, C]`, finite; `capacities` `[C]`
/// - returns the column of every row, `[R]`
/// # Panics
/// If the capacities do not add up to the number of rows (programmer error).
pub(super) fn cheapest(costs: &[f64], capacities: &[usize]) -> Vec<usize> {
    let columns = capacities.len();
    let rows = costs.len().checked_div(columns).unwrap_or(0);
    let room = capacities.iter().fold(0usize, |room, &capacity| room.saturating_add(capacity));
    assert!(rows <= room, "{rows} rows do not fit into columns with room for {room}");
    let mut search = Search {
        costs,
        capacities,
        chosen: vec![None; rows],
        members: vec![Vec::new(); columns],
        prices: vec![0.0; columns],
        distances: vec![0.0; columns],
        movers: vec![0; columns],
        closed: vec![false; columns],
    };
    for row in 0..rows {
        search.insert(row);
    }
    search.chosen.into_iter().flatten().collect()
}

/// Invariants between insertions: every placed row sits where cost + price is least for it, and
/// only full columns have a price. Together they prove the placement optimal.
struct Search<'a> {
    costs: &'a [f64],
    capacities: &'a [usize],
    chosen: Vec<Option<usize>>,
    members: Vec<Vec<usize>>,
    prices: Vec<f64>,
    distances: Vec<f64>,
    /// The row that would move into the column.
    movers: Vec<usize>,
    closed: Vec<bool>,
}

impl Search<'_> {
    fn priced(&self, row: usize, column: usize) -> f64 {
        self.costs[row * self.prices.len() + column] + self.prices[column]
    }

    fn insert(&mut self, row: usize) {
        let columns = self.prices.len();
        for column in 0..columns {
            self.distances[column] = self.priced(row, column);
            self.movers[column] = row;
            self.closed[column] = false;
        }
        let end = loop {
            let nearest = self.nearest_open();
            if self.members[nearest].len() < self.capacities[nearest] {
                break nearest;
            }
            self.closed[nearest] = true;
            self.relax(nearest);
        };
        for column in 0..columns {
            if self.closed[column] {
                self.prices[column] += self.distances[end] - self.distances[column];
            }
        }
        self.augment(row, end);
    }

    /// A column with room is always open, since the total room suffices and full ones only close.
    fn nearest_open(&self) -> usize {
        let mut nearest = usize::MAX;
        let mut distance = f64::INFINITY;
        for column in 0..self.distances.len() {
            if !self.closed[column] && self.distances[column] < distance {
                (nearest, distance) = (column, self.distances[column]);
            }
        }
        nearest
    }

    /// Offers every other column to the rows that sit in `full`.
    fn relax(&mut self, full: usize) {
        for index in 0..self.members[full].len() {
            let row = self.members[full][index];
            let base = self.distances[full] - self.priced(row, full);
            for column in 0..self.distances.len() {
                let distance = base + self.priced(row, column);
                if !self.closed[column] && distance < self.distances[column] {
                    self.distances[column] = distance;
                    self.movers[column] = row;
                }
            }
        }
    }

    /// Moves rows along the path found, from its end back to the new row.
    fn augment(&mut self, row: usize, end: usize) {
        let mut column = end;
        loop {
            let mover = self.movers[column];
            let left = self.chosen[mover].replace(column);
            self.members[column].push(mover);
            match left {
                Some(left) => {
                    self.members[left].retain(|&member| member != mover);
                    column = left;
                }
                None => {
                    debug_assert_eq!(mover, row);
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tables() {
        let cases: [(&[f64], &[usize], &[usize]); 5] = [
            (&[], &[], &[]),
            (&[1.0, 2.0, 1.0, 5.0], &[1, 1], &[1, 0]),
            (&[1.0, 2.0, 1.0, 5.0], &[2, 1], &[0, 0]),
            (&[0.0, 0.0, 0.0], &[1, 1, 1], &[0]),
            (&[4.0, 1.0, 3.0, 2.0, 0.0, 5.0, 3.0, 2.0, 2.0], &[1, 1, 1], &[1, 0, 2]),
        ];
        for (costs, capacities, expected) in cases {
            assert_eq!(cheapest(costs, capacities), expected, "{costs:?} {capacities:?}");
        }
    }
}

//! Where the states of a picture stand.

use crate::learn::Mealy;

/// The states in columns by how far from the start they are, each column in an order that keeps
/// states near those that lead to them.
pub(super) fn columns(model: &Mealy) -> Vec<Vec<usize>> {
    let access = model.access();
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for (state, word) in access.iter().enumerate() {
        let Some(depth) = word.as_ref().map(Vec::len) else {
            continue;
        };
        while columns.len() <= depth {
            columns.push(Vec::new());
        }
        columns[depth].push(state);
    }
    // Back and forth: each column by the middle of its neighbours in the one before, or after.
    for round in 0..ROUNDS {
        for at in 0..columns.len() {
            let at = if round % 2 == 0 {
                at
            } else {
                columns.len() - 1 - at
            };
            let other = if round % 2 == 0 {
                at.checked_sub(1)
            } else {
                Some(at + 1)
            };
            let Some(neighbours) = other.and_then(|other| columns.get(other)).cloned() else {
                continue;
            };
            let column = &mut columns[at];
            let mut keyed: Vec<(usize, usize)> = column
                .iter()
                .enumerate()
                .map(|(place, &state)| {
                    (
                        middle(model, state, &neighbours).unwrap_or(place * SCALE),
                        state,
                    )
                })
                .collect();
            keyed.sort_by_key(|(key, _)| *key);
            *column = keyed.into_iter().map(|(_, state)| state).collect();
        }
    }
    columns
}

/// How often the columns are put in order.
const ROUNDS: usize = 8;
/// Places are counted in parts.
const SCALE: usize = 1_000;

/// The middle place of the states in a column that a state leads to or comes from.
fn middle(model: &Mealy, state: usize, column: &[usize]) -> Option<usize> {
    let leads = |from: usize, to: usize| model.states[from].iter().any(|it| it.to == to);
    let places: Vec<usize> = column
        .iter()
        .enumerate()
        .filter(|(_, other)| leads(**other, state) || leads(state, **other))
        .map(|(place, _)| place * SCALE)
        .collect();
    (!places.is_empty()).then(|| places.iter().sum::<usize>() / places.len())
}

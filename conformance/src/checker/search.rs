//! Through all states, breadth first.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::checker::Goal;
use crate::checker::Move;
use crate::checker::Scene;
use crate::checker::State;
use crate::checker::Step;
use crate::checker::Violation;

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Different states.
    pub states: usize,
    /// Moves made, those to states that were known included.
    pub moves: usize,
    /// Moves on the longest of the shortest ways to a state.
    pub depth: usize,
    /// Whether these are all states.
    pub is_complete: bool,
    /// The first property that does not hold, if there is one.
    pub violation: Option<Violation>,
    /// The moves of the engines' tables that were seen, each with a shortest way there.
    pub steps: BTreeMap<Step, Vec<Move>>,
    /// What was reached that should be, each with a shortest way there.
    pub goals: BTreeMap<Goal, Vec<Move>>,
    pub(super) scene: Arc<Scene>,
}

/// How a state was first come to.
#[derive(Clone, Copy)]
struct Origin {
    from: u64,
    by: Option<Move>,
    depth: u32,
}

/// Goes through all states that the scene can come to, or through the first `limit`.
///
/// Stops where a property does not hold. States are told apart by 64 bits of hash: among ten
/// million, the chance that two are taken for one is below one in a hundred thousand.
#[must_use]
pub fn search(scene: &Scene, limit: usize) -> Found {
    let scene = Arc::new(scene.clone());
    let first = State::first(&scene);
    let mut found = Found {
        states: 0,
        moves: 0,
        depth: 0,
        is_complete: true,
        violation: None,
        steps: BTreeMap::new(),
        goals: BTreeMap::new(),
        scene,
    };
    let root = first.fingerprint();
    let mut known = HashMap::from([(
        root,
        Origin {
            from: root,
            by: None,
            depth: 0,
        },
    )]);
    let mut waiting = VecDeque::from([(root, first)]);
    while let Some((here, state)) = waiting.pop_front() {
        let depth = known.get(&here).map_or(0, |origin| origin.depth);
        found.depth = found
            .depth
            .max(usize::try_from(depth).unwrap_or(usize::MAX));
        for next in state.moves() {
            found.moves += 1;
            let mut then = state.clone();
            let outcome = then.take(next);
            let way = || {
                let mut path = path(&known, here);
                path.push(next);
                path
            };
            if let Err((property, told)) = then.check(&state, next, &outcome) {
                found.violation = Some(Violation {
                    property,
                    found: told,
                    path: way(),
                });
                found.states = known.len();
                found.is_complete = false;
                return found;
            }
            for step in then.steps_from(&state, &outcome) {
                found.steps.entry(step).or_insert_with(way);
            }
            for goal in then.goals_from(&state, next, &outcome) {
                found.goals.entry(goal).or_insert_with(way);
            }
            let there = then.fingerprint();
            if known.contains_key(&there) {
                continue;
            }
            if known.len() >= limit {
                found.is_complete = false;
                continue;
            }
            let origin = Origin {
                from: here,
                by: Some(next),
                depth: depth + 1,
            };
            known.insert(there, origin);
            waiting.push_back((there, then));
        }
    }
    found.states = known.len();
    found
}

/// The way to a state.
fn path(known: &HashMap<u64, Origin>, to: u64) -> Vec<Move> {
    let mut path = Vec::new();
    let mut here = to;
    while let Some(origin) = known.get(&here)
        && let Some(by) = origin.by
    {
        path.push(by);
        here = origin.from;
    }
    path.reverse();
    path
}

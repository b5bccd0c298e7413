//! The queue beside a map of deadlines, whatever is done to it and however late its driver is.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;
use proptest_state_machine::ReferenceStateMachine;
use proptest_state_machine::StateMachineTest;
use zk_conformance::ExpiryQueue;
use zk_conformance::Instant;
use zk_conformance::expiry::Slot;

use super::at;
use super::millis;
use crate::machine;
use crate::machine::Effort;

#[test]
fn the_queue_follows_the_rule_on_any_schedule() {
    machine::hold::<Machine<Right>>(EFFORT);
}

pub(super) const EFFORT: Effort = Effort {
    runs: 1_000,
    steps: 60,
};

/// What the queue does, for those who would have it do something else.
pub(super) trait Variant: 'static {
    fn insert(queue: &mut Queue, now: Instant, timeout: Duration, item: usize) -> Slot {
        queue.insert(now, timeout, item)
    }

    fn touch(queue: &mut Queue, now: Instant, timeout: Duration, slot: Slot) -> bool {
        queue.touch(now, timeout, slot)
    }

    fn remove(queue: &mut Queue, slot: Slot) -> Option<usize> {
        queue.remove(slot)
    }

    fn expire(queue: &mut Queue, now: Instant, at_most: usize) -> Vec<(Instant, usize)> {
        queue.expire(now).take(at_most).collect()
    }

    fn deadline(queue: &Queue) -> Option<Instant> {
        queue.deadline()
    }
}

/// A queue of items that are called by their number.
pub(super) type Queue = ExpiryQueue<usize>;

struct Right;

impl Variant for Right {}

/// What is done to a queue. `which` is of all the items there ever were: those that are there no
/// more are touched and removed, too.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Insert {
        timeouts: Vec<Duration>,
    },
    Touch {
        which: usize,
        timeout: Duration,
    },
    Remove {
        which: usize,
    },
    Advance {
        by: u64,
    },
    GoBack {
        by: u64,
    },
    Expire {
        at_most: usize,
    },
    /// Time passes, and the driver is there at every deadline.
    Keep {
        by: u64,
    },
}

/// Apache's rule over a plain map: when each item is due, and where it is.
#[derive(Clone, Debug)]
pub(super) struct Model {
    tick: u64,
    now: u64,
    deadlines: BTreeMap<usize, u64>,
    /// Of every item there ever was.
    places: Vec<usize>,
    /// Places that are free, the one freed last at the end.
    free: Vec<usize>,
    /// The item of the last step, and whether it was there.
    meant: Option<(usize, bool)>,
    /// What the last step took out.
    came_out: Vec<(u64, usize)>,
}

impl Model {
    fn new(tick: u64, now: u64) -> Self {
        Self {
            tick,
            now,
            deadlines: BTreeMap::new(),
            places: Vec::new(),
            free: Vec::new(),
            meant: None,
            came_out: Vec::new(),
        }
    }

    /// `roundToNextInterval` of `ExpiryQueue`, up to the end of the clock.
    fn due(&self, timeout: Duration) -> u64 {
        let tick = u128::from(self.tick.max(1));
        let moment = u128::from(self.now) + timeout.as_millis();
        u64::try_from((moment / tick + 1) * tick).unwrap_or(u64::MAX)
    }

    fn insert(&mut self, timeout: Duration) {
        let fresh = self.deadlines.len();
        let place = self.free.pop().unwrap_or(fresh);
        self.deadlines.insert(self.places.len(), self.due(timeout));
        self.places.push(place);
    }

    fn remove(&mut self, item: usize) {
        if self.deadlines.remove(&item).is_some() {
            self.free.push(self.places[item]);
        }
    }

    fn mean(&mut self, which: usize) -> Option<usize> {
        let item = which.checked_rem(self.places.len())?;
        self.meant = Some((item, self.deadlines.contains_key(&item)));
        Some(item)
    }

    /// What is due comes out in the order of time, and what is due at once in that of places.
    fn expire(&mut self, at_most: usize) {
        let mut due: Vec<(u64, usize)> = self
            .deadlines
            .iter()
            .filter(|(_, due)| **due <= self.now)
            .map(|(&item, &due)| (due, item))
            .collect();
        due.sort_by_key(|&(due, item)| (due, self.places[item]));
        due.truncate(at_most);
        for &(_, item) in &due {
            self.remove(item);
        }
        self.came_out = due;
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let ticks = prop_oneof![
            4 => 0..=10_u64,
            2 => Just(200),
            2 => Just(2_000),
            1 => 1..=1_u64 << 28,
            1 => Just(u64::MAX),
        ];
        let starts = prop_oneof![
            Just(0),
            0..10_000_u64,
            any::<u64>(),
            (0..10_000_u64).prop_map(|less| (1 << 40) - less),
            (0..10_000_u64).prop_map(|less| u64::MAX - less),
        ];
        (ticks, starts)
            .prop_map(|(tick, now)| Self::new(tick, now))
            .boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let tick = state.tick;
        let mut steps = vec![
            (8, vec(timeout(tick), 1).prop_map(insert).boxed()),
            // Now and then a crowd, so that there is more than one bound.
            (1, vec(timeout(tick), 1..200).prop_map(insert).boxed()),
            (
                8,
                Just(Step::Expire {
                    at_most: usize::MAX,
                })
                .boxed(),
            ),
            (
                2,
                (0..5_usize)
                    .prop_map(|at_most| Step::Expire { at_most })
                    .boxed(),
            ),
            (4, span(tick).prop_map(|by| Step::Keep { by }).boxed()),
            (6, span(tick).prop_map(|by| Step::Advance { by }).boxed()),
            (
                2,
                (0..38_u32)
                    .prop_map(|power| Step::Advance { by: 1 << power })
                    .boxed(),
            ),
            (1, span(tick).prop_map(|by| Step::GoBack { by }).boxed()),
        ];
        let touch = (any::<usize>(), timeout(tick));
        let touch = touch.prop_map(|(which, timeout)| Step::Touch { which, timeout });
        let remove = any::<usize>().prop_map(|which| Step::Remove { which });
        steps.extend([(12, touch.boxed()), (4, remove.boxed())]);
        Union::new_weighted(steps).boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.came_out.clear();
        state.meant = None;
        match step {
            Step::Insert { timeouts } => timeouts.iter().for_each(|it| state.insert(*it)),
            Step::Touch { which, timeout } => {
                let due = state.due(*timeout);
                let item = state.mean(*which);
                if let Some(deadline) = item.and_then(|item| state.deadlines.get_mut(&item)) {
                    *deadline = due;
                }
            }
            Step::Remove { which } => {
                if let Some(item) = state.mean(*which) {
                    state.remove(item);
                }
            }
            Step::Advance { by } => state.now = state.now.saturating_add(*by),
            Step::GoBack { by } => state.now = state.now.saturating_sub(*by),
            Step::Expire { at_most } => state.expire(*at_most),
            Step::Keep { by } => {
                state.now = state.now.saturating_add(*by);
                state.expire(usize::MAX);
            }
        }
        state
    }
}

fn insert(timeouts: Vec<Duration>) -> Step {
    Step::Insert { timeouts }
}

fn timeout(tick: u64) -> impl Strategy<Value = Duration> {
    prop_oneof![
        12 => span(tick).prop_map(millis),
        1 => any::<u32>().prop_map(|long| millis(long.into())),
        1 => Just(millis(i32::MAX as u64)),
        1 => Just(Duration::new(0, 999_999)),
        1 => Just(Duration::MAX),
    ]
}

/// A span of some ticks, half of the time at most a millisecond from whole ticks.
fn span(tick: u64) -> impl Strategy<Value = u64> {
    let ticks = move |count: u64| tick.saturating_mul(count);
    prop_oneof![
        10 => 0..=ticks(5),
        4 => (0..8_u64).prop_map(ticks),
        3 => (0..8_u64).prop_map(move |count| ticks(count).saturating_add(1)),
        3 => (0..8_u64).prop_map(move |count| ticks(count).saturating_sub(1)),
        1 => Just(i32::MAX as u64),
    ]
}

/// A queue, and where its items were put.
pub(super) struct Machine<V> {
    queue: Queue,
    slots: Vec<Slot>,
    variant: PhantomData<V>,
}

impl<V: Variant> StateMachineTest for Machine<V> {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(model: &Model) -> Self {
        Self {
            queue: Queue::new(millis(model.tick)),
            slots: Vec::new(),
            variant: PhantomData,
        }
    }

    fn apply(mut it: Self, model: &Model, step: Step) -> Self {
        let now = at(model.now);
        let queue = &mut it.queue;
        let mut came_out = Vec::new();
        match step {
            Step::Insert { timeouts } => {
                for timeout in timeouts {
                    it.slots
                        .push(V::insert(queue, now, timeout, it.slots.len()));
                }
            }
            Step::Touch { timeout, .. } => {
                if let Some((item, was_there)) = model.meant {
                    let touched = V::touch(queue, now, timeout, it.slots[item]);
                    assert_eq!(touched, was_there, "touched");
                }
            }
            Step::Remove { .. } => {
                if let Some((item, was_there)) = model.meant {
                    let removed = V::remove(queue, it.slots[item]);
                    assert_eq!(removed, was_there.then_some(item), "removed");
                }
            }
            Step::Advance { .. } | Step::GoBack { .. } => {}
            Step::Expire { at_most } => came_out = V::expire(queue, now, at_most),
            Step::Keep { .. } => {
                while let Some(deadline) = V::deadline(queue).filter(|next| *next <= now) {
                    for (due, item) in V::expire(queue, deadline, usize::MAX) {
                        assert_eq!(due, deadline, "came out at its deadline");
                        came_out.push((due, item));
                    }
                    let next = V::deadline(queue);
                    assert!(next.is_none_or(|next| next > deadline), "an idle deadline");
                }
            }
        }
        let came_out: Vec<(u64, usize)> = came_out
            .into_iter()
            .map(|(due, item)| (due.as_millis(), item))
            .collect();
        assert_eq!(came_out, model.came_out, "came out");
        it
    }

    fn check_invariants(it: &Self, model: &Model) {
        assert_eq!(it.queue.len(), model.deadlines.len());
        assert_eq!(it.queue.is_empty(), model.deadlines.is_empty());
        for (item, slot) in it.slots.iter().enumerate() {
            let due = model.deadlines.get(&item).copied();
            assert_eq!(it.queue.expires_at(*slot), due.map(at), "due");
        }
        let earliest = model.deadlines.values().min().copied().map(at);
        let deadline = V::deadline(&it.queue);
        assert_eq!(deadline.is_some(), earliest.is_some(), "a deadline");
        assert!(deadline <= earliest, "a deadline that is late");
    }
}

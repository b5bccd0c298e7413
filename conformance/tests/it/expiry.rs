//! The expiry queue against Apache's rule, to the millisecond.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::hash::BuildHasherDefault;
use std::hash::DefaultHasher;
use std::panic::RefUnwindSafe;
use std::panic::catch_unwind;
use std::time::Duration;

use fastrand::Rng;
use zk_conformance::ExpiryQueue;
use zk_conformance::Instant;
use zk_conformance::expiry::Slot;

#[test]
fn exact_multiple_rounds_up_to_the_next_tick() {
    check_rule(2_000, 0, 4_000, 6_000);
    check_rule(2_000, 1_500, 2_500, 6_000);
    check_rule(2_000, 1_500, 2_499, 4_000);
    check_rule(2_000, 1_500, 2_501, 6_000);
    check_rule(1, 7, 3, 11);
    check_rule(7, 7, 7, 21);
}

#[test]
fn timeout_zero_lives_to_the_end_of_its_tick() {
    check_rule(2_000, 0, 0, 2_000);
    check_rule(2_000, 1_999, 0, 2_000);
    check_rule(2_000, 2_000, 0, 4_000);
}

#[test]
fn longest_timeout_of_the_wire_is_exact() {
    check_rule(2_000, 1, i32::MAX as u64, 2_147_484_000);
    check_rule(1, 1, i32::MAX as u64, 2_147_483_649);
}

#[test]
fn timeout_past_the_end_of_the_clock_is_due_at_its_end() {
    for tick in [1, 2, 3, 2_000, u64::MAX] {
        check_rule(tick, u64::MAX - 1_000, 1_001, u64::MAX);
        check_rule(tick, u64::MAX - 1_000, u64::MAX, u64::MAX);
        check_rule(tick, u64::MAX - 1, 0, u64::MAX);
    }
}

#[test]
fn tick_of_zero_counts_as_one_millisecond() {
    check_rule(0, 10, 5, 16);
}

/// An item touched at `now` is due at `due`, and not a millisecond before.
#[track_caller]
fn check_rule(tick: u64, now: u64, timeout: u64, due: u64) {
    let mut queue = ExpiryQueue::new(millis(tick));
    let slot = queue.insert(at(now), millis(timeout), ());
    assert_eq!(queue.expires_at(slot), Some(at(due)));
    assert_eq!(queue.deadline(), Some(at(due)));
    assert_eq!(drain(&mut queue, due - 1), []);
    assert_eq!(drain(&mut queue, due), [(due, ())]);
    assert_eq!(queue.deadline(), None);
}

#[test]
fn shorter_timeout_moves_to_an_earlier_bucket() {
    let mut queue = ExpiryQueue::new(millis(100));
    let slot = queue.insert(at(0), millis(40_000), 'a');
    assert!(queue.touch(at(50), millis(400), slot));
    assert_eq!(queue.deadline(), Some(at(500)));
    assert_eq!(drain(&mut queue, 500), [(500, 'a')]);
}

#[test]
fn overdue_item_is_saved_by_a_touch() {
    let mut queue = ExpiryQueue::new(millis(100));
    let slot = queue.insert(at(0), millis(150), 'a');
    assert!(queue.touch(at(777), millis(150), slot));
    assert_eq!(drain(&mut queue, 999), []);
    assert_eq!(drain(&mut queue, 1_000), [(1_000, 'a')]);
}

#[test]
fn late_driver_sees_buckets_in_order_and_slots_in_order_within() {
    let mut queue = ExpiryQueue::new(millis(100));
    for (item, timeout) in [('a', 350), ('b', 150), ('c', 301), ('d', 50), ('e', 199)] {
        let _ = queue.insert(at(0), millis(timeout), item);
    }
    assert_eq!(
        drain(&mut queue, 9_999),
        [(100, 'd'), (200, 'b'), (200, 'e'), (400, 'a'), (400, 'c')]
    );
}

#[test]
fn slot_used_again_ignores_its_former_owner() {
    let mut queue = ExpiryQueue::new(millis(100));
    let former = queue.insert(at(0), millis(100), 'a');
    assert_eq!(queue.remove(former), Some('a'));
    let slot = queue.insert(at(0), millis(500), 'b');
    assert_eq!(format!("{queue:?}"), "{0: (Instant(600), 'b')}");

    assert!(!queue.touch(at(0), millis(900), former));
    assert_eq!(queue.remove(former), None);
    assert_eq!(queue.expires_at(former), None);
    assert_eq!(queue.expires_at(slot), Some(at(600)));
    assert_eq!(drain(&mut queue, 600), [(600, 'b')]);
}

#[test]
fn item_left_in_the_iterator_stays_due() {
    let mut queue = ExpiryQueue::new(millis(100));
    let slots: Vec<Slot> = (0..200)
        .map(|item| queue.insert(at(0), millis(item % 2), item))
        .collect();
    assert_eq!(queue.expire(at(100)).take(70).count(), 70);
    assert_eq!(queue.len(), 130);
    assert_eq!(queue.deadline(), Some(at(100)));

    let left: Vec<u64> = drain(&mut queue, 100)
        .into_iter()
        .map(|(_, item)| item)
        .collect();
    assert!(left.into_iter().eq(70..200));
    assert!(slots.iter().all(|slot| queue.expires_at(*slot).is_none()));
}

#[test]
fn touch_in_the_past_follows_the_rule_for_its_own_moment() {
    let mut queue = ExpiryQueue::new(millis(100));
    let slot = queue.insert(at(5_000), millis(100), 'a');
    assert_eq!(drain(&mut queue, 5_100), []);
    assert!(queue.touch(at(4_000), millis(100), slot));
    assert_eq!(drain(&mut queue, 5_100), [(4_200, 'a')]);
}

#[test]
fn item_overdue_for_decades_comes_out_and_makes_no_other_early() {
    let now = 1 << 50;
    let mut queue = ExpiryQueue::new(millis(1_024));
    let _ = queue.insert(at(0), millis(100), 'a');
    let _ = queue.insert(at(now), millis(100), 'b');
    assert_eq!(
        queue
            .expire(at(now))
            .map(|(_, item)| item)
            .collect::<String>(),
        "a"
    );
    assert_eq!(drain(&mut queue, now + 1_023), []);
    assert_eq!(drain(&mut queue, now + 1_024), [(now + 1_024, 'b')]);
}

#[test]
fn moments_of_one_bucket_are_one_state() {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let mut queue = ExpiryQueue::new(millis(100));
    let slot = queue.insert(at(0), millis(150), 'a');
    let mut other = queue.clone();

    assert!(other.touch(at(49), millis(150), slot));
    assert_eq!(queue, other);
    assert_eq!(hasher.hash_one(&queue), hasher.hash_one(&other));

    assert!(other.touch(at(50), millis(150), slot));
    assert_ne!(queue, other);
    assert_ne!(hasher.hash_one(&queue), hasher.hash_one(&other));

    assert!(queue.touch(at(50), millis(150), slot));
    assert_eq!(queue, other);
    assert_eq!(hasher.hash_one(&queue), hasher.hash_one(&other));
}

#[test]
fn what_may_be_due_is_no_more_than_there_is() {
    let mut queue = ExpiryQueue::new(millis(100));
    for item in 0..3 {
        let _ = queue.insert(at(0), millis(100 * item), item);
    }
    let mut due = queue.expire(at(200));
    assert_eq!(due.size_hint(), (0, Some(3)));
    due.next();
    assert_eq!(due.size_hint(), (0, Some(2)));
}

#[test]
fn free_slot_remembers_no_moment() {
    let [queue, other] = [100, 900].map(|timeout| {
        let mut queue = ExpiryQueue::new(millis(100));
        let slot = queue.insert(at(0), millis(timeout), 'a');
        assert_eq!(queue.remove(slot), Some('a'));
        queue
    });
    assert_eq!(queue, other);
}

/// Whatever is done to it and however late its driver, the queue gives what Apache's gives.
#[test]
fn queue_follows_the_rule_on_any_schedule() {
    on_every_schedule(|schedule| {
        let mut now = schedule.start;
        let mut queue = ExpiryQueue::new(millis(schedule.tick));
        let mut model = Model::new(schedule.tick, now);
        let mut slots = Vec::new();

        for step in &schedule.steps {
            match *step {
                Step::Insert { timeout } => {
                    let item = slots.len();
                    let slot = queue.insert(at(now), timeout, item);
                    assert_eq!(model.update(now, timeout, slot), None);
                    slots.push(slot);
                }
                Step::Touch { which, timeout } => {
                    let Some(slot) = pick(&slots, which) else {
                        continue;
                    };
                    let is_tracked = model.moments.contains_key(&slot);
                    assert_eq!(queue.touch(at(now), timeout, slot), is_tracked);
                    if is_tracked {
                        model.update(now, timeout, slot);
                    }
                }
                Step::Remove { which } => {
                    let Some(slot) = pick(&slots, which) else {
                        continue;
                    };
                    let item = queue.remove(slot);
                    assert_eq!(item.is_some(), model.remove(slot).is_some());
                    assert!(item.is_none_or(|item| slots[item] == slot));
                }
                Step::Advance { by } => now = now.saturating_add(by),
                Step::Expire { at_most } => {
                    let mut drained = model.clone();
                    let due = drained.poll_all(now);
                    let taken = queue
                        .expire(at(now))
                        .take(at_most)
                        .map(|(moment, item)| (moment.as_millis(), slots[item]))
                        .collect::<Vec<_>>();
                    assert_eq!(&taken[..], &due[..due.len().min(at_most)]);
                    if taken.len() == due.len() {
                        model = drained;
                    } else {
                        for (_, slot) in taken {
                            model.remove(slot);
                        }
                    }
                }
            }

            let earliest = model.moments.values().min().copied().map(at);
            assert_eq!(queue.deadline().is_some(), earliest.is_some());
            assert!(queue.deadline() <= earliest);
            assert_eq!(queue.len(), model.moments.len());
            assert_eq!(queue.is_empty(), model.moments.is_empty());
        }

        for slot in slots {
            assert_eq!(
                queue.expires_at(slot),
                model.moments.get(&slot).copied().map(at)
            );
        }
    });
}

/// A driver that keeps its appointments finds each item on time, and no appointment is idle:
/// something comes out or the next one is later.
#[test]
fn deadline_that_fires_makes_progress() {
    on_every_schedule(|schedule| {
        let mut now = schedule.start;
        let mut queue = ExpiryQueue::new(millis(schedule.tick));
        let mut slots = Vec::new();

        for step in &schedule.steps {
            match *step {
                Step::Insert { timeout } => slots.push(queue.insert(at(now), timeout, ())),
                Step::Touch { which, timeout } => {
                    let Some(slot) = pick(&slots, which) else {
                        continue;
                    };
                    queue.touch(at(now), timeout, slot);
                }
                Step::Remove { which } => {
                    let Some(slot) = pick(&slots, which) else {
                        continue;
                    };
                    queue.remove(slot);
                }
                Step::Advance { by } => {
                    now = now.saturating_add(by);
                    while let Some(deadline) = queue.deadline().filter(|next| *next <= at(now)) {
                        for (moment, ()) in queue.expire(deadline) {
                            assert_eq!(moment, deadline);
                        }
                        assert!(queue.deadline().is_none_or(|next| next > deadline));
                    }
                }
                Step::Expire { .. } => {}
            }
            assert!(now == u64::MAX || queue.deadline().is_none_or(|next| next > at(now)));
        }
    });
}

/// Runs a check on random schedules, short ones first.
#[track_caller]
fn on_every_schedule(check: impl Fn(&Schedule) + RefUnwindSafe) {
    for seed in 0..10_000 {
        let schedule = Schedule::random(&mut Rng::with_seed(seed), 1 + seed / 200);
        let outcome = catch_unwind(|| check(&schedule));
        assert!(outcome.is_ok(), "seed {seed}: {schedule:?}");
    }
}

/// Apache's rule written down: `elemMap`, `expiryMap` and `nextExpirationTime` of `ExpiryQueue`.
#[derive(Clone)]
struct Model {
    tick: u64,
    next: u64,
    moments: BTreeMap<Slot, u64>,
    buckets: BTreeMap<u64, BTreeSet<Slot>>,
}

impl Model {
    fn new(tick: u64, now: u64) -> Self {
        let mut model = Self {
            tick,
            next: 0,
            moments: BTreeMap::new(),
            buckets: BTreeMap::new(),
        };
        model.next = model.round(u128::from(now));
        model
    }

    /// `roundToNextInterval`, up to the end of the clock.
    fn round(&self, moment: u128) -> u64 {
        let tick = u128::from(self.tick);
        u64::try_from((moment / tick + 1) * tick).unwrap_or(u64::MAX)
    }

    fn update(&mut self, now: u64, timeout: Duration, slot: Slot) -> Option<u64> {
        let moment = self.round(u128::from(now) + timeout.as_millis());
        let former = self.remove(slot);
        self.moments.insert(slot, moment);
        self.buckets.entry(moment).or_default().insert(slot);
        former
    }

    fn remove(&mut self, slot: Slot) -> Option<u64> {
        let moment = self.moments.remove(&slot)?;
        self.buckets.entry(moment).or_default().remove(&slot);
        Some(moment)
    }

    fn poll(&mut self, now: u64) -> BTreeSet<Slot> {
        if now < self.next {
            return BTreeSet::new();
        }
        let bucket = self.buckets.remove(&self.next).unwrap_or_default();
        self.next = self.next.saturating_add(self.tick);
        bucket
    }

    /// Polls until no bucket is due; runs of polls that find no bucket are left out.
    fn poll_all(&mut self, now: u64) -> Vec<(u64, Slot)> {
        let mut due = Vec::new();
        while let Some(&moment) = self.buckets.keys().next().filter(|moment| **moment <= now) {
            self.next = self.next.max(moment);
            for slot in self.poll(now) {
                self.moments.remove(&slot);
                due.push((moment, slot));
            }
        }
        due
    }
}

#[derive(Debug)]
struct Schedule {
    tick: u64,
    start: u64,
    steps: Vec<Step>,
}

/// `which` is out of all slots ever given, stale ones too.
#[derive(Debug)]
enum Step {
    Insert { timeout: Duration },
    Touch { which: usize, timeout: Duration },
    Remove { which: usize },
    Advance { by: u64 },
    Expire { at_most: usize },
}

impl Schedule {
    fn random(rng: &mut Rng, count: u64) -> Self {
        let tick = match rng.u8(0..10) {
            0..4 => rng.u64(1..=10),
            4..6 => 200,
            6..8 => 2_000,
            8 => rng.u64(1..=1 << 28),
            _ => u64::MAX,
        };
        let start = match rng.u8(0..5) {
            0 => 0,
            1 => rng.u64(0..10_000),
            2 => rng.u64(..),
            3 => (1 << 40) - rng.u64(0..10_000),
            _ => u64::MAX - rng.u64(0..10_000),
        };
        // Now and then a crowd, so that there is more than one bound.
        let crowd = if rng.u8(0..6) == 0 {
            rng.u64(60..200)
        } else {
            0
        };
        let steps = (0..crowd + count).map(|step| {
            if step < crowd {
                Step::Insert {
                    timeout: timeout(rng, tick),
                }
            } else {
                Step::random(rng, tick)
            }
        });
        Self {
            tick,
            start,
            steps: steps.collect(),
        }
    }
}

impl Step {
    fn random(rng: &mut Rng, tick: u64) -> Self {
        match rng.u8(0..21) {
            0..4 => Self::Insert {
                timeout: timeout(rng, tick),
            },
            4..10 => Self::Touch {
                which: rng.usize(..),
                timeout: timeout(rng, tick),
            },
            10..12 => Self::Remove {
                which: rng.usize(..),
            },
            12 => Self::Advance {
                by: 1 << rng.u32(0..38),
            },
            13..16 => Self::Advance {
                by: span(rng, tick),
            },
            16..20 => Self::Expire {
                at_most: usize::MAX,
            },
            _ => Self::Expire {
                at_most: rng.usize(0..5),
            },
        }
    }
}

fn timeout(rng: &mut Rng, tick: u64) -> Duration {
    match rng.u8(0..16) {
        0 => millis(i32::MAX as u64),
        1 => millis(rng.u32(..).into()),
        2 => Duration::MAX,
        3 => Duration::new(0, 999_999),
        _ => millis(span(rng, tick)),
    }
}

/// A span of some ticks, half of the time at most a millisecond from whole ticks.
fn span(rng: &mut Rng, tick: u64) -> u64 {
    let ticks = tick.saturating_mul(rng.u64(0..8));
    match rng.u8(0..21) {
        0..10 => rng.u64(0..=tick.saturating_mul(5)),
        10..14 => ticks,
        14..17 => ticks.saturating_add(1),
        17..20 => ticks.saturating_sub(1),
        _ => i32::MAX as u64,
    }
}

fn pick(slots: &[Slot], which: usize) -> Option<Slot> {
    slots.get(which.checked_rem(slots.len())?).copied()
}

fn drain<T: Copy>(queue: &mut ExpiryQueue<T>, now: u64) -> Vec<(u64, T)> {
    queue
        .expire(at(now))
        .map(|(moment, item)| (moment.as_millis(), item))
        .collect()
}

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

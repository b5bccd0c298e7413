//! Queues that are wrong, each in one way: the machine has to notice all of them.

use std::time::Duration;

use zk_conformance::Instant;
use zk_conformance::expiry::Slot;

use super::any::EFFORT;
use super::any::Machine;
use super::any::Queue;
use super::any::Variant;
use super::millis;
use crate::machine;

/// A wrong queue is noticed by what these words say, after so many steps at most.
#[track_caller]
fn check<V: Variant>(steps: usize, words: &str) {
    machine::come_apart::<Machine<V>>(EFFORT, steps, words);
}

/// As Apache did before 3.5: a shorter timeout leaves an item where it is.
struct OnlyLater;

impl Variant for OnlyLater {
    fn touch(queue: &mut Queue, now: Instant, timeout: Duration, slot: Slot) -> bool {
        let mut moved = queue.clone();
        let is_there = moved.touch(now, timeout, slot);
        if moved.expires_at(slot) > queue.expires_at(slot) {
            *queue = moved;
        }
        is_there
    }
}

#[test]
fn a_shorter_timeout_that_does_not_count_is_noticed() {
    check::<OnlyLater>(2, "due");
}

/// What ends with a tick expires with it.
struct RoundsUp;

impl Variant for RoundsUp {
    fn insert(queue: &mut Queue, now: Instant, timeout: Duration, item: usize) -> Slot {
        queue.insert(now, timeout.saturating_sub(millis(1)), item)
    }
}

#[test]
fn a_tick_too_few_is_noticed() {
    check::<RoundsUp>(2, "due");
}

/// Expires a millisecond early.
struct Early;

impl Variant for Early {
    fn expire(queue: &mut Queue, now: Instant, at_most: usize) -> Vec<(Instant, usize)> {
        queue.expire(now + millis(1)).take(at_most).collect()
    }
}

#[test]
fn a_millisecond_too_few_is_noticed() {
    check::<Early>(3, "came out");
}

/// What is overdue cannot be saved any more.
struct Strict;

impl Variant for Strict {
    fn touch(queue: &mut Queue, now: Instant, timeout: Duration, slot: Slot) -> bool {
        queue.expires_at(slot).is_some_and(|due| due > now) && queue.touch(now, timeout, slot)
    }
}

#[test]
fn an_overdue_item_that_is_given_up_is_noticed() {
    check::<Strict>(3, "touched");
}

/// Finds whatever it is asked for.
struct Obliging;

impl Variant for Obliging {
    fn touch(queue: &mut Queue, now: Instant, timeout: Duration, slot: Slot) -> bool {
        queue.touch(now, timeout, slot);
        true
    }
}

#[test]
fn a_touch_of_what_is_gone_is_noticed() {
    check::<Obliging>(3, "touched");
}

/// Says that it removed something, and keeps it.
struct Hoarder;

impl Variant for Hoarder {
    fn remove(queue: &mut Queue, slot: Slot) -> Option<usize> {
        queue.clone().remove(slot)
    }
}

#[test]
fn an_item_that_is_not_removed_is_noticed() {
    check::<Hoarder>(2, "");
}

/// One bucket a call, as `ExpiryQueue.poll`.
struct OneBucket;

impl Variant for OneBucket {
    fn expire(queue: &mut Queue, now: Instant, at_most: usize) -> Vec<(Instant, usize)> {
        let first = queue.deadline().map_or(now, |deadline| deadline.min(now));
        queue.expire(first).take(at_most).collect()
    }
}

#[test]
fn a_late_driver_that_is_given_one_bucket_is_noticed() {
    check::<OneBucket>(3, "came out");
}

/// Forgets what is left in the iterator.
struct Drains;

impl Variant for Drains {
    fn expire(queue: &mut Queue, now: Instant, at_most: usize) -> Vec<(Instant, usize)> {
        let mut all: Vec<_> = queue.expire(now).collect();
        all.truncate(at_most);
        all
    }
}

#[test]
fn what_is_lost_with_the_iterator_is_noticed() {
    check::<Drains>(3, "");
}

/// Has items come out by their age, wherever they are.
struct ByAge;

impl Variant for ByAge {
    fn expire(queue: &mut Queue, now: Instant, at_most: usize) -> Vec<(Instant, usize)> {
        let mut due: Vec<_> = queue.expire(now).take(at_most).collect();
        due.sort();
        due
    }
}

#[test]
fn another_order_within_a_bucket_is_noticed() {
    check::<ByAge>(5, "came out");
}

/// Wakes its driver after something is due.
struct Late;

impl Variant for Late {
    fn deadline(queue: &Queue) -> Option<Instant> {
        queue.deadline().map(|deadline| deadline + millis(1))
    }
}

#[test]
fn a_late_deadline_is_noticed() {
    check::<Late>(1, "a deadline that is late");
}

/// Wakes its driver for nothing, again and again.
struct Restless;

impl Variant for Restless {
    fn deadline(queue: &Queue) -> Option<Instant> {
        queue.deadline().map(|_| Instant::ZERO)
    }
}

#[test]
fn a_deadline_that_stays_is_noticed() {
    check::<Restless>(2, "an idle deadline");
}

//! The expiry queue against Apache's rule, to the millisecond.

mod any;
mod mistakes;

use std::hash::BuildHasher;
use std::hash::BuildHasherDefault;
use std::hash::DefaultHasher;
use std::time::Duration;

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

/// However often that place was somebody's since.
#[test]
fn former_owner_never_comes_to_anything_again() {
    let mut queue = ExpiryQueue::new(millis(100));
    let former = queue.insert(at(0), millis(100), 0);
    assert_eq!(queue.remove(former), Some(0));
    for user in 1..=70_000 {
        let slot = queue.insert(at(0), millis(100), user);
        assert_eq!(queue.expires_at(former), None, "user {user}");
        assert_eq!(queue.remove(slot), Some(user));
        assert_eq!(queue.remove(slot), None);
    }
    assert!(queue.is_empty());
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

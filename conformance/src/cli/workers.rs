//! Many things of a kind done at once, and told one after the other.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;

use crate::Instant;
use crate::net::Clock;

/// Does `work` on each of `items`, as many at a time as the machine can, and tells of each in their
/// order: what came of it, and how many seconds it took.
pub(super) fn do_each<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut tell: impl FnMut(&T, R, f64),
) {
    let jobs = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { return };
                    let clock = Clock::start();
                    let done = work(item);
                    if sender.send((place, done, seconds(clock))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut left = items.iter().enumerate();
        let mut due = left.next();
        for (place, done, seconds) in receiver {
            early.insert(place, (done, seconds));
            while let Some((at, item)) = due
                && let Some((done, seconds)) = early.remove(&at)
            {
                tell(item, done, seconds);
                due = left.next();
            }
        }
    });
}

/// How many seconds there were since a clock's start.
pub(super) fn seconds(since: Clock) -> f64 {
    (since.now() - Instant::ZERO).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::do_each;

    #[test]
    fn everything_is_done_once_and_told_in_order() {
        let items: Vec<u64> = (0..100).collect();
        let mut told = Vec::new();
        // The first take longest.
        let work = |item: &u64| (0..(100 - item) * 1_000).fold(*item, |sum, it| sum ^ it ^ it);
        do_each(&items, work, |item, done, _| told.push((*item, done)));
        let due: Vec<_> = items.iter().map(|item| (*item, *item)).collect();
        assert_eq!(told, due);
    }

    #[test]
    #[should_panic(expected = "panicked")]
    fn who_fails_is_not_passed_over() {
        do_each(&[1, 0], |item| 1 / item, |_, _: u64, _| {});
    }
}

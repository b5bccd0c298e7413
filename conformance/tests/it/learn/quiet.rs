//! How long a server has to be silent to be taken for silent.

use std::time::Duration;

use zk_conformance::Instant;
use zk_conformance::driver::Quiet;
use zk_conformance::player::End;
use zk_conformance::player::Event;
use zk_conformance::player::Happening;

const MOST: Duration = Duration::from_millis(250);

fn event(at: u64, connection: &str, what: Happening) -> Event {
    Event {
        at: Instant::ZERO + Duration::from_millis(at),
        connection: connection.to_owned(),
        what,
    }
}

/// A run with one answer, which took so many milliseconds.
fn answer(millis: u64) -> Vec<Event> {
    vec![
        event(5, "a1", Happening::Sent(vec![1])),
        event(5 + millis, "a1", Happening::Received(vec![2])),
    ]
}

fn after(runs: usize, log: &[Event]) -> Quiet {
    let mut quiet = Quiet::at_most(MOST);
    (0..runs).for_each(|_| quiet.hear(log));
    quiet
}

#[test]
fn who_is_not_known_is_given_all_the_time() {
    assert_eq!(Quiet::at_most(MOST).span(), MOST);
    assert_eq!(after(15, &answer(1)).span(), MOST);
    assert_eq!(after(100, &[]).span(), MOST);
}

#[test]
fn a_quick_server_is_given_little_and_a_slow_one_much() {
    let of = |millis| after(200, &answer(millis)).span();
    assert_eq!(of(0), of(2), "no less than a machine needs");
    assert!(of(2) < Duration::from_millis(100), "{:?}", of(2));
    for millis in [20, 40, 60] {
        let span = of(millis);
        assert!(span >= Duration::from_millis(2 * millis), "{span:?}");
        assert!(span > of(millis / 2), "{span:?}");
    }
    assert_eq!(of(200), MOST);
}

#[test]
fn one_slow_answer_is_enough_to_wait_longer_and_forgotten_in_time() {
    let mut quiet = after(200, &answer(2));
    let before = quiet.span();
    quiet.hear(&answer(100));
    assert!(quiet.span() > Duration::from_millis(100));
    (0..100).for_each(|_| quiet.hear(&answer(2)));
    assert_eq!(quiet.span(), before);
}

#[test]
fn the_slowest_answer_of_a_run_counts_on_whichever_connection() {
    let log = [
        event(0, "a1", Happening::Sent(vec![1])),
        event(1, "b1", Happening::Sent(vec![1])),
        event(2, "b1", Happening::Received(vec![2])),
        event(70, "a1", Happening::Ended(End::Rst)),
    ];
    assert_eq!(after(200, &log).span(), after(200, &answer(70)).span());
}

#[test]
fn an_answer_is_one_to_what_was_sent_last() {
    let log = [
        event(0, "a1", Happening::Sent(vec![1])),
        event(200, "a1", Happening::Quiet(MOST)),
        event(200, "a1", Happening::Sent(vec![1])),
        event(203, "a1", Happening::Received(vec![2])),
        event(900, "a1", Happening::Received(vec![3])),
    ];
    assert_eq!(after(200, &log).span(), after(200, &answer(3)).span());
}

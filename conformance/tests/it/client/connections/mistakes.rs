//! Clients that are wrong, each in one way: the judge has to notice all of them.

use std::time::Duration;

use bytes::Bytes;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Config;
use zk_conformance::client::Fault;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_conformance::client::OwnClock;
use zk_conformance::client::Phase;

use super::EFFORT;
use super::Machine;
use super::Variant;
use crate::machine;

/// A wrong client is noticed by what these words say, after so many steps at most.
#[track_caller]
fn check<V: Variant>(steps: usize, words: &str) {
    machine::come_apart::<Machine<V>>(EFFORT, steps, words);
}

/// A request for a session with zeroes where something should be.
fn blank(output: Output, place: std::ops::Range<usize>) -> Output {
    match output {
        Output::Send(frame) if frame.len() == 4 + 45 => {
            let mut bytes = frame.to_vec();
            bytes[place].fill(0);
            Output::Send(Bytes::from(bytes))
        }
        other => other,
    }
}

struct ForgetsId;

impl Variant for ForgetsId {
    fn poll(client: &mut Client) -> Option<Output> {
        Some(blank(client.poll()?, 20..28))
    }
}

#[test]
fn a_session_that_is_not_presented_is_noticed() {
    check::<ForgetsId>(5, "session presented");
}

struct ForgetsPassword;

impl Variant for ForgetsPassword {
    fn poll(client: &mut Client) -> Option<Output> {
        Some(blank(client.poll()?, 32..48))
    }
}

#[test]
fn a_password_that_is_not_presented_is_noticed() {
    check::<ForgetsPassword>(5, "password presented");
}

struct ForgetsZxid;

impl Variant for ForgetsZxid {
    fn poll(client: &mut Client) -> Option<Output> {
        Some(blank(client.poll()?, 8..16))
    }
}

#[test]
fn a_zxid_that_is_not_presented_is_noticed() {
    check::<ForgetsZxid>(6, "zxid presented");
}

struct AsksForNoTime;

impl Variant for AsksForNoTime {
    fn poll(client: &mut Client) -> Option<Output> {
        Some(blank(client.poll()?, 16..20))
    }
}

#[test]
fn another_timeout_is_noticed() {
    check::<AsksForNoTime>(1, "timeout asked for");
}

struct DoesNotRest;

impl Variant for DoesNotRest {
    fn config(config: &mut Config) {
        config.rest = Duration::ZERO;
    }
}

#[test]
fn a_connection_without_a_rest_before_it_is_noticed() {
    check::<DoesNotRest>(2, "connects at");
}

struct PausesTooLong;

impl Variant for PausesTooLong {
    fn config(config: &mut Config) {
        config.pause = Duration::from_secs(3);
    }
}

#[test]
fn a_pause_that_is_too_long_is_noticed() {
    check::<PausesTooLong>(3, "connects at");
}

/// Takes the news of a connection that it gave up for a reason to hurry.
struct Hurries;

impl Variant for Hurries {
    fn handle(client: &mut Client, now: Instant, input: Input<'_>) {
        client.handle(now, input);
        if input == Input::Connected && client.phase() == Phase::NotConnected {
            client.handle(now + Duration::from_secs(3), Input::Tick);
        }
    }
}

#[test]
fn a_late_connect_that_counts_is_noticed() {
    check::<Hurries>(2, "connects at");
}

/// Leaves the connection that it gives up as it is.
struct LeavesItOpen;

impl Variant for LeavesItOpen {
    fn poll(client: &mut Client) -> Option<Output> {
        client.poll().filter(|output| *output != Output::Disconnect)
    }
}

#[test]
fn a_connection_that_is_not_closed_is_noticed() {
    check::<LeavesItOpen>(2, "not one of");
}

/// Tries the next connection while it has one.
struct DialsTwice;

impl Variant for DialsTwice {
    fn poll(client: &mut Client) -> Option<Output> {
        Some(match client.poll()? {
            Output::Fault(Fault::ConnectTimeout { .. }) => Output::Connect("a".into()),
            other => other,
        })
    }
}

#[test]
fn a_second_connection_is_noticed() {
    check::<DialsTwice>(1, "two connections at once");
}

/// Begins anew once its session is gone.
struct RisesAgain;

impl Variant for RisesAgain {
    fn handle(client: &mut Client, now: Instant, input: Input<'_>) {
        if client.phase().is_alive() {
            client.handle(now, input);
        } else {
            *client = Client::new(client.config().clone(), now);
        }
    }
}

#[test]
fn a_session_that_comes_back_is_noticed() {
    check::<RisesAgain>(4, "a connection after the end");
}

/// Waits for a server that has refused.
struct DoesNotListen;

impl Variant for DoesNotListen {
    fn handle(client: &mut Client, now: Instant, input: Input<'_>) {
        if input != Input::ConnectFailed {
            client.handle(now, input);
        }
    }
}

#[test]
fn a_refusal_that_is_not_heard_is_noticed() {
    check::<DoesNotListen>(1, "not one of");
}

/// Holds on to a session that must be gone.
struct LivesForEver;

impl Variant for LivesForEver {
    fn config(config: &mut Config) {
        config.own_clock = OwnClock::Never;
    }
}

#[test]
fn a_session_that_outlives_its_time_is_noticed() {
    check::<LivesForEver>(2, "overdue");
}

/// Wakes its driver too late.
struct Oversleeps;

impl Variant for Oversleeps {
    fn deadline(client: &Client) -> Option<Instant> {
        client.deadline().map(|it| it + Duration::from_millis(1))
    }
}

#[test]
fn a_deadline_that_is_late_is_noticed() {
    check::<Oversleeps>(2, "");
}

/// Wakes its driver for nothing, again and again.
struct Restless;

impl Variant for Restless {
    fn deadline(client: &Client) -> Option<Instant> {
        client.deadline().map(|_| Instant::ZERO)
    }
}

#[test]
fn a_deadline_that_stays_is_noticed() {
    check::<Restless>(1, "idle deadline");
}

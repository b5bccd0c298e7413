//! Clients that get the time wrong.

use std::time::Duration;

use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_fuzz::Variant;

use crate::check;

/// Waits for something that never comes.
#[derive(Default)]
struct WaitsForEver;

impl Variant for WaitsForEver {
    fn deadline(&self, client: &Client) -> Option<Instant> {
        let is_alive = client.phase().is_alive();
        client.deadline().or((!is_alive).then_some(Instant::ZERO))
    }
}

#[test]
fn a_deadline_after_the_end_is_noticed() {
    check::<WaitsForEver>("the dead wait for nothing");
}

/// Never says when to come back.
#[derive(Default)]
struct Sleeps;

impl Variant for Sleeps {
    fn deadline(&self, _client: &Client) -> Option<Instant> {
        None
    }
}

#[test]
fn a_client_without_a_deadline_is_noticed() {
    check::<Sleeps>("the living have a deadline");
}

/// Wakes its driver for nothing, again and again.
#[derive(Default)]
struct Restless;

impl Variant for Restless {
    fn deadline(&self, client: &Client) -> Option<Instant> {
        client.deadline().map(|_| Instant::ZERO)
    }
}

#[test]
fn a_deadline_that_stays_is_noticed() {
    check::<Restless>("a deadline that comes does something");
}

/// Wakes its driver a millisecond too late.
#[derive(Default)]
struct Oversleeps;

impl Variant for Oversleeps {
    fn deadline(&self, client: &Client) -> Option<Instant> {
        client.deadline().map(|it| it + Duration::from_millis(1))
    }
}

#[test]
fn a_deadline_that_is_late_is_noticed() {
    check::<Oversleeps>("of a timeout of");
}

/// Takes it to be a second later than it is.
#[derive(Default)]
struct Hurries;

impl Variant for Hurries {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        if input == Input::Tick && client.deadline().is_some_and(|it| it > now) {
            return client.handle(now + Duration::from_secs(1), input);
        }
        client.handle(now, input);
    }
}

#[test]
fn a_clock_that_is_fast_is_noticed() {
    check::<Hurries>("nothing is due, and all is as it was");
    check::<Hurries>("of a timeout of");
}

/// Sends no pings.
#[derive(Default)]
struct NeverPings;

impl Variant for NeverPings {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        loop {
            match client.poll()? {
                Output::Send(bytes) if bytes.ends_with(b"\xff\xff\xff\xfe\0\0\0\x0b") => {}
                output => return Some(output),
            }
        }
    }
}

#[test]
fn a_client_that_never_pings_is_noticed() {
    check::<NeverPings>("good turns");
}

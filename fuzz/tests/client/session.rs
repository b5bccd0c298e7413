//! Clients that take their session for another.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_conformance::client::Phase;
use zk_fuzz::Variant;

use crate::check;

/// A request for a session with zeroes where something should be.
fn blank(output: Output, place: Range<usize>) -> Output {
    match output {
        Output::Send(frame) if frame.len() == 4 + 45 => {
            let mut bytes = frame.to_vec();
            bytes[place].fill(0);
            Output::Send(Bytes::from(bytes))
        }
        other => other,
    }
}

/// Goes by the timeout it asked for.
#[derive(Default)]
struct KeepsItsTimeout;

impl Variant for KeepsItsTimeout {
    fn session_timeout(&self, client: &Client) -> Option<Duration> {
        client.session_timeout()?;
        Some(client.config().session_timeout)
    }
}

#[test]
fn a_timeout_that_was_not_granted_is_noticed() {
    check::<KeepsItsTimeout>("the timeout granted");
}

/// Says that it goes by the timeout that was granted, and goes by the one it asked for.
#[derive(Default)]
struct ActsOnItsTimeout(Option<Duration>);

impl Variant for ActsOnItsTimeout {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        if let Input::Receive(bytes) = input
            && !client.phase().is_connected()
            && let Some(time_out) = bytes.get(8..12)
        {
            let granted = i32::from_be_bytes(time_out.try_into().unwrap());
            if let Ok(granted @ 1..) = u64::try_from(granted) {
                self.0 = Some(Duration::from_millis(granted));
                let bytes = [&bytes[..8], &3_000_i32.to_be_bytes(), &bytes[12..]].concat();
                return client.handle(now, Input::Receive(&bytes));
            }
        }
        client.handle(now, input);
    }

    fn session_timeout(&self, _client: &Client) -> Option<Duration> {
        self.0
    }
}

#[test]
fn timers_that_go_by_another_timeout_are_noticed() {
    check::<ActsOnItsTimeout>("of a timeout of 10000 ms");
    check::<ActsOnItsTimeout>("of a timeout of 40 ms");
}

tells!(ForgetsId, output => blank(output, 20..28));
tells!(ForgetsPassword, output => blank(output, 32..48));
tells!(ForgetsZxid, output => blank(output, 8..16));
tells!(AsksForNoTime, output => blank(output, 16..20));

#[test]
fn another_session_than_its_own_is_noticed() {
    check::<ForgetsId>("a session of its own");
    check::<ForgetsPassword>("a session of its own");
    check::<ForgetsZxid>("a session of its own");
    check::<AsksForNoTime>("a session of its own");
}

/// Has a byte of what comes in changed.
fn mishear(client: &mut Client, now: Instant, input: Input<'_>, place: Option<usize>) {
    if let Input::Receive(bytes) = input
        && let Some(place) = place.filter(|place| *place < bytes.len())
    {
        let mut bytes = bytes.to_vec();
        bytes[place] ^= 1;
        client.handle(now, Input::Receive(&bytes));
    } else {
        client.handle(now, input);
    }
}

/// A client that mishears a byte of the session it is granted.
macro_rules! mishears {
    ($name:ident, $place:expr) => {
        #[derive(Default)]
        struct $name;

        impl Variant for $name {
            fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
                let place = (client.phase() == Phase::Associating).then_some($place);
                mishear(client, now, input, place);
            }
        }
    };
}

mishears!(MishearsId, 19);
mishears!(MishearsPassword, 30);
mishears!(MishearsReadOnly, 40);

/// Mishears the zxid in replies to its own requests.
#[derive(Default)]
struct MishearsZxid;

impl Variant for MishearsZxid {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        let is_own = matches!(
            input,
            Input::Receive([_, _, _, _, 0xff, 0xff, 0xff, 0xf8, ..])
        );
        mishear(client, now, input, is_own.then_some(14));
    }
}

#[test]
fn a_session_that_was_not_granted_is_noticed() {
    check::<MishearsId>("the id granted");
    check::<MishearsPassword>("the password granted");
    check::<MishearsReadOnly>("on what the server granted");
    check::<MishearsZxid>("the zxid seen");
}

/// Takes the first answer it reads for none.
#[derive(Default)]
struct IsDeaf(bool);

impl Variant for IsDeaf {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        let is_heard = !matches!(input, Input::Receive(_)) || self.0;
        self.0 |= !is_heard;
        if is_heard {
            client.handle(now, input);
        }
    }
}

#[test]
fn a_grant_that_is_not_heard_is_noticed() {
    check::<IsDeaf>("when granted");
    check::<IsDeaf>("nobody was told of Some(End)");
}

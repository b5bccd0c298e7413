//! How the body talks to a client, for those who would have it do something else.

use std::time::Duration;

use jute_codec::OpCode;
use jute_codec::Raw;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_conformance::client::RequestId;

/// A client that does what [`Client`] does, but for what a mistake overrides.
pub trait Variant: Default {
    /// Something happens.
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        client.handle(now, input);
    }

    /// The application asks for something.
    fn request(&mut self, client: &mut Client, now: Instant, op: OpCode, body: &[u8]) -> RequestId {
        client.request(now, op, Raw(body))
    }

    /// The next thing to be done.
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        client.poll()
    }

    /// When time is up.
    fn deadline(&self, client: &Client) -> Option<Instant> {
        client.deadline()
    }

    /// The timeout that was granted.
    fn session_timeout(&self, client: &Client) -> Option<Duration> {
        client.session_timeout()
    }
}

/// The client as it is.
#[derive(Default)]
pub(super) struct Right;

impl Variant for Right {}

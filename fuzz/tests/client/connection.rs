//! Clients that get connections wrong, and the end.

use bytes::Bytes;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Fault;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_fuzz::Variant;

use crate::check;

tells!(DialsTwice, output => match output {
    Output::Fault(Fault::ConnectTimeout { .. }) => Output::Connect("a".into()),
    other => other,
});

#[test]
fn a_second_connection_is_noticed() {
    check::<DialsTwice>("two connections");
}

hides!(HangsOn, Output::Disconnect);

#[test]
fn a_connection_that_is_not_closed_is_noticed() {
    check::<HangsOn>("without the connection for it");
    check::<HangsOn>("the dead hang on to nothing");
}

repeats!(ClosesTwice, Output::Disconnect);

#[test]
fn a_connection_that_is_closed_twice_is_noticed() {
    check::<ClosesTwice>("nothing to disconnect");
}

/// Sends what is left once the connection is gone.
#[derive(Default)]
struct SendsLate(Option<Bytes>, bool);

impl Variant for SendsLate {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        if std::mem::take(&mut self.1)
            && let Some(bytes) = self.0.take()
        {
            return Some(Output::Send(bytes));
        }
        let output = client.poll()?;
        match &output {
            Output::Send(bytes) => self.0 = Some(bytes.clone()),
            Output::Disconnect => self.1 = true,
            _ => {}
        }
        Some(output)
    }
}

#[test]
fn bytes_without_a_connection_are_noticed() {
    check::<SendsLate>("bytes without a connection");
}

/// Begins anew once its session is gone.
#[derive(Default)]
struct RisesAgain;

impl Variant for RisesAgain {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        if client.phase().is_alive() {
            client.handle(now, input);
        } else {
            *client = Client::new(client.config().clone(), now);
        }
    }
}

#[test]
fn a_session_that_comes_back_is_noticed() {
    check::<RisesAgain>("nothing is due, and all is as it was");
}

/// Has another connection once its session is gone.
#[derive(Default)]
struct Haunts(u32);

impl Variant for Haunts {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        let output = client.poll();
        if output.is_some() || client.phase().is_alive() {
            return output;
        }
        self.0 += 1;
        (self.0 == 2).then(|| Output::Connect("a".into()))
    }
}

#[test]
fn a_connection_after_the_end_is_noticed() {
    check::<Haunts>("the dead do not connect");
}

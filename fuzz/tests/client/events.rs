//! Clients that get wrong what the server says, beside answers.

use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Fault;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_fuzz::Variant;

use crate::check;

hides!(KeepsEvents, Output::Event(_));

#[test]
fn events_that_nobody_is_told_of_are_noticed() {
    check::<KeepsEvents>("nobody was told of Some(Event");
    check::<KeepsEvents>("the end is told once");
}

tells!(MovesEvents, output => match output {
    Output::Event(mut event) => {
        event.path = event.path.map(|path| format!("{path}/moved").into());
        Output::Event(event)
    }
    other => other,
});

#[test]
fn an_event_of_another_znode_is_noticed() {
    check::<MovesEvents>("where the server said");
}

repeats!(SpeaksTwice, Output::Event(_));

#[test]
fn an_event_after_the_end_is_noticed() {
    check::<SpeaksTwice>("after the end");
}

tells!(Accuses, output => match output {
    Output::Fault(Fault::ReplyOutOfOrder { got, .. }) => {
        Output::Fault(Fault::ReplyToNothing { xid: got })
    }
    other => other,
});

#[test]
fn another_fault_than_the_servers_is_noticed() {
    check::<Accuses>("where the server said");
}

/// Gives up connections on which all is well.
#[derive(Default)]
struct GivesUp;

impl Variant for GivesUp {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        client.handle(now, input);
        if matches!(input, Input::Receive(_)) {
            client.handle(now, Input::Eof);
        }
    }
}

#[test]
fn a_connection_given_up_for_nothing_is_noticed() {
    check::<GivesUp>("gives up the connection on None");
}

//! Claims that no flaw of a server breaks: they are held against what no engine in order says.

use std::time::Duration;

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::Framer;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::ReplyHeader;
use jute_codec::put_frame;

use crate::client;
use crate::client::Answer;
use crate::client::Fault;
use crate::client::Outcome;
use crate::client::Output;
use crate::client::Reply;
use crate::client::WatchedEvent;
use crate::server;
use crate::server::ConnectionId;
use crate::server::Flaw;
use crate::server::Reason;
use crate::server::Requests;
use crate::world::Claim;
use crate::world::ClientId;
use crate::world::Violation;
use crate::world::World;

/// A world with one client, which has a session.
fn connected() -> (World, ClientId, ConnectionId) {
    let config = server::Config {
        requests: Requests::Delegate,
        ..server::Config::default()
    };
    let mut world = World::new(config, 7);
    let config = client::Config::new("zk", Duration::from_secs(6));
    let id = world.join(config).expect("it connects");
    world
        .run_for(Duration::from_millis(100))
        .expect("a session");
    let connection = world.peers[id.0].link.expect("a connection");
    (world, id, connection)
}

/// What is wrong if the client says this.
fn said(world: &mut World, id: ClientId, output: &Output) -> Option<Claim> {
    let peer = &world.peers[id.0];
    let (now, oracle) = (world.now, &mut world.oracle);
    claim(oracle.client_says(now, id, peer.link, &peer.client, output))
}

fn claim(outcome: Result<(), Violation>) -> Option<Claim> {
    outcome.err().map(|violation| violation.claim)
}

fn event(state: KeeperState) -> Output {
    Output::Event(WatchedEvent {
        event: EventType::NONE,
        state,
        path: None,
        zxid: -1,
    })
}

#[test]
fn a_session_that_is_alive_is_not_expired() {
    let (mut world, id, _) = connected();
    let expired = event(KeeperState::EXPIRED);
    assert_eq!(said(&mut world, id, &expired), Some(Claim::TrulyExpired));
    // That was its last word.
    let again = event(KeeperState::SYNC_CONNECTED);
    assert_eq!(said(&mut world, id, &again), Some(Claim::LastWord));
}

#[test]
fn nobody_gives_up_too_early() {
    let silence = Duration::from_secs(4);
    for fault in [
        Fault::ReadTimeout { silence },
        Fault::SessionTimeout { silence },
    ] {
        let (mut world, id, _) = connected();
        let output = Output::Fault(fault);
        assert_eq!(said(&mut world, id, &output), Some(Claim::ClientTimers));
    }
}

#[test]
fn who_accuses_a_server_in_order_is_wrong() {
    let (mut world, id, _) = connected();
    let output = Output::Fault(Fault::ReplyToNothing { xid: 3 });
    assert_eq!(said(&mut world, id, &output), Some(Claim::NoAccusation));
    let connection = ConnectionId(99);
    world.oracle.open(connection, id);
    let garbage = world
        .oracle
        .server_hears(world.now, connection, &[0, 0, 0, 1, 7]);
    assert_eq!(claim(garbage), Some(Claim::NoAccusation));
}

#[test]
fn a_server_says_nothing_behind_the_end() {
    let (mut world, _, connection) = connected();
    world.oracle.end(connection);
    let output = server::Output::Send {
        connection,
        bytes: Bytes::from_static(&[0; 20]),
    };
    let said = world.oracle.server_says(world.now, &output);
    assert_eq!(claim(said), Some(Claim::LastWord));
}

/// What is wrong if the server lets go of the connection for this reason.
fn ended(world: &mut World, connection: ConnectionId, reason: Reason) -> Option<Claim> {
    let event = server::Event::Disconnected { connection, reason };
    let output = server::Output::Event(event);
    claim(world.oracle.server_says(world.now, &output))
}

#[test]
fn a_connection_does_not_end_for_nothing() {
    let by = ConnectionId(99);
    let op = OpCode::GET_DATA;
    for reason in [
        Reason::TooMany,
        Reason::NotServing,
        Reason::ReadOnly,
        Reason::ZxidAhead { seen: 9, last: 0 },
        Reason::UnknownSession { session_id: 0 },
        Reason::UnknownOperation(op),
        Reason::AuthFailed,
        Reason::SessionClosed,
        Reason::SessionExpired,
        Reason::Evicted { by },
        Reason::Silent,
        Reason::Eof,
        Reason::Lost,
        Reason::Restart,
        Reason::Flaw(Flaw::RestLost),
    ] {
        let (mut world, _, connection) = connected();
        let found = ended(&mut world, connection, reason);
        assert_eq!(found, Some(Claim::EndsForCause), "{reason}");
    }
}

#[test]
fn a_connection_that_has_cause_ends() {
    let (mut world, _, connection) = connected();
    world.oracle.leave(connection, Reason::Eof);
    let goes_on = world.oracle.check_server(world.now, &world.server);
    assert_eq!(claim(goes_on), Some(Claim::EndsForCause));
    assert_eq!(ended(&mut world, connection, Reason::Eof), None);

    let (mut world, id, _) = connected();
    let silent = ConnectionId(99);
    world.oracle.open(silent, id);
    world.oracle.accept(world.now, silent);
    assert_eq!(claim(world.oracle.check_links(world.now)), None);
    world.now = world.now + Duration::from_secs(20);
    let goes_on = world.oracle.check_links(world.now);
    assert_eq!(claim(goes_on), Some(Claim::EndsForCause));
    // What comes now is not read any more.
    let frame = [0, 0, 0, 1, 7];
    let heard = world.oracle.server_hears(world.now, silent, &frame);
    assert_eq!(claim(heard), None);
    assert_eq!(ended(&mut world, silent, Reason::Silent), None);

    let (mut world, id, first) = connected();
    let many = first.0 + 1..=first.0 + 60;
    for number in many {
        let goes_on = world.oracle.check_links(world.now);
        assert_eq!(claim(goes_on), None, "{number}");
        world.oracle.open(ConnectionId(number), id);
        world.oracle.accept(world.now, ConnectionId(number));
    }
    let goes_on = world.oracle.check_links(world.now);
    assert_eq!(claim(goes_on), Some(Claim::EndsForCause));
    let last = ConnectionId(first.0 + 60);
    assert_eq!(ended(&mut world, last, Reason::TooMany), None);
}

#[test]
fn a_server_answers_before_it_ends_and_before_it_goes_on() {
    let (mut world, _, connection) = connected();
    let ping = [0, 0, 0, 8, 255, 255, 255, 254, 0, 0, 0, 11];
    let heard = world.oracle.server_hears(world.now, connection, &ping);
    assert_eq!(claim(heard), None);
    let goes_on = world.oracle.check_links(world.now);
    assert_eq!(claim(goes_on), Some(Claim::OneReply));
    world.oracle.leave(connection, Reason::Lost);
    let ended = ended(&mut world, connection, Reason::Lost);
    assert_eq!(ended, Some(Claim::OneReply));
}

#[test]
fn a_session_is_not_closed_for_nothing() {
    let (world, _, _) = connected();
    let session = world.server.sessions().next().expect("a session");
    let session_id = session.session_id;
    for event in [
        server::Event::Closed { session_id },
        server::Event::Dropped { session_id },
    ] {
        let mut oracle = world.oracle.clone();
        let said = oracle.server_says(world.now, &server::Output::Event(event));
        assert_eq!(claim(said), Some(Claim::ExactExpiry));
    }
}

/// An answer to a request, with the number and the body of it or of another.
fn answer(request: client::RequestId, xid: i32, body: &[u8]) -> Output {
    let header = ReplyHeader {
        xid: 1,
        zxid: 5,
        err: ErrorCode::OK,
    };
    let mut bytes = bytes::BytesMut::new();
    put_frame(&mut bytes, &(header, jute_codec::Raw(body)));
    let mut framer = Framer::default();
    framer.push(&bytes);
    let frame = framer.next_frame().expect("a frame").expect("all of it");
    Output::Reply(Reply {
        request,
        xid: Some(xid),
        outcome: Outcome::Answered(Answer { header, frame }),
    })
}

#[test]
fn a_request_has_one_reply_and_its_own() {
    let asked = || {
        let (mut world, id, _) = connected();
        let request = world.request(id, OpCode::GET_DATA, b"x").expect("asked");
        (world, id, request.expect("a client"))
    };
    let (mut world, id, request) = asked();
    let unanswered = world.oracle.check_answers(world.now, id);
    assert_eq!(claim(unanswered), Some(Claim::OneReply));
    let right = answer(request, 1, b"x");
    assert_eq!(said(&mut world, id, &right), None);
    assert_eq!(said(&mut world, id, &right), Some(Claim::OneReply), "twice");
    for wrong in [answer(request, 2, b"x"), answer(request, 1, b"y")] {
        let (mut world, id, _) = asked();
        assert_eq!(said(&mut world, id, &wrong), Some(Claim::OneReply));
    }
    // As if more had been seen before.
    let (mut world, id, request) = asked();
    world.oracle.clients[id.0].last_zxid = 7;
    let early = answer(request, 1, b"x");
    assert_eq!(said(&mut world, id, &early), Some(Claim::ZxidsGrow));
}

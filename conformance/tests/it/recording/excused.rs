//! Conversations that look wrong and are not: Apache's servers have had each of them.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::put_frame;
use zk_conformance::capture::Side;
use zk_conformance::recording::Connection;
use zk_conformance::recording::Event;
use zk_conformance::recording::Judgement;
use zk_conformance::recording::Recording;
use zk_conformance::recording::What;
use zk_conformance::recording::judge;

const PASSWORD: &[u8] = &[7; 16];
const SESSION: i64 = 0x0100_0004_7292_0001;

/// A recording in the making.
#[derive(Default)]
struct Tape(Recording);

impl Tape {
    fn add(&mut self, at_ms: u64, connection: usize, what: What) -> &mut Self {
        while self.0.connections.len() <= connection {
            let index = self.0.connections.len();
            self.0.connections.push(Connection {
                name: format!("C{index}"),
                client: SocketAddr::from(([127, 0, 0, 1], 40_000)),
                server: SocketAddr::from(([127, 0, 0, 1], 2181)),
                from_start: true,
            });
        }
        self.0.events.push(Event {
            at: Duration::from_millis(at_ms),
            packet: self.0.events.len() as u64 + 1,
            connection,
            what,
        });
        self
    }

    /// A session asked for, or presented, and granted.
    fn connects(
        &mut self,
        at_ms: u64,
        connection: usize,
        session_id: i64,
        time: (i32, i32),
    ) -> &mut Self {
        let (asked, granted) = time;
        let request = ConnectRequest {
            time_out: asked,
            session_id,
            passwd: Some(PASSWORD),
            read_only: Some(false),
            ..ConnectRequest::default()
        };
        let response = ConnectResponse {
            time_out: granted,
            session_id: if session_id == 0 { SESSION } else { session_id },
            passwd: Some(PASSWORD),
            read_only: Some(false),
            ..ConnectResponse::default()
        };
        self.add(at_ms, connection, What::Open)
            .add(at_ms, connection, sent(&[framed(&request)]))
            .add(at_ms + 1, connection, got(&[framed(&response)]))
    }

    /// What comes of it: how many frames were judged, if nothing differs.
    fn judged(&self) -> Judgement {
        let judgement = judge(&self.0);
        assert_eq!(judgement.differences, []);
        judgement
    }
}

fn framed(payload: &impl Encode) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, payload);
    out.freeze()
}

fn sent(frames: &[Bytes]) -> What {
    What::Data(Side::Client, frames.concat().into())
}

fn got(frames: &[Bytes]) -> What {
    What::Data(Side::Server, frames.concat().into())
}

fn asks(xid: i32, op: OpCode) -> Bytes {
    framed(&RequestHeader { xid, op })
}

fn reply(xid: i32, zxid: i64, err: ErrorCode) -> Bytes {
    framed(&ReplyHeader { xid, zxid, err })
}

fn good(xid: i32) -> Bytes {
    reply(xid, 5, ErrorCode::OK)
}

#[test]
fn an_operation_switched_off_does_not_close() {
    let mut tape = Tape::default();
    tape.connects(0, 0, 0, (3000, 3000))
        .add(
            2,
            0,
            sent(&[asks(1, OpCode::CREATE_TTL), asks(2, OpCode::GET_DATA)]),
        )
        .add(3, 0, got(&[reply(1, 5, ErrorCode::UNIMPLEMENTED), good(2)]));
    assert_eq!(tape.judged().frames, 3);
}

#[test]
fn an_unknown_operation_is_answered_at_once_and_what_is_behind_it_perhaps() {
    let unknown = reply(2, -1, ErrorCode::UNIMPLEMENTED);
    let asked = [
        asks(1, OpCode::CREATE),
        asks(2, OpCode(999)),
        asks(3, OpCode::GET_DATA),
        asks(-2, OpCode::PING),
    ];
    for answers in [
        vec![unknown.clone()],
        vec![unknown.clone(), good(1), good(3), good(-2)],
        vec![good(1), unknown.clone()],
        vec![good(1), unknown.clone(), good(3), good(-2)],
    ] {
        let mut tape = Tape::default();
        tape.connects(0, 0, 0, (3000, 3000))
            .add(2, 0, sent(&asked))
            .add(3, 0, got(&answers))
            .add(4, 0, What::Fin(Side::Server));
        tape.judged();
    }
}

#[test]
fn requests_behind_the_end_of_a_session_are_answered_or_not() {
    let asked = [
        asks(1, OpCode::CREATE),
        asks(2, OpCode::CLOSE_SESSION),
        asks(3, OpCode::GET_DATA),
        asks(4, OpCode(999)),
    ];
    let unknown = reply(4, -1, ErrorCode::UNIMPLEMENTED);
    for answers in [
        vec![good(1), good(2)],
        vec![good(1), good(2), reply(3, 5, ErrorCode::SESSION_EXPIRED)],
        vec![good(1), good(2), good(3)],
        vec![good(1), unknown.clone()],
        vec![unknown],
    ] {
        let mut tape = Tape::default();
        tape.connects(0, 0, 0, (3000, 3000))
            .add(2, 0, sent(&asked))
            .add(3, 0, got(&answers));
        tape.judged();
    }
}

#[test]
fn a_read_only_member_answers_writes_at_once() {
    let not_here = |xid| reply(xid, 0, ErrorCode::NOT_READ_ONLY);
    let asked = [
        asks(1, OpCode::GET_DATA),
        asks(-2, OpCode::PING),
        asks(2, OpCode::CREATE),
        asks(3, OpCode::GET_DATA),
        asks(4, OpCode::DELETE),
        asks(-2, OpCode::PING),
    ];
    let answers = [
        not_here(2),
        good(1),
        not_here(4),
        good(-2),
        good(3),
        good(-2),
    ];
    let mut tape = Tape::default();
    tape.connects(0, 0, 0, (3000, 3000))
        .add(2, 0, sent(&asked))
        .add(3, 0, got(&answers));
    assert_eq!(tape.judged().frames, 7);
}

#[test]
fn a_server_that_stood_still_has_not_heard_of_what_was_sent_meanwhile() {
    let refusal = ConnectResponse {
        passwd: Some(&[0; 16]),
        read_only: Some(false),
        ..ConnectResponse::default()
    };
    let request = ConnectRequest {
        time_out: 1000,
        session_id: SESSION,
        passwd: Some(PASSWORD),
        read_only: Some(false),
        ..ConnectRequest::default()
    };
    let mut tape = Tape::default();
    tape.connects(0, 0, 0, (1000, 1000))
        .add(600, 0, sent(&[asks(-2, OpCode::PING)]))
        .add(900, 0, What::Fin(Side::Client))
        .add(950, 1, What::Open)
        .add(950, 1, sent(&[framed(&request)]))
        .add(1300, 1, got(&[framed(&refusal)]));
    assert_eq!(tape.judged().frames, 2);
}

#[test]
fn a_server_started_again_may_have_other_bounds() {
    let mut tape = Tape::default();
    tape.connects(0, 0, 0, (1, 400))
        .add(10, 0, What::Fin(Side::Client))
        .connects(5000, 1, SESSION, (1, 600));
    assert_eq!(tape.judged().frames, 2);

    let mut tape = Tape::default();
    tape.connects(0, 0, 0, (1, 400))
        .connects(5000, 1, SESSION, (1, 600));
    assert_ne!(
        judge(&tape.0).differences,
        [],
        "the first one is open still"
    );
}

#[test]
fn what_is_missing_is_not_held_against_the_server() {
    let mut tape = Tape::default();
    tape.connects(0, 0, 0, (3000, 3000))
        .add(2, 0, What::Gap(Side::Client, 60))
        .add(3, 0, got(&[good(-2), good(1)]))
        .add(4, 0, sent(&[asks(-2, OpCode::PING)]))
        .add(5, 0, got(&[good(-2), good(2), good(3)]))
        .add(6, 0, sent(&[asks(4, OpCode::GET_DATA)]))
        .add(7, 0, got(&[good(-2), good(4)]))
        .add(
            8,
            0,
            sent(&[asks(5, OpCode::GET_DATA), asks(-2, OpCode::PING)]),
        )
        .add(9, 0, got(&[good(5), good(-2)]));
    assert_eq!(tape.judged().frames, 6);

    tape.add(10, 0, got(&[good(-2)]));
    assert_ne!(judge(&tape.0).differences, [], "one ping too many");
}

#[test]
fn a_session_whose_end_may_be_missing_may_be_refused() {
    let refusal = ConnectResponse {
        passwd: Some(&[0; 16]),
        read_only: Some(false),
        ..ConnectResponse::default()
    };
    let request = ConnectRequest {
        time_out: 3000,
        session_id: SESSION,
        passwd: Some(PASSWORD),
        read_only: Some(false),
        ..ConnectRequest::default()
    };
    let mut tape = Tape::default();
    tape.connects(0, 0, 0, (3000, 3000))
        .add(2, 0, What::Gap(Side::Client, 12))
        .add(3, 0, What::Fin(Side::Client))
        .add(4, 1, What::Open)
        .add(4, 1, sent(&[framed(&request)]))
        .add(5, 1, got(&[framed(&refusal)]));
    assert_eq!(tape.judged().frames, 2);
}

#[test]
fn a_connection_that_breaks_off_may_have_closed_its_session() {
    let refusal = ConnectResponse {
        passwd: Some(&[0; 16]),
        read_only: Some(false),
        ..ConnectResponse::default()
    };
    let request = ConnectRequest {
        time_out: 3000,
        session_id: SESSION,
        passwd: Some(PASSWORD),
        read_only: Some(false),
        ..ConnectRequest::default()
    };
    let mut tape = Tape::default();
    tape.connects(0, 0, 0, (3000, 3000))
        .add(4, 1, What::Open)
        .add(4, 1, sent(&[framed(&request)]))
        .add(5, 1, got(&[framed(&refusal)]));
    assert_eq!(tape.judged().frames, 2);

    tape.add(6, 0, What::Fin(Side::Server));
    assert_ne!(judge(&tape.0).differences, [], "its end is there");
}

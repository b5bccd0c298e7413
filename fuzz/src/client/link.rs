//! The one connection there can be, and a server at the other end of it.

use std::collections::VecDeque;

use jute_codec::ConnectResponse;
use jute_codec::ErrorCode;
use jute_codec::Framer;
use jute_codec::Raw;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use zk_conformance::client::Input;
use zk_conformance::client::Phase;
use zk_conformance::client::RequestId;

use crate::client::Variant;
use crate::client::World;
use crate::client::hearing::Hearing;
use crate::framed::framed;

/// The one connection there can be.
pub(super) enum Link {
    Down,
    Dialled,
    Up(Box<Line>),
}

/// A connection that is open.
#[derive(Default)]
pub(super) struct Line {
    /// What the client sends.
    pub(super) framer: Framer,
    /// What the server sends.
    pub(super) hearing: Hearing,
    /// Whether the session was asked for.
    pub(super) asked: bool,
    /// Whether it was granted and the client has read that; by a read-only server or not.
    pub(super) granted: Option<bool>,
    /// What the server has not answered.
    pub(super) owed: VecDeque<RequestHeader>,
    /// Numbers of packets whose answers the client has not read, and the requests, unless they are
    /// the client's own.
    pub(super) awaited: VecDeque<(i32, Option<RequestId>)>,
    pub(super) pings: u32,
    /// Whether the client has said why it gives it up.
    pub(super) is_over: bool,
}

impl<V: Variant> World<V> {
    pub(super) fn connected(&mut self) {
        if matches!(self.link, Link::Dialled) {
            self.link = Link::Up(Box::default());
            (self.dialled, self.heard) = (self.now, self.now);
            self.handle(Input::Connected);
        }
    }

    /// Answers the request for a session.
    pub(super) fn grant(&mut self, time_out: i32, form: u8) {
        let passwd = [Some(&[9; 16][..]), Some(&[]), None, Some(&[1; 14])];
        let response = ConnectResponse {
            protocol_version: 0,
            time_out,
            session_id: i64::from(form) + 1,
            passwd: passwd[usize::from(form >> 5 & 3)],
            read_only: [None, Some(false), Some(true), Some(false)][usize::from(form >> 3 & 3)],
        };
        let (phase, faults) = (self.client.phase(), self.faults);
        let is_read = phase == Phase::Associating && self.is_readable();
        self.receive(&framed(&response));
        if is_read {
            let phase = self.client.phase();
            let is_refused = phase == Phase::Closed && self.faults == faults;
            assert!(time_out > 0 || is_refused, "{phase} when refused");
            assert!(
                time_out < 3_000 || phase.is_connected(),
                "{phase} when granted"
            );
        }
    }

    /// Answers the oldest request, if there is one.
    pub(super) fn answer(&mut self, err: ErrorCode, body: &[u8]) {
        if let Link::Up(line) = &mut self.link
            && line.granted.is_some()
            && let Some(request) = line.owed.pop_front()
        {
            self.receive(&framed(&(header(request.xid, err), Raw(body))));
        }
    }

    /// Has bytes come in, whatever they are.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        let Link::Up(line) = &mut self.link else {
            return;
        };
        line.hearing.push(bytes);
        self.is_reading = true;
        self.handle(Input::Receive(bytes));
        self.is_reading = false;
        self.expect_no_news();
    }

    /// Whether the client is not in the middle of a frame, which would take in any answer. It will
    /// try anew.
    pub(super) fn is_readable(&self) -> bool {
        matches!(&self.link, Link::Up(line) if line.hearing.is_between_frames())
    }

    pub(super) fn pings(&self) -> u32 {
        match &self.link {
            Link::Up(line) => line.pings,
            Link::Down | Link::Dialled => 0,
        }
    }

    pub(super) fn owes(&self) -> bool {
        match &self.link {
            Link::Up(line) => !line.owed.is_empty(),
            Link::Down | Link::Dialled => false,
        }
    }
}

pub(super) const fn header(xid: i32, err: ErrorCode) -> ReplyHeader {
    ReplyHeader { xid, zxid: 1, err }
}

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

use crate::client::World;
use crate::framed::framed;

/// The one connection there can be.
pub(super) enum Link {
    Down,
    Dialled,
    Up {
        framer: Framer,
        asked: bool,
        granted: bool,
        /// Whether bytes came in that no server sends, so that the next may be misread.
        spoilt: bool,
        owed: VecDeque<RequestHeader>,
        pings: u32,
    },
}

impl World {
    pub(super) fn connected(&mut self) {
        if matches!(self.link, Link::Dialled) {
            self.link = Link::Up {
                framer: Framer::default(),
                asked: false,
                granted: false,
                spoilt: false,
                owed: VecDeque::new(),
                pings: 0,
            };
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
        let is_read = self.is_readable();
        if phase == Phase::Associating && is_read {
            self.deliver(&framed(&response));
        } else {
            self.receive(&framed(&response));
        }
        if phase == Phase::Associating && is_read {
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
    pub(super) fn answer(&mut self, err: i32, body: &[u8]) {
        let Link::Up {
            owed,
            granted: true,
            spoilt,
            ..
        } = &mut self.link
        else {
            return;
        };
        let is_misread = *spoilt;
        if let Some(request) = owed.pop_front() {
            self.answered += 1;
            let reply = framed(&(header(request.xid, err), Raw(body)));
            if is_misread {
                self.receive(&reply);
            } else {
                self.deliver(&reply);
            }
        }
    }

    /// Has bytes of the input's own making come in, which may well be answers.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        if let Link::Up { .. } = &self.link {
            self.noise += bytes.len();
            self.deliver(bytes);
        }
    }

    /// Has bytes come in.
    fn deliver(&mut self, bytes: &[u8]) {
        if let Link::Up { .. } = &self.link {
            self.handle(Input::Receive(bytes));
            let phase = self.client.phase();
            if let Link::Up { granted, .. } = &mut self.link {
                *granted = phase.is_connected();
            }
        }
    }

    /// Whether the client is not in the middle of a frame, which would take in any answer. It will
    /// try anew.
    pub(super) fn is_readable(&self) -> bool {
        matches!(self.link, Link::Up { spoilt: false, .. })
    }

    pub(super) fn pings(&self) -> u32 {
        match &self.link {
            Link::Up { pings, .. } => *pings,
            Link::Down | Link::Dialled => 0,
        }
    }

    pub(super) fn owes(&self) -> bool {
        match &self.link {
            Link::Up { owed, .. } => !owed.is_empty(),
            Link::Down | Link::Dialled => false,
        }
    }
}

pub(super) const fn header(xid: i32, err: i32) -> ReplyHeader {
    ReplyHeader {
        xid,
        zxid: 1,
        err: ErrorCode(err),
    }
}

//! What flaws make of the answers to requests.

use std::collections::VecDeque;

use jute_codec::ErrorCode;
use jute_codec::ReplyHeader;
use jute_codec::Xid;

use crate::server::flaw::Flaw;
use crate::server::flaw::Flaws;
use crate::server::io::Output;

impl Flaws {
    /// A reply header that echoes the request's xid.
    pub(in crate::server) fn echo(self, right: ReplyHeader) -> ReplyHeader {
        self.bend(right, |reply, flaw| match flaw {
            Flaw::NegativeXidMangled => ReplyHeader {
                xid: reply.xid & i32::MAX,
                ..reply
            },
            _ => reply,
        })
    }

    /// The answer to a ping that was sent with `xid`, after `sent` other answers on its connection.
    pub(in crate::server) fn ping(self, right: ReplyHeader, xid: i32, sent: u32) -> ReplyHeader {
        self.bend(right, |reply, flaw| match flaw {
            Flaw::PingXidZero => ReplyHeader { xid: 0, ..reply },
            Flaw::PingZxidOwn => ReplyHeader {
                zxid: sent.into(),
                ..reply
            },
            Flaw::PingXidEchoed => ReplyHeader { xid, ..reply },
            Flaw::PingZxidMissing => ReplyHeader { zxid: -1, ..reply },
            _ => reply,
        })
    }

    /// What follows the header of an answer to a ping.
    pub(in crate::server) fn ping_body(self) -> &'static [u8] {
        self.bend(&[], |body, flaw| match flaw {
            Flaw::PingWithBody => &[0; 4],
            _ => body,
        })
    }

    /// The answer to a `closeSession`.
    pub(in crate::server) fn close(self, right: ReplyHeader) -> ReplyHeader {
        self.bend(self.echo(right), |reply, flaw| match flaw {
            Flaw::CloseXidZero => ReplyHeader { xid: 0, ..reply },
            Flaw::CloseZxidZero => ReplyHeader { zxid: 0, ..reply },
            _ => reply,
        })
    }

    /// The answer to an unknown operation of a server at `zxid`.
    pub(in crate::server) fn unknown(self, right: ReplyHeader, zxid: i64) -> ReplyHeader {
        self.bend(self.echo(right), |reply, flaw| match flaw {
            Flaw::UnknownWrongError => ReplyHeader {
                err: ErrorCode::MARSHALLING_ERROR,
                ..reply
            },
            Flaw::UnknownZxid => ReplyHeader { zxid, ..reply },
            _ => reply,
        })
    }

    /// The answer to an auth packet.
    pub(in crate::server) fn auth(self, right: ReplyHeader) -> ReplyHeader {
        self.bend(self.echo(right), |reply, flaw| match flaw {
            Flaw::AuthXidFixed => ReplyHeader {
                xid: Xid::AUTH.0,
                ..reply
            },
            _ => reply,
        })
    }

    /// The order of the outputs from the index `from` on, which one read led to.
    pub(in crate::server) fn disorder(self, outputs: &mut VecDeque<Output>, from: usize) {
        if self.contains(Flaw::RepliesReversed) {
            let sent = |output: &Output| matches!(output, Output::Send { .. });
            let places: Vec<_> = (from..outputs.len())
                .filter(|&at| outputs.get(at).is_some_and(sent))
                .collect();
            let pairs = places.iter().zip(places.iter().rev());
            for (&first, &last) in pairs.take(places.len() / 2) {
                outputs.swap(first, last);
            }
        }
    }
}

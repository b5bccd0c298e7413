//! What a step sends.

use bytes::BytesMut;
use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::Encode;
use jute_codec::GetDataRequest;
use jute_codec::OpCode;
use jute_codec::RequestHeader;
use jute_codec::Xid;
use jute_codec::put_frame;

use crate::driver::Act;
use crate::driver::Config;
use crate::driver::Knob;
use crate::driver::Step;
use crate::driver::session::Asked;
use crate::driver::session::Sessions;
use crate::player::Order;

/// What a step sends, and how.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// What is written, piece by piece.
    pub(super) pieces: Vec<Vec<u8>>,
    /// How the connection is closed then.
    pub(super) close: Option<Order>,
    /// What is asked.
    pub(super) asked: Question,
}

/// What was sent, as far as it matters for the answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Question {
    Connect(Asked),
    Request { xid: i32, op: OpCode },
    Other,
}

impl Question {
    /// A ping.
    pub(super) const PING: Self = Self::Request {
        xid: Xid::PING.0,
        op: OpCode::PING,
    };
}

/// A ping.
pub(super) fn ping() -> Vec<u8> {
    let (xid, op) = (Xid::PING.0, OpCode::PING);
    let mut bytes = BytesMut::new();
    put_frame(&mut bytes, &RequestHeader { xid, op });
    bytes.to_vec()
}

/// Bytes under way to the wire.
struct Composition<'a> {
    step: &'a Step,
    payload: BytesMut,
    is_framed: bool,
    asked: Question,
}

/// What a step sends on a connection where somebody has spoken before, or nobody has.
pub(super) fn draft(step: &Step, sessions: &Sessions, config: &Config, greeted: bool) -> Draft {
    let mut composition = Composition {
        step,
        payload: BytesMut::new(),
        is_framed: true,
        asked: Question::Other,
    };
    composition.write(sessions, config);
    if greeted && matches!(composition.asked, Question::Connect(_)) {
        // It is a request now: the first field is its xid, half of the second its operation.
        composition.asked = Question::Request {
            xid: 0,
            op: OpCode(0),
        };
    }
    composition.finish()
}

impl Composition<'_> {
    fn write(&mut self, sessions: &Sessions, config: &Config) {
        let time_out = config.timeout_ms;
        let new = ConnectRequest {
            time_out,
            passwd: Some(&[0; 16]),
            read_only: Some(false),
            ..ConnectRequest::default()
        };
        match self.step.symbol.act {
            Act::New => self.connect(new, config),
            Act::Plain => self.connect(
                ConnectRequest {
                    read_only: None,
                    ..new
                },
                config,
            ),
            Act::Null => self.connect(
                ConnectRequest {
                    passwd: None,
                    ..new
                },
                config,
            ),
            Act::Ahead => self.connect(
                ConnectRequest {
                    last_zxid_seen: i64::MAX,
                    ..new
                },
                config,
            ),
            Act::Renew => {
                sessions.request(time_out, true, |request| self.connect(*request, config));
            }
            Act::Wrong => {
                sessions.request(time_out, false, |request| self.connect(*request, config));
            }
            Act::First => {
                sessions.request_first(time_out, |request| self.connect(*request, config));
            }
            Act::Ping => self.request(Xid::PING.0, OpCode::PING, |_| {}),
            Act::Close => self.request(1, OpCode::CLOSE_SESSION, |_| {}),
            Act::Unknown => self.request(2, OpCode(9_999), |_| {}),
            Act::Again => self.request(3, OpCode::CREATE_SESSION, |body| time_out.encode(body)),
            Act::Auth => self.auth("no-such-scheme"),
            Act::Digest => self.auth("digest"),
            Act::Sasl => self.request(5, OpCode::SASL, |body| 0_i32.encode(body)),
            Act::Read => self.request(4, OpCode::GET_DATA, |body| {
                let path = "/".into();
                GetDataRequest { path, watch: false }.encode(body);
            }),
            Act::Empty => {}
            Act::Negative => self.plain(&[0xff; 4]),
            Act::Partial => self.plain(&[0, 0, 0, 8, 0xff, 0xff]),
            Act::Word => self.plain(b"ruok"),
            Act::Half | Act::Open | Act::Cut | Act::Expire | Act::Wait | Act::Linger => {
                self.plain(&[]);
            }
        }
    }

    fn plain(&mut self, bytes: &[u8]) {
        self.is_framed = false;
        self.payload = BytesMut::from(bytes);
    }

    fn auth(&mut self, scheme: &str) {
        self.request(Xid::AUTH.0, OpCode::AUTH, |body| {
            AuthPacket {
                scheme: scheme.into(),
                auth: Some(b"nobody:x"),
                ..AuthPacket::default()
            }
            .encode(body);
        });
    }

    fn request(&mut self, xid: i32, op: OpCode, body: impl FnOnce(&mut BytesMut)) {
        let xid = self.int(Knob::Xid).unwrap_or(xid);
        let op = self.int(Knob::Op).map_or(op, OpCode);
        RequestHeader { xid, op }.encode(&mut self.payload);
        body(&mut self.payload);
        self.asked = Question::Request { xid, op };
    }

    fn connect(&mut self, request: ConnectRequest<'_>, config: &Config) {
        let mut password = request.passwd.unwrap_or_default().to_vec();
        let mut request: ConnectRequest<'_> = request;
        if let Some(value) = self.int(Knob::Timeout) {
            request.time_out = value;
        }
        if let Some(value) = self.value(Knob::Zxid) {
            request.last_zxid_seen = value;
        }
        if let Some(value) = self.int(Knob::Version) {
            request.protocol_version = value;
        }
        if let Some(value) = self.value(Knob::Id) {
            // Two that ask for the same unknown session would be rivals.
            request.session_id = match value {
                0 => 0,
                value => config.unknown_id.wrapping_add(value << 32),
            };
        }
        if let Some(size) = self.size(Knob::Password) {
            password.resize(size, 0);
            request.passwd = Some(&password);
        }
        request.encode(&mut self.payload);
        if let Some(claim) = self.int(Knob::Claim)
            && let Some(length) = self.payload.get_mut(PASSWORD_AT..PASSWORD_AT + 4)
        {
            length.copy_from_slice(&claim.to_be_bytes());
        }
        if let Some(value) = self.value(Knob::ReadOnly)
            && let Some(last) = self.payload.last_mut()
        {
            *last = value.to_be_bytes()[7];
        }
        self.asked = Question::Connect(Asked::from(&request));
    }

    /// The value of a knob, if it was turned.
    fn value(&self, knob: Knob) -> Option<i64> {
        let mut twists = self.step.twists.iter();
        let found = twists.find(|twist| twist.knob == knob);
        found.map(|twist| twist.value)
    }

    /// The same as an int of jute's; too large is the largest.
    fn int(&self, knob: Knob) -> Option<i32> {
        let value = self.value(knob)?;
        let largest = if value < 0 { i32::MIN } else { i32::MAX };
        Some(i32::try_from(value).unwrap_or(largest))
    }

    /// The same as a number of bytes.
    fn size(&self, knob: Knob) -> Option<usize> {
        let value = self.value(knob)?;
        Some(usize::try_from(value).unwrap_or(0).min(MOST_BYTES))
    }

    fn finish(mut self) -> Draft {
        if let Some(more) = self.size(Knob::More) {
            self.payload.extend(std::iter::repeat_n(0xff, more));
        }
        if let Some(keep) = self.size(Knob::Keep) {
            self.payload.truncate(keep);
        }
        let mut bytes = Vec::new();
        if self.is_framed {
            let length = i32::try_from(self.payload.len()).unwrap_or(i32::MAX);
            let length = self.int(Knob::Length).unwrap_or(length);
            bytes.extend_from_slice(&length.to_be_bytes());
        }
        bytes.extend_from_slice(&self.payload);
        for twist in &self.step.twists {
            if twist.knob == Knob::Flip {
                let bit = usize::try_from(twist.value).unwrap_or(0);
                if let Some(byte) = bytes.get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
            }
        }
        if let Some(cut) = self.size(Knob::Cut) {
            bytes.truncate(cut);
        }
        let mut close = (self.step.symbol.act == Act::Half).then_some(Order::Shut);
        for (knob, order) in [(Knob::Half, Order::Shut), (Knob::Reset, Order::Reset)] {
            if let Some(after) = self.size(knob) {
                bytes.truncate(after);
                close = Some(order);
            }
        }
        let size = self.size(Knob::Pieces).unwrap_or(bytes.len()).max(1);
        Draft {
            pieces: bytes.chunks(size).map(<[u8]>::to_vec).collect(),
            close,
            asked: self.asked,
        }
    }
}

/// Where a ConnectRequest has the length of its password.
const PASSWORD_AT: usize = 4 + 8 + 4 + 8;
/// Most bytes that a twist may ask for.
const MOST_BYTES: usize = 1 << 20;

//! What the server says, in words.

use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::ReplyHeader;
use jute_codec::Xid;

use crate::driver::packet::Question;
use crate::driver::session::Sessions;

/// An answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Reply {
    pub(super) said: String,
    /// Whether the connection has a session from then on.
    pub(super) has_session: bool,
    /// Whether the server has to close the connection now.
    pub(super) implies_end: bool,
}

/// The answer to a ping.
pub(super) const PONG: &str = "pong";

/// Says what a frame is.
pub(super) fn describe(payload: &[u8], asked: Question, sessions: &mut Sessions) -> Reply {
    let mut reader = Reader::new(payload);
    if let Question::Connect(asked) = asked
        && let Ok(response) = ConnectResponse::decode(&mut reader)
    {
        let mut said = sessions.welcome(asked, &response);
        if !reader.is_empty() {
            said += &format!(", {} bytes more", reader.rest().len());
        }
        return Reply {
            said,
            has_session: !response.is_refusal(),
            implies_end: response.is_refusal(),
        };
    }
    let mut reader = Reader::new(payload);
    let Ok(header) = ReplyHeader::decode(&mut reader) else {
        return Reply {
            said: format!("{} bytes", payload.len()),
            has_session: false,
            implies_end: false,
        };
    };
    let op = match asked {
        Question::Request { op, .. } => op,
        _ => OpCode(0),
    };
    let may_be_session = sessions.detail && header.xid == 0 && payload.len() > 35;
    if (op == OpCode::CREATE_SESSION || may_be_session && payload.len() < 38)
        && let Ok(response) = ConnectResponse::decode(&mut Reader::new(payload))
        && !response.is_refusal()
    {
        return Reply {
            said: "session repeated".to_owned(),
            has_session: false,
            implies_end: false,
        };
    }
    let mut said = match header.err {
        ErrorCode::OK if op == OpCode::PING => PONG.to_owned(),
        ErrorCode::OK => "ok".to_owned(),
        err => format!("error {}", err.0),
    };
    if let Question::Request { xid, .. } = asked
        && header.xid != xid
    {
        said += &match Xid(header.xid) {
            Xid::NOTIFICATION => ", a notification".to_owned(),
            _ => ", another xid".to_owned(),
        };
    }
    if header.err == ErrorCode::OK && header.zxid < 0 {
        said += ", no zxid";
    }
    if sessions.detail {
        let has_zxid = !matches!(op, OpCode::AUTH | OpCode::SASL) && header.err == ErrorCode::OK;
        if has_zxid && header.zxid == 0 {
            said += ", zxid 0";
        }
        if !has_zxid && header.zxid > 0 {
            said += ", a zxid";
        }
        if header.xid != Xid::NOTIFICATION.0 && !reader.is_empty() {
            said += &format!(", {} bytes", reader.rest().len());
        }
    }
    let is_final = matches!(
        header.err,
        ErrorCode::UNIMPLEMENTED | ErrorCode::AUTH_FAILED | ErrorCode::SESSION_EXPIRED
    );
    Reply {
        said,
        has_session: false,
        implies_end: is_final || op == OpCode::CLOSE_SESSION,
    }
}

/// Says what bytes are that are no frame.
pub(super) fn noise(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes).map(str::trim_end) {
        Ok(text) if text.chars().all(|c| c.is_ascii_graphic() || c == ' ') => {
            let text = text.get(..LONGEST_TEXT).unwrap_or(text);
            format!("text {text}")
        }
        _ => "no frame".to_owned(),
    }
}

/// What is told of a text, in bytes.
const LONGEST_TEXT: usize = 200;

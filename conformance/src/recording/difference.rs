//! What a server sent, held against what was due.

use std::time::Duration;

use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Reader;
use jute_codec::ReplyHeader;

use crate::recording::remark::Say;

/// What is left of a connect request once it has been handed on.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) at: Duration,
    pub(super) session_id: i64,
    pub(super) passwd: Vec<u8>,
    pub(super) time_out: i32,
    pub(super) read_only: Option<bool>,
}

/// What is wrong with a connect response, held against the one that was due.
pub(super) fn response_differs(
    due: &ConnectResponse<'_>,
    seen: &ConnectResponse<'_>,
    asked: &Request,
    say: &mut Say<'_>,
) -> Option<String> {
    if due.is_refusal() != seen.is_refusal() {
        return Some(if seen.is_refusal() {
            "refused, though the session is known, in time and the password is right".to_owned()
        } else if asked.session_id == seen.session_id {
            "renewed, though the password is wrong or the session is gone".to_owned()
        } else {
            "a new session where an old one was to be renewed or refused".to_owned()
        });
    }
    if seen.protocol_version != due.protocol_version {
        return Some(format!("protocolVersion is {}", seen.protocol_version));
    }
    if seen.time_out != due.time_out {
        return Some(format!(
            "timeOut is {}, due is {}",
            seen.time_out, due.time_out
        ));
    }
    if asked.session_id != 0 && !seen.is_refusal() && seen.session_id != asked.session_id {
        return Some(format!(
            "session {:#x} where {:#x} was to be renewed",
            seen.session_id, asked.session_id
        ));
    }
    if (seen.session_id == 0) != (due.session_id == 0) {
        return Some(format!("sessionId is {:#x}", seen.session_id));
    }
    let passwd = seen.passwd.unwrap_or_default();
    if passwd.len() != 16 {
        return Some(format!("passwd has {} bytes", passwd.len()));
    }
    if asked.session_id != 0 && !seen.is_refusal() && passwd != asked.passwd {
        return Some("renewed, with another password".to_owned());
    }
    match (seen.read_only, asked.read_only) {
        (Some(_), None) => {
            say.note("readOnly is there though the client has none: 3.9.0 to 3.9.2".to_owned());
        }
        (None, Some(_)) => return Some("readOnly is missing".to_owned()),
        (Some(true), Some(false)) if !seen.is_refusal() => {
            return Some("a read-only session for a client that will not have one".to_owned());
        }
        _ => {}
    }
    None
}

/// What is wrong with a reply, held against the one that was due. The zxid is the server's own,
/// unless it is one that says there is none.
pub(super) fn reply_differs(due: &[u8], seen: &[u8]) -> Option<String> {
    let (mut due_reader, mut seen_reader) = (Reader::new(due), Reader::new(seen));
    let due_header = ReplyHeader::decode(&mut due_reader).ok()?;
    let header = match ReplyHeader::decode(&mut seen_reader) {
        Ok(header) => header,
        Err(error) => return Some(error.to_string()),
    };
    if header.xid != due_header.xid {
        return Some(format!(
            "a reply with xid {}, due is {}",
            header.xid, due_header.xid
        ));
    }
    if header.err != due_header.err {
        return Some(format!("err is {}, due is {}", header.err, due_header.err));
    }
    if due_header.zxid == -1 && header.zxid != -1 {
        return Some(format!("zxid is {:#x}, due is -1", header.zxid));
    }
    if due_reader.is_empty() && !seen_reader.is_empty() {
        return Some(format!(
            "{} bytes where no body is due",
            seen_reader.rest().len()
        ));
    }
    None
}

/// Whether a reply is of a kind that goes out at once, before those that are due: that of an unknown
/// operation (`UnimplementedRequestProcessor`), and that of a write to a read-only member
/// (`ReadOnlyRequestProcessor`).
pub(super) fn overtakes(reply: ReplyHeader) -> bool {
    reply.err == ErrorCode::NOT_READ_ONLY || is_unknown_operation(reply)
}

/// Whether a reply says that the server knows no such operation, after which it closes. One that
/// knows the operation, and has it switched off, gives the same error and a zxid, and goes on.
pub(super) fn is_unknown_operation(reply: ReplyHeader) -> bool {
    reply.err == ErrorCode::UNIMPLEMENTED && reply.zxid == -1
}

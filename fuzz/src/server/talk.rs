//! What clients say to a server.

use jute_codec::ConnectRequest;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::RequestHeader;
use zk_conformance::server::ConnectionId;

use crate::framed::framed;
use crate::server::World;

impl World {
    pub(super) fn request(&mut self, connection: ConnectionId, xid: i32, op: OpCode, body: &[u8]) {
        let frame = framed(&(RequestHeader { xid, op }, Raw(body)));
        self.receive(connection, &frame);
    }

    /// Asks for a session, in the form that `form` chooses.
    pub(super) fn ask(
        &mut self,
        connection: ConnectionId,
        session_id: i64,
        time_out: i32,
        form: u8,
        passwd: Option<[u8; 16]>,
    ) {
        let passwd = passwd.unwrap_or_default();
        let request = ConnectRequest {
            protocol_version: i32::from(form & 128),
            last_zxid_seen: [0, i64::MAX, -1, i64::MIN][usize::from(form >> 5 & 3)],
            time_out,
            session_id,
            passwd: match form >> 2 & 7 {
                0 => None,
                1 => Some(&passwd[..15]),
                2 => Some(b"a wrong password"),
                _ => Some(&passwd),
            },
            read_only: [None, Some(false), Some(true), Some(true)][usize::from(form & 3)],
        };
        self.receive(connection, &framed(&request));
    }
}

/// A `closeSession`, framed.
pub(super) const CLOSE: [u8; 12] = [0, 0, 0, 8, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xf5];

/// A ping, framed.
pub(super) const PING: [u8; 12] = [0, 0, 0, 8, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 11];

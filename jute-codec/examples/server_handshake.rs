//! Grants one session after the other, and knows no znode: `server_handshake 127.0.0.1:2181`.

use std::error::Error;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;

use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::ErrorCode;
use jute_codec::Framer;
use jute_codec::OpCode;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::Request;
use jute_codec::put_frame;

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:2181".into());
    for client in TcpListener::bind(address)?.incoming() {
        let (mut client, mut piece) = (client?, [0; 4096]);
        let (mut framer, mut has_session) = (Framer::default(), false);
        while let Ok(count @ 1..) = client.read(&mut piece) {
            framer.push(&piece[..count]);
            let mut out = BytesMut::new();
            while let Some(frame) = framer.next_frame()? {
                if !has_session {
                    has_session = true;
                    let request: ConnectRequest<'_> = frame.decode()?;
                    let granted = ConnectResponse {
                        time_out: request.time_out.clamp(4_000, 40_000),
                        session_id: 0x1234,
                        passwd: Some(&[7; 16]),
                        // The byte is there if the client sent it.
                        read_only: request.read_only.map(|_| false),
                        ..ConnectResponse::default()
                    };
                    put_frame(&mut out, &granted);
                    continue;
                }
                let (header, _) = Request::from_payload(frame.payload(), Reading::JAVA)?;
                let err = match header.op {
                    OpCode::PING | OpCode::CLOSE_SESSION => ErrorCode::OK,
                    _ => ErrorCode::NO_NODE,
                };
                let (xid, zxid) = (header.xid, 1);
                put_frame(&mut out, &ReplyHeader { xid, zxid, err });
            }
            client.write_all(&out)?;
        }
    }
    Ok(())
}

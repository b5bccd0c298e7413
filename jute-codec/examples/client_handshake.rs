//! Opens a session, asks whether a znode is there, and closes: `client_handshake 127.0.0.1:2181 /`.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;

use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::Encode;
use jute_codec::ExistsRequest;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::Reading;
use jute_codec::Reply;
use jute_codec::Request;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().unwrap_or("127.0.0.1:2181".into());
    let path = arguments.next().unwrap_or("/".into());
    let mut server = TcpStream::connect(server)?;
    let connect = ConnectRequest {
        time_out: 10_000,
        passwd: Some(&[0; 16]),
        read_only: Some(false),
        ..ConnectRequest::default()
    };
    let frame = ask(&mut server, &connect)?;
    println!("{:?}", frame.decode::<jute_codec::ConnectResponse<'_>>()?);

    let path = path.as_str().into();
    let exists = Request::Exists(ExistsRequest { path, watch: false });
    for (xid, request) in [(1, exists), (2, Request::CloseSession)] {
        let frame = ask(&mut server, &request.with_xid(xid))?;
        println!(
            "{:?}",
            Reply::from_payload(request.op(), frame.payload(), Reading::JAVA)?
        );
    }
    Ok(())
}

/// Sends a packet and waits for the next frame.
fn ask(server: &mut TcpStream, packet: &impl Encode) -> Result<Frame, Box<dyn Error>> {
    let (mut out, mut framer, mut piece) = (BytesMut::new(), Framer::default(), [0; 4096]);
    jute_codec::put_frame(&mut out, packet);
    server.write_all(&out)?;
    loop {
        match server.read(&mut piece)? {
            0 => return Err("the server has closed".into()),
            count => framer.push(&piece[..count]),
        }
        if let Some(frame) = framer.next_frame()? {
            return Ok(frame);
        }
    }
}

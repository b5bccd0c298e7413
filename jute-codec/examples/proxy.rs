//! Prints what a client and a server say to each other: `proxy 127.0.0.1:2182 127.0.0.1:2181`.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::collections::HashMap;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;

use jute_codec::Decode;
use jute_codec::Framer;
use jute_codec::Reading;
use jute_codec::Reply;
use jute_codec::Request;

fn main() -> std::io::Result<()> {
    let [listen, server] = [1, 2].map(|at| std::env::args().nth(at).unwrap_or_default());
    let (client, _) = std::net::TcpListener::bind(listen)?.accept()?;
    let server = TcpStream::connect(server)?;
    // What each xid asked for: nothing else tells what a reply means.
    let asked = std::sync::Mutex::new(HashMap::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            pass(&client, &server, |payload, is_first| {
                if is_first {
                    return format!("> {:?}", jute_codec::ConnectRequest::from_payload(payload));
                }
                let request = Request::from_payload(payload, Reading::JAVA);
                if let (Ok((header, _)), Ok(mut asked)) = (request, asked.lock()) {
                    asked.insert(header.xid, header.op);
                }
                format!("> {request:?}")
            });
        });
        pass(&server, &client, |payload, is_first| {
            if is_first {
                return format!("< {:?}", jute_codec::ConnectResponse::from_payload(payload));
            }
            let xid = jute_codec::Reader::new(payload).int().unwrap_or_default();
            let op = asked.lock().ok().and_then(|mut asked| asked.remove(&xid));
            let reply = Reply::from_payload(op.unwrap_or_default(), payload, Reading::JAVA);
            format!("< {reply:?}")
        });
    });
    Ok(())
}

/// Passes bytes on and prints the frames among them.
fn pass(mut from: &TcpStream, mut to: &TcpStream, told: impl Fn(&[u8], bool) -> String) {
    let (mut framer, mut piece, mut is_first) = (Framer::default(), [0; 4096], true);
    while let Ok(count @ 1..) = from.read(&mut piece) {
        framer.push(&piece[..count]);
        while let Ok(Some(frame)) = framer.next_frame() {
            println!("{}", told(frame.payload(), is_first));
            is_first = false;
        }
        let _ = to.write_all(&piece[..count]);
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}

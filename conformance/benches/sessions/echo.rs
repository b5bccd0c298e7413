//! What there is to compare with: servers that read so many bytes and write so many, and know
//! nothing.

use std::io;
use std::io::Read;
use std::io::Write;
use std::net::Ipv4Addr;
use std::net::SocketAddr;

use mio::Events;
use mio::Interest;
use mio::Poll;
use mio::Token;
use mio::net::TcpListener;
use mio::net::TcpStream;
use socket2::Domain;
use socket2::Socket;
use socket2::Type;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

use crate::client::CLOSE_REPLY;
use crate::client::CONNECT_RESPONSE;
use crate::client::connect_request;

/// One thread, one epoll, nothing else: the least a server on sockets can do.
pub(crate) fn bare() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut listener = TcpListener::from_std(listen()?);
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(1_024);
    let mut streams: Vec<Option<TcpStream>> = Vec::new();
    let mut free = Vec::new();
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut stream, _)) = listener.accept() {
                    let index = free.pop().unwrap_or(streams.len());
                    if index == streams.len() {
                        streams.push(None);
                    }
                    poll.registry()
                        .register(&mut stream, Token(index), Interest::READABLE)?;
                    streams[index] = Some(stream);
                }
                continue;
            }
            let Token(index) = event.token();
            let Some(stream) = &mut streams[index] else {
                continue;
            };
            let mut buffer = [0; 64];
            let answer = match stream.read(&mut buffer) {
                Ok(count) => answer(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(_) => &[],
            };
            let is_sent = !answer.is_empty() && stream.write_all(answer).is_ok();
            if !is_sent || answer.len() == CLOSE_REPLY {
                streams[index] = None;
                free.push(index);
            }
        }
    }
}

/// The same, a task a connection.
pub(crate) fn tasks() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listen()?)?;
        loop {
            let Ok((mut stream, _)) = listener.accept().await else {
                continue;
            };
            tokio::spawn(async move {
                let mut buffer = [0; 64];
                while let Ok(count) = stream.read(&mut buffer).await {
                    let answer = answer(count);
                    let is_sent = !answer.is_empty() && stream.write_all(answer).await.is_ok();
                    if !is_sent || answer.len() == CLOSE_REPLY {
                        break;
                    }
                }
            });
        }
    })
}

/// What a read of so many bytes is answered with; nothing at the end of the stream.
fn answer(count: usize) -> &'static [u8] {
    if count == connect_request(0).len() {
        &SESSION
    } else if count == 0 {
        &[]
    } else {
        &[0; CLOSE_REPLY]
    }
}

/// Binds a port, and says on standard output which.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn listen() -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    socket.listen(4_096)?;
    socket.set_nonblocking(true)?;
    let listener = std::net::TcpListener::from(socket);
    println!("listening on {}", listener.local_addr()?);
    Ok(listener)
}

const LISTENER: Token = Token(usize::MAX);

/// The length, a session id that is not zero, and whatever.
const SESSION: [u8; CONNECT_RESPONSE] = {
    let mut session = [1; CONNECT_RESPONSE];
    (session[0], session[1], session[2], session[3]) = (0, 0, 0, 37);
    session
};

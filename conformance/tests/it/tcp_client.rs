//! The client over TCP, with good servers and bad.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use zk_conformance::client::Config;
use zk_conformance::client::Fault;
use zk_conformance::client::Outcome;
use zk_conformance::client::Phase;
use zk_conformance::net::InMemoryServer;
use zk_conformance::net::Notice;
use zk_conformance::net::TcpClient;
use zk_conformance::server;

/// Runs a test to its end, but not for ever.
fn run(test: impl Future<Output = io::Result<()>>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let limit = Duration::from_secs(60);
    let outcome = runtime.block_on(async { tokio::time::timeout(limit, test).await });
    outcome.expect("no end").expect("no trouble");
}

/// One server under two names, so that no turn through all servers is ever full.
fn config(address: impl ToString, timeout_ms: u64) -> Config {
    let address = address.to_string();
    let timeout = Duration::from_millis(timeout_ms);
    let mut config = Config::new(address.clone(), timeout).host(address);
    config.rest = Duration::ZERO;
    config
}

/// A server that does what the test says.
async fn bad_server() -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    Ok((listener, address))
}

/// Waits for the next event, past any fault.
async fn event(notices: &mut mpsc::UnboundedReceiver<Notice>) -> Option<KeeperState> {
    loop {
        match notices.recv().await? {
            Notice::Event(event) => return Some(event.state),
            _ => continue,
        }
    }
}

/// Waits for the next fault, past any event.
async fn fault(notices: &mut mpsc::UnboundedReceiver<Notice>) -> Option<Fault> {
    loop {
        match notices.recv().await? {
            Notice::Fault(fault) => return Some(fault),
            _ => continue,
        }
    }
}

/// Accepts a connection and reads its `ConnectRequest`.
async fn greeted(listener: &TcpListener) -> io::Result<TcpStream> {
    let (mut stream, _) = listener.accept().await?;
    let mut frame = [0; 49];
    stream.read_exact(&mut frame).await?;
    let request = ConnectRequest::from_payload(&frame[4..]).expect("a connect request");
    assert_eq!(request.session_id, 0);
    Ok(stream)
}

#[test]
fn a_session_is_opened_asked_and_closed() {
    run(async {
        let server = InMemoryServer::start(server::Config::default())?;
        let (client, mut notices) = TcpClient::connect(config(server.address(), 6_000));
        assert_eq!(event(&mut notices).await, Some(KeeperState::SYNC_CONNECTED));
        let engine = client.look().await.expect("a client");
        assert_eq!(engine.session_timeout(), Some(Duration::from_secs(6)));
        assert_ne!(engine.session_id(), 0);

        let Outcome::Answered(answer) = client.close().await else {
            panic!("no answer");
        };
        assert_eq!(answer.header.err, ErrorCode::OK);
        assert_eq!(event(&mut notices).await, Some(KeeperState::CLOSED));
        assert_eq!(notices.recv().await, None);
        let late = client.request(OpCode::GET_DATA, 1_i32).await;
        assert_eq!(late, Outcome::Lost(ErrorCode::SESSION_EXPIRED));
        Ok(())
    });
}

#[test]
fn a_connection_that_the_server_ends_is_followed_by_another_with_the_same_session() {
    run(async {
        let server = InMemoryServer::start(server::Config::default())?;
        let (client, mut notices) = TcpClient::connect(config(server.address(), 30_000));
        assert_eq!(event(&mut notices).await, Some(KeeperState::SYNC_CONNECTED));
        let before = client.look().await.expect("a client");
        // To this server, any operation is unknown.
        let Outcome::Answered(answer) = client.request(OpCode::GET_DATA, 1_i32).await else {
            panic!("no answer");
        };
        assert_eq!(answer.header.err, ErrorCode::UNIMPLEMENTED);
        assert_eq!(event(&mut notices).await, Some(KeeperState::DISCONNECTED));
        assert_eq!(event(&mut notices).await, Some(KeeperState::SYNC_CONNECTED));
        let after = client.look().await.expect("a client");
        assert_eq!(after.session_id(), before.session_id());
        assert_eq!(after.passwd(), before.passwd());
        Ok(())
    });
}

#[test]
fn a_session_is_taken_over_by_its_id_and_password() {
    run(async {
        let server = InMemoryServer::start(server::Config::default())?;
        let settings = config(server.address(), 30_000);
        let (first, mut notices) = TcpClient::connect(settings.clone());
        assert_eq!(event(&mut notices).await, Some(KeeperState::SYNC_CONNECTED));
        let engine = first.look().await.expect("a client");
        drop(first);
        let id = engine.session_id();
        let passwd = engine.passwd().unwrap_or_default();
        let (second, mut notices) = TcpClient::resume(settings.clone(), id, passwd);
        assert_eq!(event(&mut notices).await, Some(KeeperState::SYNC_CONNECTED));
        assert_eq!(second.look().await.expect("a client").session_id(), id);

        let (third, mut notices) = TcpClient::resume(settings, id, b"not the password");
        assert_eq!(event(&mut notices).await, Some(KeeperState::EXPIRED));
        assert_eq!(notices.recv().await, None);
        assert_eq!(third.look().await.expect("a client").phase(), Phase::Closed);
        Ok(())
    });
}

#[test]
fn another_server_in_the_same_place_means_the_end() {
    run(async {
        let server = InMemoryServer::start(server::Config::default())?;
        let address = server.address();
        let (_client, mut notices) = TcpClient::connect(config(address, 30_000));
        assert_eq!(event(&mut notices).await, Some(KeeperState::SYNC_CONNECTED));
        drop(server);
        let _other = InMemoryServer::start_at(address, server::Config::default())?;
        assert_eq!(event(&mut notices).await, Some(KeeperState::DISCONNECTED));
        assert_eq!(event(&mut notices).await, Some(KeeperState::EXPIRED));
        assert_eq!(notices.recv().await, None);
        Ok(())
    });
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    run(async {
        let (listener, address) = bad_server().await?;
        let (_client, mut notices) = TcpClient::connect(config(address, 150));
        let mut first = greeted(&listener).await?;
        let given_up = fault(&mut notices).await;
        assert!(
            matches!(given_up, Some(Fault::ConnectTimeout { .. })),
            "{given_up:?}"
        );
        assert_eq!(first.read(&mut [0; 8]).await?, 0);
        greeted(&listener).await?;
        Ok(())
    });
}

#[test]
fn where_nobody_listens_the_client_tries_until_its_own_clock_says_no() {
    run(async {
        // Bound, so that nobody else gets the port, but not listening.
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let address = socket.local_addr()?;
        let mut settings = config(address, 200);
        settings.new_session_timeout = Some(Duration::from_millis(700));
        let (client, mut notices) = TcpClient::connect(settings);
        let given_up = fault(&mut notices).await;
        assert!(
            matches!(given_up, Some(Fault::SessionTimeout { .. })),
            "{given_up:?}"
        );
        assert_eq!(event(&mut notices).await, Some(KeeperState::EXPIRED));
        let late = client.close().await;
        assert_eq!(late, Outcome::Lost(ErrorCode::SESSION_EXPIRED));
        Ok(())
    });
}

#[test]
fn a_server_that_closes_instead_of_answering_is_tried_again() {
    run(async {
        let (listener, address) = bad_server().await?;
        let (client, _notices) = TcpClient::connect(config(address, 30_000));
        drop(greeted(&listener).await?);
        let _second = greeted(&listener).await?;
        assert_eq!(
            client.look().await.expect("a client").phase(),
            Phase::Associating
        );
        Ok(())
    });
}

#[test]
fn garbage_is_a_fault_and_ends_the_connection() {
    run(async {
        let answers: [&[u8]; 4] = [
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"\xff\xff\xff\xff",
            b"\0\0\0\x04\0\0\0\0",
            b"\0\0\0\x14\0\0\0\0\0\0\x0f\xa0\0\0\0\0\0\0\0\x01\x7f\xff\xff\xff",
        ];
        for answer in answers {
            let (listener, address) = bad_server().await?;
            let (_client, mut notices) = TcpClient::connect(config(address, 30_000));
            let mut stream = greeted(&listener).await?;
            stream.write_all(answer).await?;
            let given_up = fault(&mut notices).await.expect("a fault");
            assert!(given_up.is_misbehaviour(), "{given_up}");
            assert_eq!(stream.read(&mut [0; 8]).await?, 0);
        }
        Ok(())
    });
}

#[test]
fn an_answer_may_come_byte_by_byte() {
    run(async {
        let (listener, address) = bad_server().await?;
        let (client, mut notices) = TcpClient::connect(config(address, 30_000));
        let mut stream = greeted(&listener).await?;
        stream.set_nodelay(true)?;
        let id = [[0; 7].as_slice(), &[9]].concat();
        let head = b"\0\0\0\x25\0\0\0\0\0\0\x75\x30".as_slice();
        let answer = [head, &id, b"\0\0\0\x10", &[7; 16], &[0]].concat();
        for byte in answer {
            stream.write_all(&[byte]).await?;
            tokio::task::yield_now().await;
        }
        assert_eq!(event(&mut notices).await, Some(KeeperState::SYNC_CONNECTED));
        let engine = client.look().await.expect("a client");
        assert_eq!(
            (engine.session_id(), engine.passwd()),
            (9, Some(&[7; 16][..]))
        );
        Ok(())
    });
}

#[test]
fn two_requests_at_once_have_an_answer_each() {
    run(async {
        let (listener, address) = bad_server().await?;
        let (client, mut notices) = TcpClient::connect(config(address, 30_000));
        let mut stream = greeted(&listener).await?;
        let head = b"\0\0\0\x25\0\0\0\0\0\0\x75\x30\0\0\0\0\0\0\0\x09\0\0\0\x10".as_slice();
        stream.write_all(&[head, &[7; 16], &[0]].concat()).await?;
        assert_eq!(event(&mut notices).await, Some(KeeperState::SYNC_CONNECTED));
        let server = async {
            stream.read_exact(&mut [0; 32]).await?;
            for xid in [1, 2] {
                let head = [b"\0\0\0\x11\0\0\0".as_slice(), &[xid]].concat();
                let rest = [[0; 12].as_slice(), &[xid * 10]].concat();
                stream.write_all(&[head, rest].concat()).await?;
            }
            Ok::<(), io::Error>(())
        };
        let (one, two, served) = tokio::join!(
            client.request(OpCode::GET_DATA, 1_i32),
            client.request(OpCode::GET_DATA, 2_i32),
            server
        );
        served?;
        for (outcome, body) in [(one, 10), (two, 20)] {
            let Outcome::Answered(answer) = outcome else {
                panic!("no answer");
            };
            assert_eq!(answer.body(), [body]);
        }
        Ok(())
    });
}

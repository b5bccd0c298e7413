//! A session from its start to its end: a server in memory, a client over TCP, a line each event.

use std::io;
use std::io::Write;
use std::time::Duration;

use zk_conformance::client;
use zk_conformance::net::InMemoryServer;
use zk_conformance::net::Notice;
use zk_conformance::net::TcpClient;
use zk_conformance::server;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let server = InMemoryServer::start(server::Config::default())?;
    let timeout = Duration::from_secs(6);
    let config = client::Config::new(server.address().to_string(), timeout);
    let (client, mut notices) = TcpClient::connect(config);

    let mut out = io::stdout();
    while let Some(notice) = notices.recv().await {
        match notice {
            Notice::Fault(fault) => writeln!(out, "fault: {fault}")?,
            Notice::Event(event) => writeln!(out, "event: {event}")?,
            _ => {}
        }
        if let Some(engine) = client.look().await
            && engine.phase() == client::Phase::Connected
        {
            let (id, timeout) = (engine.session_id(), engine.session_timeout());
            writeln!(
                out,
                "session {id:#x}, {}ms",
                timeout.unwrap_or_default().as_millis()
            )?;
            client.close().await;
        }
    }
    Ok(())
}

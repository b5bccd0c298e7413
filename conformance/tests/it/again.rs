//! Cases that fail while the machine or the server is late, and are played again.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::copy_bidirectional;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use zk_conformance::judge::CaseReport;
use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Event;
use zk_conformance::judge::Options;
use zk_conformance::judge::Subject;
use zk_conformance::judge::Verdict;
use zk_conformance::judge::run;
use zk_conformance::net::InMemoryServer;
use zk_conformance::net::Pulse;
use zk_conformance::server::Config;

/// How long a late server takes over a ping of the pulse.
const LATE: Duration = Duration::from_millis(120);

/// Connections that are relayed in any case: the probe's two, and that of the sanity case.
const SPARED: usize = 3;

/// Relays connections to a server: late to the pulse, whose session would make do with a
/// read-only server, and not at all for some of the others.
struct Relay {
    listener: TcpListener,
    server: SocketAddr,
    /// How many connections behind the first ones are closed, after a while.
    closed: usize,
}

impl Relay {
    async fn serve(self) {
        let count = Arc::new(AtomicUsize::new(0));
        while let Ok((client, _)) = self.listener.accept().await {
            let (server, closed, count) = (self.server, self.closed, Arc::clone(&count));
            tokio::spawn(async move { one(client, server, closed, &count).await });
        }
    }
}

async fn one(
    mut client: TcpStream,
    server: SocketAddr,
    closed: usize,
    count: &AtomicUsize,
) -> io::Result<()> {
    let mut request = [0; 49];
    client.read_exact(&mut request).await?;
    let mut server = TcpStream::connect(server).await?;
    server.write_all(&request).await?;
    if request[48] == 1 {
        return late(client, server).await;
    }
    let nth = count.fetch_add(1, Ordering::Relaxed);
    if (SPARED..SPARED + closed).contains(&nth) {
        // Long enough for a ping to be late meanwhile.
        tokio::time::sleep(2 * LATE).await;
        return Ok(());
    }
    copy_bidirectional(&mut client, &mut server)
        .await
        .map(|_| ())
}

async fn late(mut client: TcpStream, mut server: TcpStream) -> io::Result<()> {
    let (mut asked, mut answer) = ([0; 12], [0; 20]);
    let mut response = [0; 41];
    server.read_exact(&mut response).await?;
    client.write_all(&response).await?;
    // The first is quick: that is what a server which is merely far away is told by.
    for nth in 0.. {
        client.read_exact(&mut asked).await?;
        server.write_all(&asked).await?;
        server.read_exact(&mut answer).await?;
        if nth > 0 {
            tokio::time::sleep(LATE).await;
        }
        client.write_all(&answer).await?;
    }
    Ok(())
}

/// Judges a late server by two cases, of which the second opens one connection.
fn judged(closed: usize) -> CaseReport {
    judged_by(closed, false)
}

/// As `judged`, by a judge whose thread does something else most of the time, if it is `busy`.
fn judged_by(closed: usize, busy: bool) -> CaseReport {
    let mut reports = Vec::new();
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = InMemoryServer::start(Config::default()).expect("a server");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let relay = Relay {
            listener,
            server: server.address(),
            closed,
        };
        tokio::spawn(relay.serve());
        if busy {
            tokio::spawn(async {
                loop {
                    let (_keep, never) = mpsc::channel::<()>();
                    let _ = never.recv_timeout(Duration::from_millis(80));
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            });
        }
        let catalogue = Catalogue::embedded().expect("the catalogue is in order");
        let cases: Vec<_> = catalogue.cases().iter().collect();
        let cases: Vec<_> = cases
            .into_iter()
            .filter(|case| case.id == "ZK0301")
            .collect();
        assert_eq!(cases[0].connections(), 1);
        let subject = Subject::Tcp(address);
        let mut tell = |event: &Event| {
            if let Event::CaseFinished(report) = event {
                reports.push((**report).clone());
            }
        };
        run(&catalogue, &cases, &subject, &Options::default(), &mut tell).await;
    });
    assert_eq!(reports.len(), 1);
    reports.remove(0)
}

#[test]
fn a_case_that_fails_while_the_server_is_late_is_played_again() {
    let report = judged(2);
    assert_eq!(report.verdict, Verdict::Passed);
    assert_eq!(report.discarded.len(), 2);
    assert!(report.discarded.iter().all(|one| one.late_ms >= 50));
    assert_eq!(report.discarded[0].actual, "fin");
}

#[test]
fn a_case_that_fails_every_time_has_failed() {
    // Nothing is said while this machine is late, too.
    let mut reports = (0..20).map(|_| judged(5));
    let untested = |report: &CaseReport| matches!(report.verdict, Verdict::Untested { .. });
    let report = reports.find(|report| !untested(report));
    let report = report.expect("this machine keeps up");
    assert!(matches!(report.verdict, Verdict::Failed(_)));
    assert_eq!(report.discarded.len(), 4);
}

#[test]
fn nothing_is_said_of_a_server_while_this_machine_is_late() {
    let hindered = std::thread::spawn(|| judged_by(5, true));
    let report = hindered.join().expect("a report");
    let Verdict::Untested { reason } = &report.verdict else {
        panic!("{:?}", report.verdict);
    };
    assert!(
        reason.starts_with("this machine has too much to do"),
        "{reason}"
    );
    assert_eq!(report.discarded.len(), 5);
}

#[test]
fn a_pulse_tells_of_the_longest_delay() {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let pulse = Pulse::start(None);
        let began = pulse.now();
        tokio::time::sleep(Duration::from_millis(40)).await;
        // This thread does something else.
        let (_keep, never) = mpsc::channel::<()>();
        let _ = never.recv_timeout(Duration::from_millis(150));
        assert!(pulse.worst_since(began).machine >= Duration::from_millis(100));
        tokio::time::sleep(Duration::from_millis(40)).await;
        assert!(pulse.worst_since(began).machine >= Duration::from_millis(100));
    });
}

/// The clock is looked at, whatever a server does.
#[test]
fn a_server_that_answers_nothing_does_not_stop_the_pulse() {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let pulse = Pulse::start(Some(address));
        let began = pulse.now();
        let _silent = listener.accept().await.expect("the pulse");
        tokio::time::sleep(Duration::from_millis(40)).await;
        let (_keep, never) = mpsc::channel::<()>();
        let _ = never.recv_timeout(Duration::from_millis(150));
        assert!(pulse.worst_since(began).machine >= Duration::from_millis(100));
    });
}

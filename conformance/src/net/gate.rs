//! Where those wait for each other who are to write at once.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::net::dial::Sending;

/// A barrier in front of the writes of several connections.
///
/// The last one that comes to it writes for all, one right behind the other: whatever else the process
/// has to do comes before or after. That is closer than to wake everybody up, each to write by
/// itself.
#[derive(Clone)]
pub(super) struct Gate(Arc<Mutex<Waiting>>);

struct Waiting {
    /// How many are yet to come.
    due: usize,
    there: Vec<Racer>,
}

struct Racer {
    write: Sending,
    bytes: Vec<u8>,
    back: oneshot::Sender<Passed>,
}

/// A connection behind the gate, and how many of its bytes are written.
pub(super) type Passed = (Sending, io::Result<usize>);

impl Gate {
    /// A gate for so many connections.
    pub(super) fn of(count: usize) -> Self {
        Self(Arc::new(Mutex::new(Waiting {
            due: count,
            there: Vec::new(),
        })))
    }

    /// Waits for the others and writes when they do; not for ever. What is not written yet then is for
    /// the caller to write.
    pub(super) async fn pass(&self, write: Sending, bytes: Vec<u8>) -> Option<Passed> {
        let (back, mut passed) = oneshot::channel();
        if self.join(Racer { write, bytes, back }) {
            self.open();
        }
        if let Ok(passed) = tokio::time::timeout(PATIENCE, &mut passed).await {
            return passed.ok();
        }
        // Somebody is missing who has no connection any more.
        self.open();
        passed.await.ok()
    }

    /// Takes one in; whether it is the last, or comes when the others have gone.
    fn join(&self, racer: Racer) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.there.push(racer);
        waiting.due = waiting.due.saturating_sub(1);
        waiting.due == 0
    }

    /// Writes for all that are there, and gives their connections back.
    fn open(&self) {
        let racers = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.due = 0;
            std::mem::take(&mut waiting.there)
        };
        let write = |racer: Racer| {
            let written = racer.write.write_now(&racer.bytes);
            (racer.back, (racer.write, written))
        };
        let written: Vec<_> = racers.into_iter().map(write).collect();
        for (back, passed) in written {
            // Who is not there any more has no use for it.
            let _ = back.send(passed);
        }
    }
}

/// How long one waits for the others.
const PATIENCE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;
    use tokio::net::TcpStream;

    use super::Gate;
    use super::PATIENCE;
    use crate::net::dial::Dial;
    use crate::net::dial::Receiving;
    use crate::net::dial::Sending;

    /// A connection: both of its ends, and what keeps the near one from being closed.
    async fn connection() -> (Sending, TcpStream, Receiving) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let opened = Dial::plain(address).open().await;
        let (read, write) = opened.expect("a connection");
        let (far, _) = listener.accept().await.expect("a connection");
        (write, far, read)
    }

    async fn received(far: &mut TcpStream) -> Option<u8> {
        let byte = far.read_u8();
        let soon = tokio::time::timeout(Duration::from_millis(20), byte).await;
        soon.ok().and_then(Result::ok)
    }

    #[tokio::test]
    async fn nobody_writes_before_all_are_there() {
        let gate = Gate::of(2);
        let (one, mut far_one, _read_one) = connection().await;
        let (other, mut far_other, _read_other) = connection().await;
        let early = gate.clone();
        let early = tokio::spawn(async move { early.pass(one, vec![1]).await });
        assert_eq!(received(&mut far_one).await, None);
        let late = gate.pass(other, vec![2]).await;
        let (_one, written) = early.await.expect("no panic").expect("its connection");
        let (_other, also_written) = late.expect("its connection");
        assert_eq!([written.ok(), also_written.ok()], [Some(1), Some(1)]);
        assert_eq!(received(&mut far_one).await, Some(1));
        assert_eq!(received(&mut far_other).await, Some(2));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let gate = Gate::of(2);
        let (one, mut far_one, _read_one) = connection().await;
        let alone = tokio::time::timeout(PATIENCE * 20, gate.pass(one, vec![1]));
        let (_one, written) = alone.await.expect("in time").expect("its connection");
        assert_eq!(written.ok(), Some(1));
        assert_eq!(received(&mut far_one).await, Some(1));
        let (late, mut far_late, _read_late) = connection().await;
        assert!(gate.pass(late, vec![2]).await.is_some());
        assert_eq!(received(&mut far_late).await, Some(2));
    }
}

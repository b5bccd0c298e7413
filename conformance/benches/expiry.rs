//! What expiry costs with a million sessions, beside what others use for it.
//!
//! Every row does a million of the thing, so that milliseconds read as nanoseconds each. Touches
//! go to sessions in random order; each session's owner is at hand, as the connection is whose
//! packet arrived. Apache's own queue runs last, if `java` and its jar are there.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::env;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::process::Command;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;
use std::time::Duration;

use divan::Bencher;
use fastrand::Rng;
use tokio::runtime::Runtime;
use tokio_util::time::DelayQueue;
use tokio_util::time::delay_queue::Key;
use zk_conformance::ExpiryQueue;
use zk_conformance::Instant;
use zk_conformance::expiry::Slot;

#[expect(clippy::print_stdout, reason = "a bench is there to print")]
fn main() {
    // Cargo passes it for `cargo bench` alone; as a test, every row runs once.
    if !env::args().any(|arg| arg == "--bench") {
        return divan::main();
    }
    println!("bytes a session, of {SESSIONS}");
    println!(
        "  expiry_queue, without items  {:6.1}",
        bytes(|| Tracked::new(|_| ()).queue)
    );
    println!(
        "  expiry_queue, items of u64   {:6.1}",
        bytes(|| Tracked::new(|id| id).queue)
    );
    println!(
        "  id to slot, foldhash         {:6.1}",
        bytes(|| ById::new().slots)
    );
    println!(
        "  btree_set, items of u64      {:6.1}",
        bytes(|| Ordered::new().queue)
    );
    println!(
        "  delay_queue, items of u64    {:6.1}",
        bytes(|| Delayed::new().queue)
    );
    println!();
    divan::main();
    println!();
    if let Err(error) = apache() {
        println!("APACHE'S QUEUE WAS NOT MEASURED: {error}");
    }
}

/// Runs the same work on `ExpiryQueue` and `SessionTrackerImpl` themselves.
fn apache() -> io::Result<()> {
    let jars = [
        "zookeeper",
        "zookeeper-jute",
        "slf4j-api",
        "slf4j-nop",
        "netty-handler",
    ]
    .map(|jar| format!("/usr/share/java/{jar}.jar"));
    if !Path::new(&jars[0]).exists() {
        let message = format!("no {} (Debian package libzookeeper-java)", jars[0]);
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/java/ExpiryBench.java");
    let status = Command::new("java")
        .args([
            "-Xms1500m",
            "-Xmx1500m",
            "-XX:+UseSerialGC",
            "-cp",
            &jars.join(":"),
            source,
        ])
        .arg(SESSIONS.to_string())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("java: {status}")))
    }
}

/// What reading the clock a million times costs by itself.
#[divan::bench(sample_size = 1, sample_count = 25, max_time = 4)]
fn clock_alone(bencher: Bencher<'_, '_>) {
    let mut clock = Clock::start();
    bencher.bench_local(|| {
        for _ in 0..SESSIONS {
            black_box(clock.read(0));
        }
    });
}

/// All that a tick brings at once, if every session was last heard of within one.
#[divan::bench(sample_size = 1, sample_count = 15, max_time = 4)]
fn expire_one_bucket(bencher: Bencher<'_, '_>) {
    let mut queue = ExpiryQueue::new(TICK);
    for id in 0..SESSIONS {
        let _ = queue.insert(START, TICK, id);
    }
    bencher
        .with_inputs(|| queue.clone())
        .bench_local_refs(|queue| queue.expire(END).fold(0, |sum, (_, id)| sum ^ id));
}

#[divan::bench_group(sample_size = 1, sample_count = 25, max_time = 4)]
mod touch_bucket_unchanged {
    use super::*;

    #[divan::bench]
    fn expiry_queue(bencher: Bencher<'_, '_>) {
        let mut tracked = Tracked::new(|id| id);
        bencher.bench_local(|| tracked.touch_all(|| START));
    }

    #[divan::bench]
    fn expiry_queue_by_id(bencher: Bencher<'_, '_>) {
        let mut by_id = ById::new();
        bencher.bench_local(|| by_id.touch_all(|| START));
    }

    #[divan::bench]
    fn expiry_queue_and_clock(bencher: Bencher<'_, '_>) {
        let mut tracked = Tracked::new(|id| id);
        let mut clock = Clock::start();
        bencher.bench_local(|| tracked.touch_all(|| clock.read(0)));
    }

    #[divan::bench]
    fn expiry_queue_by_id_and_clock(bencher: Bencher<'_, '_>) {
        let mut by_id = ById::new();
        let mut clock = Clock::start();
        bencher.bench_local(|| by_id.touch_all(|| clock.read(0)));
    }
}

#[divan::bench_group(sample_size = 1, sample_count = 25, max_time = 4)]
mod touch_bucket_moves {
    use super::*;

    #[divan::bench]
    fn expiry_queue(bencher: Bencher<'_, '_>) {
        let mut tracked = Tracked::new(|id| id);
        let mut now = START;
        bencher.bench_local(|| {
            now = now + TICK;
            tracked.touch_all(|| now);
        });
    }

    #[divan::bench]
    fn expiry_queue_by_id(bencher: Bencher<'_, '_>) {
        let mut by_id = ById::new();
        let mut now = START;
        bencher.bench_local(|| {
            now = now + TICK;
            by_id.touch_all(|| now);
        });
    }

    #[divan::bench]
    fn expiry_queue_and_clock(bencher: Bencher<'_, '_>) {
        let mut tracked = Tracked::new(|id| id);
        let mut clock = Clock::start();
        let mut ticks = 0;
        bencher.bench_local(|| {
            ticks += 1;
            tracked.touch_all(|| clock.read(ticks));
        });
    }

    #[divan::bench]
    fn expiry_queue_by_id_and_clock(bencher: Bencher<'_, '_>) {
        let mut by_id = ById::new();
        let mut clock = Clock::start();
        let mut ticks = 0;
        bencher.bench_local(|| {
            ticks += 1;
            by_id.touch_all(|| clock.read(ticks));
        });
    }

    #[divan::bench]
    fn btree_set(bencher: Bencher<'_, '_>) {
        let mut ordered = Ordered::new();
        let mut now = START;
        bencher.bench_local(|| {
            now = now + TICK;
            ordered.touch_all(now);
        });
    }

    #[divan::bench]
    fn delay_queue_and_clock(bencher: Bencher<'_, '_>) {
        let mut delayed = Delayed::new();
        let mut ticks = 0;
        bencher.bench_local(|| {
            ticks += 1;
            delayed.touch_all(TICK * ticks);
        });
    }
}

#[divan::bench_group(sample_size = 1, sample_count = 15, max_time = 6)]
mod expire_all {
    use super::*;

    #[divan::bench]
    fn expiry_queue(bencher: Bencher<'_, '_>) {
        let tracked = Tracked::new(|id| id);
        bencher
            .with_inputs(|| tracked.queue.clone())
            .bench_local_refs(|queue| queue.expire(END).fold(0, |sum, (_, id)| sum ^ id));
    }

    #[divan::bench]
    fn btree_set(bencher: Bencher<'_, '_>) {
        let ordered = Ordered::new();
        bencher
            .with_inputs(|| ordered.queue.clone())
            .bench_local_refs(|queue| {
                let mut sum = 0;
                while let Some((_, id)) = queue.pop_first() {
                    sum ^= id;
                }
                sum
            });
    }

    #[divan::bench]
    fn delay_queue(bencher: Bencher<'_, '_>) {
        bencher
            .with_inputs(Delayed::overdue)
            .bench_local_refs(|delayed| {
                let _guard = delayed.runtime.enter();
                let mut context = Context::from_waker(Waker::noop());
                let mut sum = 0;
                while let Poll::Ready(Some(expired)) = delayed.queue.poll_expired(&mut context) {
                    sum ^= expired.into_inner();
                }
                sum
            });
    }
}

/// A tick with nothing due although every bound says so: the most that looking can cost.
#[divan::bench(sample_size = 1, sample_count = 25)]
fn expire_none_after_touching_all(bencher: Bencher<'_, '_>) {
    let mut tracked = Tracked::new(|id| id);
    tracked.touch_all(|| START + HORIZON);
    bencher
        .with_inputs(|| tracked.queue.clone())
        .bench_local_refs(|queue| {
            assert!(queue.expire(START + HORIZON).next().is_none());
        });
}

/// What the owners of a million sessions hold to touch them by, in the order of their packets.
fn owners<H>(mut insert: impl FnMut(u64, Duration) -> H) -> Vec<H> {
    let mut rng = Rng::with_seed(9);
    let mut handles: Vec<H> = (0..SESSIONS)
        .map(|id| insert(id, Duration::from_millis(rng.u64(4_000..40_000))))
        .collect();
    rng.shuffle(&mut handles);
    handles
}

/// Owners' handles with their timeouts, of which there are a few kinds.
fn timeouts<H>(owners: impl IntoIterator<Item = H>) -> impl Iterator<Item = (H, Duration)> {
    owners
        .into_iter()
        .zip((4..36).map(Duration::from_secs).cycle())
}

struct Tracked<T: Copy> {
    queue: ExpiryQueue<T>,
    owners: Vec<Slot>,
}

impl<T: Copy> Tracked<T> {
    fn new(item: impl Fn(u64) -> T) -> Self {
        let mut queue = ExpiryQueue::new(TICK);
        let owners = owners(|id, timeout| queue.insert(START, timeout, item(id)));
        Self { queue, owners }
    }

    fn touch_all(&mut self, mut clock: impl FnMut() -> Instant) {
        for (&slot, timeout) in timeouts(&self.owners) {
            black_box(self.queue.touch(clock(), timeout, slot));
        }
    }
}

struct ById {
    queue: ExpiryQueue<u64>,
    owners: Vec<u64>,
    slots: HashMap<u64, Slot, foldhash::fast::RandomState>,
}

impl ById {
    fn new() -> Self {
        let mut queue = ExpiryQueue::new(TICK);
        let mut slots = HashMap::default();
        let owners = owners(|id, timeout| {
            slots.insert(id, queue.insert(START, timeout, id));
            id
        });
        Self {
            queue,
            owners,
            slots,
        }
    }

    fn touch_all(&mut self, mut clock: impl FnMut() -> Instant) {
        for (id, timeout) in timeouts(&self.owners) {
            let slot = self.slots.get(id);
            black_box(slot.is_some_and(|&slot| self.queue.touch(clock(), timeout, slot)));
        }
    }
}

/// An ordered set of buckets and ids; the owner knows its bucket.
struct Ordered {
    queue: BTreeSet<(u64, u64)>,
    owners: Vec<(u64, u64)>,
}

impl Ordered {
    fn new() -> Self {
        let mut queue = BTreeSet::new();
        let owners = owners(|id, timeout| {
            let bucket = bucket(START, timeout);
            queue.insert((bucket, id));
            (bucket, id)
        });
        Self { queue, owners }
    }

    fn touch_all(&mut self, now: Instant) {
        for (entry, timeout) in timeouts(&mut self.owners) {
            let bucket = bucket(now, timeout);
            if bucket != entry.0 {
                self.queue.remove(entry);
                entry.0 = bucket;
                self.queue.insert(*entry);
            }
        }
    }
}

fn bucket(now: Instant, timeout: Duration) -> u64 {
    (now + timeout).as_millis() / 2_000 + 1
}

/// The timer wheel of tokio-util: milliseconds instead of ticks, and a clock of its own.
struct Delayed {
    queue: DelayQueue<u64>,
    owners: Vec<Key>,
    runtime: Runtime,
}

impl Delayed {
    fn new() -> Self {
        Self::with_timeouts(|timeout| timeout)
    }

    /// All of it due, spread over a twentieth of a second.
    fn overdue() -> Self {
        let delayed = Self::with_timeouts(|timeout| timeout / 800);
        delayed
            .runtime
            .block_on(async { tokio::time::sleep(Duration::from_millis(60)).await });
        delayed
    }

    fn with_timeouts(delay: impl Fn(Duration) -> Duration) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let runtime = runtime.expect("a runtime without input or output");
        let guard = runtime.enter();
        let mut queue = DelayQueue::new();
        let owners = owners(|id, timeout| queue.insert(id, delay(timeout)));
        drop(guard);
        Self {
            queue,
            owners,
            runtime,
        }
    }

    fn touch_all(&mut self, later: Duration) {
        let _guard = self.runtime.enter();
        for (key, timeout) in timeouts(&self.owners) {
            self.queue.reset(key, timeout + later);
        }
    }
}

/// The machine's clock as a driver would read it.
struct Clock {
    start: std::time::Instant,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "measures what reading the clock costs"
    )]
    fn start() -> Self {
        Self {
            start: std::time::Instant::now(),
        }
    }

    /// Now, some ticks on.
    fn read(&mut self, ticks: u32) -> Instant {
        START + self.start.elapsed() + TICK * ticks
    }
}

/// Bytes a session that what is built keeps on the heap.
#[expect(clippy::cast_precision_loss, reason = "a number to read")]
fn bytes<T>(build: impl FnOnce() -> T) -> f64 {
    let mut built = None;
    let counted = allocation_counter::measure(|| built = Some(build()));
    drop(built);
    counted.bytes_current as f64 / SESSIONS as f64
}

const SESSIONS: u64 = 1_000_000;
const TICK: Duration = Duration::from_millis(2_000);
const HORIZON: Duration = Duration::from_millis(42_000);
const START: Instant = Instant::from_millis(1_000);
const END: Instant = Instant::from_millis(50_000);

//! Expiry in whole ticks: what was not touched for its timeout comes out, never early.
//!
//! The rule is Apache's (`ExpiryQueue.java`, `roundToNextInterval` and `update`): an item touched
//! at `now` with a timeout belongs to the bucket at
//!
//! ```text
//! ((now + timeout) / tick + 1) * tick        whole milliseconds, rounded down
//! ```
//!
//! so that it outlives its timeout by one to `tick` milliseconds. The last touch alone decides:
//! a shorter timeout moves the item to an earlier bucket, as `update` does since 3.5. A bucket
//! comes out as a whole once its moment has come (`poll`), and buckets come out in order however
//! late the driver is. Until then even an overdue item can be touched and lives on.
//!
//! A server keeps two queues: sessions by `tickTime` (`SessionTrackerImpl.java`), and connections
//! by the timeout of those without a session (`NIOServerCnxnFactory.configure`).
//!
//! Apache's queue also counts the buckets polled so far (`nextExpirationTime`). On a clock that
//! never goes back no item can land in one of those, so there is nothing to keep here.
//!
//! # Advice to the next reader
//!
//! There are no buckets. Every slot holds the moment its timeout runs out, not rounded, and a
//! touch is one store: `until < bucket` says the same as "its bucket is not after `bucket`", and
//! needs no division. Two levels of lower bounds above the slots, one for each 64 slots and one
//! for all, say where something may be due. A touch that puts an item off leaves them alone, so
//! they may be too low, never too high; [`Expire`] reads the slots behind a bound that has been
//! reached and sets it right.
//!
//! Compared with a ring of buckets, nothing is stale: a slot used again leaves no old entry to be
//! told from the new one, a far timeout is a number like any other, and memory depends on the
//! number of items alone. The price is that an item which is never touched is looked at more than
//! once on its way, at about a nanosecond each time.

use std::fmt;
use std::hash::Hash;
use std::hash::Hasher;
use std::iter::FusedIterator;
use std::num::NonZeroU64;
use std::time::Duration;

use crate::time::Instant;

/// Items that expire unless they are touched; for sessions and for bare connections.
///
/// An item is a key by which to find what has expired, hence `Copy`. Its owner keeps the [`Slot`],
/// so that a touch looks nothing up. Time is handed in and should not go back; if it does, the rule
/// still holds for the `now` given, and an item whose bucket has passed comes out at the next
/// [`expire`](Self::expire).
///
/// Two queues are equal if the same calls will find the same items in the same slots at the same
/// times; [`deadline`](Self::deadline) may differ by an appointment at which nothing is due.
///
/// ```
/// use std::time::Duration;
/// use zk_conformance::ExpiryQueue;
/// use zk_conformance::Instant;
///
/// let timeout = Duration::from_millis(4_000);
/// let mut sessions = ExpiryQueue::new(Duration::from_millis(2_000));
/// let slot = sessions.insert(Instant::from_millis(500), timeout, "session");
/// assert_eq!(sessions.expires_at(slot), Some(Instant::from_millis(6_000)));
///
/// assert!(sessions.touch(Instant::from_millis(2_000), timeout, slot));
/// let due = Instant::from_millis(8_000);
/// assert_eq!(sessions.expires_at(slot), Some(due));
///
/// assert_eq!(sessions.expire(Instant::from_millis(7_999)).next(), None);
/// assert_eq!(sessions.expire(due).next(), Some((due, "session")));
/// assert!(!sessions.touch(due, timeout, slot));
/// ```
#[derive(Clone)]
pub struct ExpiryQueue<T> {
    tick: NonZeroU64,
    /// No item runs out before this.
    earliest: u64,
    /// For each `CHUNK` slots: no item among them runs out before this.
    bounds: Vec<u64>,
    timers: Vec<Timer>,
    /// For each timer; apart, so that looking for what is due does not read them.
    items: Vec<T>,
    /// Vacant slots, the one freed last at the end.
    free: Vec<u32>,
    len: usize,
}

impl<T: Copy> ExpiryQueue<T> {
    /// An empty queue whose buckets are `tick` apart: whole milliseconds, and at least one.
    #[must_use]
    pub fn new(tick: Duration) -> Self {
        let tick = (Instant::ZERO + tick).as_millis();
        Self {
            tick: NonZeroU64::new(tick).unwrap_or(NonZeroU64::MIN),
            earliest: VACANT,
            bounds: Vec::new(),
            timers: Vec::new(),
            items: Vec::new(),
            free: Vec::new(),
            len: 0,
        }
    }

    /// Adds an item as if touched at `now`, and tells where it is.
    ///
    /// The slot freed last is used first. After 2^32 - 1 slots an item still expires, but its slot
    /// finds nothing.
    #[must_use = "only the slot can touch or remove the item"]
    pub fn insert(&mut self, now: Instant, timeout: Duration, item: T) -> Slot {
        let until = until(now, timeout);
        if self.len == 0 {
            self.earliest = until;
        }
        self.len = self.len.saturating_add(1);

        if let Some(index) = self.free.pop()
            && let Some(timer) = self.timers.get_mut(index as usize)
            && let Some(place) = self.items.get_mut(index as usize)
        {
            timer.until = until;
            *place = item;
            let generation = timer.generation;
            self.lower(index as usize, until);
            return Slot { index, generation };
        }

        let count = self.timers.len();
        let (index, generation) = u32::try_from(count).map_or((u32::MAX, RETIRED), |i| (i, 0));
        self.timers.push(Timer { until, generation });
        self.items.push(item);
        if count.is_multiple_of(CHUNK) {
            self.bounds.push(VACANT);
        }
        self.lower(count, until);
        Slot {
            index,
            generation: 0,
        }
    }

    /// Counts the item's timeout anew from `now`; false if the slot is gone.
    pub fn touch(&mut self, now: Instant, timeout: Duration, slot: Slot) -> bool {
        let index = slot.index as usize;
        let Some(timer) = self.timers.get_mut(index) else {
            return false;
        };
        if timer.generation != slot.generation {
            return false;
        }
        let until = until(now, timeout);
        timer.until = until;
        self.lower(index, until);
        true
    }

    /// Takes an item out before it expires; `None` if the slot is gone.
    pub fn remove(&mut self, slot: Slot) -> Option<T> {
        let index = slot.index as usize;
        let timer = self.timers.get(index)?;
        if timer.generation != slot.generation {
            return None;
        }
        self.vacate(index)
    }

    /// When to call [`expire`](Self::expire) next; `None` while the queue is empty.
    ///
    /// Never after an item is due. It may be before, if the item it was made for has been touched
    /// or removed since; the call then moves it later.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        (self.len > 0).then(|| Instant::from_millis(self.bucket(self.earliest)))
    }

    /// Takes out what is due, each item with the moment it was due.
    ///
    /// Buckets come in order of time, the items of a bucket in order of slots. What is not taken
    /// from the iterator stays due.
    pub fn expire(&mut self, now: Instant) -> Expire<'_, T> {
        let bucket = self.bucket(self.earliest);
        Expire {
            now: now.as_millis(),
            bucket,
            chunk: 0,
            due: 0,
            rest: VACANT,
            passed: VACANT,
            queue: self,
        }
    }

    /// The moment an item is due if it is not touched again; `None` if the slot is gone.
    #[must_use]
    pub fn expires_at(&self, slot: Slot) -> Option<Instant> {
        let timer = self.timers.get(slot.index as usize)?;
        (timer.generation == slot.generation)
            .then(|| Instant::from_millis(self.bucket(timer.until)))
    }

    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bucket of a timeout that runs out at `until`.
    fn bucket(&self, until: u64) -> u64 {
        (until / self.tick)
            .saturating_add(1)
            .saturating_mul(self.tick.get())
    }

    /// Lowers the bounds above a slot to `until`.
    fn lower(&mut self, index: usize, until: u64) {
        if let Some(bound) = self.bounds.get_mut(index / CHUNK)
            && until < *bound
        {
            *bound = until;
        }
        if until < self.earliest {
            self.earliest = until;
        }
    }

    /// Frees a slot and makes every [`Slot`] for it a stale one.
    fn vacate(&mut self, index: usize) -> Option<T> {
        let timer = self.timers.get_mut(index)?;
        let item = *self.items.get(index)?;
        timer.until = VACANT;
        timer.generation = timer.generation.saturating_add(1);
        if timer.generation != RETIRED {
            self.free.extend(u32::try_from(index));
        }
        self.len = self.len.saturating_sub(1);
        Some(item)
    }

    /// Reads one chunk: the slots whose bucket is not after `bucket`, as bits, and a bound for
    /// the others.
    fn scan(&self, chunk: usize, bucket: u64) -> (u64, u64) {
        let timers = self.timers.chunks(CHUNK).nth(chunk).unwrap_or_default();
        let mut due = 0;
        let mut rest = VACANT;
        for (slot, timer) in timers.iter().enumerate() {
            let is_due = timer.until < bucket;
            due |= u64::from(is_due) << slot;
            rest = if is_due { rest } else { rest.min(timer.until) };
        }
        (due, rest)
    }

    /// All that later calls depend on: of every slot the generation, and what is in it.
    fn slots(&self) -> impl Iterator<Item = (u32, Option<(Instant, T)>)> {
        self.timers.iter().zip(&self.items).map(|(&timer, &item)| {
            let bucket = Instant::from_millis(self.bucket(timer.until));
            (
                timer.generation,
                (timer.until != VACANT).then_some((bucket, item)),
            )
        })
    }
}

impl<T: Copy + PartialEq> PartialEq for ExpiryQueue<T> {
    fn eq(&self, other: &Self) -> bool {
        self.tick == other.tick && self.free == other.free && self.slots().eq(other.slots())
    }
}

impl<T: Copy + Eq> Eq for ExpiryQueue<T> {}

impl<T: Copy + Hash> Hash for ExpiryQueue<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tick.hash(state);
        self.free.hash(state);
        self.slots().for_each(|slot| slot.hash(state));
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for ExpiryQueue<T> {
    /// Writes each item by its slot, with the moment it is due.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = |(index, (_, held))| Some((index, held?));
        f.debug_map()
            .entries(self.slots().enumerate().filter_map(held))
            .finish()
    }
}

/// Where a queue keeps an item, for as long as it keeps it.
///
/// Once the item is out, its slot finds nothing, whatever is put in its place. Slots of different
/// queues must not be mixed up; nothing tells them apart. They are ordered as items of one bucket
/// come out.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Slot {
    index: u32,
    generation: u32,
}

/// Iterator over what is due, from [`ExpiryQueue::expire`].
///
/// It empties one bucket in one pass over the bounds, then goes on with the next bucket. Dropped
/// halfway, it leaves bounds that are too low, which is allowed.
#[derive(Debug)]
#[must_use = "nothing is taken out until it is asked for"]
pub struct Expire<'a, T: Copy> {
    queue: &'a mut ExpiryQueue<T>,
    now: u64,
    /// The bucket being emptied.
    bucket: u64,
    /// The chunk being emptied, or the next to look at.
    chunk: usize,
    /// What is still to be taken from `chunk`, a bit for each slot.
    due: u64,
    /// The bound of `chunk` once it is emptied.
    rest: u64,
    /// The lowest bound of the chunks passed.
    passed: u64,
}

impl<T: Copy> Expire<'_, T> {
    /// Finds the next chunk with something to take in this bucket; false if there is none.
    fn enter_chunk(&mut self) -> bool {
        while let Some(&bound) = self.queue.bounds.get(self.chunk) {
            if bound < self.bucket {
                (self.due, self.rest) = self.queue.scan(self.chunk, self.bucket);
                if self.due != 0 {
                    return true;
                }
                self.leave_chunk();
            } else {
                self.passed = self.passed.min(bound);
                self.chunk += 1;
            }
        }
        false
    }

    /// Sets the bound of a chunk from which all that is due is taken, and goes on.
    fn leave_chunk(&mut self) {
        if let Some(bound) = self.queue.bounds.get_mut(self.chunk) {
            *bound = self.rest;
        }
        self.passed = self.passed.min(self.rest);
        self.chunk += 1;
    }

    /// Sets the bound of all once every chunk is passed, and starts over with the next bucket.
    fn next_bucket(&mut self) {
        self.queue.earliest = self.passed;
        self.bucket = self.queue.bucket(self.passed);
        self.passed = VACANT;
        self.chunk = 0;
    }
}

impl<T: Copy> Iterator for Expire<'_, T> {
    type Item = (Instant, T);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.due != 0 {
                let index = self.chunk * CHUNK + self.due.trailing_zeros() as usize;
                self.due &= self.due - 1;
                if self.due == 0 {
                    self.leave_chunk();
                }
                if let Some(item) = self.queue.vacate(index) {
                    return Some((Instant::from_millis(self.bucket), item));
                }
            } else if self.queue.is_empty() || self.now < self.bucket {
                return None;
            } else if !self.enter_chunk() {
                self.next_bucket();
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.queue.len()))
    }
}

impl<T: Copy> FusedIterator for Expire<'_, T> {}

/// When a slot's timeout runs out, and which of its users holds it.
///
/// Packed to 12 bytes, since touches at random wait for memory more than for anything else.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))]
struct Timer {
    until: u64,
    generation: u32,
}

/// The moment a timeout runs out; any but `VACANT`, whose bucket the last one shares.
fn until(now: Instant, timeout: Duration) -> u64 {
    (now + timeout).as_millis().min(VACANT - 1)
}

/// Slots under one bound; a `u64` has a bit for each.
const CHUNK: usize = 64;

/// Stands for a moment where there is no item: after all others, and never due.
const VACANT: u64 = u64::MAX;

/// The generation of a slot that has had too many users to tell one more apart.
const RETIRED: u32 = u32::MAX;

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
//! There are no buckets. Every slot has a moment: when its timeout runs out, not rounded. A touch
//! is one store, for that a moment is before a bucket's says the same as that its own bucket is not
//! after it, and needs no division. The generation that tells a slot's users apart is kept beside,
//! where a million of them stay in the cache: a touch reads that and only writes the moment, so
//! that nobody waits for memory.
//!
//! Two levels of lower bounds, one for each 64 moments and one for all, say where something may be
//! due. A touch that puts an item off leaves them alone, so they may be too low, never too high;
//! [`Expire`] reads the moments behind a bound that has been reached, and sets it right.
//!
//! Compared with a ring of buckets, nothing is stale: a slot used again leaves no old entry to be
//! told from the new one, a far timeout is a number like any other, and memory depends on the
//! number of items alone. The price is that an untouched moment may be read once a tick, in order,
//! at a nanosecond or two; a driver that comes many ticks late pays it for each.

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
/// [`expire`](Self::expire). A timeout past the end of the clock runs out at its end.
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
    /// No item's timeout runs out before this.
    earliest: u64,
    /// For each `CHUNK` slots: none of their timeouts runs out before this.
    bounds: Vec<u64>,
    /// For each slot: when the timeout of its item runs out, or `VACANT`.
    moments: Vec<u64>,
    /// For each slot: how many users it has had.
    generations: Vec<u16>,
    /// For each slot; apart, so that looking for what is due does not read them.
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
            moments: Vec::new(),
            generations: Vec::new(),
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
        if self.len == 0 {
            self.earliest = VACANT;
        }
        self.len = self.len.saturating_add(1);

        if let Some(index) = self.free.pop()
            && let Some(&generation) = self.generations.get(index as usize)
            && let Some(place) = self.items.get_mut(index as usize)
        {
            *place = item;
            self.set(index as usize, now, timeout);
            return Slot { index, generation };
        }

        let count = self.moments.len();
        let index = u32::try_from(count).unwrap_or(u32::MAX);
        // The last index is for all that have none.
        let generation = if index == u32::MAX { RETIRED } else { 0 };
        self.moments.push(VACANT);
        self.generations.push(generation);
        self.items.push(item);
        if count.is_multiple_of(CHUNK) {
            self.bounds.push(VACANT);
        }
        self.set(count, now, timeout);
        Slot {
            index,
            generation: 0,
        }
    }

    /// Counts the item's timeout anew from `now`; false if the slot is gone.
    pub fn touch(&mut self, now: Instant, timeout: Duration, slot: Slot) -> bool {
        let is_held = self.holds(slot);
        if is_held {
            self.set(slot.index as usize, now, timeout);
        }
        is_held
    }

    /// Takes an item out before it expires; `None` if the slot is gone.
    pub fn remove(&mut self, slot: Slot) -> Option<T> {
        self.holds(slot).then(|| self.vacate(slot.index as usize))?
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
        let moment = self.moments.get(slot.index as usize)?;
        self.holds(slot).then(|| self.due(*moment))?
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

    /// Whether the item put there is there still.
    fn holds(&self, slot: Slot) -> bool {
        self.generations.get(slot.index as usize) == Some(&slot.generation)
    }

    /// The bucket of a moment; for one past the end of the clock, its end.
    fn bucket(&self, moment: u64) -> u64 {
        (moment / self.tick)
            .saturating_add(1)
            .saturating_mul(self.tick.get())
    }

    /// When the item is due whose timeout runs out at `moment`; `None` if there is none.
    fn due(&self, moment: u64) -> Option<Instant> {
        (moment != VACANT).then(|| Instant::from_millis(self.bucket(moment)))
    }

    /// Sets a slot's moment, whatever it held.
    fn set(&mut self, index: usize, now: Instant, timeout: Duration) {
        let moment = (now + timeout).as_millis().min(VACANT - 1);
        if let Some(place) = self.moments.get_mut(index) {
            *place = moment;
        }
        if let Some(bound) = self.bounds.get_mut(index / CHUNK)
            && moment < *bound
        {
            *bound = moment;
        }
        if moment < self.earliest {
            self.earliest = moment;
        }
    }

    /// Frees a slot and makes every [`Slot`] for it a stale one.
    fn vacate(&mut self, index: usize) -> Option<T> {
        let moment = self.moments.get_mut(index)?;
        let generation = self.generations.get_mut(index)?;
        let item = *self.items.get(index)?;
        *moment = VACANT;
        *generation = generation.saturating_add(1);
        if *generation != RETIRED {
            self.free.extend(u32::try_from(index));
        }
        self.len = self.len.saturating_sub(1);
        Some(item)
    }

    /// Reads one chunk: the slots whose bucket is not after `bucket`, as bits, and a bound for the
    /// others. A moment in the tick that begins with a bucket belongs to the next one.
    fn scan(&self, chunk: usize, bucket: u64) -> (u64, u64) {
        let moments = self.moments.chunks(CHUNK).nth(chunk).unwrap_or_default();
        let mut due = 0;
        let mut rest = VACANT;
        for (slot, &moment) in moments.iter().enumerate() {
            let is_due = moment < bucket;
            due |= u64::from(is_due) << slot;
            rest = if is_due { rest } else { rest.min(moment) };
        }
        (due, rest)
    }

    /// All that later calls depend on: of every slot the generation, and what is in it.
    fn slots(&self) -> impl Iterator<Item = (u16, Option<(Instant, T)>)> {
        let slots = self.moments.iter().zip(&self.generations).zip(&self.items);
        slots.map(|((&moment, &generation), &item)| {
            (generation, self.due(moment).map(|due| (due, item)))
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
    generation: u16,
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

/// The moment of a slot with no item: after all others, and never due.
const VACANT: u64 = u64::MAX;

/// The generation of a slot that has had too many users to tell one more apart.
const RETIRED: u16 = u16::MAX;

/// Slots under one bound; a `u64` has a bit for each.
const CHUNK: usize = 64;

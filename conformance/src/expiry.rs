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
//! There are no buckets. Every slot has a timer: the moment its timeout runs out, not rounded,
//! in eight bytes with the slot's generation. A touch is one store, for that a timer is before a
//! bucket's moment says the same as that its own bucket is not after it, and needs no division.
//!
//! Two levels of lower bounds, one for each 64 timers and one for all, say where something may be
//! due. A touch that puts an item off leaves them alone, so they may be too low, never too high;
//! [`Expire`] reads the timers behind a bound that has been reached, and sets it right.
//!
//! Compared with a ring of buckets, nothing is stale: a slot used again leaves no old entry to be
//! told from the new one, a far timeout is a number like any other, and memory depends on the
//! number of items alone. The price is that an untouched timer may be read once a tick, in order,
//! at a nanosecond or two.

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
/// [`expire`](Self::expire). Timeouts are exact to the millisecond up to 2^28 seconds, more than
/// a hundred times what the wire can say; of a longer one only so many seconds count.
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
    /// The moment from which timers count.
    origin: u64,
    /// No timer is before this.
    earliest: Timer,
    /// For each `CHUNK` timers: none of them is before this.
    bounds: Vec<Timer>,
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
            origin: 0,
            earliest: Timer::VACANT,
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
        if self.len == 0 {
            self.earliest = Timer::VACANT;
        }
        self.len = self.len.saturating_add(1);

        if let Some(index) = self.free.pop()
            && let Some(timer) = self.timers.get(index as usize)
            && let Some(place) = self.items.get_mut(index as usize)
        {
            *place = item;
            let slot = Slot {
                index,
                generation: timer.generation(),
            };
            self.set(index as usize, now, timeout);
            return slot;
        }

        let count = self.timers.len();
        let (index, generation) = u32::try_from(count).map_or((u32::MAX, RETIRED), |i| (i, 0));
        self.timers.push(Timer::new(VACANT, generation));
        self.items.push(item);
        if count.is_multiple_of(CHUNK) {
            self.bounds.push(Timer::VACANT);
        }
        self.set(count, now, timeout);
        Slot {
            index,
            generation: 0,
        }
    }

    /// Counts the item's timeout anew from `now`; false if the slot is gone.
    pub fn touch(&mut self, now: Instant, timeout: Duration, slot: Slot) -> bool {
        let index = slot.index as usize;
        match self.timers.get(index) {
            Some(timer) if timer.generation() == slot.generation => {
                self.set(index, now, timeout);
                true
            }
            _ => false,
        }
    }

    /// Takes an item out before it expires; `None` if the slot is gone.
    pub fn remove(&mut self, slot: Slot) -> Option<T> {
        let index = slot.index as usize;
        let timer = self.timers.get(index)?;
        (timer.generation() == slot.generation).then(|| self.vacate(index))?
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
            rest: Timer::VACANT,
            passed: Timer::VACANT,
            queue: self,
        }
    }

    /// The moment an item is due if it is not touched again; `None` if the slot is gone.
    #[must_use]
    pub fn expires_at(&self, slot: Slot) -> Option<Instant> {
        let timer = self.timers.get(slot.index as usize)?;
        (timer.generation() == slot.generation).then(|| self.due(*timer))?
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

    /// The bucket of a timer; for one past the end of the clock, its end.
    fn bucket(&self, timer: Timer) -> u64 {
        let until = self.origin.saturating_add(timer.offset());
        (until / self.tick)
            .saturating_add(1)
            .saturating_mul(self.tick.get())
    }

    /// When a timer's item is due; `None` if it is vacant.
    fn due(&self, timer: Timer) -> Option<Instant> {
        (timer.offset() != VACANT).then(|| Instant::from_millis(self.bucket(timer)))
    }

    /// Sets a timer, whatever it held.
    fn set(&mut self, index: usize, now: Instant, timeout: Duration) {
        let timeout = millis(timeout);
        let offset = now
            .as_millis()
            .wrapping_sub(self.origin)
            .saturating_add(timeout);
        if offset < VACANT {
            self.set_offset(index, offset);
        } else {
            self.set_afar(index, now.as_millis().saturating_add(timeout));
        }
    }

    fn set_offset(&mut self, index: usize, offset: u64) {
        let Some(timer) = self.timers.get_mut(index) else {
            return;
        };
        *timer = Timer::new(offset, timer.generation());
        let timer = *timer;
        if let Some(bound) = self.bounds.get_mut(index / CHUNK)
            && timer < *bound
        {
            *bound = timer;
        }
        if timer < self.earliest {
            self.earliest = timer;
        }
    }

    /// Sets a timer to `until`, after moving the origin so that it can.
    ///
    /// Leaves room for the longest timeout before the earliest timer, so that no touch on a clock
    /// that goes on has a `now` before the origin. What has been due for a third of a century when
    /// something later is set is as good as due since then.
    #[cold]
    fn set_afar(&mut self, index: usize, until: u64) {
        let origin = self.origin;
        let held = || self.timers.iter().filter(|timer| timer.offset() != VACANT);
        let first = held().min().map_or(until, |timer| {
            until.min(origin.saturating_add(timer.offset()))
        });
        let last = held().max().map_or(until, |timer| {
            until.max(origin.saturating_add(timer.offset()))
        });
        self.origin = first
            .saturating_sub(ROOM)
            .max(last.saturating_sub(VACANT - 1));

        for timer in self
            .timers
            .iter_mut()
            .chain(&mut self.bounds)
            .chain([&mut self.earliest])
        {
            if timer.offset() != VACANT {
                let until = origin.saturating_add(timer.offset());
                *timer = Timer::new(until.saturating_sub(self.origin), timer.generation());
            }
        }
        self.set_offset(index, until.saturating_sub(self.origin));
    }

    /// Frees a slot and makes every [`Slot`] for it a stale one.
    fn vacate(&mut self, index: usize) -> Option<T> {
        let timer = self.timers.get_mut(index)?;
        let item = *self.items.get(index)?;
        *timer = Timer::new(VACANT, timer.generation().saturating_add(1).min(RETIRED));
        if timer.generation() != RETIRED {
            self.free.extend(u32::try_from(index));
        }
        self.len = self.len.saturating_sub(1);
        Some(item)
    }

    /// Reads one chunk: the timers whose bucket is not after `bucket`, as bits, and a bound for
    /// the others.
    fn scan(&self, chunk: usize, bucket: u64) -> (u64, Timer) {
        let timers = self.timers.chunks(CHUNK).nth(chunk).unwrap_or_default();
        let limit = self.limit(bucket);
        let mut due = 0;
        let mut rest = Timer::VACANT;
        for (slot, &timer) in timers.iter().enumerate() {
            let is_due = timer < limit;
            due |= u64::from(is_due) << slot;
            rest = if is_due { rest } else { rest.min(timer) };
        }
        (due, rest)
    }

    /// The least timer whose bucket is after `bucket`.
    fn limit(&self, bucket: u64) -> Timer {
        if bucket == u64::MAX {
            Timer::VACANT
        } else {
            Timer::new(bucket.saturating_sub(self.origin).min(VACANT), 0)
        }
    }

    /// All that later calls depend on: of every slot the generation, and what is in it.
    fn slots(&self) -> impl Iterator<Item = (u32, Option<(Instant, T)>)> {
        let slots = self.timers.iter().zip(&self.items);
        slots.map(|(&timer, &item)| (timer.generation(), self.due(timer).map(|due| (due, item))))
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
    rest: Timer,
    /// The lowest bound of the chunks passed.
    passed: Timer,
}

impl<T: Copy> Expire<'_, T> {
    /// Finds the next chunk with something to take in this bucket; false if there is none.
    fn enter_chunk(&mut self) -> bool {
        while let Some(&bound) = self.queue.bounds.get(self.chunk) {
            if bound < self.queue.limit(self.bucket) {
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
        self.passed = Timer::VACANT;
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

/// When a slot's timeout runs out, and which of its users holds it, in this order.
///
/// Eight bytes, since touches at random wait for memory more than for anything else: 40 bits of
/// milliseconds from the queue's origin, or `VACANT`, and 24 bits of generation.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Timer(u64);

impl Timer {
    /// After all others, and never due.
    const VACANT: Self = Self(VACANT << GENERATION_BITS);

    fn new(offset: u64, generation: u32) -> Self {
        Self(offset << GENERATION_BITS | u64::from(generation))
    }

    fn offset(self) -> u64 {
        self.0 >> GENERATION_BITS
    }

    #[expect(clippy::cast_possible_truncation, reason = "masked to what remains")]
    fn generation(self) -> u32 {
        self.0 as u32 & RETIRED
    }
}

/// Whole milliseconds of a timeout, cut to what a timer can hold.
fn millis(timeout: Duration) -> u64 {
    timeout.as_secs().min(LONGEST) * 1_000 + u64::from(timeout.subsec_millis())
}

/// The most seconds of a timeout that count.
const LONGEST: u64 = 1 << 28;

/// How far before the first timer to put the origin: farther than any timeout.
const ROOM: u64 = 1 << 39;

/// The offset of a slot with no item.
const VACANT: u64 = (1 << 40) - 1;

const GENERATION_BITS: u32 = 24;

/// The generation of a slot that has had too many users to tell one more apart.
const RETIRED: u32 = (1 << GENERATION_BITS) - 1;

/// Slots under one bound; a `u64` has a bit for each.
const CHUNK: usize = 64;

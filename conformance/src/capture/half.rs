//! One direction of a conversation: puts segments in order and finds the holes.
//!
//! Positions are sequence numbers that do not wrap: 64 bits, of which the lower 32 are what
//! TCP counts.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::capture::packet::Segment;

/// How many bytes wait behind a hole, in one direction of one conversation, before it becomes a
/// gap.
///
/// Four times the receive buffer Linux grows to by default, so that no honest sender gets there.
pub const HELD_BYTES_LIMIT: u64 = 24 << 20;

/// How many segments wait behind a hole, in one direction of one conversation, before it becomes
/// a gap.
pub const HELD_SEGMENTS_LIMIT: usize = 1 << 15;

/// What one side sent, as far as it was seen.
#[derive(Debug, Default)]
pub(super) struct Half<'a> {
    /// Position of the next byte the application gets, once it is known
    next: Option<u64>,
    /// Whether the application got anything
    begun: bool,
    /// What the peer acknowledged first: where the bytes go on if there was no SYN
    first_acknowledged: Option<u32>,
    /// Segments behind a hole, by position
    held: BTreeMap<u64, Piece<'a>>,
    held_bytes: u64,
    /// Position of the end of the stream, once it was seen
    end: Option<u64>,
    finished: bool,
}

#[derive(Clone, Copy, Debug)]
enum Piece<'a> {
    Recorded(&'a [u8]),
    /// Bytes that were sent, in a packet that was not recorded to its end
    Missing(u64),
}

impl Piece<'_> {
    fn length(&self) -> u64 {
        match self {
            Self::Recorded(bytes) => count(bytes),
            Self::Missing(length) => *length,
        }
    }

    /// Whether this is to be kept rather than `other`, which begins at the same byte.
    fn beats(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Missing(_), Self::Recorded(_)) => false,
            (Self::Recorded(_), Self::Missing(_)) => true,
            _ => self.length() > other.length(),
        }
    }
}

/// What comes next in a stream.
#[derive(Debug)]
pub(super) enum Ready<'a> {
    Data(&'a [u8]),
    Gap(u64),
    Fin,
}

impl<'a> Half<'a> {
    /// Where the application is in the stream, as TCP counts.
    pub(super) fn next_sequence(&self) -> Option<u32> {
        self.next.map(low_half)
    }

    /// Begins the stream at the byte `first`, unless it has begun.
    pub(super) fn begin(&mut self, first: u32) {
        if !self.begun && self.held.is_empty() {
            self.next = Some(FIRST_ROUND | u64::from(first));
        }
    }

    /// Takes note of what the peer acknowledges; needed only while the beginning is unknown.
    pub(super) fn note_acknowledged(&mut self, acknowledged: u32) {
        if self.next.is_none() {
            match self.first_acknowledged {
                None => self.first_acknowledged = Some(acknowledged),
                Some(first) if first == acknowledged => {}
                Some(first) => self.begin(first),
            }
        }
    }

    /// Takes the payload and the end of the stream out of a segment.
    pub(super) fn accept(&mut self, segment: &Segment<'a>) {
        let length = u64::from(segment.length());
        if self.finished || (length == 0 && !segment.fin) {
            return;
        }
        if self.next.is_none() {
            match self.beginning(segment) {
                Some(first) => self.begin(first),
                None => return,
            }
        }
        let Some((next, start)) = self.next.zip(self.position(segment.first_byte())) else {
            return;
        };
        let recorded = start + count(segment.payload);
        let end = recorded + u64::from(segment.missing);
        if segment.fin && end >= next && self.end.is_none() {
            self.end = Some(end);
        }
        if next < recorded {
            self.hold(start, Piece::Recorded(segment.payload));
        }
        if next.max(recorded) < end {
            self.hold(recorded, Piece::Missing(u64::from(segment.missing)));
        }
    }

    fn hold(&mut self, start: u64, piece: Piece<'a>) {
        let length = piece.length();
        match self.held.entry(start) {
            Entry::Vacant(place) => {
                place.insert(piece);
                self.held_bytes += length;
            }
            Entry::Occupied(mut place) if piece.beats(place.get()) => {
                let replaced = place.insert(piece);
                self.held_bytes += length;
                self.held_bytes -= replaced.length();
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Where the stream begins, when `segment` is the first of it that was seen.
    fn beginning(&self, segment: &Segment<'_>) -> Option<u32> {
        let first = segment.first_byte();
        let Some(acknowledged) = self.first_acknowledged else {
            return Some(first);
        };
        let unacknowledged = distance(acknowledged, first);
        match i64::from(segment.length()) + unacknowledged {
            // The byte that keeps a connection alive is an old one.
            ..=0 if segment.length() <= 1 && !segment.fin => None,
            _ if (0..=REACH).contains(&unacknowledged) => Some(acknowledged),
            _ => Some(first),
        }
    }

    /// The next part of the stream that needs no waiting.
    pub(super) fn pop(&mut self) -> Option<Ready<'a>> {
        let next = self.next?;
        if self.finished {
            return None;
        }
        if self.end == Some(next) {
            self.finished = true;
            self.held.clear();
            self.held_bytes = 0;
            return Some(Ready::Fin);
        }
        let room = self.end.map_or(u64::MAX, |end| end.saturating_sub(next));
        loop {
            let entry = self.held.first_entry()?;
            if *entry.key() > next {
                return None;
            }
            let (start, piece) = entry.remove_entry();
            self.held_bytes -= piece.length();
            let length = piece.length().saturating_sub(next - start).min(room);
            if length == 0 {
                continue;
            }
            self.next = Some(next + length);
            self.begun = true;
            return Some(match piece {
                Piece::Recorded(bytes) => Ready::Data(part(bytes, next - start, length)),
                Piece::Missing(_) => Ready::Gap(length),
            });
        }
    }

    /// Whether the application saw the end of the stream.
    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether the application got more than was seen, by what its side `acknowledged`.
    pub(super) fn lacks(&self, acknowledged: u32) -> bool {
        !self.finished && self.position(acknowledged) > self.next
    }

    /// Whether more waits behind the hole than may.
    pub(super) fn is_over_limit(&self) -> bool {
        self.held_bytes > HELD_BYTES_LIMIT || self.held.len() > HELD_SEGMENTS_LIMIT
    }

    /// Gives up on the hole in front, or on the part of it which the peer `acknowledged`.
    pub(super) fn give_up(&mut self, acknowledged: Option<u32>) -> Option<Ready<'a>> {
        let next = self.next?;
        let held = self.held.first_key_value().map(|(start, _)| *start);
        let acknowledged = acknowledged.and_then(|acknowledged| self.position(acknowledged));
        let edge = [held, self.end, acknowledged].into_iter().flatten().min()?;
        let bytes = edge.checked_sub(next).filter(|bytes| *bytes > 0)?;
        self.next = Some(edge);
        self.begun = true;
        Some(Ready::Gap(bytes))
    }

    /// The position TCP counts as `sequence`, unless no window reaches there.
    fn position(&self, sequence: u32) -> Option<u64> {
        let next = self.next?;
        let distance = distance(low_half(next), sequence);
        let position = next.checked_add_signed(distance)?;
        (distance <= REACH).then_some(position)
    }
}

/// How far `to` is ahead of `from`, of two sequence numbers less than half a round apart.
pub(super) fn distance(from: u32, to: u32) -> i64 {
    i64::from(to.wrapping_sub(from).cast_signed())
}

/// `length` of the `bytes`, without those `skipped` at the front.
fn part(bytes: &[u8], skipped: u64, length: u64) -> &[u8] {
    let from = usize::try_from(skipped).unwrap_or(usize::MAX);
    let rest = bytes.get(from..).unwrap_or_default();
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    rest.get(..length).unwrap_or(rest)
}

fn count(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn low_half(position: u64) -> u32 {
    u32::try_from(position & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

/// Positions begin in the second round, so that what comes before the first byte has one too.
const FIRST_ROUND: u64 = 1 << 32;

/// The largest window that TCP can offer
pub(super) const REACH: i64 = 1 << 30;

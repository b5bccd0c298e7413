//! From the segments of a conversation to its events, in the order the applications saw them.
//!
//! Segments are looked at one by one, except for a hole that was acknowledged: whether the
//! capture lost those bytes, or only recorded them late, is seen from the segments that follow.
//! Bytes recorded late come where they were acknowledged, so that no answer precedes its request.

use bytes::Bytes;

use crate::capture::Event;
use crate::capture::Side;
use crate::capture::What;
use crate::capture::flow::Flow;
use crate::capture::flow::answers;
use crate::capture::half::Half;
use crate::capture::half::REACH;
use crate::capture::half::Ready;
use crate::capture::half::distance;
use crate::capture::packet::Segment;

/// The events of a conversation.
pub(super) fn reassemble(flow: &Flow<'_>) -> Vec<Event> {
    let mut stream = Stream {
        flow,
        client: End::default(),
        server: End::default(),
        established: !flow.complete_start,
        closed: false,
        events: Vec::new(),
    };
    for (index, (side, segment)) in flow.segments.iter().enumerate() {
        stream.handle(index, *side, segment);
    }
    if let Some((_, last)) = flow.segments.last() {
        stream.flush(Side::Client, last);
        stream.flush(Side::Server, last);
    }
    stream.events
}

/// A conversation being put together.
struct Stream<'f, 'a> {
    flow: &'f Flow<'a>,
    client: End<'a>,
    server: End<'a>,
    established: bool,
    closed: bool,
    events: Vec<Event>,
}

#[derive(Default)]
struct End<'a> {
    half: Half<'a>,
    opened: bool,
}

impl<'a> Stream<'_, 'a> {
    /// Takes the segment with the index `index`.
    fn handle(&mut self, index: usize, from: Side, segment: &Segment<'a>) {
        if self.closed {
            return;
        }
        if segment.rst {
            self.on_reset(from, segment);
            return;
        }
        if segment.syn {
            if !self.on_syn(from, segment) {
                return;
            }
        } else if !self.established {
            // A server that answers no SYN speaks of an earlier conversation.
            if from == Side::Server {
                return;
            }
            self.established = true;
        }
        // What it brings is there when what came before it is looked for, and comes after that.
        self.end(from).half.accept(segment);
        if let Some(acknowledged) = segment.acknowledged {
            self.on_acknowledged(index, from.peer(), acknowledged, segment, LATE_IN_A_ROW);
        }
        self.deliver(from, segment);
    }

    /// Takes a SYN, and tells whether it is one of this conversation.
    fn on_syn(&mut self, from: Side, segment: &Segment<'_>) -> bool {
        if let Some(acknowledged) = segment.acknowledged {
            if !answers(self.flow.syn(from.peer()), acknowledged) {
                return false;
            }
            self.established = true;
        }
        let end = self.end(from);
        end.half.begin(segment.first_byte());
        if !end.opened {
            end.opened = true;
            self.push(from, What::Open, segment);
        }
        true
    }

    fn on_reset(&mut self, from: Side, segment: &Segment<'a>) {
        if !self.established && from == Side::Server {
            let syn = self.flow.syn(Side::Client);
            if segment
                .acknowledged
                .is_some_and(|number| answers(syn, number))
            {
                self.push(from, What::Refused, segment);
                self.closed = true;
            }
            return;
        }
        let next = self.end(from).half.next_sequence();
        let is_near = next.is_none_or(|next| distance(next, segment.sequence).abs() <= REACH);
        let is_over = self.client.half.is_finished() && self.server.half.is_finished();
        if is_near && !is_over {
            self.flush(Side::Client, segment);
            self.flush(Side::Server, segment);
            self.push(from, What::Rst, segment);
            self.closed = true;
        }
    }

    /// Takes what the peer of `sender` acknowledged.
    fn on_acknowledged(
        &mut self,
        index: usize,
        sender: Side,
        acknowledged: u32,
        cause: &Segment<'_>,
        lates: u8,
    ) {
        self.end(sender).half.note_acknowledged(acknowledged);
        while self.end(sender).half.lacks(acknowledged) {
            if let Some(late) = self.filled_later(index, sender) {
                // It was there first, and so was what it acknowledges.
                if let (Some(acknowledged), Some(lates)) = (late.acknowledged, lates.checked_sub(1))
                {
                    self.on_acknowledged(index, sender.peer(), acknowledged, cause, lates);
                }
                self.end(sender).half.accept(&late);
                self.deliver(sender, cause);
                continue;
            }
            let Some(gap) = self.end(sender).half.give_up(Some(acknowledged)) else {
                break;
            };
            self.push_ready(sender, gap, cause);
            self.deliver(sender, cause);
        }
    }

    /// The segment soon after the segment `index` that has the next byte of `sender`.
    fn filled_later(&mut self, index: usize, sender: Side) -> Option<Segment<'a>> {
        let next = self.end(sender).half.next_sequence()?;
        let segments = self.flow.segments.iter();
        let mut following = segments.skip(index.saturating_add(1)).take(LOOK_AHEAD);
        let filled = following.find(|(side, segment)| {
            *side == sender && next.wrapping_sub(segment.first_byte()) < segment.length()
        });
        filled.map(|(_, segment)| *segment)
    }

    /// Gives the application everything that needs no waiting.
    fn deliver(&mut self, from: Side, cause: &Segment<'_>) {
        loop {
            while let Some(ready) = self.end(from).half.pop() {
                self.push_ready(from, ready, cause);
            }
            if !self.end(from).half.is_over_limit() {
                break;
            }
            let Some(gap) = self.end(from).half.give_up(None) else {
                break;
            };
            self.push_ready(from, gap, cause);
        }
    }

    /// Gives the application everything that was seen.
    fn flush(&mut self, from: Side, cause: &Segment<'_>) {
        self.deliver(from, cause);
        while let Some(gap) = self.end(from).half.give_up(None) {
            self.push_ready(from, gap, cause);
            self.deliver(from, cause);
        }
    }

    fn push_ready(&mut self, from: Side, ready: Ready<'_>, cause: &Segment<'_>) {
        let what = match ready {
            Ready::Data(bytes) => What::Data(Bytes::copy_from_slice(bytes)),
            Ready::Gap(bytes) => What::Gap { bytes },
            Ready::Fin => What::Fin,
        };
        self.push(from, what, cause);
    }

    fn push(&mut self, from: Side, what: What, cause: &Segment<'_>) {
        if let (What::Gap { bytes: more }, Some(last)) = (&what, self.events.last_mut())
            && let What::Gap { bytes } = &mut last.what
            && last.from == from
        {
            *bytes = bytes.saturating_add(*more);
            return;
        }
        self.events.push(Event {
            at: cause.at,
            packet: cause.packet,
            from,
            what,
        });
    }

    fn end(&mut self, side: Side) -> &mut End<'a> {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

/// In how many of the following segments of its conversation a byte is looked for that was
/// acknowledged, but not seen
const LOOK_AHEAD: usize = 256;

/// How many bytes recorded late may each have been acknowledged by the ones before
const LATE_IN_A_ROW: u8 = 4;

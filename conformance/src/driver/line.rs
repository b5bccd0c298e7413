//! One connection, as the client sees it.

use bytes::Bytes;
use jute_codec::Framer;

use crate::player::End;

/// A connection that was, is or will be.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// The name of the connection that is open now; each gets a new one, so that what is late
    /// for one is not taken for news of the next.
    pub(super) name: Option<String>,
    /// How many were opened.
    opened: usize,
    framer: Option<Framer>,
    /// Whether it was opened in the moment under way.
    pub(super) is_fresh: bool,
    /// Whether anything was sent.
    pub(super) greeted: bool,
    /// Whether the server gave it a session.
    pub(super) has_session: bool,
    /// Whether something was awaited in vain: the server may wait for the rest of a frame.
    pub(super) is_stuck: bool,
    /// What came in from where there were no frames any more.
    noise: Vec<u8>,
    /// How many bytes came in.
    heard: usize,
    end: Option<End>,
}

/// The next thing that came in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Came {
    /// A frame's payload.
    Frame(Bytes),
    /// Bytes that are no frame.
    Noise(Bytes),
    /// The end of the connection.
    End,
    /// More than anybody asked for: nothing of it is read any more.
    Flood,
}

/// Most bytes that are taken on a connection: many times what is asked for.
const MOST_HEARD: usize = 8 << 20;

impl Line {
    /// The name of the connection to be opened.
    pub(super) fn open(&mut self, letter: char) -> String {
        self.opened += 1;
        let name = format!("{letter}{}", self.opened);
        *self = Self {
            name: Some(name.clone()),
            opened: self.opened,
            framer: Some(Framer::default()),
            is_fresh: true,
            ..Self::default()
        };
        name
    }

    /// The name of the connection, which from now on is none.
    pub(super) fn close(&mut self) -> Option<String> {
        self.has_session = false;
        self.name.take()
    }

    pub(super) fn is_open(&self) -> bool {
        self.name.is_some()
    }

    /// Takes in bytes; false if there are more than anybody asked for.
    pub(super) fn received(&mut self, bytes: &[u8]) -> bool {
        self.heard = self.heard.saturating_add(bytes.len());
        if self.is_flooded() {
            return false;
        }
        if !self.noise.is_empty() {
            self.noise.extend_from_slice(bytes);
        } else if let Some(framer) = &mut self.framer {
            framer.push(bytes);
        }
        true
    }

    const fn is_flooded(&self) -> bool {
        self.heard > MOST_HEARD
    }

    pub(super) fn ended(&mut self, end: End) {
        self.end.get_or_insert(end);
    }

    /// Takes what came in next. What is no frame counts as one thing, which lasts to the end.
    pub(super) fn take(&mut self) -> Option<Came> {
        if self.is_flooded() {
            return Some(Came::Flood);
        }
        if self.noise.is_empty() {
            let framer = self.framer.as_mut()?;
            match framer.next_frame() {
                Ok(Some(frame)) => return Some(Came::Frame(frame.into_bytes())),
                Err(_) => self.noise = framer.buffered().to_vec(),
                Ok(None) if self.end.is_some() => self.noise = framer.buffered().to_vec(),
                Ok(None) => {}
            }
        }
        self.end?;
        if self.noise.is_empty() {
            return Some(Came::End);
        }
        self.framer = Some(Framer::default());
        Some(Came::Noise(self.take_noise()))
    }

    /// Takes what came in and is no frame, though there may be more to come.
    pub(super) fn take_noise(&mut self) -> Bytes {
        std::mem::take(&mut self.noise).into()
    }
}

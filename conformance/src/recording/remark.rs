//! What is said about a recording, and where in it.

use std::fmt;
use std::time::Duration;

use crate::recording::Event;
use crate::recording::Judgement;

/// Something said about one moment of a recording.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Remark {
    /// When, since the start of the recording.
    pub at: Duration,
    /// The packet of the capture, counted from 1.
    pub packet: u64,
    /// The connection's name.
    pub connection: String,
    /// What is to be said.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            packet,
            connection,
            text,
        } = self;
        write!(
            f,
            "{:.6} packet {packet} {connection}: {text}",
            at.as_secs_f64()
        )
    }
}

/// Where a peer's remarks go.
pub(super) struct Say<'a> {
    judgement: &'a mut Judgement,
    event: &'a Event,
    name: &'a str,
}

impl<'a> Say<'a> {
    pub(super) fn new(judgement: &'a mut Judgement, event: &'a Event, name: &'a str) -> Self {
        Self {
            judgement,
            event,
            name,
        }
    }

    /// When it happened.
    pub(super) const fn at(&self) -> Duration {
        self.event.at
    }

    pub(super) fn differs(&mut self, text: String) {
        let remark = self.remark(text);
        self.judgement.differences.push(remark);
    }

    pub(super) fn note(&mut self, text: String) {
        let remark = self.remark(text);
        self.judgement.notes.push(remark);
    }

    fn remark(&self, text: String) -> Remark {
        let Event { at, packet, .. } = *self.event;
        Remark {
            at,
            packet,
            connection: self.name.to_owned(),
            text,
        }
    }
}

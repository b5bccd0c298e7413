//! An outcome, followed as it comes about.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Instant;
use crate::player::End;
use crate::player::connection::Connection;
use crate::player::span_of;
use crate::transcript::Bindings;
use crate::transcript::EvalError;
use crate::transcript::Grade;
use crate::transcript::Match;
use crate::transcript::Observation;
use crate::transcript::Outcome;
use crate::transcript::Packet;
use crate::transcript::Seen;

/// An outcome, and how far it has come about.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) outcome: Outcome,
    /// What is seen, one observation a packet.
    seen: Vec<Observation>,
    /// For each observation, when it may be made.
    windows: Vec<Option<Window>>,
    /// What the names of the script stand for, if it comes about.
    pub(super) bindings: Bindings,
    /// Observations made so far.
    pub(super) made: usize,
    /// Bytes that took.
    pub(super) offset: usize,
    /// When silence was found to have lasted.
    pub(super) silent: Option<Instant>,
    /// Why it cannot come about any more.
    pub(super) dead: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    from: Option<Instant>,
    to: Option<Instant>,
    mark: Instant,
}

impl Path {
    /// Nothing of it has been seen yet.
    pub(super) fn new(
        outcome: &Outcome,
        bindings: &Bindings,
        marks: &BTreeMap<String, Instant>,
        slack: Duration,
    ) -> Result<Self, EvalError> {
        // What is forbidden is no less so on a slow machine.
        let slack = match outcome.grade {
            Grade::Forbidden => Duration::ZERO,
            Grade::Strict | Grade::Tolerated => slack,
        };
        let seen: Vec<_> = outcome.seen.iter().flat_map(each).collect();
        let windows = seen
            .iter()
            .map(|observation| window(observation, bindings, marks, slack));
        Ok(Self {
            outcome: outcome.clone(),
            windows: windows.collect::<Result<_, _>>()?,
            seen,
            bindings: bindings.clone(),
            made: 0,
            offset: 0,
            silent: None,
            dead: None,
        })
    }

    /// When it is known whether it has come about, if its observations have times of their own and
    /// it begins at `now`.
    pub(super) fn decided_by(&self, now: Instant) -> Result<Option<Instant>, EvalError> {
        let windows = self.windows.iter().flatten();
        let windows = windows.filter_map(|window| window.to);
        let mut latest = windows.max().map(|to| to + Duration::from_millis(1));
        for observation in &self.seen {
            if let Seen::Quiet(span) = &observation.what {
                latest = latest.max(Some(now + span_of(span, &self.bindings)?));
            }
        }
        Ok(latest)
    }

    pub(super) fn is_complete(&self) -> bool {
        self.made == self.seen.len()
    }

    /// Whether it has come about, ends in silence, and is not forbidden.
    pub(super) fn is_fine_silence(&self) -> bool {
        let last = self.seen.last().map(|last| &last.what);
        self.dead.is_none()
            && self.is_complete()
            && self.outcome.grade != Grade::Forbidden
            && matches!(last, Some(Seen::Quiet(_)))
    }

    /// Until when it may still come about, if its next observation says so.
    pub(super) fn may_come_until(&self) -> Option<Instant> {
        if self.dead.is_some() || self.is_complete() {
            return None;
        }
        self.windows.get(self.made).copied().flatten()?.to
    }

    pub(super) fn quiet_until(&self, began: Instant) -> Option<Instant> {
        if self.dead.is_some() {
            return None;
        }
        match &self.seen.get(self.made)?.what {
            Seen::Quiet(span) => Some(began + span_of(span, &self.bindings).ok()?),
            _ => None,
        }
    }

    /// Tries to make the next observation; whether it was made.
    pub(super) fn step(
        &mut self,
        now: Instant,
        began: Instant,
        connection: &Connection,
    ) -> Result<bool, EvalError> {
        if self.dead.is_some() {
            return Ok(false);
        }
        let Some(observation) = self.seen.get(self.made) else {
            return Ok(false);
        };
        let waiting = connection.bytes(self.offset);
        let made = match &observation.what {
            Seen::Packet(Packet::Raw(None)) => connection.end().map(|_| waiting.len()),
            Seen::Packet(Packet::Text(pattern)) => match connection.end() {
                None => None,
                Some(_) if self.bindings.agrees(pattern, waiting)? => Some(waiting.len()),
                Some(_) => {
                    let text = String::from_utf8_lossy(waiting).into_owned();
                    return Ok(self.die(format!("the text is {text:?}")));
                }
            },
            Seen::Packet(packet) | Seen::Many(_, packet) => match self
                .bindings
                .matches(packet, waiting)?
            {
                Match::Whole(count) => Some(count),
                Match::Differs(why) => return Ok(self.die(why)),
                Match::Partial => match connection.end() {
                    None => None,
                    Some((end, _)) if waiting.is_empty() => return Ok(self.die(end.to_string())),
                    Some((end, _)) => {
                        let count = waiting.len();
                        return Ok(self.die(format!("{count} bytes of a packet, then {end}")));
                    }
                },
            },
            Seen::Fin | Seen::Rst | Seen::Closed if !waiting.is_empty() => {
                return Ok(self.die(format!("{} more bytes instead of a close", waiting.len())));
            }
            Seen::Fin | Seen::Rst | Seen::Closed => match (connection.end(), &observation.what) {
                (None, _) => None,
                (Some((End::Rst, _)), Seen::Fin) => return Ok(self.die("rst".to_owned())),
                (Some((End::Fin, _)), Seen::Rst) => return Ok(self.die("fin".to_owned())),
                (Some(_), _) => Some(0),
            },
            Seen::Quiet(span) => {
                if let Some((end, _)) = connection.end() {
                    return Ok(self.die(end.to_string()));
                }
                if !waiting.is_empty() {
                    return Ok(self.die(format!("{} bytes instead of silence", waiting.len())));
                }
                (now >= began + span_of(span, &self.bindings)?).then_some(0)
            }
        };
        let Some(count) = made else { return Ok(false) };
        let at = match &observation.what {
            Seen::Packet(_) | Seen::Many(..) => connection.arrival(self.offset + count),
            Seen::Quiet(_) => Some(now),
            _ => connection.end().map(|(_, at)| at),
        };
        if let Some(why) = self.outside_window(at.unwrap_or(now)) {
            return Ok(self.die(why));
        }
        self.silent = matches!(observation.what, Seen::Quiet(_)).then_some(now);
        self.offset += count;
        self.made += 1;
        Ok(true)
    }

    /// Why an observation made at `at` does not count.
    fn outside_window(&self, at: Instant) -> Option<String> {
        let window = (*self.windows.get(self.made)?)?;
        let seen = (at - window.mark).as_millis();
        if window.from.is_some_and(|from| at < from) {
            return Some(format!("it came {seen} ms after the mark, too soon"));
        }
        if window.to.is_some_and(|to| at > to) {
            return Some(format!("it came {seen} ms after the mark, too late"));
        }
        None
    }

    /// It, in the transcript's words.
    pub(super) fn in_words(&self) -> String {
        let seen: Vec<_> = self.outcome.seen.iter().map(ToString::to_string).collect();
        seen.join(", ")
    }

    fn die(&mut self, why: String) -> bool {
        self.dead = Some(match self.made {
            0 => why,
            made => format!("after {made} as expected, {why}"),
        });
        false
    }
}

/// An observation as often as it is to be made.
fn each(observation: &Observation) -> Vec<Observation> {
    match &observation.what {
        Seen::Many(times, packet) => {
            let one = Observation {
                what: Seen::Packet(packet.clone()),
                within: observation.within.clone(),
            };
            vec![one; *times]
        }
        _ => vec![observation.clone()],
    }
}

fn window(
    observation: &Observation,
    bindings: &Bindings,
    marks: &BTreeMap<String, Instant>,
    slack: Duration,
) -> Result<Option<Window>, EvalError> {
    let Some(within) = &observation.within else {
        return Ok(None);
    };
    let mark = *marks
        .get(&within.mark)
        .ok_or_else(|| EvalError::UnknownMark(within.mark.clone()))?;
    let moment = |expr: &Option<_>| -> Result<Option<Instant>, EvalError> {
        let Some(expr) = expr else { return Ok(None) };
        let millis = u64::try_from(bindings.int(expr)?).unwrap_or(0);
        Ok(Some(mark + Duration::from_millis(millis)))
    };
    let to = moment(&within.to)?.map(|to| to + slack);
    Ok(Some(Window {
        from: moment(&within.from)?,
        to,
        mark,
    }))
}

//! A step that waits for one of several outcomes, all followed at once.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Instant;
use crate::player::Config;
use crate::player::End;
use crate::player::connection::Connection;
use crate::player::connection::MOST_HELD;
use crate::player::span_of;
use crate::transcript::Bindings;
use crate::transcript::EvalError;
use crate::transcript::Grade;
use crate::transcript::Match;
use crate::transcript::Observation;
use crate::transcript::Outcome;
use crate::transcript::Packet;
use crate::transcript::Seen;

/// One of several outcomes, expected on one connection.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    connection: String,
    paths: Vec<Path>,
    began: Instant,
    deadline: Instant,
    /// When something that was expected came last.
    heard: Instant,
    /// How long the next of it may take.
    patience: Duration,
    /// How long one that is preferred to silence is waited for behind it.
    grace: Duration,
}

/// An outcome, and how far it has come about.
#[derive(Clone, Debug)]
struct Path {
    outcome: Outcome,
    /// What is seen, one observation a packet.
    seen: Vec<Observation>,
    /// For each observation, when it may be made.
    windows: Vec<Option<Window>>,
    bindings: Bindings,
    /// Observations made so far.
    made: usize,
    /// Bytes that took.
    offset: usize,
    /// When silence was found to have lasted.
    silent: Option<Instant>,
    /// Why it cannot come about any more.
    dead: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    from: Option<Instant>,
    to: Option<Instant>,
    mark: Instant,
}

/// How far an expectation has come.
pub(super) enum Progress {
    Waiting,
    /// With its name, if it has one.
    Strict(String),
    Tolerated(String),
    Failed {
        outcome: Option<String>,
        actual: String,
    },
}

impl Expectation {
    pub(super) fn new(
        connection: &str,
        outcomes: &[Outcome],
        bindings: &Bindings,
        marks: &BTreeMap<String, Instant>,
        config: &Config,
        now: Instant,
    ) -> Result<Self, EvalError> {
        let mut deadline = now + config.patience;
        let mut paths = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            let seen: Vec<_> = outcome.seen.iter().flat_map(each).collect();
            let mut windows = Vec::with_capacity(seen.len());
            for observation in &seen {
                // What is forbidden is no less so on a slow machine.
                let slack = match outcome.grade {
                    Grade::Forbidden => Duration::ZERO,
                    Grade::Strict | Grade::Tolerated => config.slack,
                };
                let window = window(observation, bindings, marks, slack)?;
                if let Some(to) = window.and_then(|window| window.to) {
                    deadline = deadline.max(to + Duration::from_millis(1));
                }
                if let Seen::Quiet(span) = &observation.what {
                    deadline = deadline.max(now + span_of(span, bindings)?);
                }
                windows.push(window);
            }
            paths.push(Path {
                outcome: outcome.clone(),
                seen,
                windows,
                bindings: bindings.clone(),
                made: 0,
                offset: 0,
                silent: None,
                dead: None,
            });
        }
        Ok(Self {
            connection: connection.to_owned(),
            paths,
            began: now,
            deadline,
            heard: now,
            patience: config.patience,
            grace: config.grace,
        })
    }

    pub(super) fn connection(&self) -> &str {
        &self.connection
    }

    /// The next moment at which something may be decided.
    pub(super) fn deadline(&self) -> Instant {
        let quiet = self
            .paths
            .iter()
            .filter_map(|path| path.quiet_until(self.began));
        quiet
            .chain(self.settled())
            .min()
            .map_or(self.deadline, |quiet| quiet.min(self.deadline))
    }

    /// The outcomes that would have done, in the transcript's words.
    pub(super) fn expected(&self) -> Vec<String> {
        let fine = self
            .paths
            .iter()
            .filter(|path| path.outcome.grade != Grade::Forbidden);
        fine.map(words).collect()
    }

    /// Holds what has come in against the outcomes.
    pub(super) fn advance(
        &mut self,
        now: Instant,
        connection: &mut Connection,
        bindings: &mut Bindings,
    ) -> Result<Progress, EvalError> {
        for path in &mut self.paths {
            while path.step(now, self.began, connection)? {
                self.heard = now;
            }
        }
        if self.heard > self.began {
            self.deadline = self.deadline.max(self.heard + self.patience);
        }
        let over = now >= self.deadline
            || connection.end().is_some()
            || connection.flooded()
            || self.settled().is_some_and(|at| at <= now);
        let mut best = None;
        for (index, path) in self.paths.iter().enumerate() {
            match (&path.dead, path.is_complete()) {
                (None, true) => {
                    best = Some(index);
                    break;
                }
                // One that is preferred may still come about.
                (None, false) if !over => return Ok(Progress::Waiting),
                (None, false)
                    if path
                        .quiet_until(self.began)
                        .is_some_and(|until| now < until) =>
                {
                    return Ok(Progress::Waiting);
                }
                _ => {}
            }
        }
        let Some(path) = best.and_then(|index| self.paths.get(index)) else {
            return Ok(Progress::Failed {
                outcome: None,
                actual: self.actual(now, connection),
            });
        };
        connection.take(path.offset);
        *bindings = path.bindings.clone();
        Ok(match path.outcome.grade {
            Grade::Strict => Progress::Strict(path.outcome.name.clone()),
            Grade::Tolerated => Progress::Tolerated(path.outcome.name.clone()),
            Grade::Forbidden => {
                let actual = format!("{} (the outcome called {})", words(path), path.outcome.name);
                Progress::Failed {
                    outcome: Some(path.outcome.name.clone()),
                    actual,
                }
            }
        })
    }

    /// When silence that is fine has lasted for so long that nothing else is waited for, unless it
    /// has a time of its own. A forbidden one settles nothing: a server that is merely slow would
    /// fail for it.
    fn settled(&self) -> Option<Instant> {
        let silent = self.paths.iter().filter(|path| path.is_fine_silence());
        let silent = silent.filter_map(|path| path.silent).min()?;
        let timed = self.paths.iter().filter_map(Path::may_come_until);
        let timed = timed.map(|until| until + Duration::from_millis(1));
        let quiet = self.paths.iter();
        let quiet = quiet.filter_map(|path| path.quiet_until(self.began));
        timed.chain(quiet).chain([silent + self.grace]).max()
    }

    /// What was seen instead, told from the outcome that came closest.
    fn actual(&self, now: Instant, connection: &Connection) -> String {
        let closest = self.paths.iter().max_by_key(|path| path.made);
        let Some(path) = closest else {
            return "nothing was expected".to_owned();
        };
        if let Some(dead) = &path.dead {
            return dead.clone();
        }
        if connection.flooded() {
            return format!("more than {MOST_HELD} bytes that nobody asked for");
        }
        let waited = (now - self.heard).as_millis();
        let instead = match connection.end() {
            Some((end, _)) => format!("{end}, with nothing before it"),
            None if connection.bytes(path.offset).is_empty() => {
                format!("nothing for {waited} ms, and the connection is open")
            }
            None => {
                let count = connection.bytes(path.offset).len();
                format!("{count} bytes of an unfinished packet after {waited} ms")
            }
        };
        after(path.made, instead)
    }
}

impl Path {
    fn is_complete(&self) -> bool {
        self.made == self.seen.len()
    }

    /// Whether it has come about, ends in silence, and is not forbidden.
    fn is_fine_silence(&self) -> bool {
        let last = self.seen.last().map(|last| &last.what);
        self.dead.is_none()
            && self.is_complete()
            && self.outcome.grade != Grade::Forbidden
            && matches!(last, Some(Seen::Quiet(_)))
    }

    /// Until when it may still come about, if its next observation says so.
    fn may_come_until(&self) -> Option<Instant> {
        if self.dead.is_some() || self.is_complete() {
            return None;
        }
        self.windows.get(self.made).copied().flatten()?.to
    }

    fn quiet_until(&self, began: Instant) -> Option<Instant> {
        if self.dead.is_some() {
            return None;
        }
        match &self.seen.get(self.made)?.what {
            Seen::Quiet(span) => Some(began + span_of(span, &self.bindings).ok()?),
            _ => None,
        }
    }

    /// Tries to make the next observation; whether it was made.
    fn step(
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

    fn die(&mut self, why: String) -> bool {
        self.dead = Some(after(self.made, why));
        false
    }
}

/// What was seen behind so many observations that were as expected.
fn after(made: usize, seen: String) -> String {
    match made {
        0 => seen,
        made => format!("after {made} as expected, {seen}"),
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

fn words(path: &Path) -> String {
    let seen: Vec<_> = path.outcome.seen.iter().map(ToString::to_string).collect();
    seen.join(", ")
}

//! A step that waits for one of several outcomes, all followed at once.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Instant;
use crate::player::Config;
use crate::player::connection::Connection;
use crate::player::connection::MOST_HELD;
use crate::player::path::Path;
use crate::transcript::Bindings;
use crate::transcript::EvalError;
use crate::transcript::Grade;
use crate::transcript::Outcome;

/// One of several outcomes, expected on one connection.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    connection: String,
    paths: Vec<Path>,
    began: Instant,
    deadline: Instant,
    /// How long one that is preferred to silence is waited for behind it.
    grace: Duration,
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
            let path = Path::new(outcome, bindings, marks, config.slack)?;
            deadline = path
                .decided_by(now)?
                .map_or(deadline, |at| at.max(deadline));
            paths.push(path);
        }
        Ok(Self {
            connection: connection.to_owned(),
            paths,
            began: now,
            deadline,
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
        fine.map(Path::in_words).collect()
    }

    /// Holds what has come in against the outcomes.
    pub(super) fn advance(
        &mut self,
        now: Instant,
        connection: &mut Connection,
        bindings: &mut Bindings,
    ) -> Result<Progress, EvalError> {
        for path in &mut self.paths {
            while path.step(now, self.began, connection)? {}
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
                let actual = format!(
                    "{} (the outcome called {})",
                    path.in_words(),
                    path.outcome.name
                );
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
        let waited = (now - self.began).as_millis();
        match connection.end() {
            Some((end, _)) => format!("{end}, with nothing before it"),
            None if connection.bytes(path.offset).is_empty() => {
                format!("nothing for {waited} ms, and the connection is open")
            }
            None => {
                let count = connection.bytes(path.offset).len();
                format!("{count} bytes of an unfinished packet after {waited} ms")
            }
        }
    }
}

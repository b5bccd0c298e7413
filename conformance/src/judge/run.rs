//! A run: the sanity case, every chosen case as soon as what it needs has passed, and the sanity
//! case again.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::judge::Case;
use crate::judge::CaseReport;
use crate::judge::Catalogue;
use crate::judge::Event;
use crate::judge::Level;
use crate::judge::Problem;
use crate::judge::Setting;
use crate::judge::Summary;
use crate::judge::Verdict;
use crate::judge::probe;
use crate::judge::race;
use crate::judge::setting;
use crate::lab;
use crate::net;
use crate::net::Clock;
use crate::net::Played;
use crate::player;
use crate::server;
use crate::transcript::Bindings;
use crate::transcript::Script;

/// What is judged.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Subject {
    /// The crate's own server, a fresh one for each case, under virtual time.
    Embedded(Box<server::Config>),
    /// Whatever listens there.
    Tcp(SocketAddr),
}

/// How a run goes about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How many cases run at once.
    pub jobs: usize,
    /// The level down to which a case that does not pass is a failure.
    pub level: Level,
    /// Stop at the first failure.
    pub fail_fast: bool,
    /// How long a step waits, and by how much a busy machine may be late.
    pub player: player::Config,
    /// How many connections are open at once. Apache by default takes 60 from one address, and
    /// has 50 wait to be accepted.
    pub connections: usize,
    /// The bounds the session timeout should have, in milliseconds; those the server grants, if
    /// not given.
    pub bounds: Option<(i64, i64)>,
    /// The server's tick, if it is not half of the shortest session timeout, in milliseconds.
    pub tick: Option<i64>,
    /// What is known of the server's setup that cannot be found out.
    pub setting: Setting,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: 128,
            level: Level::Should,
            fail_fast: false,
            player: player::Config::default(),
            connections: 45,
            bounds: None,
            tick: None,
            setting: Setting::default(),
        }
    }
}

/// The group, or tag, of the cases one of which runs first and last: the first that suits the
/// server.
const SANITY: &str = "sanity";

/// When a case has its turn.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Turn {
    /// It needs many connections, which are not to be had once others wait on theirs.
    Crowd,
    /// It takes long, and is what the run waits for.
    Long,
    /// Whenever there is room.
    Quick,
}

impl Turn {
    /// Connections that are not to be had beside those of the cases that take long.
    const MANY: usize = 8;

    fn of(case: &Case) -> Self {
        match case.has_tag("timing") {
            true => Self::Long,
            false if case.connections() > Self::MANY => Self::Crowd,
            false => Self::Quick,
        }
    }
}

/// Judges `subject` by `cases`, which are part of `catalogue`; tells of each event by `tell`.
pub async fn run(
    catalogue: &Catalogue,
    cases: &[&Case],
    subject: &Subject,
    options: &Options,
    tell: &mut dyn FnMut(&Event),
) -> Summary {
    let clock = Clock::start();
    let mut run = Run {
        subject,
        options,
        bindings: Bindings::default(),
        summary: Summary::default(),
        passed: BTreeMap::new(),
        tell,
    };
    let trouble = match probe(subject, options).await {
        Ok(bindings) => {
            run.bindings = bindings;
            None
        }
        Err(trouble) => Some(trouble),
    };
    let bound = |name| run.bindings.param(name).unwrap_or_default();
    (run.tell)(&Event::RunStarted {
        schema: 1,
        version: env!("CARGO_PKG_VERSION"),
        target: subject.to_string(),
        cases: cases.len(),
        min_session_timeout: bound("min"),
        max_session_timeout: bound("max"),
    });
    run.summary.trouble = match trouble {
        Some(trouble) => Some(trouble),
        None => run.judge(catalogue, cases).await,
    };
    run.summary.elapsed = clock.now() - crate::Instant::ZERO;
    (run.tell)(&Event::RunFinished(run.summary.clone()));
    run.summary
}

struct Run<'a> {
    subject: &'a Subject,
    options: &'a Options,
    bindings: Bindings,
    summary: Summary,
    /// Whether each case that is over passed, by id.
    passed: BTreeMap<String, bool>,
    tell: &'a mut dyn FnMut(&Event),
}

impl Run<'_> {
    /// Plays the cases; why their verdicts say nothing, if so.
    async fn judge(&mut self, catalogue: &Catalogue, cases: &[&Case]) -> Option<String> {
        let sanity = self.sanity(catalogue)?;
        let first = self.play_one(sanity).await;
        if !first.verdict.is_fine() {
            return Some(format!(
                "the sanity case fails: {}",
                first.verdict.in_words()
            ));
        }
        self.passed.insert(sanity.id.clone(), true);
        if cases.iter().any(|case| case.id == sanity.id) {
            self.count(first);
        }
        let rest = cases
            .iter()
            .copied()
            .filter(|case| case.id != sanity.id)
            .collect();
        let reports = self.play_all(rest).await;
        let last = self.play_one(sanity).await;
        if last.verdict.is_fine() {
            return None;
        }
        // Whatever failed may have failed because there was no server any more.
        let suspects: Vec<_> = reports.iter().map(|(id, _)| id.as_str()).collect();
        Some(format!(
            "the server no longer passes the sanity case: {}{}{}",
            last.verdict.in_words(),
            if suspects.is_empty() {
                ""
            } else {
                "; not passed by then: "
            },
            suspects.join(" ")
        ))
    }

    fn sanity<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c Case> {
        let suits = |case: &&Case| {
            let setting = Setting::of(&case.script);
            setting.is_ok_and(|setting| setting.unmet(&self.bindings).is_none())
        };
        let mut cases = catalogue.cases().iter();
        cases.find(|case| (case.group() == SANITY || case.has_tag(SANITY)) && suits(case))
    }

    /// Plays cases as soon as what they need has passed; those that did not pass.
    async fn play_all(&mut self, cases: Vec<&Case>) -> Vec<(String, Verdict)> {
        let chosen: BTreeSet<_> = cases.iter().map(|case| case.id.clone()).collect();
        let mut waiting = cases;
        waiting.sort_by_key(|case| Turn::of(case));
        let mut running = JoinSet::new();
        let mut open = 0;
        let mut bad = Vec::new();
        loop {
            let mut later = Vec::new();
            for case in waiting {
                let undecided =
                    |id: &&String| chosen.contains(*id) && !self.passed.contains_key(*id);
                let failed = |id: &&String| self.passed.get(*id) == Some(&false);
                if let Some(by) = case.needs.iter().find(failed) {
                    let verdict = Verdict::Blocked { by: by.clone() };
                    bad.push((case.id.clone(), verdict.clone()));
                    self.count(report(case, verdict, Duration::ZERO, Vec::new()));
                } else if case.needs.iter().any(|id| undecided(&id))
                    || running.len() >= self.options.jobs
                    || (open > 0 && open + case.connections() > self.options.connections)
                {
                    later.push(case);
                } else {
                    let (subject, bindings) = (self.subject.clone(), self.bindings.clone());
                    let (case, options) = (case.clone(), self.options.clone());
                    open += case.connections();
                    running.spawn(async move {
                        let script = Arc::clone(&case.script);
                        let played = play(subject, script, bindings, &options).await;
                        (case.connections(), judged(&case, &played))
                    });
                }
            }
            waiting = later;
            let Some(Ok((closed, report))) = running.join_next().await else {
                break;
            };
            open -= closed;
            if !report.verdict.is_fine() && !matches!(report.verdict, Verdict::Skipped { .. }) {
                bad.push((report.id.clone(), report.verdict.clone()));
            }
            self.count(report);
            if self.options.fail_fast && self.summary.failed > 0 {
                running.abort_all();
                break;
            }
        }
        bad
    }

    async fn play_one(&self, case: &Case) -> CaseReport {
        let script = Arc::clone(&case.script);
        let bindings = self.bindings.clone();
        judged(
            case,
            &play(self.subject.clone(), script, bindings, self.options).await,
        )
    }

    fn count(&mut self, report: CaseReport) {
        // What was not played stands in nobody's way.
        let fine = report.verdict.is_fine() || matches!(report.verdict, Verdict::Skipped { .. });
        self.passed.insert(report.id.clone(), fine);
        let counter = match &report.verdict {
            Verdict::Passed => &mut self.summary.passed,
            Verdict::Tolerated { .. } => &mut self.summary.tolerated,
            Verdict::Failed(_) if report.level <= self.options.level => &mut self.summary.failed,
            Verdict::Failed(_) => &mut self.summary.differed,
            Verdict::Blocked { .. } => &mut self.summary.blocked,
            Verdict::Untested { .. } => &mut self.summary.untested,
            Verdict::Skipped { .. } => &mut self.summary.skipped,
        };
        *counter += 1;
        (self.tell)(&Event::CaseFinished(Box::new(report)));
    }
}

/// Plays one script to the subject, as often as it wants to be played, if the subject is what the
/// script asks for.
pub async fn play(
    subject: Subject,
    script: Arc<Script>,
    mut bindings: Bindings,
    options: &Options,
) -> Played {
    let (setting, times) = match (Setting::of(&script), race::times(&script)) {
        (Ok(setting), Ok(times)) => (setting, times),
        (Err(error), _) => return Played::unsuitable(error.to_string()),
        (_, Err(error)) => return Played::unsuitable(error),
    };
    let subject = match subject {
        Subject::Embedded(config) => {
            let config = setting.apply(*config);
            setting::tell_config(&config, &mut bindings);
            Subject::Embedded(Box::new(config))
        }
        Subject::Tcp(address) => Subject::Tcp(address),
    };
    match setting.unmet(&bindings) {
        Some(unmet) => Played::unsuitable(unmet.to_string()),
        None if times == 1 => play_once(subject, script, bindings, options).await,
        None => race::play(subject, script, bindings, options, times).await,
    }
}

/// Plays one script to the subject, once and whatever the script asks for.
pub(super) async fn play_once(
    subject: Subject,
    script: Arc<Script>,
    bindings: Bindings,
    options: &Options,
) -> Played {
    match subject {
        Subject::Embedded(config) => lab::play(*config, script, bindings, options.player.clone()),
        Subject::Tcp(address) => net::play(address, script, bindings, options.player.clone()).await,
    }
}

/// What a run of its script says about a case.
fn judged(case: &Case, played: &Played) -> CaseReport {
    let verdict = match &played.verdict {
        player::Verdict::Passed { tolerated } if tolerated.is_empty() => Verdict::Passed,
        player::Verdict::Passed { tolerated } => Verdict::Tolerated {
            outcomes: tolerated.clone(),
        },
        player::Verdict::Untested(player::Trouble::Unsuitable { reason }) => Verdict::Skipped {
            reason: reason.clone(),
        },
        player::Verdict::Untested(trouble) => Verdict::Untested {
            reason: trouble.to_string(),
        },
        player::Verdict::Failed(failure) => Verdict::Failed(Problem {
            line: failure.line,
            connection: failure.connection.clone(),
            sent: player::last_sent(&played.log, &failure.connection),
            expected: failure.expected.clone(),
            actual: failure.actual.clone(),
            outcome: failure.outcome.clone(),
            why: case.why.clone(),
        }),
    };
    let wire = if verdict.is_fine() {
        Vec::new()
    } else {
        player::wire_log(&played.log)
    };
    CaseReport {
        seen: played.seen.clone(),
        ..report(case, verdict, played.elapsed, wire)
    }
}

fn report(case: &Case, verdict: Verdict, elapsed: Duration, wire: Vec<String>) -> CaseReport {
    CaseReport {
        id: case.id.clone(),
        name: case.name.clone(),
        level: case.level,
        title: case.title.clone(),
        clause: case.clause.clone(),
        verdict,
        elapsed,
        seen: BTreeMap::new(),
        wire,
    }
}

impl Verdict {
    /// Whether the case went as it may.
    #[must_use]
    pub const fn is_fine(&self) -> bool {
        matches!(self, Self::Passed | Self::Tolerated { .. })
    }

    fn in_words(&self) -> String {
        match self {
            Self::Passed | Self::Tolerated { .. } => "it passed".to_owned(),
            Self::Failed(problem) => {
                format!(
                    "expected {}; actual: {}",
                    problem.expected.join(" or "),
                    problem.actual
                )
            }
            Self::Blocked { by } => format!("blocked by {by}"),
            Self::Untested { reason } | Self::Skipped { reason } => reason.clone(),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded(_) => f.write_str("embedded server"),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

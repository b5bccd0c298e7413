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
use crate::judge::Summary;
use crate::judge::Verdict;
use crate::lab;
use crate::net;
use crate::net::Clock;
use crate::net::Played;
use crate::player;
use crate::server;
use crate::transcript;
use crate::transcript::Bindings;
use crate::transcript::Bound;
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
        }
    }
}

/// The id of the case that runs first and last.
const SANITY: &str = "ZK0001";

/// Asks a server for the bounds of its session timeout.
const PROBE: &str = "
script probe
----
A open
A > ConnectRequest timeOut=0
A < ConnectResponse timeOut=@min
A > RequestHeader xid=1 type=closeSession
A close
B open
B > ConnectRequest timeOut=0x7fffffff
B < ConnectResponse timeOut=@max
B > RequestHeader xid=1 type=closeSession
B close
";

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
        let sanity = catalogue.find(SANITY)?;
        let first = self.play_one(sanity).await;
        if !first.verdict.is_fine() {
            return Some(format!(
                "the sanity case fails: {}",
                first.verdict.in_words()
            ));
        }
        self.passed.insert(sanity.id.clone(), true);
        if cases.iter().any(|case| case.id == SANITY) {
            self.count(first);
        }
        let rest = cases
            .iter()
            .copied()
            .filter(|case| case.id != SANITY)
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

    /// Plays cases as soon as what they need has passed; those that did not pass.
    async fn play_all(&mut self, cases: Vec<&Case>) -> Vec<(String, Verdict)> {
        let chosen: BTreeSet<_> = cases.iter().map(|case| case.id.clone()).collect();
        // The longest first: they are what the run waits for.
        let (timed, quick): (Vec<_>, Vec<_>) =
            cases.into_iter().partition(|case| case.has_tag("timing"));
        let mut waiting: Vec<&Case> = timed.into_iter().chain(quick).collect();
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
            if !report.verdict.is_fine() {
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
        self.passed
            .insert(report.id.clone(), report.verdict.is_fine());
        let counter = match &report.verdict {
            Verdict::Passed => &mut self.summary.passed,
            Verdict::Tolerated { .. } => &mut self.summary.tolerated,
            Verdict::Failed(_) if report.level <= self.options.level => &mut self.summary.failed,
            Verdict::Failed(_) => &mut self.summary.differed,
            Verdict::Blocked { .. } => &mut self.summary.blocked,
            Verdict::Untested { .. } => &mut self.summary.untested,
        };
        *counter += 1;
        (self.tell)(&Event::CaseFinished(Box::new(report)));
    }
}

/// Learns the parameters of the server.
///
/// # Errors
/// Says what is in the way.
pub async fn probe(subject: &Subject, options: &Options) -> Result<Bindings, String> {
    let bounds = match (options.bounds, subject) {
        (Some(bounds), _) => Some(bounds),
        (None, Subject::Embedded(config)) => Some((
            config.min_timeout_ms().into(),
            config.max_timeout_ms().into(),
        )),
        (None, Subject::Tcp(_)) => None,
    };
    let transcript = transcript::parse(PROBE).map_err(|error| error.to_string())?;
    let script = transcript.scripts.into_iter().next().unwrap_or_default();
    let played = play(
        subject.clone(),
        Arc::new(script),
        Bindings::default(),
        options,
    )
    .await;
    match &played.verdict {
        player::Verdict::Passed { .. } => {}
        player::Verdict::Untested(trouble) => return Err(trouble.to_string()),
        player::Verdict::Failed(failure) => {
            return Err(format!(
                "the server does not complete a plain handshake: expected {}; actual: {}",
                failure.expected.join(" or "),
                failure.actual
            ));
        }
    }
    let mut bindings = Bindings::default();
    for name in ["min", "max"] {
        if let Some(Bound::Int(value)) = played.bindings.symbol(name) {
            bindings.set_param(name, *value);
        }
    }
    if let Some((min, max)) = bounds {
        bindings.set_param("min", min);
        bindings.set_param("max", max);
    }
    let min = bindings.param("min").unwrap_or_default();
    bindings.set_param("tick", options.tick.unwrap_or(min / 2));
    bindings.set_param("maxbuffer", 0xf_ffff);
    Ok(bindings)
}

/// Plays one script to the subject.
pub async fn play(
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
    report(case, verdict, played.elapsed, wire)
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
            Self::Untested { reason } => reason.clone(),
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

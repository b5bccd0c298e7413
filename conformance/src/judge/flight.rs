//! Cases played side by side, each as soon as what it needs has passed; and what becomes of them
//! if the server comes to its end meanwhile.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::judge::Case;
use crate::judge::CaseReport;
use crate::judge::Crash;
use crate::judge::Event;
use crate::judge::Setting;
use crate::judge::Verdict;
use crate::judge::again::play_on_time;
use crate::judge::guard::Ended;
use crate::judge::guard::Guard;
use crate::judge::run::Run;
use crate::judge::verdict::crashed;
use crate::judge::verdict::report;

/// How many cases may be over before it is made sure that the server still lives.
const HELD: usize = 32;

/// How long a server may take to be gone after its last connection.
const GRACE: Duration = Duration::from_millis(50);

/// How long a server that counts connections is given to notice that some are gone.
const SETTLE: Duration = Duration::from_millis(250);

/// How often a server is started again before it is given up.
const RESTARTS: usize = 200;

/// Why a case is not for a server that takes so many connections from one address, if so.
fn crowd(case: &Case, limit: Option<usize>) -> Option<String> {
    let limit = limit.filter(|limit| case.connections() > *limit)?;
    let asked = Setting::of(&case.script).ok()?.most_connections();
    asked.is_none().then(|| {
        format!(
            "it opens {} connections, and the server takes {limit} from one address",
            case.connections()
        )
    })
}

/// The ids of what cases that take long need, and of what that needs.
fn vanguard<'c>(chosen: &BTreeMap<&'c str, &'c Case>) -> BTreeSet<&'c str> {
    let takes_long = |case: &&Case| case.has_tag("timing");
    let mut vanguard = BTreeSet::new();
    let mut open: Vec<&Case> = chosen.values().copied().filter(takes_long).collect();
    while let Some(case) = open.pop() {
        for id in &case.needs {
            if let Some((id, needed)) = chosen.get_key_value(id.as_str())
                && is_soon_over(needed, chosen)
                && vanguard.insert(*id)
            {
                open.push(needed);
            }
        }
    }
    vanguard
}

/// Whether neither a case nor anything it needs takes long or has to be alone.
fn is_soon_over(case: &Case, chosen: &BTreeMap<&str, &Case>) -> bool {
    let mut needed = case.needs.iter().filter_map(|id| chosen.get(id.as_str()));
    !case.has_tag("timing") && !case.is_alone() && needed.all(|case| is_soon_over(case, chosen))
}

/// Cases that are to be played.
pub(super) struct Flight<'c> {
    /// All of them, by their ids.
    chosen: BTreeMap<&'c str, &'c Case>,
    /// What those need that take long: it is played before all others, so that these wait for
    /// nothing but time.
    vanguard: BTreeSet<&'c str>,
    waiting: Vec<&'c Case>,
    under_way: BTreeMap<String, &'c Case>,
    running: JoinSet<CaseReport>,
    /// Over, but the server may have come to its end because of them.
    held: Vec<(&'c Case, CaseReport)>,
    /// Cases left out because of what is known of the server.
    barred: BTreeSet<String>,
    restarts: usize,
}

impl<'c> Flight<'c> {
    pub(super) fn new(cases: Vec<&'c Case>) -> Self {
        let chosen = cases.iter().map(|case| (case.id.as_str(), *case)).collect();
        Self {
            vanguard: vanguard(&chosen),
            chosen,
            waiting: cases,
            under_way: BTreeMap::new(),
            running: JoinSet::new(),
            held: Vec::new(),
            barred: BTreeSet::new(),
            restarts: 0,
        }
    }

    /// Plays them all; why their verdicts say nothing, if so.
    pub(super) async fn fly(&mut self, run: &mut Run<'_>) -> Option<String> {
        loop {
            self.start(run);
            let Some(landed) = self.running.join_next().await else {
                if self.under_way.is_empty() {
                    return None;
                }
                self.lose(run);
                continue;
            };
            // One that is lost: see there.
            let Ok(landed) = landed else { continue };
            let Some(case) = self.under_way.remove(&landed.id) else {
                continue;
            };
            match run.options.guard.clone() {
                None => run.count(landed),
                Some(guard) => {
                    let fine = landed.verdict.is_fine();
                    self.held.push((case, landed));
                    let sure = !fine || self.running.is_empty() || self.held.len() >= HELD;
                    let patience = if sure { GRACE } else { Duration::ZERO };
                    if let Some(ended) = guard.ended(patience).await {
                        if let Some(trouble) = self.crash(run, &*guard, ended).await {
                            return Some(trouble);
                        }
                    } else if sure {
                        self.held
                            .drain(..)
                            .for_each(|(_, report)| run.count(report));
                    }
                }
            }
            if run.options.fail_fast && run.summary.failed > 0 {
                self.running.abort_all();
                return None;
            }
        }
    }

    /// Starts every case that may run.
    fn start(&mut self, run: &mut Run<'_>) {
        let mut open: usize = self.under_way.values().map(|case| case.connections()).sum();
        let limit = run.options.setting.most_connections();
        let room = run.options.connections.min(limit.unwrap_or(usize::MAX));
        let before = self.waiting.len();
        let is_known = |id: &&str| run.verdicts.contains_key(*id);
        let is_vanguard_open = !self.vanguard.iter().all(is_known);
        for case in std::mem::take(&mut self.waiting) {
            let options = run.options;
            let undecided = |id: &&String| {
                self.chosen.contains_key(id.as_str()) && !run.verdicts.contains_key(*id)
            };
            // What does not suit the server stands in nobody's way; what it cannot do, does.
            let failed = |id: &&String| {
                let verdict = run.verdicts.get(*id);
                verdict.is_some_and(|it| match it {
                    Verdict::Skipped { .. } => self.barred.contains(*id),
                    it => !it.is_fine(),
                })
            };
            if let Some(reason) = crowd(case, limit) {
                run.count(report(case, Verdict::Skipped { reason }, &options.standard));
            } else if let Some(reason) = options.standard.skip(case) {
                self.barred.insert(case.id.clone());
                run.count(report(case, Verdict::Skipped { reason }, &options.standard));
            } else if let Some(by) = case.needs.iter().find(failed) {
                let verdict = match case.level <= options.level && self.is_let_pass(by, run) {
                    true => Verdict::Untested {
                        reason: format!(
                            "it needs {by}, which did not pass, and does not count at this level"
                        ),
                    },
                    false => Verdict::Blocked { by: by.clone() },
                };
                run.count(report(case, verdict, &options.standard));
            } else if case.needs.iter().any(|id| undecided(&id))
                || (is_vanguard_open && !self.vanguard.contains(case.id.as_str()))
                || (case.is_alone() && !self.under_way.is_empty())
                || self.under_way.values().any(|case| case.is_alone())
                || self.running.len() >= options.jobs.max(1)
                || (open > 0 && open + case.connections() > room)
            {
                self.waiting.push(case);
            } else {
                open += case.connections();
                self.under_way.insert(case.id.clone(), case);
                let (subject, bindings) = (run.subject.clone(), run.bindings.clone());
                let (case, options) = (case.clone(), options.clone());
                let pulse = run.pulse.clone();
                // One that is over may count until the server has noticed.
                let settle = limit.map_or(Duration::ZERO, |_| SETTLE);
                self.running.spawn(async move {
                    tokio::time::sleep(settle).await;
                    let pulse = pulse.as_deref();
                    play_on_time(&case, &subject, &bindings, &options, pulse).await
                });
            }
        }
        // What was decided without being played may be all that others waited for.
        if self.running.is_empty() && self.waiting.len() < before {
            self.start(run);
        }
    }

    /// Whether a case did not pass for a failure that the run does not count: what needs it must not
    /// be passed over, too.
    fn is_let_pass(&self, id: &str, run: &Run<'_>) -> bool {
        match (run.verdicts.get(id), self.chosen.get(id)) {
            (Some(Verdict::Blocked { by }), _) => self.is_let_pass(by, run),
            (Some(Verdict::Failed(problem)), Some(case)) => {
                let standard = &run.options.standard;
                let (_, excuse) = standard.hold(case, Verdict::Failed(problem.clone()));
                case.level > run.options.level && excuse.is_none()
            }
            _ => false,
        }
    }

    /// Tells of cases whose tasks are gone without a word: a fault of the judge, and no verdict.
    fn lose(&mut self, run: &mut Run<'_>) {
        for case in std::mem::take(&mut self.under_way).into_values() {
            let reason = "it was cut off by a fault of zkspec itself".to_owned();
            run.count(report(
                case,
                Verdict::Untested { reason },
                &run.options.standard,
            ));
        }
    }

    /// Finds out during which case the server came to its end: those it may have been are played
    /// again, alone, until it happens again, and once more. Whatever else was under way is played
    /// again later.
    async fn crash(
        &mut self,
        run: &mut Run<'_>,
        guard: &dyn Guard,
        ended: Ended,
    ) -> Option<String> {
        self.running.shutdown().await;
        let held = self.held.drain(..).map(|(case, _)| case);
        let under_way = std::mem::take(&mut self.under_way).into_values();
        let suspects: Vec<_> = held.chain(under_way).collect();
        let mut crash = Crash {
            how: ended.how,
            log: ended.log,
            during: suspects.iter().map(|case| case.id.clone()).collect(),
            by: Vec::new(),
        };
        if let Err(trouble) = self.restart(guard).await {
            return Some(format!("{trouble}; it had come to its end: {}", crash.how));
        }
        let (timed, quick): (Vec<_>, Vec<_>) = suspects
            .into_iter()
            .partition(|case| case.has_tag("timing"));
        let mut again = timed;
        for case in quick {
            if !crash.by.is_empty() {
                again.push(case);
                continue;
            }
            // Twice: once may be chance.
            let mut alone = run.play_one(case).await;
            let mut ended = guard.ended(GRACE).await;
            if ended.is_some() {
                if let Err(trouble) = self.restart(guard).await {
                    return Some(trouble);
                }
                alone = run.play_one(case).await;
                ended = guard.ended(GRACE).await;
            }
            if let Some(ended) = ended {
                crash.by.push(case.id.clone());
                run.count(crashed(case, alone, ended, &run.options.standard));
                if let Err(trouble) = self.restart(guard).await {
                    return Some(trouble);
                }
            } else {
                run.count(alone);
            }
        }
        self.waiting.extend(again);
        run.ended(crash);
        None
    }

    async fn restart(&mut self, guard: &dyn Guard) -> Result<(), String> {
        self.restarts += 1;
        if self.restarts > RESTARTS {
            return Err(format!(
                "the server was started again {RESTARTS} times: that is enough"
            ));
        }
        let restarted = guard.restart().await;
        restarted.map_err(|trouble| format!("the server could not be started again: {trouble}"))
    }
}

impl Run<'_> {
    /// Counts and tells of an end of the server.
    pub(super) fn ended(&mut self, crash: Crash) {
        if crash.by.is_empty() {
            self.summary.unexplained_crashes += 1;
        }
        (self.tell)(&Event::ServerEnded(crash));
    }
}

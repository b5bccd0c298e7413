//! A run: the sanity case, every chosen case as soon as what it needs has passed, and the sanity
//! case again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::judge::Case;
use crate::judge::CaseReport;
use crate::judge::Catalogue;
use crate::judge::Event;
use crate::judge::Label;
use crate::judge::Level;
use crate::judge::Product;
use crate::judge::RunInfo;
use crate::judge::Setting;
use crate::judge::Standard;
use crate::judge::Summary;
use crate::judge::Verdict;
use crate::judge::again::play_on_time;
use crate::judge::flight::Flight;
use crate::judge::guard::Guard;
use crate::judge::is_serving;
use crate::judge::probe;
use crate::judge::race;
use crate::judge::setting;
use crate::lab;
use crate::net;
use crate::net::Clock;
use crate::net::Played;
use crate::net::Pulse;
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
    /// Whatever listens there behind TLS.
    #[cfg(feature = "tls")]
    Tls(SocketAddr, net::Tls),
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
    /// What the server is called.
    pub label: Label,
    /// Of which cases the wire log is kept.
    pub wire: Wire,
    /// What is known of the server beforehand.
    pub standard: Standard,
    /// What the order of the cases is drawn from; without it, that of the catalogue.
    pub seed: Option<u64>,
    /// Who looks after the server, if somebody does.
    pub guard: Option<Arc<dyn Guard>>,
}

/// Of which cases the wire log is kept.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Wire {
    /// Of those that did not go as the reference does it.
    #[default]
    Unusual,
    /// Of all.
    All,
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
            label: Label::default(),
            wire: Wire::default(),
            standard: Standard::default(),
            seed: None,
            guard: None,
        }
    }
}

impl Options {
    /// What of this a report should tell.
    fn told(&self) -> BTreeMap<String, String> {
        let mut told = BTreeMap::new();
        let mut tell = |name: &str, value: String| told.insert(name.to_owned(), value);
        tell("connections", self.connections.to_string());
        tell("fail-fast", self.fail_fast.to_string());
        tell("jobs", self.jobs.to_string());
        tell("timeout", self.player.patience.as_millis().to_string());
        if let Some(tick) = self.tick {
            tell("tick", tick.to_string());
        }
        if let Some((min, max)) = self.bounds {
            tell("session-timeout", format!("{min}..{max}"));
        }
        told
    }
}

/// When a case has its turn.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Turn {
    /// It needs many connections, which are not to be had once others wait on theirs.
    Crowd,
    /// It takes long, and is what the run waits for.
    Long,
    /// Whenever there is room.
    Quick,
    /// It keeps the server so busy that it treats others otherwise: once they are over.
    Alone,
}

impl Turn {
    /// Connections that are not to be had beside those of the cases that take long.
    const MANY: usize = 8;

    fn of(case: &Case) -> Self {
        match case.has_tag("timing") {
            _ if case.is_alone() => Self::Alone,
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
    let cases = in_order(cases, options.seed);
    let mut run = Run {
        subject,
        options,
        pulse: None,
        bindings: Bindings::default(),
        summary: Summary::default(),
        verdicts: BTreeMap::new(),
        tell,
    };
    let trouble = match probe(subject, options).await {
        Ok(bindings) => {
            run.pulse = pulse(subject, options, &bindings).await.map(Arc::new);
            run.bindings = bindings;
            None
        }
        Err(trouble) => Some(trouble),
    };
    let product = match &trouble {
        Some(_) => Product::unknown().labelled(&options.label),
        None => Product::find_out(subject, options).await,
    };
    let bound = |name| run.bindings.param(name).unwrap_or_default();
    (run.tell)(&Event::RunStarted(Box::new(RunInfo {
        schema: RunInfo::SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        product,
        target: subject.to_string(),
        address: subject.address(),
        cases: cases.len(),
        min_session_timeout: bound("min"),
        max_session_timeout: bound("max"),
        level: options.level,
        seed: options.seed,
        options: options.told(),
        profile: (options.standard.profile.as_ref()).map(|profile| profile.name.clone()),
        selected: cases.iter().map(|case| case.id.clone()).collect(),
    })));
    run.summary.trouble = match trouble {
        Some(trouble) => Some(trouble + &run.last_words().await),
        None => run.judge(catalogue, &cases).await,
    };
    run.summary.elapsed = clock.now() - crate::Instant::ZERO;
    (run.tell)(&Event::RunFinished(run.summary.clone()));
    run.summary
}

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) subject: &'a Subject,
    pub(super) options: &'a Options,
    /// How late this machine and the server are; under virtual time nothing is.
    pub(super) pulse: Option<Arc<Pulse>>,
    pub(super) bindings: Bindings,
    pub(super) summary: Summary,
    /// How each case that is over went, by id.
    pub(super) verdicts: BTreeMap<String, Verdict>,
    pub(super) tell: &'a mut dyn FnMut(&Event),
}

/// What is late is looked for where time passes: on virtual time nothing is late.
async fn pulse(subject: &Subject, options: &Options, known: &Bindings) -> Option<Pulse> {
    let address = match subject {
        Subject::Embedded(_) => return None,
        Subject::Tcp(address) => Some(*address),
        #[cfg(feature = "tls")]
        Subject::Tls(..) => None,
    };
    // It needs a connection of its own, which may be one too many, and a session.
    let to_spare = options.setting.most_connections().is_none() && is_serving(known);
    Some(Pulse::start(address.filter(|_| to_spare)).await)
}

impl Run<'_> {
    /// Plays the cases; why their verdicts say nothing, if so.
    async fn judge(&mut self, catalogue: &Catalogue, cases: &[&Case]) -> Option<String> {
        let Some(sanity) = self.sanity(catalogue) else {
            return Some("no sanity case is for a server of this kind".to_owned());
        };
        let first = self.play_one(sanity).await;
        if !first.verdict.is_fine() {
            return Some(format!(
                "the sanity case fails: {}{}",
                first.verdict.in_words(),
                self.last_words().await
            ));
        }
        self.verdicts
            .insert(sanity.id.clone(), first.verdict.clone());
        if cases.iter().any(|case| case.id == sanity.id) {
            self.count(first);
        }
        let rest = cases.iter().copied().filter(|case| case.id != sanity.id);
        let trouble = Flight::new(rest.collect()).fly(self).await;
        if trouble.is_some() {
            return trouble;
        }
        let last = self.play_one(sanity).await;
        if !last.verdict.is_fine() {
            // Whatever failed may have failed because there was no server any more.
            let bad = self.verdicts.iter().filter(|(_, verdict)| {
                !verdict.is_fine() && !matches!(verdict, Verdict::Skipped { .. })
            });
            let suspects: Vec<_> = bad.map(|(id, _)| id.as_str()).collect();
            return Some(format!(
                "the server no longer passes the sanity case: {}{}{}{}",
                last.verdict.in_words(),
                if suspects.is_empty() {
                    ""
                } else {
                    "; not passed by then: "
                },
                suspects.join(" "),
                self.last_words().await
            ));
        }
        self.hold_expectations(catalogue);
        None
    }

    /// The first sanity case that suits the server.
    fn sanity<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c Case> {
        let suits = |case: &&Case| {
            let setting = Setting::of(&case.script);
            setting.is_ok_and(|setting| setting.unmet(&self.bindings).is_none())
        };
        let mut cases = catalogue.cases().iter();
        cases.find(|case| case.is_sanity() && suits(case))
    }

    /// Holds the expectations against what was found.
    fn hold_expectations(&mut self, catalogue: &Catalogue) {
        let standard = &self.options.standard;
        let expectations = &standard.expectations;
        for broken in expectations.broken(catalogue, &self.verdicts, standard.today) {
            self.summary.broken += 1;
            (self.tell)(&Event::ExpectationBroken(broken));
        }
    }

    /// How the server came to its end, if it did.
    async fn last_words(&self) -> String {
        let Some(guard) = &self.options.guard else {
            return String::new();
        };
        match guard.ended(Duration::from_millis(200)).await {
            Some(ended) => format!(
                "; the server has come to its end: {}; it last printed: {}",
                ended.how,
                ended.log.join("\n")
            ),
            None => String::new(),
        }
    }

    pub(super) async fn play_one(&self, case: &Case) -> CaseReport {
        let pulse = self.pulse.as_deref();
        play_on_time(case, self.subject, &self.bindings, self.options, pulse).await
    }

    pub(super) fn count(&mut self, report: CaseReport) {
        self.verdicts
            .insert(report.id.clone(), report.verdict.clone());
        let counter = match &report.verdict {
            Verdict::Passed => &mut self.summary.passed,
            Verdict::Tolerated { .. } => &mut self.summary.tolerated,
            Verdict::Failed(_) if report.excuse.is_some() => &mut self.summary.excused,
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

/// The order in which cases are started: by their turn, and then that of the catalogue, or one drawn
/// from a seed.
fn in_order<'c>(cases: &[&'c Case], seed: Option<u64>) -> Vec<&'c Case> {
    let mut cases = cases.to_vec();
    if let Some(seed) = seed {
        fastrand::Rng::with_seed(seed).shuffle(&mut cases);
    }
    cases.sort_by_key(|case| Turn::of(case));
    cases
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
        other => other,
    };
    match setting.unmet(&bindings) {
        Some(unmet) => Played::unsuitable(unmet.to_string()),
        None if times == 1 => play_once(subject, script, bindings, options).await,
        None => race::play(subject, script, bindings, options, times).await,
    }
}

/// Plays one script to the subject, once and whatever the script asks for.
pub async fn play_once(
    subject: Subject,
    script: Arc<Script>,
    bindings: Bindings,
    options: &Options,
) -> Played {
    match subject {
        Subject::Embedded(config) => lab::play(*config, script, bindings, options.player.clone()),
        Subject::Tcp(address) => net::play(address, script, bindings, options.player.clone()).await,
        #[cfg(feature = "tls")]
        Subject::Tls(address, tls) => {
            net::play_tls(address, tls, script, bindings, options.player.clone()).await
        }
    }
}

impl Subject {
    /// Where it listens, if it does.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Embedded(_) => None,
            Self::Tcp(address) => Some(*address),
            #[cfg(feature = "tls")]
            Self::Tls(address, _) => Some(*address),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded(_) => f.write_str("embedded server"),
            Self::Tcp(_) => f.write_str("TCP"),
            #[cfg(feature = "tls")]
            Self::Tls(..) => f.write_str("TLS"),
        }
    }
}

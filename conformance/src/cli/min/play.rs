//! Scripts played to see whether they fail, and in which way.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::process::Managed;
use crate::cli::replay::presents_an_id_of_its_own;
use crate::hunt::Symptom;
use crate::judge;
use crate::judge::Guard;
use crate::judge::Options;
use crate::judge::Subject;
use crate::player;
use crate::player::Verdict;
use crate::transcript::Action;
use crate::transcript::Bindings;
use crate::transcript::Script;

/// How often something fails in one way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    pub(super) failed: u32,
    pub(super) times: u32,
}

/// A failure that is kept while the script gets smaller.
pub(super) struct Failure {
    symptom: Symptom,
    rate: Rate,
}

/// Why no more is played.
pub(super) enum Ended {
    /// It could not be found out.
    Untested(String),
    /// Something else.
    Trouble(Trouble),
}

/// A server, and what scripts are told of it.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) subject: Subject,
    pub(super) bindings: Bindings,
}

/// Who plays.
pub(super) struct Player {
    server: Server,
    /// The process, if it is ours: it is started again when it has come to its end.
    managed: Option<Arc<Managed>>,
    /// The model, if it passes the script: what is smaller has to be passed by it as well, or it
    /// might fail on any server.
    model: Option<Server>,
    options: Options,
    /// How often something was played.
    pub(super) played: u32,
    /// Why something could not be played.
    pub(super) untested: Option<String>,
}

/// Scripts that are played at once, each with connections of its own.
const AT_ONCE: usize = 8;
/// Times that something smaller has to fail, if it always did.
const EACH_TIME: u32 = 3;
/// Failures that are awaited of what fails at times.
const FAILURES: u32 = 4;
/// Most times that something smaller is played.
const MOST_TIMES: u32 = 100;
/// How long it takes at most until it is known that a server has come to its end.
const LAST_WORDS: Duration = Duration::from_millis(200);

impl Server {
    /// A server called `name`, once it is known what it grants.
    pub(super) async fn probe(
        subject: Subject,
        name: &str,
        options: &Options,
    ) -> Result<Self, Ended> {
        match judge::probe(&subject, options).await {
            Ok(bindings) => Ok(Self { subject, bindings }),
            Err(trouble) => Err(Ended::Untested(format!("cannot play to {name}: {trouble}"))),
        }
    }

    async fn play(self, script: Arc<Script>, options: &Options) -> Verdict {
        let Self { subject, bindings } = self;
        let played = judge::play(subject, script, bindings, options).await;
        played.verdict
    }
}

impl Player {
    pub(super) const fn new(
        server: Server,
        managed: Option<Arc<Managed>>,
        options: Options,
    ) -> Self {
        Self {
            server,
            managed,
            model: None,
            options,
            played: 0,
            untested: None,
        }
    }

    /// From now on what is smaller than `script` has to be passed by the model, if that is.
    pub(super) async fn hold_against(&mut self, model: Server, script: &Script) {
        self.model = Some(model);
        if !self.passes_on_model(script).await {
            self.model = None;
        }
    }

    /// The usual failure of a script, and how often it comes.
    pub(super) async fn failure(
        &mut self,
        script: &Script,
        times: u32,
    ) -> Result<Option<Failure>, Ended> {
        let mut counts: Vec<(Symptom, u32)> = Vec::new();
        for symptom in self.symptoms(script, times).await?.into_iter().flatten() {
            match counts.iter_mut().find(|(known, _)| *known == symptom) {
                Some((_, count)) => *count += 1,
                None => counts.push((symptom, 1)),
            }
        }
        let usual = counts.into_iter().max_by_key(|(_, count)| *count);
        Ok(usual.map(|(symptom, failed)| {
            let rate = Rate { failed, times };
            Failure { symptom, rate }
        }))
    }

    /// Whether a script fails in the same way, and the model passes it: each time, or at least half as
    /// often if the whole one does so at times only.
    pub(super) async fn fails_alike(
        &mut self,
        script: &Script,
        failure: &Failure,
    ) -> Result<bool, Ended> {
        if !self.passes_on_model(script).await {
            return Ok(false);
        }
        let is_certain = failure.rate.is_certain();
        let most = failure.rate.times_to_see();
        let mut seen = 0;
        let mut times = 0;
        while times < most {
            let count = (most - times).min(self.at_once(script));
            let symptoms = self.symptoms(script, count).await?;
            times += count;
            seen += failure.count(&symptoms);
            if is_certain && seen < times {
                return Ok(false);
            }
            if !is_certain && seen >= FAILURES {
                return Ok(true);
            }
        }
        Ok(is_certain)
    }

    /// How often a script fails in the same way.
    pub(super) async fn rate(&mut self, script: &Script, failure: &Failure) -> Result<Rate, Ended> {
        let times = failure.rate.times.max(failure.rate.times_to_see());
        let symptoms = self.symptoms(script, times).await?;
        let failed = failure.count(&symptoms);
        Ok(Rate { failed, times })
    }

    /// What comes of a script so many times, several of them at once.
    async fn symptoms(
        &mut self,
        script: &Script,
        times: u32,
    ) -> Result<Vec<Option<Symptom>>, Ended> {
        let script = Arc::new(script.clone());
        let mut symptoms = Vec::new();
        let mut left = times;
        while left > 0 {
            let count = left.min(self.at_once(&script));
            let mut batch = self.play_at_once(&script, count).await?;
            // Who was there when the server came to its end tells nothing beside that.
            left -= u32::try_from(batch.len()).unwrap_or(left).min(left);
            symptoms.append(&mut batch);
        }
        Ok(symptoms)
    }

    async fn play_at_once(
        &mut self,
        script: &Arc<Script>,
        count: u32,
    ) -> Result<Vec<Option<Symptom>>, Ended> {
        let mut running = JoinSet::new();
        for _ in 0..count {
            let (server, script) = (self.server.clone(), Arc::clone(script));
            let options = self.options.clone();
            running.spawn(async move { server.play(script, &options).await });
        }
        self.played += count;
        let verdicts = running.join_all().await;
        let is_fine = |verdict: &Verdict| matches!(verdict, Verdict::Passed { .. });
        if !verdicts.iter().all(is_fine)
            && let Some(managed) = &self.managed
            && managed.ended(LAST_WORDS).await.is_some()
        {
            managed.restart().await.map_err(Ended::Untested)?;
            return Ok(vec![Some(Symptom::end())]);
        }
        let gone = player::Trouble::is_no_server;
        for verdict in &verdicts {
            if let Verdict::Untested(trouble) = verdict {
                let told = format!("cannot play {}: {trouble}", script.name);
                if gone(trouble) {
                    return Err(Ended::Untested(told));
                }
                self.untested = Some(told);
            }
        }
        Ok(verdicts.iter().map(Symptom::of).collect())
    }

    /// How many of a script are played at once: as many as connections are to be had.
    fn at_once(&self, script: &Script) -> u32 {
        if presents_an_id_of_its_own(script) {
            return 1;
        }
        let opens = |step: &&crate::transcript::Step| matches!(step.action, Action::Open { .. });
        let connections = script.steps.iter().filter(opens).count().max(1);
        let room = (self.options.connections / connections).clamp(1, AT_ONCE);
        u32::try_from(room).unwrap_or(1)
    }

    /// Whether the model passes a script, if it is asked at all.
    async fn passes_on_model(&self, script: &Script) -> bool {
        match self.model.clone() {
            None => true,
            Some(model) => {
                let verdict = model.play(Arc::new(script.clone()), &self.options).await;
                matches!(verdict, Verdict::Passed { .. })
            }
        }
    }
}

impl Rate {
    const fn is_certain(self) -> bool {
        self.failed == self.times
    }

    /// How often something has to be played to be seen, at half the rate.
    fn times_to_see(self) -> u32 {
        if self.is_certain() {
            return EACH_TIME;
        }
        (FAILURES * 2 * self.times / self.failed.max(1)).clamp(EACH_TIME, MOST_TIMES)
    }
}

impl Failure {
    /// In which way something fails.
    pub(super) fn in_words(&self) -> String {
        self.symptom.to_string()
    }

    fn count(&self, symptoms: &[Option<Symptom>]) -> u32 {
        let is_it = |symptom: &&Option<Symptom>| symptom.as_ref() == Some(&self.symptom);
        u32::try_from(symptoms.iter().filter(is_it).count()).unwrap_or(u32::MAX)
    }
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<Ended> for Trouble {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Trouble(trouble) => trouble,
            Ended::Untested(message) => Self {
                exit: Exit::Untested,
                message,
                hint: None,
            },
        }
    }
}

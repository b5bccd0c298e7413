//! The server that is fuzzed, and who looks after it.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Instant;
use crate::cli::fuzz::care::Care;
use crate::cli::process::Managed;
use crate::cli::signal::asked_to_stop;
use crate::driver;
use crate::driver::Knob;
use crate::driver::Sequence;
use crate::fuzz;
use crate::fuzz::Harm;
use crate::fuzz::LabTarget;
use crate::fuzz::Purpose;
use crate::fuzz::Target;
use crate::hunt::Run;
use crate::hunt::run;
use crate::judge::Subject;
use crate::net;
use crate::net::Canary;
use crate::net::Clock;

/// Why no more is played.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Stop {
    /// The server was there, and is not any more.
    Gone {
        reason: String,
        /// What was played to it at the last.
        playing: Vec<String>,
    },
    OutOfTime,
    Interrupted,
}

/// How long it may go on.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    clock: Clock,
    span: Option<Duration>,
    is_interrupted: watch::Receiver<bool>,
    /// Since when something is followed up.
    followed_up: Option<Instant>,
}

impl Limit {
    /// From now on; an interrupt ends it in any case.
    pub(super) fn start(span: Option<Duration>, runtime: Runtime) -> Self {
        let (interrupt, is_interrupted) = watch::channel(false);
        std::thread::spawn(move || {
            runtime.block_on(asked_to_stop());
            interrupt.send_replace(true);
        });
        Self {
            clock: Clock::start(),
            span,
            is_interrupted,
            followed_up: None,
        }
    }

    fn begin(&mut self, purpose: Purpose) {
        self.followed_up = (purpose == Purpose::FollowUp).then(|| self.clock.now());
    }

    /// Whether what is followed up has had its share of the time.
    fn has_spent_enough(&self) -> bool {
        let share = self.span.map(|span| (span / SHARE).max(LEAST));
        let spent = self.followed_up.map(|since| self.clock.now() - since);
        share
            .zip(spent)
            .is_some_and(|(share, spent)| spent >= share)
    }

    /// How long it still goes on with what it is at.
    fn left(&self) -> Option<Duration> {
        let grace = match self.followed_up {
            Some(_) => GRACE,
            None => Duration::ZERO,
        };
        let spent = self.clock.now() - Instant::ZERO;
        self.span.map(|span| (span + grace).saturating_sub(spent))
    }

    fn check(&self) -> Result<(), Stop> {
        if *self.is_interrupted.borrow() {
            Err(Stop::Interrupted)
        } else if self.left().is_some_and(|left| left.is_zero()) {
            Err(Stop::OutOfTime)
        } else {
            Ok(())
        }
    }

    /// Waits for the end of it.
    async fn reached(&self) -> Stop {
        let mut is_interrupted = self.is_interrupted.clone();
        let late = async {
            match self.left() {
                Some(left) => tokio::time::sleep(left).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = is_interrupted.wait_for(|it| *it) => Stop::Interrupted,
            () = late => Stop::OutOfTime,
        }
    }

    /// Does something, unless it takes too long.
    async fn within<T>(&self, doing: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::select! {
            done = doing => Ok(done),
            stop = self.reached() => Err(stop),
        }
    }
}

/// The built-in server, for as long as there is time.
pub(super) struct Embedded {
    pub(super) lab: LabTarget,
    pub(super) limit: Limit,
}

impl Target for Embedded {
    type Error = Stop;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Stop> {
        self.limit.check()?;
        match self.lab.play(sequences) {
            Ok(runs) => Ok(runs),
            Err(never) => match never {},
        }
    }

    fn harm(&mut self) -> Option<Harm> {
        None
    }

    fn begin(&mut self, purpose: Purpose) {
        self.limit.begin(purpose);
    }

    fn has_spent_enough(&self) -> bool {
        self.limit.has_spent_enough()
    }
}

/// A server over TCP, with a canary on it.
pub(super) struct Live {
    pub(super) runtime: Runtime,
    pub(super) subject: Subject,
    pub(super) driver: driver::Config,
    pub(super) jobs: usize,
    pub(super) limit: Limit,
    pub(super) managed: Option<Arc<Managed>>,
    /// The most memory the server may take, in bytes.
    pub(super) ceiling: u64,
    pub(super) canary: Option<Canary>,
    /// When it last sang.
    pub(super) sung: Instant,
    pub(super) harm: Option<Harm>,
    /// How many sequences were played, and in how many batches.
    pub(super) played: i64,
    pub(super) batches: u64,
}

impl Target for Live {
    type Error = Stop;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Stop> {
        self.limit.check()?;
        let mut canary = self.canary.take();
        let now = self.limit.clock.now();
        if canary.is_some() && now - self.sung > LONGEST_PAUSE {
            // There was so much to think about that its session may have expired.
            canary = self.runtime.block_on(async {
                if let Some(canary) = canary {
                    canary.rest().await;
                }
                Canary::hatch(&self.subject, self.driver.clone()).await.ok()
            });
        }
        let first = self.played;
        self.played += i64::try_from(sequences.len()).unwrap_or(0);
        let party = Party {
            subject: self.subject.clone(),
            driver: self.driver.clone(),
            first,
            // What comes of the same again and again is to be known for sure.
            in_doubt: sequences.len() > 1 && sequences.windows(2).all(|pair| pair[0] == pair[1]),
            jobs: self.jobs,
        };
        let played = self.runtime.block_on(self.limit.within(async {
            let singing = async {
                match &mut canary {
                    Some(canary) => canary.keep_singing().await,
                    None => std::future::pending().await,
                }
            };
            let playing = party.play(sequences);
            tokio::pin!(singing);
            tokio::pin!(playing);
            tokio::select! {
                runs = &mut playing => (runs, None),
                harm = &mut singing => (playing.await, Some(harm)),
            }
        }));
        let (runs, sung) = played?;
        self.batches += 1;
        self.look_after(canary, sung, sequences)?;
        Ok(runs)
    }

    fn harm(&mut self) -> Option<Harm> {
        self.harm.take()
    }

    fn begin(&mut self, purpose: Purpose) {
        self.limit.begin(purpose);
    }

    fn has_spent_enough(&self) -> bool {
        self.limit.has_spent_enough()
    }
}

impl Live {
    /// Sees whether the server and the canary are well once `played` was, and makes them well again.
    fn look_after(
        &mut self,
        canary: Option<Canary>,
        sung: Option<net::Harm>,
        played: &[Sequence],
    ) -> Result<(), Stop> {
        let care = Care {
            subject: &self.subject,
            driver: &self.driver,
            managed: self.managed.as_deref(),
            ceiling: self.ceiling,
        };
        let moves = self.batches.is_multiple_of(MOVE_EVERY);
        let mut harm = None;
        let look = care.look_after(canary, sung, moves, &mut harm);
        // Where something is wrong, it takes a while to find out.
        let mut limit = self.limit.clone();
        limit.begin(Purpose::FollowUp);
        let canary = self.runtime.block_on(limit.within(look));
        self.harm = self.harm.take().or(harm);
        self.canary = canary?.map_err(|reason| Stop::Gone {
            reason,
            playing: fuzz::told(played),
        })?;
        self.sung = self.limit.clock.now();
        Ok(())
    }
}

/// Sequences that are played to one server.
struct Party {
    subject: Subject,
    driver: driver::Config,
    /// How many were played before.
    first: i64,
    in_doubt: bool,
    jobs: usize,
}

impl Party {
    /// Plays sequences, several at once, but those that present an id of their own alone: another
    /// may present the same, and a server closes the one connection because of the other.
    async fn play(&self, sequences: &[Sequence]) -> Vec<Run> {
        let mut runs = vec![Run::default(); sequences.len()];
        let mut running = JoinSet::new();
        let (alone, together): (Vec<_>, Vec<_>) = (sequences.iter().enumerate())
            .partition(|(_, sequence)| has_an_id_of_its_own(sequence));
        let mut together = together.into_iter();
        let most = if self.in_doubt { FEW } else { usize::MAX };
        loop {
            while running.len() < self.jobs.clamp(1, most)
                && let Some((place, sequence)) = together.next()
            {
                running.spawn(self.one(place, sequence.clone()));
            }
            match running.join_next().await {
                Some(Ok((place, run))) => runs[place] = run,
                Some(Err(error)) => {
                    if let Ok(panic) = error.try_into_panic() {
                        std::panic::resume_unwind(panic);
                    }
                }
                None => break,
            }
        }
        for (place, sequence) in alone {
            runs[place] = self.one(place, sequence.clone()).await.1;
        }
        runs
    }

    fn one(&self, place: usize, sequence: Sequence) -> impl Future<Output = (usize, Run)> + use<> {
        let subject = self.subject.clone();
        let mut driver = self.driver.clone();
        driver.unknown_id += self.first + i64::try_from(place).unwrap_or(0);
        // Of a race that is run again and again, half of the runs begin at its other end.
        driver.last_first = !place.is_multiple_of(2);
        if self.in_doubt {
            driver.quiet *= IN_DOUBT;
        }
        async move {
            let run = run(&subject, &sequence, driver).await;
            (place, run)
        }
    }
}

/// Whether a sequence presents a session id that no server gave it.
fn has_an_id_of_its_own(sequence: &Sequence) -> bool {
    let mut twists = sequence.steps().flat_map(|step| &step.twists);
    twists.any(|twist| matches!(twist.knob, Knob::Id | Knob::Flip))
}

/// How long the canary may be silent; less than any session lasts.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How many are played at once where it matters how they come out.
const FEW: usize = 4;
/// By how much longer silence is awaited where an answer is in doubt: the machine may be busy.
const IN_DOUBT: u32 = 4;
/// How much longer it goes on, where something strange is followed up.
pub(super) const GRACE: Duration = Duration::from_secs(10);
/// The part of the time that one thing followed up may take.
const SHARE: u32 = 6;
/// However little time there is, that much of it.
const LEAST: Duration = Duration::from_secs(5);
/// Every so many batches the canary renews its session.
const MOVE_EVERY: u64 = 16;

//! Compares two servers over TCP.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::Instant;
use crate::driver::Config;
use crate::driver::ENOUGH;
use crate::driver::Quiet;
use crate::driver::SILENT;
use crate::driver::STAYS_OPEN;
use crate::driver::Sequence;
use crate::hunt::MOST_ORDERS;
use crate::hunt::Run;
use crate::hunt::diff::Comparison;
use crate::hunt::diff::Task;
use crate::hunt::run;
use crate::judge::Subject;
use crate::net::Clock;
use crate::net::Room;

/// Two servers, and how runs are made on them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rivals {
    /// The servers.
    pub subjects: [Subject; 2],
    /// How they are driven.
    pub driver: Config,
    /// How many runs are made at once.
    pub jobs: usize,
    /// Room for connections on each server.
    pub rooms: [Room; 2],
}

/// A server could not be reached any more: the first or the second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lost(pub usize);

/// Runs of a task, as far as there are any.
struct Gathered {
    times: usize,
    runs: [Vec<Run>; 2],
}

/// A single run to be made.
struct Errand {
    task: usize,
    side: usize,
    turn: usize,
    sequence: Sequence,
    /// How often nobody listened.
    refused: u32,
    /// How long the server had to be silent.
    quiet: Duration,
}

/// Connections to each server at once. Apache by default takes 60 from one address, and has 50 wait
/// to be accepted.
const CONNECTIONS: usize = 45;
/// Who has to wait by so much longer than one did was hasty.
const HASTY: u32 = 2;
/// How often one tries to connect.
const ATTEMPTS: u32 = 3;

impl Rivals {
    /// Two servers, with the usual number of runs at once.
    #[must_use]
    pub fn new(subjects: [Subject; 2], driver: Config) -> Self {
        Self {
            subjects,
            driver,
            jobs: 20,
            rooms: Self::rooms(),
        }
    }

    /// Room for as many connections as any server takes.
    #[must_use]
    pub fn rooms() -> [Room; 2] {
        [(); 2].map(|()| Room::new(CONNECTIONS))
    }

    /// Makes the runs that a comparison asks for, until it is over or `until`; a fifth of the time
    /// is kept for what is suspicious by then. `is_enough` is asked every now and then.
    ///
    /// # Errors
    ///
    /// If one of the servers cannot be reached.
    pub async fn compare(
        &self,
        comparison: &mut Comparison,
        clock: Clock,
        until: Instant,
        mut is_enough: impl FnMut(&Comparison) -> bool,
    ) -> Result<(), Lost> {
        let wind_down = clock.now() + (until - clock.now()) * 4 / 5;
        let mut quiets = tokio::select! {
            quiets = self.acquaint() => quiets,
            () = tokio::time::sleep_until(clock.when(until)) => return Ok(()),
        };
        let mut gathered = BTreeMap::new();
        let mut errands = VecDeque::new();
        let mut running = JoinSet::new();
        let mut short = 0;
        let mut count = 0;
        loop {
            if clock.now() >= wind_down || is_enough(comparison) {
                comparison.wind_down();
            }
            while short < self.jobs.max(1) {
                if errands.is_empty() {
                    let Some(task) = comparison.ask() else { break };
                    errands.extend(hand_out(task, &mut gathered));
                }
                let Some(errand) = errands.pop_front() else {
                    break;
                };
                let mut errand: Errand = errand;
                errand.quiet = quiets[errand.side].span();
                short += usize::from(!errand.sequence.takes_long());
                count += 1;
                running.spawn(self.start(errand, count));
            }
            let ended = tokio::select! {
                ended = running.join_next() => ended,
                () = tokio::time::sleep_until(clock.when(until)) => return Ok(()),
            };
            let Some(ended) = ended else {
                return Ok(());
            };
            // Whatever went wrong in a run is not to be taken for the end of all of them.
            let (mut errand, made) =
                ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            short -= usize::from(!errand.sequence.takes_long());
            let Some(made) = made else {
                errand.refused += 1;
                if errand.refused == ATTEMPTS {
                    return Err(Lost(errand.side));
                }
                errands.push_back(errand);
                continue;
            };
            let quiet = &mut quiets[errand.side];
            if self.is_on_the_clock(errand.side) && !errand.sequence.takes_long() {
                quiet.hear(&made.log);
            }
            if has_silence(&made) && quiet.span() > errand.quiet * HASTY {
                // The server is slower than one had thought.
                errands.push_back(errand);
                continue;
            }
            let task = errand.task;
            let is_whole = gathered.get_mut(&task).is_some_and(|it: &mut Gathered| {
                it.runs[errand.side].push(made);
                it.runs.iter().all(|runs| runs.len() == it.times)
            });
            if is_whole && let Some(it) = gathered.remove(&task) {
                let [a, b] = it.runs;
                comparison.tell(task, a, b);
            }
        }
    }

    /// Finds out how soon the servers answer: who is slow is not silent.
    async fn acquaint(&self) -> [Quiet; 2] {
        let mut quiets = [(); 2].map(|()| Quiet::between(self.driver.quiet, self.driver.patience));
        let Ok(plain) = "a.open a.new a.ping".parse::<Sequence>() else {
            return quiets;
        };
        let on_the_clock = (0..2).filter(|side| self.is_on_the_clock(*side));
        let mut running = JoinSet::new();
        for side in on_the_clock.flat_map(|side| [side; ENOUGH as usize]) {
            let (subject, room) = (self.subjects[side].clone(), self.rooms[side].clone());
            let (plain, config) = (plain.clone(), self.driver.clone());
            running.spawn(async move {
                let _place = room.take(1).await;
                (side, run(&subject, &plain, config).await)
            });
        }
        while let Some(Ok((side, made))) = running.join_next().await {
            quiets[side].hear(&made.log);
        }
        quiets
    }

    /// Whether a server's time is not virtual.
    const fn is_on_the_clock(&self, side: usize) -> bool {
        !matches!(self.subjects[side], Subject::Embedded(_))
    }

    fn start(
        &self,
        errand: Errand,
        count: i64,
    ) -> impl Future<Output = (Errand, Option<Run>)> + use<> {
        let subject = self.subjects[errand.side].clone();
        let room = self.rooms[errand.side].clone();
        let mut config = self.driver.clone();
        config.unknown_id += count;
        config.quiet = errand.quiet;
        async move {
            if errand.refused > 0 {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            let orders = errand.sequence.orders(MOST_ORDERS);
            let order = &orders[errand.turn % orders.len()];
            let _place = room.take(order.lines().len()).await;
            let made = run(&subject, order, config).await;
            let made = made.is_whole(order).then_some(made);
            (errand, made)
        }
    }
}

/// Whether a server said nothing, or did not close, as far as anybody waited.
fn has_silence(run: &Run) -> bool {
    let mut answers = run.answers.iter();
    answers.any(|said| said.contains(SILENT) || said.contains(STAYS_OPEN))
}

/// The runs of a task, those of the two servers side by side.
fn hand_out(task: Task, gathered: &mut BTreeMap<usize, Gathered>) -> Vec<Errand> {
    let Task {
        id,
        sequence,
        times,
        ..
    } = task;
    let runs = [Vec::new(), Vec::new()];
    gathered.insert(id, Gathered { times, runs });
    let both = (0..times).flat_map(|turn| [(turn, 0), (turn, 1)]);
    let errand = |(turn, side)| Errand {
        task: id,
        side,
        turn,
        sequence: sequence.clone(),
        refused: 0,
        quiet: Duration::ZERO,
    };
    both.map(errand).collect()
}

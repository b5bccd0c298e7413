//! Compares two servers over TCP.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::Instant;
use crate::driver::Config;
use crate::driver::Sequence;
use crate::hunt::MOST_ORDERS;
use crate::hunt::Run;
use crate::hunt::diff::Comparison;
use crate::hunt::diff::Task;
use crate::hunt::run;
use crate::judge::Subject;
use crate::net::Clock;
use crate::net::Room;
use crate::net::slowness::Slowness;

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
    /// How long the server has to be silent, if that is settled.
    quiet: Option<Duration>,
}

/// Connections to each server at once. Apache by default takes 60 from one address, and has 50 wait
/// to be accepted.
const CONNECTIONS: usize = 45;
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
        let mut slowness = [(); 2].map(|()| Slowness::new(&self.driver));
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
                let usual = slowness[errand.side].quiet();
                errand.quiet = errand.quiet.or(Some(usual));
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
            if let Some(longer) = self.hasty(&mut slowness, &errand, &made) {
                errand.quiet = Some(longer);
                errands.push_front(errand);
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

    /// For how long silence has to last in an errand that is to be done again, since it was too hasty.
    fn hasty(&self, slowness: &mut [Slowness; 2], errand: &Errand, made: &Run) -> Option<Duration> {
        // Virtual time has no slowness.
        if matches!(self.subjects[errand.side], Subject::Embedded(_)) {
            return None;
        }
        let slowness = &mut slowness[errand.side];
        slowness.hasty(&errand.sequence, made, errand.quiet?)
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
        config.quiet = errand.quiet.unwrap_or(config.quiet);
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
        quiet: None,
    };
    both.map(errand).collect()
}

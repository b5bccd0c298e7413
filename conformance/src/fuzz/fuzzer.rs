//! The loop: make up, play, judge, keep.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use fastrand::Rng;

use crate::driver::Sequence;
use crate::fuzz::Count;
use crate::fuzz::Event;
use crate::fuzz::Full;
use crate::fuzz::Harm;
use crate::fuzz::Oracle;
use crate::fuzz::Purpose;
use crate::fuzz::Target;
use crate::fuzz::novelty::Novelty;
use crate::fuzz::oracle::Judgement;
use crate::fuzz::race::Races;
use crate::fuzz::strange::Strange;
use crate::fuzz::suspicion::Suspicions;
use crate::hunt::Generator;
use crate::hunt::Menu;
use crate::hunt::Run;

/// How a server is fuzzed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Stop after so many runs.
    pub runs: Option<u64>,
    /// Where chance begins.
    pub seed: u64,
    /// How many sequences are handed to the target at once.
    pub batch: usize,
    /// How often a race is run before it is let go; without any, races come about by chance alone.
    pub races: usize,
    /// Stop at the first find.
    pub first: bool,
    /// What sequences are made of.
    pub menu: Menu,
    /// How many of the sequences that are kept are held, for others to be made of them.
    pub most_kept: usize,
    /// How much is held of what was seen.
    pub most_seen: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            runs: None,
            seed: 0,
            batch: 32,
            races: 0,
            first: false,
            menu: Menu::default(),
            most_kept: 4000,
            most_seen: 4_000_000,
        }
    }
}

/// Fuzzes one target.
pub struct Fuzzer<'a, T> {
    pub(super) target: &'a mut T,
    pub(super) oracle: Oracle,
    pub(super) options: Options,
    pub(super) tell: &'a mut dyn FnMut(&Event),
    pub(super) count: Count,
    /// What was found, by symptom.
    pub(super) found: BTreeSet<String>,
    /// How often something was strange that did not come up again.
    pub(super) doubts: Suspicions,
    /// What was done to the server while something else was followed up, and by what.
    pub(super) late: Option<(Vec<Sequence>, Harm)>,
    generator: Generator,
    races: Races,
    rng: Rng,
    kept: Vec<Sequence>,
    novelty: Novelty,
    /// What there is too much of, as was told.
    full: BTreeSet<Full>,
    turn: u64,
}

impl<T> fmt::Debug for Fuzzer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fuzzer")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl<'a, T: Target> Fuzzer<'a, T> {
    /// A fuzzer that has seen nothing yet.
    pub fn new(
        target: &'a mut T,
        oracle: Oracle,
        options: Options,
        tell: &'a mut dyn FnMut(&Event),
    ) -> Self {
        let menu = options.menu.clone();
        let (model, driver) = (oracle.model(), oracle.driver().clone());
        Self {
            target,
            generator: Generator::new(options.seed, menu, model, driver),
            rng: Rng::with_seed(options.seed),
            novelty: Novelty::holding(options.most_seen),
            oracle,
            options,
            tell,
            count: Count::default(),
            found: BTreeSet::new(),
            doubts: Suspicions::default(),
            late: None,
            races: Races::new(),
            kept: Vec::new(),
            full: BTreeSet::new(),
            turn: 0,
        }
    }

    /// How much was done so far.
    #[must_use]
    pub const fn count(&self) -> Count {
        self.count
    }

    /// The sequences that are held, for others to be made of them.
    #[must_use]
    pub fn kept(&self) -> &[Sequence] {
        &self.kept
    }

    /// Plays sequences that were kept from another time, and then makes up others, until there were
    /// enough.
    ///
    /// # Errors
    ///
    /// If the target plays no more. What was found by then is told.
    pub fn run(&mut self, seeds: &[Sequence]) -> Result<(), T::Error> {
        let ended = self.go_on(seeds);
        self.report_late();
        ended
    }

    fn go_on(&mut self, seeds: &[Sequence]) -> Result<(), T::Error> {
        for seeds in seeds.chunks(self.options.batch.max(1)) {
            if self.is_over() {
                return Ok(());
            }
            self.attempt(seeds)?;
        }
        while !self.is_over() {
            let batch = self.next_batch();
            self.attempt(&batch)?;
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        let enough = self
            .options
            .runs
            .is_some_and(|runs| self.count.runs >= runs);
        enough || self.options.first && self.count.finds > 0
    }

    /// What is played next: a race, again and again, or sequences one of a kind.
    fn next_batch(&mut self) -> Vec<Sequence> {
        self.turn += 1;
        let runs = self.options.runs;
        let left = runs.map(|runs| runs.saturating_sub(self.count.runs));
        let left = left.and_then(|left| usize::try_from(left).ok());
        let left = left.unwrap_or(usize::MAX);
        if self.options.races > 0
            && self.turn % RACE_EVERY == 1
            && let Some(race) = self.races.next()
        {
            return vec![race; self.options.races.min(left)];
        }
        let size = self.options.batch.max(1).min(left);
        (0..size).map(|_| self.make_up()).collect()
    }

    fn make_up(&mut self) -> Sequence {
        if self.kept.is_empty() || self.rng.u8(0..3) == 0 {
            return self.generator.next_sequence();
        }
        let mut sequence = self.kept[self.rng.usize(0..self.kept.len())].clone();
        for _ in 0..self.rng.u8(1..=3) {
            sequence = self.generator.mutate(&sequence);
        }
        sequence.0.truncate(LONGEST);
        sequence
    }

    /// Plays sequences, and follows up what is strange about them.
    fn attempt(&mut self, batch: &[Sequence]) -> Result<(), T::Error> {
        self.target.begin(Purpose::Search);
        let runs = self.play(batch)?;
        if let Some(harm) = self.target.harm() {
            // What comes of a server that ends says nothing.
            self.blame(batch, &harm)?;
            self.blame_late()?;
            if harm.is_certain || self.is_over() {
                return Ok(());
            }
        }
        let mut strange: Vec<(Sequence, Strange)> = Vec::new();
        let mut last = None;
        for (sequence, run) in batch.iter().zip(&runs) {
            let expectation = match last.take() {
                Some((of, expectation)) if of == sequence => expectation,
                _ => self.oracle.expect(sequence),
            };
            if let Judgement::Strange(found) = self.oracle.judge(&expectation, run)
                && !self.found.contains(&found.symptom)
                && !strange
                    .iter()
                    .any(|(_, known)| known.symptom == found.symptom)
            {
                strange.push((sequence.clone(), found));
            }
            last = Some((sequence, expectation));
            self.learn(sequence, run);
        }
        let mut strange = strange.into_iter();
        while let Some((sequence, found)) = strange.next() {
            self.target.begin(Purpose::FollowUp);
            let pursued = self.pursue(&sequence, &found);
            let pursued = pursued.and_then(|()| self.blame_late());
            if pursued.is_err() || self.is_over() {
                self.count.open += strange.len() as u64;
                return pursued;
            }
        }
        (self.tell)(&Event::FuzzProgress(self.count));
        Ok(())
    }

    /// Plays sequences; counts them.
    pub(super) fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, T::Error> {
        let runs = match self.target.play(sequences) {
            Ok(runs) => runs,
            Err(error) => {
                if let Some(harm) = self.target.harm() {
                    self.note_late(sequences, harm);
                }
                return Err(error);
            }
        };
        self.count.runs += sequences.len() as u64;
        self.count.steps += sequences.iter().map(|it| it.len() as u64).sum::<u64>();
        Ok(runs)
    }

    /// Keeps a sequence if something about it is new.
    fn learn(&mut self, sequence: &Sequence, run: &Run) {
        let driver = self.oracle.driver().clone();
        let is_new = self
            .novelty
            .see(&self.oracle.model(), driver, sequence, run);
        self.count.seen = self.novelty.count();
        if self.novelty.has_forgotten() {
            self.tell_full(Full::Seen, self.options.most_seen);
        }
        if is_new && !self.kept.contains(sequence) {
            self.count.kept += 1;
            (self.tell)(&Event::FuzzKept {
                sequence: sequence.to_string(),
            });
            if self.kept.len() >= self.options.most_kept.max(1) {
                self.tell_full(Full::Kept, self.options.most_kept);
                let place = self.rng.usize(0..self.kept.len());
                self.kept.swap_remove(place);
            }
            self.kept.push(sequence.clone());
        }
    }

    /// Counts something strange that did not come up again.
    pub(super) fn doubt(&mut self, symptom: &str) {
        self.count.unconfirmed += 1;
        if self.doubts.add(symptom) {
            self.tell_full(Full::Unconfirmed, Suspicions::MOST);
        }
    }

    /// Tells that not all is held, once.
    fn tell_full(&mut self, what: Full, most: usize) {
        if self.full.insert(what) {
            let most = most as u64;
            (self.tell)(&Event::FuzzFull { what, most });
        }
    }
}

/// Every so many batches is a race.
const RACE_EVERY: u64 = 2;
/// Most moments of a sequence that is made of others.
const LONGEST: usize = 16;

/// Where chance begins for one of several who share the work.
#[must_use]
pub fn seed(seed: u64, shard: Option<&str>) -> u64 {
    shard.map_or(seed, |shard| {
        let mut hasher = DefaultHasher::new();
        (seed, shard).hash(&mut hasher);
        hasher.finish()
    })
}

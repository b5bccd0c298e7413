//! The loop: make up, play, judge, keep.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use fastrand::Rng;

use crate::driver::Sequence;
use crate::fuzz::Count;
use crate::fuzz::Event;
use crate::fuzz::Harm;
use crate::fuzz::Oracle;
use crate::fuzz::Target;
use crate::fuzz::novelty::Novelty;
use crate::fuzz::oracle::Judgement;
use crate::fuzz::oracle::Strange;
use crate::fuzz::race::Races;
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
    /// How often a race is run before it is let go; 0 if chance has no say in what comes of it.
    pub races: usize,
    /// Stop at the first find.
    pub first: bool,
    /// What sequences are made of.
    pub menu: Menu,
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
    pub(super) doubts: BTreeMap<String, u32>,
    /// What was done to the server while something else was followed up, and by what.
    pub(super) late: Option<(Sequence, Harm)>,
    generator: Generator,
    races: Races,
    rng: Rng,
    kept: Vec<Sequence>,
    novelty: Novelty,
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
            oracle,
            options,
            tell,
            count: Count::default(),
            found: BTreeSet::new(),
            doubts: BTreeMap::new(),
            late: None,
            races: Races::new(),
            kept: Vec::new(),
            novelty: Novelty::default(),
            turn: 0,
        }
    }

    /// How much was done so far.
    #[must_use]
    pub const fn count(&self) -> Count {
        self.count
    }

    /// Plays sequences that were kept from another time, and then makes up others until there were
    /// enough.
    ///
    /// # Errors
    ///
    /// If the target plays no more.
    pub fn run(&mut self, seeds: &[Sequence]) -> Result<(), T::Error> {
        for seeds in seeds.chunks(self.options.batch.max(1)) {
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
        if self.options.races > 0
            && self.turn % RACE_EVERY == 1
            && let Some(race) = self.races.next()
        {
            return vec![race; self.options.races];
        }
        let left = self
            .options
            .runs
            .map(|runs| runs - self.count.runs.min(runs));
        let left = left.and_then(|left| usize::try_from(left).ok());
        let size = self.options.batch.max(1).min(left.unwrap_or(usize::MAX));
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
        let runs = self.play(batch)?;
        if let Some(harm) = self.target.harm() {
            // What comes of a server that ends says nothing.
            self.blame(batch, &harm)?;
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
        for (sequence, strange) in strange {
            self.pursue(&sequence, &strange)?;
            if let Some((sequence, harm)) = self.late.take() {
                self.blame(&[sequence], &harm)?;
            }
            if self.is_over() {
                return Ok(());
            }
        }
        (self.tell)(&Event::FuzzProgress(self.count));
        Ok(())
    }

    /// Plays sequences; counts them.
    pub(super) fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, T::Error> {
        let runs = self.target.play(sequences)?;
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
        self.count.seen = self.novelty.len() as u64;
        if is_new && !self.kept.contains(sequence) {
            self.count.kept += 1;
            (self.tell)(&Event::FuzzKept {
                sequence: sequence.to_string(),
            });
            if self.kept.len() >= MOST_KEPT {
                let place = self.rng.usize(0..self.kept.len());
                self.kept.swap_remove(place);
            }
            self.kept.push(sequence.clone());
        }
    }

    /// Finds out which of `batch` did harm.
    fn blame(&mut self, batch: &[Sequence], harm: &Harm) -> Result<(), T::Error> {
        if self.found.contains(&harm.class) {
            return Ok(());
        }
        if !self.does(batch, &harm.class)? && !harm.is_certain {
            self.count.unconfirmed += 1;
            return Ok(());
        }
        self.found.insert(harm.class.clone());
        for sequence in batch {
            if self.does(std::slice::from_ref(sequence), &harm.class)? {
                return self.reduce_harm(sequence, harm);
            }
        }
        self.report_batch(batch, harm);
        Ok(())
    }

    /// Whether these do this harm when nothing else is played.
    pub(super) fn does(&mut self, batch: &[Sequence], class: &str) -> Result<bool, T::Error> {
        self.play(batch)?;
        Ok(self.target.harm().is_some_and(|harm| harm.class == class))
    }
}

/// Every so many batches is a race.
const RACE_EVERY: u64 = 2;
/// Most moments of a sequence that is made of others.
const LONGEST: usize = 16;
/// Most sequences that are kept in memory.
const MOST_KEPT: usize = 4000;

/// Where chance begins for one of several who share the work.
#[must_use]
pub fn seed(seed: u64, shard: Option<&str>) -> u64 {
    shard.map_or(seed, |shard| {
        let mut hasher = DefaultHasher::new();
        (seed, shard).hash(&mut hasher);
        hasher.finish()
    })
}

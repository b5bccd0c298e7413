//! Two servers compared: the same sequences on both, and the shortest witness of each difference.
//!
//! Servers have chance in them: what is sent in one moment comes out one way or the other. So a
//! sequence that comes out differently is run again and again on both servers, side by side, until
//! the answers differ by more than chance would have it, or do not. A difference is then made small.
//! A sequence that has a known witness in it is no news: it is left out. But where the difference is a
//! mere detail of a reply, such as a granted timeout, that detail is passed over from then on, so that
//! it hides nothing else.
//!
//! What may be chance is looked into again and again while there is time, the most remarkable first.
//!
//! Where one of the two is the model, the other is held against all that the model may answer, in
//! whatever order things come out that are done at once: how often it does means nothing.
//!
//! A [`Comparison`] is sans-I/O: it says what is to be run ([`Comparison::ask`]), and is told what came of
//! it ([`Comparison::tell`]); many tasks may be under way. [`in_lab`] lets two of the crate's own servers be
//! compared under virtual time.

mod cases;
mod class;
mod hints;
mod known;
mod lab;
mod options;
mod plan;
mod reference;
mod shape;
mod suspect;
mod tally;

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

pub use self::cases::CaseDifference;
pub use self::cases::Compared;
pub use self::cases::Side;
pub use self::cases::compare_case;
pub use self::class::Answer;
pub use self::class::Difference;
pub use self::lab::in_lab;
pub use self::options::Options;
pub use self::reference::Model;

use self::hints::Hint;
use self::hints::Hints;
use self::hints::REMARKABLE;
use self::known::Known;
use self::plan::Plan;
use self::reference::Reference;
use self::suspect::Progress;
use self::suspect::Suspect;
use self::tally::Scale;
use self::tally::Tally;
use crate::driver;
use crate::driver::Act;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::hunt::Generator;
use crate::hunt::Run;
use crate::server;

/// The JSON Schema of what `zkspec diff --format json` prints.
pub const SCHEMA: &str = include_str!("../../../schema/diff.schema.json");

/// Something to be run on both servers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Task {
    /// To be told with the answers.
    pub id: usize,
    /// What.
    pub sequence: Sequence,
    /// How often on each.
    pub times: usize,
}

/// How far it got.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Effort {
    /// Sequences tried.
    pub sequences: usize,
    /// Runs on each server.
    pub runs: usize,
    /// Sequences being looked into.
    pub suspects: usize,
    /// Differences found.
    pub differences: usize,
}

/// Two servers under comparison.
#[derive(Debug)]
pub struct Comparison {
    scale: Scale,
    plan: Plan,
    /// The hashes of sequences that were tried.
    seen: HashSet<u64>,
    /// What each task under way is for: a suspect, or a sequence that is tried.
    tasks: BTreeMap<usize, Option<usize>>,
    tried: BTreeMap<usize, Sequence>,
    hints: Hints,
    suspects: BTreeMap<usize, Suspect>,
    /// Moments that come out by chance, alike on both servers, and how often they were looked into:
    /// after that it is nothing new.
    chances: HashMap<Vec<Act>, usize>,
    known: Known,
    is_winding_down: bool,
    next_id: usize,
    effort: Effort,
}

/// Sequences that are looked into at once.
const MOST_SUSPECTS: usize = 4;
/// Random sequences that are passed over, one after the other, before there is nothing more to try.
const MOST_PASSED_OVER: usize = 1_000;
/// How often a moment is looked into that comes out by chance, while there is something new to try.
const MOST_LOOKS: usize = 2;
/// Sequences that are known to have been tried.
const MOST_SEEN: usize = 1 << 20;

impl Comparison {
    /// A comparison of servers like `model`, driven so.
    #[must_use]
    pub fn new(options: Options, model: server::Config, driver: driver::Config) -> Self {
        let menu = options.menu.clone();
        let reference = options.model.as_ref();
        let reference = reference.map(|model| Reference::new(model, driver.clone()));
        let generator = Generator::new(options.seed, menu, model, driver);
        Self {
            scale: Scale::new(reference, options.certain),
            plan: Plan::new(&options, generator),
            seen: HashSet::new(),
            tasks: BTreeMap::new(),
            tried: BTreeMap::new(),
            hints: Hints::default(),
            suspects: BTreeMap::new(),
            chances: HashMap::new(),
            known: Known::default(),
            is_winding_down: false,
            next_id: 0,
            effort: Effort::default(),
        }
    }

    /// What is to be run next; `None` if nothing is, for the time being.
    pub fn ask(&mut self) -> Option<Task> {
        if let Some(task) = self.look_into() {
            return Some(task);
        }
        while self.suspects.len() < MOST_SUSPECTS
            && let Some(hint) = self.hints.next()
        {
            self.suspect(hint);
        }
        if let Some(task) = self.look_into() {
            return Some(task);
        }
        // What is remarkable is worth more than what is made up.
        if self.plan.is_random()
            && let Some(task) = self.look_again(REMARKABLE)
        {
            return Some(task);
        }
        if !self.is_winding_down
            && let Some(task) = self.try_another()
        {
            return Some(task);
        }
        self.look_again(0.0)
    }

    /// Takes in what came of a task: an equal number of runs on each server.
    pub fn tell(&mut self, id: usize, a: Vec<Run>, b: Vec<Run>) {
        let Some(purpose) = self.tasks.remove(&id) else {
            return;
        };
        self.effort.runs += a.len().min(b.len());
        match purpose {
            Some(suspect) => self.heard(suspect, a, b),
            None => {
                if let Some(sequence) = self.tried.remove(&id) {
                    self.compare(sequence, a, b);
                }
            }
        }
    }

    /// Tries nothing new any more; what is suspicious is still looked into.
    pub const fn wind_down(&mut self) {
        self.is_winding_down = true;
    }

    /// Whether there is nothing left to look into.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.suspects.is_empty() && self.tasks.is_empty() && self.hints.is_empty()
    }

    /// Ends it: what is sure by now counts as it is. How many sequences are left that are answered so
    /// differently that it is hardly chance.
    pub fn finish(&mut self) -> usize {
        while let Some(hint) = self.hints.next_sure() {
            self.suspect(hint);
        }
        for (_, suspect) in std::mem::take(&mut self.suspects) {
            match suspect.stop() {
                Progress::Found(difference) => self.found_one(*difference),
                Progress::Nothing(hint) => self.put_away(hint),
                Progress::More | Progress::Known(..) => {}
            }
        }
        self.hints.unresolved()
    }

    /// What was found so far.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        self.known.all()
    }

    /// How far it got.
    #[must_use]
    pub fn effort(&self) -> Effort {
        Effort {
            suspects: self.suspects.len() + self.hints.waiting(),
            differences: self.known.all().len(),
            ..self.effort
        }
    }

    fn next_id(&mut self) -> usize {
        self.next_id += 1;
        self.next_id
    }

    fn task(&mut self, sequence: Sequence, times: usize, purpose: Option<usize>) -> Task {
        let id = self.next_id();
        self.tasks.insert(id, purpose);
        Task {
            id,
            sequence,
            times,
        }
    }

    /// What a suspect without a task wants to know.
    fn look_into(&mut self) -> Option<Task> {
        loop {
            let is_busy = |id: &usize| self.tasks.values().any(|purpose| *purpose == Some(*id));
            let idle = self.suspects.keys().copied().find(|id| !is_busy(id))?;
            match self.suspects.get_mut(&idle)?.ask() {
                Some((sequence, times)) => return Some(self.task(sequence, times, Some(idle))),
                // There is nothing smaller.
                None => self.heard(idle, Vec::new(), Vec::new()),
            }
        }
    }

    /// Begins to look into a sequence.
    fn suspect(&mut self, hint: Hint) {
        let id = self.next_id();
        self.suspects.insert(id, Suspect::new(hint));
    }

    /// Looks again into what was put away, if servers differ in it by so many standard deviations.
    fn look_again(&mut self, least: f64) -> Option<Task> {
        if self.suspects.len() >= MOST_SUSPECTS {
            return None;
        }
        let hint = self.hints.again(least)?;
        self.suspect(hint);
        self.look_into()
    }

    /// Puts away for later what may be chance.
    fn put_away(&mut self, hint: Hint) {
        if !self.known.hides(&hint.sequence) {
            self.hints.put_away(hint);
        }
    }

    fn try_another(&mut self) -> Option<Task> {
        for _ in 0..MOST_PASSED_OVER {
            let (sequence, times) = self.plan.next()?;
            if self.known.hides(&sequence) || !self.is_new(&sequence) {
                continue;
            }
            self.effort.sequences += 1;
            let task = self.task(sequence.clone(), times, None);
            self.tried.insert(task.id, sequence);
            return Some(task);
        }
        None
    }

    /// Whether nobody remembers that a sequence was tried.
    fn is_new(&mut self, sequence: &Sequence) -> bool {
        if self.seen.len() >= MOST_SEEN {
            self.seen.clear();
        }
        let mut hasher = DefaultHasher::new();
        sequence.hash(&mut hasher);
        self.seen.insert(hasher.finish())
    }

    fn compare(&mut self, sequence: Sequence, a: Vec<Run>, b: Vec<Run>) {
        let mut tally = Tally::new(&self.scale, &sequence);
        tally.add(a, b);
        let Some(at) = tally.open_question() else {
            return;
        };
        let sequence = sequence.up_to(at);
        let tally = tally.up_to(at, &sequence);
        let is_chance = sequence
            .0
            .last()
            .and_then(|it| self.chances.get(&acts(it)))
            .is_some_and(|looks| *looks >= MOST_LOOKS);
        if self.known.hides(&sequence) || self.hints.holds(&sequence) {
            return;
        }
        let hint = Hint::new(sequence, tally);
        if is_chance {
            self.put_away(hint);
        } else {
            self.hints.add(hint);
        }
    }

    fn heard(&mut self, id: usize, a: Vec<Run>, b: Vec<Run>) {
        let Some(suspect) = self.suspects.get_mut(&id) else {
            return;
        };
        match suspect.tell(a, b, &self.known) {
            Progress::More => {}
            Progress::Known(sequence, at) => {
                self.suspects.remove(&id);
                self.known.also(at, sequence);
            }
            Progress::Nothing(hint) => {
                self.suspects.remove(&id);
                if let Some(moment) = hint.sequence.0.last().filter(|moment| moment.0.len() > 1) {
                    *self.chances.entry(acts(moment)).or_default() += 1;
                }
                self.put_away(hint);
            }
            Progress::Found(difference) => {
                self.suspects.remove(&id);
                self.found_one(*difference);
            }
        }
    }

    /// Takes in a difference, which may be one that is known.
    fn found_one(&mut self, difference: Difference) {
        let details = difference.details.clone();
        if self.known.add(difference) {
            details.into_iter().for_each(|it| self.scale.leave_out(it));
            let known = &self.known;
            self.hints.drop_if(|sequence| known.hides(sequence));
        }
    }
}

/// What is done in a moment.
fn acts(moment: &Moment) -> Vec<Act> {
    let steps = moment.0.iter();
    steps.map(|step| step.symbol.act).collect()
}

//! Whether a server that says nothing is silent, or slow.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::driver::Act;
use crate::driver::Config;
use crate::driver::Knob;
use crate::driver::SILENT;
use crate::driver::STAYS_OPEN;
use crate::driver::Sequence;
use crate::driver::Step;
use crate::driver::slowest_answer;
use crate::hunt::Run;

/// How slow a server is, as far as that is known.
///
/// Silence of each kind is awaited once for as long as any answer may take. If something comes after
/// all, the server is slow, and all silence has to last longer from then on.
#[derive(Debug)]
pub(super) struct Slowness {
    /// How long it is silent that leaves something without an answer.
    quiet: Duration,
    /// How long it is where that is not known yet.
    most: Duration,
    /// What it does leave without an answer.
    silent: BTreeSet<Kind>,
}

/// What is done that a server may leave without an answer.
type Kind = BTreeSet<Word>;

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Word {
    Act(Act),
    Knob(Knob),
}

/// Silence has to last so many times as long as the slowest answer took.
const TIMES: u32 = 2;

impl Slowness {
    pub(super) fn new(driver: &Config) -> Self {
        Self {
            quiet: driver.quiet,
            most: driver.patience.max(driver.quiet),
            silent: BTreeSet::new(),
        }
    }

    /// How long silence has to last, usually.
    pub(super) const fn quiet(&self) -> Duration {
        self.quiet
    }

    /// Takes in a run in which silence had to last `quiet`: for how long it has to in another one, if
    /// that was too hasty.
    pub(super) fn hasty(
        &mut self,
        sequence: &Sequence,
        run: &Run,
        quiet: Duration,
    ) -> Option<Duration> {
        let silent = silence(sequence, run);
        if quiet >= self.most {
            if !sequence.takes_long() {
                let slowest = slowest_answer(&run.log).unwrap_or_default();
                self.quiet = self.quiet.max(slowest * TIMES).min(self.most);
            }
            self.silent.extend(silent);
            return None;
        }
        if !self.silent.contains(&silent?) {
            return Some(self.most);
        }
        (self.quiet >= quiet * TIMES).then_some(self.quiet)
    }
}

/// What nothing came of first, or not the end of the connection; whatever is done after that on a
/// connection has no answer either.
fn silence(sequence: &Sequence, run: &Run) -> Option<Kind> {
    let is_silent = |said: &str| said.contains(SILENT) || said.contains(STAYS_OPEN);
    let mut moments = sequence.0.iter().zip(&run.answers);
    let (moment, _) = moments.find(|(_, said)| is_silent(said))?;
    let words = moment.0.iter().flat_map(words);
    let kind: Kind = words.collect();
    // For anything else one waits patiently anyway, and long for who lingers.
    (!kind.is_empty() && !kind.contains(&Word::Act(Act::Linger))).then_some(kind)
}

/// What a server may leave without an answer in a step.
fn words(step: &Step) -> Vec<Word> {
    let act = step.symbol.act;
    if act.may_be_silent() {
        return vec![Word::Act(act)];
    }
    let knobs = step.twists.iter().map(|twist| twist.knob);
    let knobs = knobs.filter(|knob| knob.may_be_silent());
    knobs.map(Word::Knob).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::Instant;
    use crate::player::Event;
    use crate::player::Happening;

    const PATIENCE: Duration = Duration::from_secs(2);
    const QUIET: Duration = Duration::from_millis(250);

    fn slowness() -> Slowness {
        Slowness::new(&Config {
            quiet: QUIET,
            patience: PATIENCE,
            ..Config::default()
        })
    }

    fn sequence() -> Sequence {
        "a.open a.empty".parse().expect("a sequence")
    }

    /// A run that ends with that, so many milliseconds after the last was sent.
    fn run(said: &str, millis: u64) -> Run {
        let event = |at, what| Event {
            at: Instant::default() + Duration::from_millis(at),
            connection: "a1".to_owned(),
            what,
        };
        Run {
            answers: vec!["open".into(), said.into()],
            log: vec![
                event(0, Happening::Sent(Vec::new())),
                event(millis, Happening::Received(Vec::new())),
            ],
        }
    }

    #[test]
    fn silence_is_awaited_patiently_once_for_each_kind() {
        let mut slowness = slowness();
        let silent = run("silent", 0);
        let mut hasty = |quiet| slowness.hasty(&sequence(), &silent, quiet);
        assert_eq!(hasty(QUIET), Some(PATIENCE));
        assert_eq!(hasty(PATIENCE), None);
        assert_eq!(hasty(QUIET), None, "by now that is known");
        let other = "a.open a.partial".parse().expect("a sequence");
        let doubted = slowness.hasty(&other, &silent, QUIET);
        assert_eq!(doubted, Some(PATIENCE), "and of that nothing is");
        let waited = "a.open a.ping".parse().expect("a sequence");
        assert_eq!(slowness.hasty(&waited, &silent, QUIET), None);
    }

    #[test]
    fn who_is_slow_is_given_more_time_from_then_on() {
        let mut slowness = slowness();
        let late = run("closed", 400);
        assert_eq!(slowness.hasty(&sequence(), &late, PATIENCE), None);
        let longer = Duration::from_millis(800);
        assert_eq!(slowness.quiet(), longer);
        let silent = run("silent", 0);
        assert_eq!(slowness.hasty(&sequence(), &silent, PATIENCE), None);
        let again = slowness.hasty(&sequence(), &silent, QUIET);
        assert_eq!(again, Some(longer), "that was too hasty");
        assert_eq!(slowness.hasty(&sequence(), &silent, longer), None);
    }

    #[test]
    fn nobody_waits_longer_than_for_any_answer() {
        let mut slowness = slowness();
        let late = run("closed", 1900);
        assert_eq!(slowness.hasty(&sequence(), &late, PATIENCE), None);
        assert_eq!(slowness.quiet(), PATIENCE);
    }
}

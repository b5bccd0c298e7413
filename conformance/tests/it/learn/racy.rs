//! Systems that contradict themselves.

use std::convert::Infallible;
use std::sync::Arc;

use fastrand::Rng;
use zk_conformance::learn::Alone;
use zk_conformance::learn::End;
use zk_conformance::learn::Learned;
use zk_conformance::learn::Mealy;
use zk_conformance::learn::Options;
use zk_conformance::learn::System;
use zk_conformance::learn::compare;
use zk_conformance::learn::learn;

use super::Known;
use super::lock;
use super::machine;

/// A machine that now and then says something else.
struct Noisy {
    known: Known,
    rng: Rng,
    /// How many of 100 answers are wrong, on which input.
    percent: u8,
    input: Option<usize>,
}

impl System for Noisy {
    type Error = Infallible;

    fn reset(&mut self) -> Result<(), Infallible> {
        self.known.reset()
    }

    fn step(&mut self, input: usize) -> Result<Arc<str>, Infallible> {
        let output = self.known.step(input)?;
        let is_noisy = self.input.is_none_or(|noisy| noisy == input);
        Ok(if is_noisy && self.rng.u8(0..100) < self.percent {
            "noise".into()
        } else {
            output
        })
    }
}

fn learned(machine: &Mealy, percent: u8, input: Option<usize>) -> Learned<Infallible> {
    let mut teacher = Alone(Noisy {
        known: Known::new(machine.clone()),
        rng: Rng::with_seed(11),
        percent,
        input,
    });
    let options = Options {
        extra_states: 1,
        max_words: 200_000,
        ..Options::default()
    };
    let learned = learn(&mut teacher, &machine.alphabet, &options, &mut |_| {});
    assert_eq!(learned.words, teacher.0.known.resets);
    learned
}

#[test]
fn rare_noise_is_outvoted() {
    let lock = lock(4);
    let learned = learned(&lock, 1, None);
    assert_eq!(learned.end, End::Complete);
    assert!(!learned.conflicts.is_empty(), "it was noticed");
    for conflict in &learned.conflicts {
        assert_eq!(conflict.outputs.len(), 2, "{conflict:?}");
        let settled = conflict.settled.as_deref();
        assert!(
            settled.is_some_and(|output| output != "noise"),
            "{conflict:?}"
        );
    }
    let model = learned.model.expect("a model");
    assert!(compare(&lock, &model, usize::MAX).is_same());
}

#[test]
fn one_racy_input_leaves_the_rest_to_be_learned() {
    // Three states in a ring; `toss` is a coin in the first and leads on everywhere.
    let ring = machine(
        &["next", "toss"],
        &[
            &[("one", 1), ("heads", 1)],
            &[("two", 2), ("still", 1)],
            &[("three", 0), ("still", 2)],
        ],
    );
    struct Coin(Known, Rng);
    impl System for Coin {
        type Error = Infallible;
        fn reset(&mut self) -> Result<(), Infallible> {
            self.0.reset()
        }
        fn step(&mut self, input: usize) -> Result<Arc<str>, Infallible> {
            let output = self.0.step(input)?;
            let is_tails = &*output == "heads" && self.1.bool();
            Ok(if is_tails { "tails".into() } else { output })
        }
    }
    let mut teacher = Alone(Coin(Known::new(ring.clone()), Rng::with_seed(5)));
    let learned = learn(
        &mut teacher,
        &ring.alphabet,
        &Options::default(),
        &mut |_| {},
    );
    assert_eq!(learned.end, End::Complete);
    let first = &learned.conflicts[0];
    assert_eq!((&first.word[..], &first.settled), (&[1][..], &None));
    assert!(first.outputs.keys().map(|it| &**it).eq(["heads", "tails"]));
    let model = learned.model.expect("a model");
    let expected = machine(
        &["next", "toss"],
        &[
            &[("one", 1), ("racy", 3)],
            &[("two", 2), ("still", 1)],
            &[("three", 0), ("still", 2)],
            &[("not followed", 3), ("not followed", 3)],
        ],
    );
    assert!(
        compare(&expected, &model, usize::MAX).is_same(),
        "{model:?}"
    );
    assert_eq!(model.states.len(), 4);
}

#[test]
fn a_system_of_pure_chance_is_reported_and_ends() {
    struct Chance(Rng);
    impl System for Chance {
        type Error = Infallible;
        fn reset(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
        fn step(&mut self, _input: usize) -> Result<Arc<str>, Infallible> {
            Ok(self.0.u8(0..3).to_string().into())
        }
    }
    let alphabet: Vec<String> = (0..6).map(|input| input.to_string()).collect();
    let mut teacher = Alone(Chance(Rng::with_seed(1)));
    let learned = learn(&mut teacher, &alphabet, &Options::default(), &mut |_| {});
    assert_eq!(learned.end, End::Complete);
    assert!(learned.conflicts.len() >= alphabet.len());
    assert!(learned.conflicts.iter().all(|it| it.settled.is_none()));
    let model = learned.model.expect("a model");
    assert!(model.states[0].iter().all(|it| &*it.output == "racy"));
    assert!(learned.words < 5_000, "{} words", learned.words);
}

#[test]
fn much_noise_on_one_input_does_not_hide_the_others() {
    let ring = machine(
        &["next", "look"],
        &[
            &[("one", 1), ("-", 0)],
            &[("two", 2), ("-", 1)],
            &[("three", 0), ("-", 2)],
        ],
    );
    let learned = learned(&ring, 50, Some(1));
    let model = learned.model.expect("a model");
    let outputs = model.run(&[0, 0, 0, 0, 1]);
    assert!(
        outputs
            .iter()
            .map(|it| &**it)
            .eq(["one", "two", "three", "one", "racy"])
    );
}

/// Every word is answered by chance somewhere, and each time in another place: there is no end to
/// what could be asked.
#[test]
fn a_system_with_ever_more_races_is_given_up() {
    struct Unsteady(Rng, bool);
    impl System for Unsteady {
        type Error = Infallible;
        fn reset(&mut self) -> Result<(), Infallible> {
            self.1 = true;
            Ok(())
        }
        fn step(&mut self, input: usize) -> Result<Arc<str>, Infallible> {
            // Once it has stumbled it is steady, so that words go on behind it.
            let stumbles = self.1 && input == 1 && self.0.u8(0..3) == 0;
            self.1 &= !stumbles;
            Ok(if stumbles { "stumbles" } else { "steady" }.into())
        }
    }
    let alphabet = ["walk".to_owned(), "run".to_owned()];
    let options = Options {
        max_racy: 7,
        max_words: 200_000,
        ..Options::default()
    };
    let mut teacher = Alone(Unsteady(Rng::with_seed(1), true));
    let learned = learn(&mut teacher, &alphabet, &options, &mut |_| {});
    assert_eq!(learned.end, End::TooRacy);
    let racy = learned.conflicts.iter().filter(|it| it.settled.is_none());
    assert!(racy.count() > 7);
    assert!(learned.words < 5_000, "{} words", learned.words);
}

//! The learner, against machines that are known.

mod driver;
mod models;
mod quiet;
mod racy;

use std::convert::Infallible;
use std::sync::Arc;

use fastrand::Rng;
use proptest::prelude::*;
use zk_conformance::learn::Alone;
use zk_conformance::learn::End;
use zk_conformance::learn::Learned;
use zk_conformance::learn::Mealy;
use zk_conformance::learn::ModelFile;
use zk_conformance::learn::Options;
use zk_conformance::learn::System;
use zk_conformance::learn::Transition;
use zk_conformance::learn::compare;
use zk_conformance::learn::learn;

/// A machine as a system, which counts its resets.
struct Known {
    machine: Mealy,
    state: usize,
    resets: usize,
}

impl Known {
    fn new(machine: Mealy) -> Self {
        Self {
            machine,
            state: 0,
            resets: 0,
        }
    }
}

impl System for Known {
    type Error = Infallible;

    fn reset(&mut self) -> Result<(), Infallible> {
        self.state = 0;
        self.resets += 1;
        Ok(())
    }

    fn step(&mut self, input: usize) -> Result<Arc<str>, Infallible> {
        let Transition { output, to } = self.machine.transition(self.state, input).clone();
        self.state = to;
        Ok(output)
    }
}

/// A machine from `rows`: for each state and input an output and a state.
fn machine(alphabet: &[&str], rows: &[&[(&str, usize)]]) -> Mealy {
    let row = |row: &&[(&str, usize)]| {
        let transition = |&(output, to): &(&str, usize)| Transition {
            output: output.into(),
            to,
        };
        row.iter().map(transition).collect()
    };
    Mealy {
        alphabet: alphabet.iter().map(ToString::to_string).collect(),
        states: rows.iter().map(row).collect(),
    }
}

fn learned(machine: &Mealy, options: &Options) -> Learned<Infallible> {
    let mut teacher = Alone(Known::new(machine.clone()));
    let learned = learn(&mut teacher, &machine.alphabet, options, &mut |_| {});
    assert_eq!(learned.words, teacher.0.resets, "every word is counted");
    assert_eq!(learned.end, End::Complete);
    assert!(learned.conflicts.is_empty());
    learned
}

/// Machines of up to `states` states and `inputs` inputs, with few outputs.
fn machines(states: usize, inputs: usize) -> impl Strategy<Value = Mealy> {
    (1..=states, 1..=inputs).prop_flat_map(|(states, inputs)| {
        let transition = (0..3_u8, 0..states).prop_map(|(output, to)| Transition {
            output: output.to_string().into(),
            to,
        });
        let row = prop::collection::vec(transition, inputs);
        let rows = prop::collection::vec(row, states);
        let alphabet = (0..inputs).map(|input| format!("i{input}"));
        let alphabet: Vec<String> = alphabet.collect();
        rows.prop_map(move |states| Mealy {
            alphabet: alphabet.clone(),
            states,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Systematic words for as many states as there can be find the whole truth, without chance.
    #[test]
    fn a_small_machine_is_learned_for_sure(machine in machines(4, 2), seed in any::<u64>()) {
        let options = Options { seed, random_words: 0, extra_states: 3, ..Options::default() };
        let model = learned(&machine, &options).model.expect("a model");
        prop_assert!(compare(&machine, &model, usize::MAX).is_same());
    }

    #[test]
    fn a_machine_is_learned(machine in machines(12, 5), seed in any::<u64>()) {
        let options = Options { seed, random_words: 2_000, extra_states: 1, ..Options::default() };
        let model = learned(&machine, &options).model.expect("a model");
        prop_assert!(compare(&machine, &model, usize::MAX).is_same());
        prop_assert!(model.states.len() <= machine.states.len());
        prop_assert_eq!(model.canonical(), model.clone(), "states come in their order");
    }

    #[test]
    fn a_model_comes_back_from_its_file(machine in machines(6, 4)) {
        let machine = machine.canonical();
        let file = ModelFile::new("a machine", &machine, &[], &[]);
        let text = serde_json::to_string(&file).expect("JSON");
        let read: ModelFile = serde_json::from_str(&text).expect("a file");
        prop_assert_eq!(read.model().expect("a model"), machine);
    }

    /// A word that is said to tell two machines apart does, and none that is shorter.
    #[test]
    fn the_difference_is_the_shortest(left in machines(4, 2), right in machines(4, 2)) {
        let comparison = compare(&left, &right, usize::MAX);
        let shared = left.alphabet.len().min(right.alphabet.len());
        let brute = shortest_difference(&left, &right, shared);
        let found = comparison.differences.first();
        prop_assert_eq!(found.map(|difference| difference.word.len()), brute);
        if let Some(difference) = found {
            let word: Vec<usize> = difference
                .word
                .iter()
                .map(|name| left.alphabet.iter().position(|known| known == name).expect("a name"))
                .collect();
            let (left, right) = (left.run(&word), right.run(&word));
            prop_assert_eq!(left.last(), Some(&difference.left));
            prop_assert_eq!(right.last(), Some(&difference.right));
            prop_assert_ne!(left.last(), right.last());
        }
    }
}

/// The length of the shortest word over the first `inputs` that two machines answer differently,
/// found by trying them all.
fn shortest_difference(left: &Mealy, right: &Mealy, inputs: usize) -> Option<usize> {
    let mut pairs = vec![(0, 0)];
    for length in 1..=left.states.len() * right.states.len() {
        let mut next = Vec::new();
        for (one, other) in pairs {
            for input in 0..inputs {
                let left = left.transition(one, input);
                let right = right.transition(other, input);
                if left.output != right.output {
                    return Some(length);
                }
                next.push((left.to, right.to));
            }
        }
        next.sort_unstable();
        next.dedup();
        pairs = next;
    }
    None
}

/// A lock of `digits`: only the right inputs in order open it, any other sends it back.
fn lock(digits: usize) -> Mealy {
    let alphabet: Vec<String> = (0..4).map(|digit| digit.to_string()).collect();
    let row = |state: usize| {
        (0..4).map(move |digit| {
            let is_right = digit == (state * 7 + 3) % 4;
            let to = if is_right { (state + 1) % digits } else { 0 };
            let output = if is_right && to == 0 { "open" } else { "no" };
            Transition {
                output: output.into(),
                to,
            }
        })
    };
    Mealy {
        alphabet,
        states: (0..digits).map(|state| row(state).collect()).collect(),
    }
}

#[test]
fn a_lock_is_picked() {
    // By chance alone it would open once in a thousand words.
    let lock = lock(5);
    let options = Options {
        random_words: 4_000,
        extra_states: 1,
        ..Options::default()
    };
    let model = learned(&lock, &options).model.expect("a model");
    assert!(compare(&lock, &model, usize::MAX).is_same());
}

/// What is behind seven equal inputs is found since chance repeats itself.
#[test]
fn a_counter_is_learned() {
    let rows: Vec<Vec<(&str, usize)>> = (0..8)
        .map(|at| {
            let tick = if at == 7 { ("ring", 7) } else { ("-", at + 1) };
            vec![tick, ("-", 0), ("-", at), ("-", at)]
        })
        .collect();
    let rows: Vec<&[(&str, usize)]> = rows.iter().map(Vec::as_slice).collect();
    let counter = machine(&["tick", "reset", "look", "wait"], &rows);
    let model = learned(&counter, &Options::default())
        .model
        .expect("a model");
    assert_eq!(model.states.len(), 8);
    assert!(compare(&counter, &model, usize::MAX).is_same());
}

#[test]
fn a_machine_without_inputs_is_one_state() {
    let model = learned(&machine(&[], &[&[]]), &Options::default());
    assert_eq!(model.model.expect("a model").states.len(), 1);
}

#[test]
fn the_same_seed_asks_the_same() {
    let mut rng = Rng::with_seed(3);
    let states = (0..20).map(|_| {
        let row = (0..6).map(|_| Transition {
            output: rng.u8(0..3).to_string().into(),
            to: rng.usize(0..20),
        });
        row.collect()
    });
    let machine = Mealy {
        alphabet: (0..6).map(|input| input.to_string()).collect(),
        states: states.collect(),
    };
    let options = Options::default();
    let (one, other) = (learned(&machine, &options), learned(&machine, &options));
    assert_eq!((one.words, one.steps), (other.words, other.steps));
    assert_eq!(one.model, other.model);
    assert!(compare(&machine, &one.model.expect("a model"), usize::MAX).is_same());
}

#[test]
fn it_stops_when_the_words_run_out() {
    let lock = lock(9);
    let options = Options {
        max_words: 60,
        ..Options::default()
    };
    let mut teacher = Alone(Known::new(lock.clone()));
    let learned = learn(&mut teacher, &lock.alphabet, &options, &mut |_| {});
    assert_eq!(learned.end, End::OutOfWords);
    assert!(learned.words <= 60);
    assert!(learned.model.is_some(), "the latest hypothesis");
}

/// More words than there is memory for, of which few are asked.
#[test]
fn words_are_made_up_as_they_are_asked() {
    let lock = lock(5);
    for (extra_states, random_words) in [(20, 0), (0, usize::MAX)] {
        let options = Options {
            extra_states,
            random_words,
            max_words: 3_000,
            ..Options::default()
        };
        let mut teacher = Alone(Known::new(lock.clone()));
        let learned = learn(&mut teacher, &lock.alphabet, &options, &mut |_| {});
        assert_eq!(learned.end, End::OutOfWords);
        assert!(learned.words > 2_000, "{} words", learned.words);
    }
}

#[test]
fn every_kind_of_difference_is_told_once() {
    let left = machine(
        &["push", "pull"],
        &[&[("a", 1), ("b", 0)], &[("a", 0), ("c", 1)]],
    );
    let right = machine(
        &["push", "pull", "turn"],
        &[
            &[("a", 1), ("x", 0), ("-", 0)],
            &[("a", 0), ("c", 0), ("-", 0)],
        ],
    );
    let comparison = compare(&left, &right, usize::MAX);
    assert_eq!(comparison.only_right, ["turn"]);
    let [difference, second, third] = &comparison.differences[..] else {
        panic!("three kinds: {comparison:?}");
    };
    assert_eq!(difference.word, ["pull"]);
    assert_eq!((&*difference.left, &*difference.right), ("b", "x"));
    assert_eq!(second.word, ["push", "pull", "pull"]);
    assert_eq!((&*second.left, &*second.right), ("c", "x"));
    assert_eq!(third.word, ["push", "pull", "push", "pull"]);
    assert_eq!(
        compare(&left, &right, 2).differences.len(),
        1,
        "none so short"
    );
}

#[test]
fn a_file_that_is_no_model_says_why() {
    let file = |transitions: &str| {
        let text = format!(
            r#"{{"version":1,"about":"","alphabet":["a"],"states":[{{"state":0,"access":""}}],
                "transitions":[{transitions}]}}"#
        );
        let file: ModelFile = serde_json::from_str(&text).expect("JSON");
        file.model().expect_err("no model").to_string()
    };
    let row = |from: usize, input: &str, to: usize| {
        format!(r#"{{"from":{from},"input":"{input}","output":"x","to":{to}}}"#)
    };
    assert_eq!(file(""), r#"state 0 has no transition for "a""#);
    assert_eq!(file(&row(0, "a", 4)), "transition 0: there is no state 4");
    assert_eq!(
        file(&row(0, "b", 0)),
        r#"transition 0: there is no input called "b" in the alphabet"#
    );
    let twice = [row(0, "a", 0), row(0, "a", 0)].join(",");
    assert_eq!(file(&twice), r#"transition 1: state 0 has "a" twice"#);

    let row = row(0, "a", 0);
    let text = format!(
        r#"{{"version":1,"about":"","alphabet":["a"],"states":[{{"state":1,"access":""}}],
            "transitions":[{row}]}}"#
    );
    let file: ModelFile = serde_json::from_str(&text).expect("JSON");
    let error = file.model().expect_err("no model").to_string();
    assert_eq!(error, "state 1 stands where state 0 should");
}

//! Runs an engine beside a model of it, step by step, on steps that chance makes up.
//!
//! Chance begins at the same place every time, so what fails fails again, and nothing is kept in
//! files.

use std::cell::Cell;
use std::ops::Range;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Once;

use proptest::test_runner::Config;
use proptest::test_runner::RngSeed;
use proptest::test_runner::TestError;
use proptest::test_runner::TestRunner;
use proptest_state_machine::ReferenceStateMachine;
use proptest_state_machine::StateMachineTest;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) runs: u32,
    /// A run has fewer steps than this.
    pub(crate) steps: usize,
}

/// Fails if engine and model come apart.
#[track_caller]
pub(crate) fn hold<T: StateMachineTest>(effort: Effort) {
    let failure = run::<T>(effort).err();
    assert!(failure.is_none(), "{failure:#?}");
}

/// Fails unless engine and model come apart, with these words, and after so many steps at most
/// once the run is made small.
#[track_caller]
pub(crate) fn come_apart<T: StateMachineTest>(effort: Effort, at_most: usize, words: &str) {
    let failure = run::<T>(effort).expect_err("nothing is noticed");
    assert!(failure.steps.len() <= at_most, "not small: {failure:#?}");
    assert!(failure.why.contains(words), "not {words:?}: {failure:#?}");
}

/// A run that fails, made as small as it gets.
#[derive(Debug)]
struct Failure<S, T> {
    start: S,
    steps: Vec<T>,
    why: String,
}

type State<T> = <<T as StateMachineTest>::Reference as ReferenceStateMachine>::State;
type Step<T> = <<T as StateMachineTest>::Reference as ReferenceStateMachine>::Transition;

fn run<T: StateMachineTest>(effort: Effort) -> Result<(), Failure<State<T>, Step<T>>> {
    let config = Config {
        cases: effort.runs,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        max_shrink_iters: 500,
        ..Config::default()
    };
    let runs = T::Reference::sequential_strategy(1..effort.steps);
    let mut runner = TestRunner::new(config.clone());
    let outcome = quietly(|| {
        runner.run(&runs, |(start, steps, seen)| {
            T::test_sequential(config.clone(), start, steps, seen);
            Ok(())
        })
    });
    outcome.map_err(|error| match error {
        TestError::Fail(why, (start, steps, _)) => {
            let why = why.message().to_owned();
            let mut failure = Failure { start, steps, why };
            quietly(|| leave_out::<T>(&config, &mut failure));
            failure
        }
        TestError::Abort(why) => unreachable!("not tried: {why}"),
    })
}

/// Leaves out steps that are not needed, up to three at once, until all are: the runner tries each
/// by itself, and but once.
fn leave_out<T: StateMachineTest>(config: &Config, failure: &mut Failure<State<T>, Step<T>>) {
    let mut places = places(failure.steps.len());
    while let Some(place) = places.next() {
        let mut fewer = failure.steps.clone();
        fewer.drain(place);
        let again = panic::catch_unwind(AssertUnwindSafe(|| {
            T::test_sequential(config.clone(), failure.start.clone(), fewer.clone(), None);
        }));
        if let Err(panic) = again {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            failure.why = text.unwrap_or_default().to_owned();
            failure.steps = fewer;
            places = self::places(failure.steps.len());
        }
    }
}

fn places(steps: usize) -> impl Iterator<Item = Range<usize>> {
    (1..=3).flat_map(move |count| (count..=steps).rev().map(move |end| end - count..end))
}

/// Has the panics by which runs fail, hundreds of them, say nothing: the last of them is told.
fn quietly<R>(tries: impl FnOnce() -> R) -> R {
    static HOOK: Once = Once::new();
    thread_local! {
        static IS_QUIET: Cell<bool> = const { Cell::new(false) };
    }

    HOOK.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_QUIET.get() {
                tell(panic);
            }
        }));
    });
    IS_QUIET.set(true);
    let found = tries();
    IS_QUIET.set(false);
    found
}

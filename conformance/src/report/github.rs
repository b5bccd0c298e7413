//! GitHub's workflow commands: lines that a job prints to have annotations made of them.

use std::fmt::Write;

use crate::report::Mark;
use crate::report::Run;

/// How many annotations of a kind GitHub shows of one step; the rest is dropped without a word.
const SHOWN: usize = 10;

/// An error for each case that failed, a notice for each that differs where it may, a warning for
/// what could not be found out.
///
/// GitHub shows ten of a kind: where there are more, the tenth says how many.
#[must_use]
pub fn annotations(runs: &[Run]) -> String {
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    let mut notices = Vec::new();
    for run in runs {
        let product = &run.info.product;
        for remark in run.remarks() {
            errors.push((format!("{product}: the run as a whole"), remark));
        }
        for case in &run.cases {
            let list = match run.mark(case) {
                Mark::Passed | Mark::Tolerated | Mark::Skipped | Mark::Excused | Mark::Blocked => {
                    continue;
                }
                Mark::Differs => &mut notices,
                Mark::Untested => &mut warnings,
                Mark::Failed => &mut errors,
            };
            let title = format!("{product}: {} {} {}", case.id, case.level, case.name);
            let mut text = format!("{}\n{}", case.title, case.remark());
            if case.problem().is_some() {
                let _ = write!(text, "\nwhy: {}", case.why);
            }
            list.push((title, text));
        }
    }
    let mut text = String::new();
    for (command, list) in [
        ("error", errors),
        ("warning", warnings),
        ("notice", notices),
    ] {
        say(&mut text, command, list);
    }
    text
}

fn say(text: &mut String, command: &str, mut list: Vec<(String, String)>) {
    if list.len() > SHOWN {
        let rest: Vec<_> = list.drain(SHOWN - 1..).map(|(title, _)| title).collect();
        list.push((format!("and {} more", rest.len()), rest.join("\n")));
    }
    for (title, message) in list {
        let (title, message) = (property(&title), data(&message));
        let _ = writeln!(text, "::{command} title={title}::{message}");
    }
}

/// A message as `@actions/core` escapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property as `@actions/core` escapes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

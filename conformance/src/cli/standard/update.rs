//! Expectation files brought up to date, with their comments kept.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use toml_edit::ArrayOfTables;
use toml_edit::Document;
use toml_edit::DocumentMut;
use toml_edit::Item;
use toml_edit::Table;
use toml_edit::value;

use crate::cli::Trouble;
use crate::cli::sink::Sink;
use crate::judge::Broken;
use crate::judge::EntryFault;
use crate::judge::Event;
use crate::judge::Problem;
use crate::judge::Verdict;

/// What a new file begins with.
const HEAD: &str = "\
# What this server is known to do wrong. An entry that is no longer true fails the run.
schema = 1
";

/// What a reason says until somebody gives one.
const NO_REASON: &str = "not explained yet";

/// Brings one expectation file up to date with a run.
#[derive(Debug)]
pub(in crate::cli) struct Update {
    path: PathBuf,
    sink: Sink,
    /// What failed, other than as it is known to.
    failed: BTreeMap<String, Failed>,
    /// The ids of what failed at least once, known or not, and of what passed at least once.
    ever: Ever,
    broken: Vec<Broken>,
    /// Ends of the server that no entry can speak of.
    crashes: usize,
    /// Cases of which nothing was found out.
    untested: usize,
}

#[derive(Debug, Default)]
struct Ever {
    failed: BTreeSet<String>,
    passed: BTreeSet<String>,
}

impl Ever {
    /// Whether a case went now this way, now that.
    fn both(&self, id: &str) -> bool {
        self.failed.contains(id) && self.passed.contains(id)
    }
}

#[derive(Debug)]
struct Failed {
    name: String,
    problem: Problem,
}

/// What was done to a file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::cli) struct Changes {
    pub(in crate::cli) added: usize,
    pub(in crate::cli) changed: usize,
    pub(in crate::cli) removed: usize,
    /// Entries, and crashes, that only a person can put right.
    pub(in crate::cli) left: usize,
    /// Cases of which nothing was found out, so that nothing could be written of them.
    pub(in crate::cli) untested: usize,
}

impl Update {
    /// Makes sure that `path` can be written, before there is anything to write.
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        Ok(Self {
            sink: Sink::open(path)?,
            path: path.to_owned(),
            failed: BTreeMap::new(),
            ever: Ever::default(),
            broken: Vec::new(),
            crashes: 0,
            untested: 0,
        })
    }

    /// The file.
    pub(in crate::cli) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes in what happened in the run.
    pub(in crate::cli) fn tell(&mut self, event: &Event) {
        match event {
            Event::CaseFinished(report) => {
                if report.verdict.is_fine() {
                    self.ever.passed.insert(report.id.clone());
                } else if let Verdict::Failed(_) = report.verdict {
                    self.ever.failed.insert(report.id.clone());
                }
                if let (Verdict::Failed(problem), None) = (&report.verdict, &report.excuse) {
                    let failed = Failed {
                        name: report.name.clone(),
                        problem: problem.clone(),
                    };
                    self.failed.insert(report.id.clone(), failed);
                }
            }
            // In several runs, the same may be told several times.
            Event::ExpectationBroken(broken) if !self.broken.contains(broken) => {
                self.broken.push(broken.clone());
            }
            Event::RunFinished(summary) => {
                self.crashes += summary.unexplained_crashes;
                self.untested += summary.untested;
            }
            _ => {}
        }
    }

    /// Writes the file.
    pub(in crate::cli) fn finish(mut self) -> Result<(PathBuf, Changes), Trouble> {
        let cannot = |error: &dyn std::fmt::Display| {
            Trouble::usage(format!("cannot read {}: {error}", self.path.display()))
        };
        let text = if self.path.exists() {
            std::fs::read_to_string(&self.path).map_err(|error| cannot(&error))?
        } else {
            HEAD.to_owned()
        };
        let read = Document::parse(text.as_str()).map_err(|error| cannot(&error))?;
        let lines = lines(&read);
        let mut document = read.into_mut();
        let failed = std::mem::take(&mut self.failed);
        let ever = std::mem::take(&mut self.ever);
        let file = self.path.display().to_string();
        let (broken, elsewhere): (Vec<_>, Vec<_>) = std::mem::take(&mut self.broken)
            .into_iter()
            .partition(|broken| broken.file == file);
        let mut changes = revise(&mut document, &lines, failed, broken, &ever);
        changes.left += elsewhere.len() + self.crashes;
        changes.untested = self.untested;
        self.sink.finish(&document.to_string())?;
        Ok((self.path, changes))
    }
}

/// Makes the entries of a file true.
fn revise(
    document: &mut DocumentMut,
    lines: &[usize],
    mut failed: BTreeMap<String, Failed>,
    broken: Vec<Broken>,
    ever: &Ever,
) -> Changes {
    let mut changes = Changes::default();
    let item = document
        .entry("expect")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(entries) = item.as_array_of_tables_mut() else {
        changes.left = broken.len();
        return changes;
    };
    let mut gone = Vec::new();
    for one in broken {
        let Some(index) = lines.iter().position(|line| *line == one.line) else {
            changes.left += 1;
            continue;
        };
        let Some(entry) = entries.get_mut(index) else {
            continue;
        };
        // An entry of several cases may still be true of others.
        let is_of_one = entry
            .get("case")
            .and_then(Item::as_str)
            .is_some_and(|case| !case.contains('*') && case.contains(['/', 'Z']));
        let failure = one.case.as_ref().and_then(|id| failed.remove(id));
        let flaky = one.case.as_ref().is_some_and(|id| ever.both(id));
        match (one.fault, failure) {
            (EntryFault::Stale, _) if is_of_one && flaky => {
                entry.insert("result", value("flaky"));
                changes.changed += 1;
            }
            (EntryFault::Stale | EntryFault::Unmatched, _) if is_of_one => gone.push(index),
            (EntryFault::Differs, Some(failure)) if is_of_one => {
                describe(entry, &failure.problem);
                changes.changed += 1;
            }
            _ => changes.left += 1,
        }
    }
    gone.sort_unstable();
    gone.dedup();
    for index in gone.into_iter().rev() {
        entries.remove(index);
        changes.removed += 1;
    }
    for (id, failure) in failed {
        entries.push(entry(&id, &failure, ever.both(&id)));
        changes.added += 1;
    }
    changes
}

/// A new entry.
fn entry(id: &str, failure: &Failed, flaky: bool) -> Table {
    let mut entry = Table::new();
    entry.insert("case", value(failure.name.as_str()));
    if let Some(mut key) = entry.key_mut("case") {
        key.leaf_decor_mut().set_prefix(format!("# {id}\n"));
    }
    entry.insert("result", value(if flaky { "flaky" } else { "fail" }));
    entry.insert("reason", value(NO_REASON));
    describe(&mut entry, &failure.problem);
    entry
}

/// Says in an entry how the case fails.
fn describe(entry: &mut Table, problem: &Problem) {
    entry.remove("outcome");
    entry.remove("symptom");
    match &problem.outcome {
        Some(outcome) => entry.insert("outcome", value(outcome.as_str())),
        None => entry.insert("symptom", value(symptom(&problem.actual))),
    };
}

/// A piece of what was seen that is the same every time: what comes before the first number.
fn symptom(actual: &str) -> String {
    let end = actual
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(actual.len());
    let piece = actual.get(..end).unwrap_or_default();
    // Not half a word.
    let piece = if end < actual.len() {
        piece
            .rfind(' ')
            .and_then(|blank| piece.get(..blank))
            .unwrap_or(piece)
    } else {
        piece
    };
    piece.trim().to_owned()
}

/// The lines, counted from 1, that the entries begin on.
fn lines(document: &Document<&str>) -> Vec<usize> {
    let entries = document.get("expect").and_then(Item::as_array_of_tables);
    let spans = entries.into_iter().flatten().filter_map(Table::span);
    let text = document.raw();
    spans
        .map(|span| {
            text.get(..span.start)
                .unwrap_or_default()
                .matches('\n')
                .count()
                + 1
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Ever;
    use super::Failed;
    use super::lines;
    use super::revise;
    use super::symptom;
    use crate::judge::Broken;
    use crate::judge::EntryFault;
    use crate::judge::Problem;
    use std::collections::BTreeMap;
    use toml_edit::Document;

    const TEXT: &str = "\
schema = 1
[[expect]] # why
case = \"close/xid-is-echoed\"
result = \"fail\"
reason = \"x\"
";

    fn ever(failed: &[&str], passed: &[&str]) -> Ever {
        let set = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
        Ever {
            failed: set(failed),
            passed: set(passed),
        }
    }

    fn failed(name: &str, actual: &str) -> Failed {
        Failed {
            name: name.to_owned(),
            problem: Problem {
                line: 1,
                connection: "A".to_owned(),
                sent: None,
                expected: Vec::new(),
                actual: actual.to_owned(),
                outcome: None,
            },
        }
    }

    #[test]
    fn what_goes_now_this_way_now_that_is_flaky() {
        let read = Document::parse(TEXT).expect("TOML");
        let lines = lines(&read);
        let mut document = read.into_mut();
        let stale = Broken {
            file: String::new(),
            line: 2,
            fault: EntryFault::Stale,
            case: Some("ZK0702".to_owned()),
            message: String::new(),
        };
        let new = BTreeMap::from([("ZK0401".to_owned(), failed("renew/x", "timeOut is 7"))]);
        let ever = ever(&["ZK0702", "ZK0401"], &["ZK0702", "ZK0401"]);
        let changes = revise(&mut document, &lines, new, vec![stale], &ever);
        assert_eq!((changes.added, changes.changed, changes.removed), (1, 1, 0));
        let text = document.to_string();
        assert!(
            text.contains("[[expect]] # why\ncase = \"close/xid-is-echoed\"\nresult = \"flaky\""),
            "{text}"
        );
        assert!(
            text.contains("# ZK0401\ncase = \"renew/x\"\nresult = \"flaky\""),
            "{text}"
        );
        assert!(text.contains("symptom = \"timeOut is\""), "{text}");
    }

    #[test]
    fn a_symptom_has_no_number() {
        assert_eq!(
            symptom("nothing for 2000 ms, and the connection is open"),
            "nothing for"
        );
        assert_eq!(symptom("timeOut is 7"), "timeOut is");
        assert_eq!(symptom("closed"), "closed");
    }
}

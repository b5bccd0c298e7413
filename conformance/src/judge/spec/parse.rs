//! Markdown to clauses, line by line.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Clause;
use super::SpecificationError;
use super::plain::plain;
use crate::judge::Level;

/// What is said about a clause, in the order in which it is said.
const KEYS: &[&str] = &[
    "source",
    "versions",
    "observed",
    "relied on by",
    "differs",
    "no case",
];

/// How many of them may not be missing.
const REQUIRED: usize = 3;

/// A clause whose lines are still coming.
struct Open {
    line: usize,
    id: String,
    text: String,
    facts: Vec<(usize, String)>,
}

/// Where something is wrong, and what.
type Problem = (usize, String);

/// The clauses of all `files`.
pub(super) fn clauses<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<Clause>, SpecificationError> {
    let mut all: Vec<Clause> = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, text) in files {
        let said = |(line, problem)| SpecificationError {
            file: file.to_owned(),
            line,
            problem,
        };
        for (line, clause) in of_file(text).map_err(said)? {
            if clause.group() != file {
                let problem = format!("{} belongs into {}.md", clause.id, clause.group());
                return Err(said((line, problem)));
            }
            if !seen.insert(clause.id.clone()) {
                return Err(said((line, format!("{} is there twice", clause.id))));
            }
            all.push(clause);
        }
    }
    Ok(all)
}

/// Whether `word` is letters in capitals, a dash and a number that does not begin with 0.
pub(super) fn is_id(word: &str) -> bool {
    word.split_once('-').is_some_and(|(group, number)| {
        !group.is_empty()
            && group.bytes().all(|byte| byte.is_ascii_uppercase())
            && !number.starts_with('0')
            && number.parse::<u16>().is_ok()
    })
}

fn of_file(text: &str) -> Result<Vec<(usize, Clause)>, Problem> {
    let mut clauses = Vec::new();
    let mut open: Option<Open> = None;
    for (line, text) in (1..).zip(text.lines()) {
        if text.starts_with('#') {
            clauses.extend(open.take().map(Open::close).transpose()?);
            if let Some(id) = text.strip_prefix("### ") {
                open = Some(Open::new(line, id)?);
            }
        } else if let Some(open) = &mut open {
            open.take(line, text)?;
        }
    }
    clauses.extend(open.map(Open::close).transpose()?);
    Ok(clauses)
}

impl Open {
    fn new(line: usize, id: &str) -> Result<Self, Problem> {
        if !is_id(id) {
            let problem = format!("{id:?} is no id of a clause, such as CONNECT-4");
            return Err((line, problem));
        }
        Ok(Self {
            line,
            id: id.to_owned(),
            text: String::new(),
            facts: Vec::new(),
        })
    }

    fn take(&mut self, line: usize, text: &str) -> Result<(), Problem> {
        let words = text.trim();
        if words.is_empty() {
            return Ok(());
        }
        if let Some(fact) = text.strip_prefix("- ") {
            self.facts.push((line, fact.trim().to_owned()));
            return Ok(());
        }
        match self.facts.last_mut() {
            None => append(&mut self.text, words),
            Some((_, fact)) if text.starts_with("  ") => append(fact, words),
            Some(_) => {
                let problem = "text behind the list of a clause: give it a heading of its own";
                return Err((line, problem.to_owned()));
            }
        }
        Ok(())
    }

    fn close(self) -> Result<(usize, Clause), Problem> {
        let Self { line, id, .. } = &self;
        let (level, text) = self
            .text
            .strip_prefix("**")
            .and_then(|text| text.split_once("** "))
            .ok_or_else(|| {
                (
                    *line,
                    format!("{id} does not begin with its level: **MUST**"),
                )
            })?;
        let level: Level = level
            .parse()
            .map_err(|problem| (*line, format!("{id}: {problem}")))?;
        let mut facts = self.facts()?;
        let clause = Clause {
            level,
            text: plain(text),
            source: facts
                .remove("source")
                .unwrap_or_default()
                .split(", ")
                .map(str::to_owned)
                .collect(),
            versions: facts.remove("versions").unwrap_or_default(),
            observed: facts.remove("observed").unwrap_or_default(),
            relied_on_by: facts.remove("relied on by"),
            differs: facts.remove("differs"),
            no_case: facts.remove("no case"),
            id: self.id,
        };
        Ok((self.line, clause))
    }

    /// The list behind the text, each item by its key.
    fn facts(&self) -> Result<BTreeMap<&'static str, String>, Problem> {
        let mut facts = BTreeMap::new();
        let mut keys = KEYS.iter();
        for (line, fact) in &self.facts {
            let (own, words) = fact.split_once(": ").unwrap_or((fact, ""));
            let Some(key) = keys.find(|key| **key == own) else {
                let problem = format!(
                    "{}: {own:?} is not one of {}, or not in this order",
                    self.id,
                    KEYS.join(", ")
                );
                return Err((*line, problem));
            };
            if words.is_empty() {
                return Err((*line, format!("{}: nothing is said about {own}", self.id)));
            }
            facts.insert(*key, plain(words));
        }
        let missing = KEYS
            .iter()
            .take(REQUIRED)
            .find(|key| !facts.contains_key(*key));
        match missing {
            Some(key) => Err((self.line, format!("{} has no {key}", self.id))),
            None => Ok(facts),
        }
    }
}

fn append(text: &mut String, words: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(words);
}

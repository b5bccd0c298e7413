//! Kinds of servers: what tells each from the others, and what each does in its own way.
//!
//! A [`Profile`] is data, TOML under `profiles/`. Its signs are facts that [`discover`] finds out
//! about a server; a server is of the kind if all of them hold. Cases that fail in the way the
//! profile speaks of are deviations and do not count; cases it calls unsupported are not played;
//! and outcomes that the catalogue tolerates, but that this kind never shows, do count.

mod choice;
mod discover;
mod facts;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::judge::Case;
use crate::judge::Catalogue;
use crate::judge::Patterns;
use crate::judge::Problem;
use crate::judge::Rule;
use crate::judge::names;

pub use self::choice::Likeness;
pub use self::choice::Sign;
pub use self::choice::best;
pub use self::choice::likenesses;
pub use self::discover::discover;
pub use self::discover::is_fact;
pub use self::facts::Fact;
pub use self::facts::Facts;

/// The profiles that come with the crate.
const FILES: &[(&str, &str)] = &[
    ("zk-3.4", include_str!("../../profiles/zk-3.4.toml")),
    ("zk-3.5", include_str!("../../profiles/zk-3.5.toml")),
    ("zk-3.6", include_str!("../../profiles/zk-3.6.toml")),
    ("zk-3.7", include_str!("../../profiles/zk-3.7.toml")),
    ("zk-3.8", include_str!("../../profiles/zk-3.8.toml")),
    ("zk-3.9", include_str!("../../profiles/zk-3.9.toml")),
    (
        "clickhouse-keeper",
        include_str!("../../profiles/clickhouse-keeper.toml"),
    ),
    ("raftkeeper", include_str!("../../profiles/raftkeeper.toml")),
    ("zetcd", include_str!("../../profiles/zetcd.toml")),
];

/// A kind of server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Profile {
    /// Its name on the command line.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// How what it says came to be known.
    pub evidence: String,
    /// Facts, and what they are on such a server.
    pub signs: BTreeMap<String, Patterns>,
    /// What such servers do otherwise.
    #[serde(default)]
    pub deviation: Vec<Rule>,
    /// What such servers cannot be asked.
    #[serde(default)]
    pub unsupported: Vec<Rule>,
    /// Outcomes that are tolerated, but never seen on such servers.
    #[serde(default)]
    pub never: Vec<Rule>,
}

/// Why a profile cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("profile {name}: {message}")]
pub struct ProfileError {
    name: String,
    message: String,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// If it is not TOML of the right form.
    pub fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        toml::from_str(text).map_err(|error| ProfileError {
            name: name.to_owned(),
            message: error.to_string(),
        })
    }

    /// The profiles that come with the crate.
    ///
    /// # Errors
    /// Never, as the crate's own tests hold.
    pub fn all() -> Result<Vec<Self>, ProfileError> {
        let files = FILES.iter();
        files.map(|(name, text)| Self::parse(name, text)).collect()
    }

    /// The names of the profiles that come with the crate.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|(name, _)| *name)
    }

    /// Makes sure that every rule speaks of cases that are there, so that a typo is an error and
    /// not a rule without effect.
    ///
    /// # Errors
    /// Says which rule is of no use.
    pub fn check(&self, catalogue: &Catalogue) -> Result<(), ProfileError> {
        let wrong = |message: String| ProfileError {
            name: self.name.clone(),
            message,
        };
        let rules = self.deviation.iter().chain(&self.unsupported);
        for pattern in rules
            .chain(&self.never)
            .flat_map(|rule| rule.case.as_slice())
        {
            if !catalogue.cases().iter().any(|case| names(pattern, case)) {
                return Err(wrong(format!("{pattern:?} names no case")));
            }
        }
        if let Some(rule) = self.never.iter().find(|rule| rule.outcome.is_none()) {
            let cases = rule.case.as_slice().join(", ");
            return Err(wrong(format!("what {cases} never does needs an outcome")));
        }
        if let Some(sign) = self.signs.keys().find(|sign| !is_fact(sign)) {
            return Err(wrong(format!("the sign {sign:?} is no fact of a probe")));
        }
        Ok(())
    }

    /// What is said of a case that failed so.
    #[must_use]
    pub fn deviation(&self, case: &Case, problem: &Problem) -> Option<&Rule> {
        let mut rules = self.deviation.iter();
        rules.find(|rule| rule.case.name(case) && rule.fits(problem))
    }

    /// Why a case cannot be played to such servers.
    #[must_use]
    pub fn unsupported(&self, case: &Case) -> Option<&Rule> {
        self.unsupported.iter().find(|rule| rule.case.name(case))
    }

    /// Why an outcome is not to be expected of such servers.
    #[must_use]
    pub fn never(&self, case: &Case, outcome: &str) -> Option<&Rule> {
        let mut rules = self.never.iter();
        rules.find(|rule| rule.outcome.as_deref() == Some(outcome) && rule.case.name(case))
    }
}

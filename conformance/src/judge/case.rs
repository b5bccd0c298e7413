//! One case: a script and what is said about it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::judge::Citation;
use crate::transcript::Action;
use crate::transcript::Script;
use crate::transcript::Step;

/// A case of the catalogue.
#[derive(Clone, Debug)]
pub struct Case {
    /// `ZKnnnn`, for ever.
    pub id: String,
    /// `group/slug`, for reading.
    pub name: String,
    /// How much it matters.
    pub level: Level,
    /// What it claims, in one sentence.
    pub title: String,
    /// The clause it judges.
    pub clause: Citation,
    /// Where in Apache's source the rule is.
    pub source: String,
    /// On which servers it was seen.
    pub observed: String,
    /// What breaks if it does not hold.
    pub why: String,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// Ids of the cases that have to pass first.
    pub needs: Vec<String>,
    /// Names of flaws that it has to find in a server.
    pub flaws: Vec<String>,
    /// What is played.
    pub script: Arc<Script>,
}

/// The group, or the tag, of the sanity cases.
const SANITY: &str = "sanity";

impl Case {
    /// The part of the name before the slash.
    #[must_use]
    pub fn group(&self) -> &str {
        self.name
            .split_once('/')
            .map_or(self.name.as_str(), |(group, _)| group)
    }

    /// How many connections it opens.
    #[must_use]
    pub fn connections(&self) -> usize {
        let opens = |step: &&Step| matches!(step.action, Action::Open { .. });
        self.script.steps.iter().filter(opens).count()
    }

    /// Whether it is one of those of which a server has to pass the one for its kind, first and
    /// last, before anything is said about it.
    #[must_use]
    pub fn is_sanity(&self) -> bool {
        self.group() == SANITY || self.has_tag(SANITY)
    }

    /// Whether no other case may be under way meanwhile: it asks so much of the server that the
    /// server holds back whoever else asks (clause LIMIT-7).
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.has_tag("alone")
    }

    /// Whether it is tagged so.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }
}

/// How much a case matters.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "lowercase")]
#[expect(
    clippy::exhaustive_enums,
    reason = "the four levels are the vocabulary of the suite"
)]
pub enum Level {
    /// A shipped official client misbehaves, or data is lost, if it does not hold.
    Must,
    /// Every reference version and transport agrees, but no client breaks.
    #[default]
    Should,
    /// It legitimately varies: a fact, reported.
    May,
    /// The reference is surprising here: a fact, reported.
    Quirk,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
            Self::Quirk => "QUIRK",
        })
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "must" => Ok(Self::Must),
            "should" => Ok(Self::Should),
            "may" => Ok(Self::May),
            "quirk" => Ok(Self::Quirk),
            _ => Err(format!(
                "level {text:?} is none of must, should, may, quirk"
            )),
        }
    }
}

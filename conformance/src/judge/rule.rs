//! What is known of cases beforehand: which, how they go, and why.

use serde::Deserialize;

use crate::judge::Case;
use crate::judge::Problem;
use crate::judge::glob;

/// Something that is known of cases: the heart of an entry of an expectation file or a profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The cases: ids, groups, or names with `*`.
    pub case: Patterns,
    /// The named outcome by which they fail; any, if not given.
    pub outcome: Option<String>,
    /// A piece of what is seen when they fail; anything, if not given.
    pub symptom: Option<String>,
    /// Why that is so.
    pub reason: String,
    /// Where to read more.
    pub link: Option<String>,
}

/// One pattern, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a case, or a list of cases")]
#[expect(clippy::exhaustive_enums, reason = "one or several is all there is")]
pub enum Patterns {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Patterns {
    /// Each of them.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(pattern) => std::slice::from_ref(pattern),
            Self::Several(patterns) => patterns,
        }
    }

    /// Whether one of them names `case`.
    #[must_use]
    pub fn name(&self, case: &Case) -> bool {
        self.as_slice().iter().any(|pattern| names(pattern, case))
    }
}

impl Rule {
    /// Whether a case that failed by `problem` failed in the way this speaks of.
    #[must_use]
    pub fn fits(&self, problem: &Problem) -> bool {
        let outcome = self.outcome.as_deref();
        let symptom = self.symptom.as_deref();
        outcome.is_none_or(|name| problem.outcome.as_deref() == Some(name))
            && symptom.is_none_or(|text| problem.actual.contains(text))
    }

    /// How the cases fail, in words.
    #[must_use]
    pub fn way(&self) -> String {
        let parts = [
            self.outcome
                .as_ref()
                .map(|name| format!("by the outcome {name:?}")),
            self.symptom.as_ref().map(|text| format!("with {text:?}")),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            "in any way".to_owned()
        } else {
            parts.join(" and ")
        }
    }
}

/// Whether `pattern` names `case`: by its id, its group, or its name.
#[must_use]
pub fn names(pattern: &str, case: &Case) -> bool {
    case.id.eq_ignore_ascii_case(pattern) || case.group() == pattern || glob(pattern, &case.name)
}

//! Which cases to run.

use crate::judge::Case;
use crate::judge::Catalogue;
use crate::judge::Level;
use crate::judge::glob;
use crate::judge::names;

/// A choice of cases, as the command line spells it.
///
/// A selector is an id (`ZK0402`), a group (`renew`), a name with `*` for any run of characters
/// (`renew/*password*`), `tag:NAME`, `level:LEVEL`, or `clause:ID` for the cases that judge a clause
/// (`clause:RENEW-8`, `clause:RENEW-*`); `!` in front takes cases away. Without any selector that
/// adds, every case is chosen.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    add: Vec<Selector>,
    remove: Vec<Selector>,
}

#[derive(Clone, Debug)]
enum Selector {
    Name(String),
    Tag(String),
    Level(Level),
    Clause(String),
}

/// Why a selector chooses nothing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorError {
    /// No case agrees with it.
    #[error("selector {selector:?} matches no case{}", hint(.nearest.as_ref()))]
    Nothing {
        /// As it was written.
        selector: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// The level is not one.
    #[error("selector {selector:?}: {error}")]
    Level {
        /// As it was written.
        selector: String,
        /// What is wrong.
        error: String,
    },
}

fn hint(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |nearest| {
        format!("; did you mean {nearest:?}?")
    })
}

impl Selection {
    /// Reads selectors; each has to match a case of `catalogue`, so that a typo is an error and
    /// not a run of nothing.
    ///
    /// # Errors
    /// If one matches no case.
    pub fn parse<'a>(
        selectors: impl IntoIterator<Item = &'a str>,
        catalogue: &Catalogue,
    ) -> Result<Self, SelectorError> {
        let mut selection = Self::default();
        for text in selectors {
            let (list, plain) = match text.strip_prefix('!') {
                Some(plain) => (&mut selection.remove, plain),
                None => (&mut selection.add, text),
            };
            let selector = Selector::parse(plain).map_err(|error| SelectorError::Level {
                selector: text.to_owned(),
                error,
            })?;
            if !catalogue.cases().iter().any(|case| selector.matches(case)) {
                let nearest = nearest(plain, catalogue);
                return Err(SelectorError::Nothing {
                    selector: text.to_owned(),
                    nearest,
                });
            }
            list.push(selector);
        }
        Ok(selection)
    }

    /// Whether it chooses `case`.
    #[must_use]
    pub fn chooses(&self, case: &Case) -> bool {
        let added = self.add.is_empty() || self.add.iter().any(|one| one.matches(case));
        added && !self.remove.iter().any(|one| one.matches(case))
    }
}

impl Selector {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(tag) = text.strip_prefix("tag:") {
            return Ok(Self::Tag(tag.to_owned()));
        }
        if let Some(level) = text.strip_prefix("level:") {
            return level.parse().map(Self::Level);
        }
        Ok(match text.strip_prefix("clause:") {
            Some(clause) => Self::Clause(clause.to_ascii_uppercase()),
            None => Self::Name(text.to_owned()),
        })
    }

    fn matches(&self, case: &Case) -> bool {
        match self {
            Self::Tag(tag) => case.has_tag(tag),
            Self::Level(level) => case.level == *level,
            Self::Clause(pattern) => glob(pattern, &case.clause.id),
            Self::Name(pattern) => names(pattern, case),
        }
    }
}

fn nearest(text: &str, catalogue: &Catalogue) -> Option<String> {
    let cases = catalogue.cases().iter();
    cases
        .flat_map(|case| {
            let tags = case.tags.iter().map(|tag| format!("tag:{tag}"));
            let clause = format!("clause:{}", case.clause.id);
            tags.chain([case.group().to_owned(), case.name.clone(), clause])
        })
        .map(|candidate| (strsim::jaro_winkler(text, &candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

//! The cases that come with the crate.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::judge::Case;
use crate::judge::Citation;
use crate::transcript;
use crate::transcript::Script;
use crate::transcript::SyntaxError;

/// The case files, in the order in which they are told of.
const FILES: &[(&str, &str)] = &[
    ("sanity", include_str!("../../cases/sanity.zkt")),
    ("frame", include_str!("../../cases/frame.zkt")),
    ("jute", include_str!("../../cases/jute.zkt")),
    ("connect", include_str!("../../cases/connect.zkt")),
    ("renew", include_str!("../../cases/renew.zkt")),
    ("expire", include_str!("../../cases/expire.zkt")),
    ("ping", include_str!("../../cases/ping.zkt")),
    ("close", include_str!("../../cases/close.zkt")),
    ("header", include_str!("../../cases/header.zkt")),
    ("auth", include_str!("../../cases/auth.zkt")),
    ("word", include_str!("../../cases/word.zkt")),
    ("ro", include_str!("../../cases/ro.zkt")),
    ("limit", include_str!("../../cases/limit.zkt")),
];

/// Cases, in order, with unique ids and names.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    cases: Vec<Case>,
}

/// What is wrong with a file of cases.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// It is not a transcript.
    #[error("{file}.zkt: {error}")]
    Syntax {
        /// The file.
        file: String,
        /// What is wrong.
        error: SyntaxError,
    },
    /// A case lacks a header.
    #[error("{file}.zkt: {name} has no {header}")]
    MissingHeader {
        /// The file.
        file: String,
        /// The case.
        name: String,
        /// What it lacks.
        header: &'static str,
    },
    /// The level is not one.
    #[error("{file}.zkt: {name}: {error}")]
    Level {
        /// The file.
        file: String,
        /// The case.
        name: String,
        /// What is wrong.
        error: String,
    },
    /// No clause is quoted.
    #[error("{file}.zkt: {name}: {error}")]
    Citation {
        /// The file.
        file: String,
        /// The case.
        name: String,
        /// What is wrong.
        error: String,
    },
    /// Two cases have one id or name.
    #[error("{0} is there twice")]
    Twice(String),
    /// A case needs one that is not there.
    #[error("{name} needs {needs}, which is the id of no case")]
    Needs {
        /// The case.
        name: String,
        /// What it needs.
        needs: String,
    },
    /// A case needs itself, maybe by way of others.
    #[error("{0} cannot be played: it waits for cases that wait for each other")]
    Circle(String),
}

impl Catalogue {
    /// The catalogue that comes with the crate.
    ///
    /// # Errors
    /// Never, as the crate's own tests hold.
    pub fn embedded() -> Result<Self, CatalogueError> {
        Self::parse(FILES.iter().copied())
    }

    /// Reads cases from named texts.
    ///
    /// # Errors
    /// If one is not a transcript of complete cases with unique names, each of which can be played
    /// after those it needs.
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, CatalogueError> {
        let mut cases = Vec::new();
        for (file, text) in files {
            let transcript = transcript::parse(text).map_err(|error| CatalogueError::Syntax {
                file: file.to_owned(),
                error,
            })?;
            for script in transcript.scripts {
                cases.push(case(file, script)?);
            }
        }
        let catalogue = Self { cases };
        catalogue.check()?;
        Ok(catalogue)
    }

    /// The cases, in order.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The case with this id or name.
    #[must_use]
    pub fn find(&self, id_or_name: &str) -> Option<&Case> {
        self.cases
            .iter()
            .find(|case| case.id.eq_ignore_ascii_case(id_or_name) || case.name == id_or_name)
    }

    fn check(&self) -> Result<(), CatalogueError> {
        let mut seen = BTreeMap::new();
        for case in &self.cases {
            for key in [&case.id, &case.name] {
                if seen.insert(key, ()).is_some() {
                    return Err(CatalogueError::Twice(key.clone()));
                }
            }
        }
        let by_id: BTreeMap<_, _> = self.cases.iter().map(|case| (&case.id, case)).collect();
        for case in &self.cases {
            if let Some(needs) = case.needs.iter().find(|needs| !by_id.contains_key(needs)) {
                let (name, needs) = (case.name.clone(), needs.clone());
                return Err(CatalogueError::Needs { name, needs });
            }
        }
        // Those that need none are in order, then those that need only these, and so on.
        let mut left = by_id;
        loop {
            let blocked = |case: &Case| case.needs.iter().any(|id| left.contains_key(id));
            let still: BTreeMap<_, _> = left
                .clone()
                .into_iter()
                .filter(|(_, case)| blocked(case))
                .collect();
            let Some((_, case)) = still.first_key_value() else {
                return Ok(());
            };
            if still.len() == left.len() {
                return Err(CatalogueError::Circle(case.name.clone()));
            }
            left = still;
        }
    }
}

fn case(file: &str, script: Script) -> Result<Case, CatalogueError> {
    let required = |header: &'static str| {
        script
            .header(header)
            .map(str::to_owned)
            .ok_or_else(|| CatalogueError::MissingHeader {
                file: file.to_owned(),
                name: script.name.clone(),
                header,
            })
    };
    let words = |header: &str| {
        let text = script.header(header).unwrap_or_default();
        text.split([',', ' '])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let level = required("level")?
        .parse()
        .map_err(|error| CatalogueError::Level {
            file: file.to_owned(),
            name: script.name.clone(),
            error,
        })?;
    let clause =
        Citation::parse(&required("clause")?).map_err(|error| CatalogueError::Citation {
            file: file.to_owned(),
            name: script.name.clone(),
            error,
        })?;
    Ok(Case {
        id: required("id")?,
        level,
        title: required("title")?,
        clause,
        source: required("source")?,
        observed: required("observed")?,
        why: required("why")?,
        tags: words("tags"),
        needs: words("needs"),
        flaws: words("flaws"),
        name: script.name.clone(),
        script: Arc::new(script),
    })
}

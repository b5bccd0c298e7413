//! The specification and the catalogue, held against each other.

use super::Specification;
use crate::judge::Case;
use crate::judge::Catalogue;
use crate::judge::Level;

/// A loose end between clauses and cases.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A case quotes a clause that is not there.
    #[error("{case} quotes {clause}, which is not there")]
    Unknown {
        /// The case.
        case: String,
        /// What it quotes.
        clause: String,
    },
    /// The words a case quotes are not those of the clause.
    #[error("{case} quotes words that are not in {clause}: {quote:?}")]
    Drifted {
        /// The case.
        case: String,
        /// What it quotes.
        clause: String,
        /// The words.
        quote: String,
    },
    /// A case asks for more than its clause does.
    #[error("{case} is a {level}, and {clause} is not")]
    TooStrong {
        /// The case.
        case: String,
        /// Its level.
        level: Level,
        /// The clause.
        clause: String,
    },
    /// No MUST case judges a MUST clause.
    #[error("{0} is a MUST that no MUST case judges")]
    Unjudged(String),
    /// No case judges a clause, and it does not say why.
    #[error("no case judges {0}, and it does not say why: add \"- no case: …\"")]
    Uncovered(String),
    /// A case judges a clause that says none can.
    #[error("{0} says why no case judges it, and one does")]
    Covered(String),
    /// A clause that was published is not there any more.
    #[error("{0} was published and is gone: clauses keep their ids for ever")]
    Vanished(String),
    /// A clause is not on the list of those published.
    #[error("{0} is not in spec/published.txt: add it")]
    Unpublished(String),
}

impl Specification {
    /// What is amiss between these clauses, the cases that judge them, and the list of all ids ever
    /// published, one a line.
    #[must_use]
    pub fn faults(&self, catalogue: &Catalogue, published: &str) -> Vec<Fault> {
        let mut faults: Vec<_> = catalogue
            .cases()
            .iter()
            .filter_map(|case| self.fault(case))
            .collect();
        let judged = |id: &str| {
            let mut cases = catalogue.cases().iter();
            cases.any(|case| case.clause.id == id && case.level == Level::Must)
        };
        for clause in &self.clauses {
            if clause.level == Level::Must && !judged(&clause.id) {
                faults.push(Fault::Unjudged(clause.id.clone()));
            }
            let mut cases = catalogue.cases().iter();
            let is_cited = cases.any(|case| case.clause.id == clause.id);
            match (is_cited, &clause.no_case) {
                (false, None) => faults.push(Fault::Uncovered(clause.id.clone())),
                (true, Some(_)) => faults.push(Fault::Covered(clause.id.clone())),
                _ => {}
            }
            if !published.lines().any(|id| id == clause.id) {
                faults.push(Fault::Unpublished(clause.id.clone()));
            }
        }
        let gone = |id: &&str| !self.clauses.iter().any(|clause| clause.id == *id);
        let vanished = published.lines().filter(gone);
        faults.extend(vanished.map(|id| Fault::Vanished(id.to_owned())));
        faults
    }

    fn fault(&self, case: &Case) -> Option<Fault> {
        let name = case.id.clone();
        let cited = &case.clause;
        let Some(clause) = self.clauses.iter().find(|clause| clause.id == cited.id) else {
            return Some(Fault::Unknown {
                case: name,
                clause: cited.id.clone(),
            });
        };
        if !clause.text.contains(&cited.quote) {
            return Some(Fault::Drifted {
                case: name,
                clause: cited.id.clone(),
                quote: cited.quote.clone(),
            });
        }
        (case.level < clause.level).then(|| Fault::TooStrong {
            case: name,
            level: case.level,
            clause: cited.id.clone(),
        })
    }
}

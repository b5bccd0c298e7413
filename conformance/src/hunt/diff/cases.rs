//! The cases of the catalogue, put to two servers.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::judge::Case;
use crate::judge::Options;
use crate::judge::Subject;
use crate::judge::play;
use crate::net::Played;
use crate::player::Verdict;
use crate::transcript::Bindings;

/// A case that comes out differently.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CaseDifference {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What came of it on each server.
    pub outcomes: [BTreeSet<String>; 2],
}

/// How often a case is put to a server before the two are said to differ.
const TIMES: usize = 4;

/// Puts a case to two servers, each with its own bindings; what is different, if each time it is.
pub async fn compare_case(
    case: &Case,
    subjects: [Subject; 2],
    bindings: [Bindings; 2],
    options: &Options,
) -> Option<CaseDifference> {
    let [subject_a, subject_b] = subjects;
    let [bindings_a, bindings_b] = bindings;
    let mut outcomes = [BTreeSet::new(), BTreeSet::new()];
    for _ in 0..TIMES {
        let script = || Arc::clone(&case.script);
        let a = play(subject_a.clone(), script(), bindings_a.clone(), options).await;
        let b = play(subject_b.clone(), script(), bindings_b.clone(), options).await;
        let (said_a, said_b) = (words(&a)?, words(&b)?);
        outcomes[0].extend(said_a);
        outcomes[1].extend(said_b);
        if !outcomes[0].is_disjoint(&outcomes[1]) {
            return None;
        }
    }
    Some(CaseDifference {
        id: case.id.clone(),
        name: case.name.clone(),
        outcomes,
    })
}

/// What came of a case, in words; `None` if it is not for the server.
fn words(played: &Played) -> Option<Vec<String>> {
    match &played.verdict {
        Verdict::Passed { .. } if played.seen.is_empty() => Some(vec!["passed".to_owned()]),
        Verdict::Passed { .. } => Some(played.seen.keys().cloned().collect()),
        Verdict::Failed(failure) => {
            let what = failure.outcome.as_ref().unwrap_or(&failure.actual);
            Some(vec![format!("failed: {what}")])
        }
        Verdict::Untested(_) => None,
    }
}

//! The cases of the catalogue, put to two servers.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::hunt::Symptom;
use crate::judge::Case;
use crate::judge::LATE;
use crate::judge::Options;
use crate::judge::Subject;
use crate::judge::play;
use crate::net::Played;
use crate::net::Room;
use crate::player::Trouble;
use crate::player::Verdict;
use crate::transcript::Bindings;

/// A server that cases are put to.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is made by who compares")]
pub struct Side {
    /// The server.
    pub subject: Subject,
    /// What is known of it.
    pub bindings: Bindings,
    /// Room for connections on it.
    pub room: Room,
}

/// What came of a case on two servers.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Compared {
    /// The same.
    Alike,
    /// Not the same.
    Different(CaseDifference),
    /// It is not for both of them, or could not be played; and why.
    LeftOut(String),
}

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

/// Puts a case to two servers, up to so many times: they differ if no outcome is seen on both, and
/// that not only while this machine was late.
pub async fn compare_case(
    case: &Case,
    sides: &[Side; 2],
    options: &Options,
    times: usize,
) -> Compared {
    let [a, b] = sides;
    let mut outcomes = [BTreeSet::new(), BTreeSet::new()];
    let mut on_time = 0;
    for _ in 0..times.max(1) {
        let (a, b) = tokio::join!(put(case, a, options), put(case, b, options));
        on_time += usize::from(a.late.max(b.late).machine < LATE);
        let (a, b) = match (outcomes_of(&a), outcomes_of(&b)) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(reason), _) | (_, Err(reason)) => return Compared::LeftOut(reason),
        };
        outcomes[0].extend(a);
        outcomes[1].extend(b);
        if !outcomes[0].is_disjoint(&outcomes[1]) {
            return Compared::Alike;
        }
    }
    if on_time == 0 {
        return Compared::LeftOut("this machine was late each time".to_owned());
    }
    Compared::Different(CaseDifference {
        id: case.id.clone(),
        name: case.name.clone(),
        outcomes,
    })
}

async fn put(case: &Case, side: &Side, options: &Options) -> Played {
    let _place = side.room.take(case.connections()).await;
    let (subject, bindings) = (side.subject.clone(), side.bindings.clone());
    play(subject, Arc::clone(&case.script), bindings, options).await
}

/// What came of a case, in words; why nothing did, if so.
fn outcomes_of(played: &Played) -> Result<Vec<String>, String> {
    match &played.verdict {
        Verdict::Passed { .. } if played.seen.is_empty() => Ok(vec!["passed".to_owned()]),
        Verdict::Passed { .. } => Ok(played.seen.keys().cloned().collect()),
        // Ids and zxids are never the same.
        Verdict::Failed(failure) => Ok(vec![format!("failed: {}", Symptom::of_failure(failure))]),
        Verdict::Untested(Trouble::Unreachable { before: true, .. }) => {
            Ok(vec!["failed: a connection is refused".to_owned()])
        }
        Verdict::Untested(trouble) => Err(trouble.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::Failure;

    #[test]
    fn failures_that_differ_in_ids_alone_are_the_same() {
        let failed = |actual: &str| {
            let verdict = Verdict::Failed(Failure {
                step: 0,
                line: 1,
                connection: "A".to_owned(),
                outcome: None,
                expected: vec!["closed".to_owned()],
                actual: actual.to_owned(),
            });
            let played = Played::unsuitable(String::new());
            outcomes_of(&Played { verdict, ..played })
        };
        let one = failed("ConnectResponse sessionId=0x100011b2d890000");
        assert_eq!(one, failed("ConnectResponse sessionId=0x2000abcdef00001"));
        assert_ne!(one, failed("ReplyHeader xid=1"));
    }
}

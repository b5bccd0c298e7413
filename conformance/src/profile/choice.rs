//! Which kind of server the facts speak of.

use serde::Serialize;

use crate::judge::glob;
use crate::profile::Facts;
use crate::profile::Profile;

/// How much a server is like a kind of server.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Likeness {
    /// The name of the profile.
    pub profile: String,
    /// Each of its signs.
    pub signs: Vec<Sign>,
}

/// A fact held against what it is on a kind of server.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sign {
    /// The name of the fact.
    pub fact: String,
    /// What it may be on such a server.
    pub wanted: Vec<String>,
    /// What it is here.
    pub found: String,
    /// Whether that is the same.
    pub holds: bool,
}

impl Likeness {
    /// How many signs hold.
    #[must_use]
    pub fn held(&self) -> usize {
        self.signs.iter().filter(|sign| sign.holds).count()
    }

    /// Whether all of them do, and there are some.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.signs.is_empty() && self.held() == self.signs.len()
    }
}

/// How much the facts are like each profile, the likest first.
#[must_use]
pub fn likenesses(profiles: &[Profile], facts: &Facts) -> Vec<Likeness> {
    let mut all: Vec<_> = profiles
        .iter()
        .map(|profile| {
            let signs = profile.signs.iter().map(|(fact, wanted)| {
                let found = facts.get(fact).unwrap_or("unknown");
                let wanted = wanted.as_slice().to_vec();
                Sign {
                    fact: fact.clone(),
                    holds: wanted.iter().any(|pattern| glob(pattern, found)),
                    found: found.to_owned(),
                    wanted,
                }
            });
            Likeness {
                profile: profile.name.clone(),
                signs: signs.collect(),
            }
        })
        .collect();
    all.sort_by_key(|likeness| {
        let missing = likeness.signs.len() - likeness.held();
        (missing, std::cmp::Reverse(likeness.held()))
    });
    all
}

/// The profile all of whose signs hold; of several, the one with the most.
#[must_use]
pub fn best<'a>(profiles: &'a [Profile], facts: &Facts) -> Option<&'a Profile> {
    let all = likenesses(profiles, facts);
    let first = all.first().filter(|likeness| likeness.is_whole())?;
    profiles
        .iter()
        .find(|profile| profile.name == first.profile)
}

//! What was strange once and did not come up again when it was tried.

use std::collections::BTreeMap;

/// How often something was strange that did not come up again, by symptom.
#[derive(Clone, Debug, Default)]
pub(super) struct Suspicions {
    times: BTreeMap<String, u32>,
}

impl Suspicions {
    /// Most symptoms that are held. Servers that are not ruled by chance have a few.
    pub(super) const MOST: usize = 1_000;

    /// How often it was this.
    pub(super) fn times(&self, symptom: &str) -> u32 {
        self.times.get(symptom).copied().unwrap_or(0)
    }

    /// It was this once more; whether all others had to be forgotten to make room for it.
    pub(super) fn add(&mut self, symptom: &str) -> bool {
        let is_full = self.times.len() >= Self::MOST && !self.times.contains_key(symptom);
        if is_full {
            self.times.clear();
        }
        *self.times.entry(symptom.to_owned()).or_default() += 1;
        is_full
    }
}

#[cfg(test)]
mod tests {
    use super::Suspicions;

    #[test]
    fn as_many_are_held_as_may_be_and_no_more() {
        let mut suspicions = Suspicions::default();
        for number in 0..Suspicions::MOST {
            assert!(!suspicions.add(&number.to_string()));
        }
        assert!(!suspicions.add("7"), "it is there");
        assert_eq!(suspicions.times("7"), 2);
        assert!(suspicions.add("another"));
        assert_eq!(suspicions.times("7"), 0);
        assert_eq!(suspicions.times("another"), 1);
        assert_eq!(suspicions.times.len(), 1);
    }
}

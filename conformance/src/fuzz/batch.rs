//! Sequences that are played side by side, made fewer and smaller.

use std::fmt;
use std::ops::Range;

use crate::driver::Sequence;
use crate::hunt::Shrink;

/// Sequences that are played side by side.
#[derive(Clone, Debug)]
pub(super) struct Batch(pub(super) Vec<Sequence>);

impl Batch {
    /// The sequence, if there is only one, however often.
    fn only(&self) -> Option<&Sequence> {
        let first = self.0.first()?;
        self.0.iter().all(|it| it == first).then_some(first)
    }
}

/// Sequences in words, each with how often it is there.
pub(crate) fn told(sequences: &[Sequence]) -> Vec<String> {
    let mut counts: Vec<(&Sequence, usize)> = Vec::new();
    for sequence in sequences {
        match counts.iter_mut().find(|(known, _)| *known == sequence) {
            Some((_, count)) => *count += 1,
            None => counts.push((sequence, 1)),
        }
    }
    let told = counts.into_iter().map(|(sequence, count)| match count {
        1 => sequence.to_string(),
        _ => format!("{count} times {sequence}"),
    });
    told.collect()
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&told(&self.0).join("\n"))
    }
}

/// First there are fewer of them. What is left is made small if it is one sequence, however often.
impl Shrink for Batch {
    fn parts(&self) -> usize {
        self.0.len()
    }

    fn without(&self, parts: Range<usize>) -> Option<Self> {
        let mut left = self.0.clone();
        left.drain(parts);
        (!left.is_empty()).then_some(Self(left))
    }

    fn simpler(&self) -> Vec<Self> {
        let Some(only) = self.only() else {
            return Vec::new();
        };
        let shorter = (0..only.parts()).filter_map(|at| only.without(at..at + 1));
        let all = shorter.chain(only.simpler());
        all.map(|it| Self(vec![it; self.0.len()])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;
    use super::told;
    use crate::hunt::Shrinker;

    fn batch(texts: &[&str]) -> Batch {
        let sequences = texts.iter().map(|text| text.parse().expect("steps"));
        Batch(sequences.collect())
    }

    /// The smallest that shows it.
    fn smallest(whole: Batch, shows: impl Fn(&Batch) -> bool) -> Vec<String> {
        let mut shrinker = Shrinker::new(whole);
        while let Some(candidate) = shrinker.ask().cloned() {
            shrinker.tell(shows(&candidate));
        }
        told(&shrinker.best().0)
    }

    #[test]
    fn the_one_that_does_it_is_left_and_made_small() {
        let whole = batch(&[
            "a.open a.new",
            "a.open a.new a.negative",
            "b.open",
            "a.open",
        ]);
        let shows = |batch: &Batch| batch.to_string().contains("negative");
        assert_eq!(smallest(whole, shows), ["a.negative"]);
    }

    #[test]
    fn those_that_do_it_together_are_left() {
        let whole = batch(&["a.open a.new", "a.open a.empty", "b.open", "a.open a.half"]);
        let shows = |batch: &Batch| {
            let text = batch.to_string();
            text.contains("empty") && text.contains("half")
        };
        assert_eq!(smallest(whole, shows), ["a.open a.empty", "a.open a.half"]);
    }

    #[test]
    fn what_takes_several_of_a_kind_is_made_small_as_well() {
        let whole = batch(&["a.open a.new b.open b.renew"; 20]);
        let shows = |batch: &Batch| batch.0.len() > 2 && batch.to_string().contains("renew");
        assert_eq!(smallest(whole, shows), ["3 times a.renew"]);
    }
}

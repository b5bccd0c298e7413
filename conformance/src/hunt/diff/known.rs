//! The differences found so far, each once and as short as it is known.

use crate::driver::Sequence;
use crate::hunt::diff::Difference;
use crate::hunt::diff::shape::Shape;

/// What is known to be different.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<Difference>);

impl Known {
    pub(super) fn all(&self) -> &[Difference] {
        &self.0
    }

    /// Whether something known leaves nothing to be learned from a sequence.
    pub(super) fn hides(&self, sequence: &Sequence) -> bool {
        self.hider(sequence).is_some()
    }

    /// The place of what leaves nothing to be learned from a sequence.
    pub(super) fn hider(&self, sequence: &Sequence) -> Option<usize> {
        self.0.iter().position(|known| known.hides(sequence))
    }

    /// The place of what is of this shape.
    pub(super) fn of_shape(&self, shape: &Shape) -> Option<usize> {
        let is_alike = |known: &Difference| known.shape().as_ref() == Some(shape);
        self.0.iter().position(is_alike)
    }

    /// Takes in another sequence that shows what is known.
    pub(super) fn also(&mut self, at: usize, sequence: Sequence) {
        if let Some(known) = self.0.get_mut(at) {
            known.also(sequence);
        }
    }

    /// Takes in a difference, in place of those that are the same and longer; whether it is new.
    pub(super) fn add(&mut self, mut difference: Difference) -> bool {
        let shape = difference.shape();
        let is_alike = |known: &Difference| shape.is_some() && known.shape() == shape;
        let is_known = |known: &Difference| {
            known.covers(&difference)
                || is_alike(known) && known.sequence.len() <= difference.sequence.len()
        };
        if let Some(at) = self.0.iter().position(is_known) {
            self.also(at, difference.sequence);
            return false;
        }
        let is_longer = |known: &mut Difference| difference.covers(known) || is_alike(known);
        let longer: Vec<Difference> = self.0.extract_if(.., is_longer).collect();
        for known in longer {
            difference.also(known.sequence);
            let variants = known.variants.into_iter();
            variants.for_each(|sequence| difference.also(sequence));
        }
        self.0.push(difference);
        true
    }
}

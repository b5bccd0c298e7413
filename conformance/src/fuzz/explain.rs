//! Which flaws would explain what was found.

use crate::driver::Sequence;
use crate::fuzz::Oracle;
use crate::hunt::Run;
use crate::server::Flaw;

/// The flaws with which the model does just what was seen.
pub(super) fn explanations(oracle: &Oracle, sequence: &Sequence, run: &Run) -> Vec<Flaw> {
    let explains = |flaw: &Flaw| {
        let mut kind = oracle.model();
        kind.flaws = kind.flaws.with(*flaw);
        oracle.explains(&kind, sequence, run)
    };
    Flaw::ALL.iter().copied().filter(explains).collect()
}

//! Which flaws would explain what was found.

use crate::driver::Sequence;
use crate::fuzz::Oracle;
use crate::hunt::Run;
use crate::server;
use crate::server::Flaw;

/// The flaws one more of which makes a sound server do just what was seen, each with the server
/// that it makes.
pub(super) fn explanations(
    oracle: &Oracle,
    sequence: &Sequence,
    run: &Run,
) -> Vec<(Flaw, server::Config)> {
    let with = |flaw: &Flaw| {
        let mut kinds = oracle.kinds().iter().map(|kind| server::Config {
            flaws: kind.flaws.with(*flaw),
            ..kind.clone()
        });
        let kind = kinds.find(|kind| oracle.explains(kind, sequence, run))?;
        Some((*flaw, kind))
    };
    Flaw::ALL.iter().filter_map(with).collect()
}

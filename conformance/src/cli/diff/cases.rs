//! The catalogue, put to both servers.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::Instant;
use crate::cli::Trouble;
use crate::cli::list::catalogue;
use crate::hunt::diff::CaseDifference;
use crate::hunt::diff::Compared;
use crate::hunt::diff::Side;
use crate::hunt::diff::compare_case;
use crate::judge::Case;
use crate::judge::Options;
use crate::net::Clock;

/// What came of the cases.
#[derive(Debug, Default)]
pub(super) struct Cases {
    /// How many were put to both servers.
    pub(super) compared: usize,
    /// How many are not for both, or could not be played.
    pub(super) left_out: usize,
    /// How many had no turn.
    pub(super) left: usize,
    /// Those that come out differently.
    pub(super) different: Vec<CaseDifference>,
    /// The same, before they were played alone.
    doubted: Vec<Case>,
}

/// Cases that are put to the servers at once.
const AT_ONCE: usize = 8;
/// How often a case is put to the servers before it is in doubt.
const TIMES: usize = 4;
/// And how often when nobody else is there, before they are said to differ.
const TIMES_ALONE: usize = 2;

impl Cases {
    /// Puts the cases to the servers, several at a time.
    pub(super) async fn play(
        &mut self,
        sides: &[Side; 2],
        options: &Options,
        clock: Clock,
        until: Instant,
    ) -> Result<(), Trouble> {
        let catalogue = catalogue()?;
        let (sides, options) = (Arc::new(sides.clone()), Arc::new(options.clone()));
        let mut running = JoinSet::new();
        let mut waiting = catalogue.cases().iter();
        self.left = waiting.len();
        loop {
            while running.len() < AT_ONCE
                && let Some(case) = waiting.next()
            {
                let case = case.clone();
                let (sides, options) = (Arc::clone(&sides), Arc::clone(&options));
                running.spawn(async move {
                    let compared = compare_case(&case, &sides, &options, TIMES).await;
                    (case, compared)
                });
            }
            let ended = tokio::select! {
                ended = running.join_next() => ended,
                () = tokio::time::sleep_until(clock.when(until)) => return Ok(()),
            };
            let Some(ended) = ended else { return Ok(()) };
            let (case, compared) =
                ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            self.left -= 1;
            match compared {
                Compared::LeftOut(_) => self.left_out += 1,
                Compared::Alike => self.compared += 1,
                Compared::Different(_) => {
                    self.compared += 1;
                    self.doubted.push(case);
                }
            }
        }
    }

    /// Plays what came out differently once more, one case at a time and nothing beside it: what comes
    /// of some depends on who else is there.
    pub(super) async fn play_again_alone(&mut self, sides: &[Side; 2], options: &Options) {
        self.doubted.sort_by(|one, other| one.id.cmp(&other.id));
        for case in std::mem::take(&mut self.doubted) {
            if let Compared::Different(different) =
                compare_case(&case, sides, options, TIMES_ALONE).await
            {
                self.different.push(different);
            }
        }
    }
}

//! What moves bytes for a player can do so for others.

use crate::Instant;
use crate::player::Input;
use crate::player::Output;

/// A machine that plays the client's side on named connections: the [`Player`](super::Player) of
/// scripts, the [`Driver`](crate::driver::Driver) of symbols. What carries out its orders does not
/// know which one it is.
pub trait ClientSide {
    /// Takes in what happened.
    fn handle(&mut self, now: Instant, input: Input<'_>);

    /// What is to be done next.
    fn poll(&mut self) -> Option<Output>;

    /// When to come back, if nothing happens before.
    fn deadline(&self) -> Option<Instant>;

    /// Whether it has nothing left to do.
    fn is_over(&self) -> bool;
}

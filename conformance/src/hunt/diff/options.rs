//! What is compared.

use crate::driver::Sequence;
use crate::hunt::Menu;
use crate::hunt::diff::Model;

/// How two servers are compared.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Where chance begins.
    pub seed: u64,
    /// What random sequences are made of.
    pub menu: Menu,
    /// Whether there are sequences that let time pass, or wait long for a server to lose patience.
    pub waits: bool,
    /// The model, if one of the servers is it: the other may answer whatever it may, however often.
    pub model: Option<Model>,
    /// Compare by these alone, if there are any.
    pub only: Vec<Sequence>,
    /// Whether a task brings all that can come of a sequence: the servers have no chance in them but
    /// the order of what happens at once.
    pub certain: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            menu: Menu::default(),
            waits: true,
            model: None,
            only: Vec::new(),
            certain: false,
        }
    }
}

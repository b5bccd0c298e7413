//! Fuzzing a server that is known by its port alone, or the crate's own on virtual time.
//!
//! A [`Fuzzer`] makes up sequences of what clients can do, has a [`Target`] play them, and holds
//! what comes back against an [`Oracle`]: the outcomes the model allows. What is strange is played
//! again, made small, and told of as a [`Find`] with the rate at which it comes up. What brought
//! something new to light is kept, and sequences like it are tried.
//!
//! It is sans-I/O: when to stop for want of time is the target's business.

mod batch;
mod blame;
mod doubt;
mod event;
mod explain;
mod find;
mod fuzzer;
mod kinds;
mod ledger;
mod menu;
mod mutants;
mod novelty;
mod oracle;
mod orders;
mod outcome;
mod race;
mod strange;
mod suspicion;
mod target;

#[cfg(feature = "cli")]
pub(crate) use self::batch::told;
pub use self::event::Count;
pub use self::event::Event;
pub use self::event::Find;
pub use self::event::Full;
pub use self::event::SCHEMA;
pub use self::event::Start;
pub use self::fuzzer::Fuzzer;
pub use self::fuzzer::Options;
pub use self::fuzzer::seed;
pub use self::kinds::kinds;
pub use self::menu::menu;
pub use self::menu::quick_menu;
pub use self::mutants::Attempt;
pub use self::mutants::attempt;
pub use self::mutants::driver;
pub(crate) use self::oracle::Expectation;
pub(crate) use self::oracle::Judgement;
pub use self::oracle::Oracle;
pub use self::outcome::Outcome;
pub use self::strange::TWO_OWNERS;
pub use self::strange::UNSERVED;
pub use self::target::Harm;
pub use self::target::LabTarget;
pub use self::target::Purpose;
pub use self::target::Target;

//! Judges a server by the catalogue of cases.
//!
//! A [`Catalogue`] is data: scripts in the transcript language with an id, a level and the
//! [`Clause`] of the [`Specification`] that each judges. [`run`] plays them against a [`Subject`],
//! the sanity case first and last, and tells of each [`Event`] as it happens; every report is made
//! from these events alone.

mod case;
mod catalogue;
mod event;
mod probe;
mod race;
mod run;
mod selector;
mod setting;
mod spec;

pub use self::case::Case;
pub use self::case::Level;
pub use self::catalogue::Catalogue;
pub use self::catalogue::CatalogueError;
pub use self::event::CaseReport;
pub use self::event::Event;
pub use self::event::Problem;
pub use self::event::Summary;
pub use self::event::Verdict;
pub use self::probe::probe;
pub use self::race::times;
pub use self::run::Options;
pub use self::run::Subject;
pub use self::run::play;
pub use self::run::run;
pub use self::selector::Selection;
pub use self::selector::SelectorError;
pub use self::setting::Setting;
pub use self::setting::SettingError;
pub use self::setting::Unmet;
pub use self::spec::Citation;
pub use self::spec::Clause;
pub use self::spec::Fault;
pub use self::spec::Specification;
pub use self::spec::SpecificationError;

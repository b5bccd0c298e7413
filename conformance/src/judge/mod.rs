//! Judges a server by the catalogue of cases.
//!
//! A [`Catalogue`] is data: scripts in the transcript language with an id, a level and the
//! [`Clause`] of the [`Specification`] that each judges. [`run`] plays them against a [`Subject`],
//! the sanity case first and last, and tells of each [`Event`] as it happens; every report is made
//! from these events alone.
//!
//! What is known of a server beforehand is its [`Standard`]: the [`Profile`](crate::profile::Profile)
//! of its kind, which says what such servers may do, and [`Expectations`], which say what this one
//! does, and fail the run once that is no longer true. A [`Guard`] notices when the server comes to
//! its end and starts it again; then the case that did it is found.

mod again;
mod case;
mod catalogue;
mod event;
mod expect;
mod flight;
mod guard;
mod mutants;
mod pattern;
mod probe;
mod product;
mod race;
mod rule;
mod run;
mod selector;
mod setting;
mod shard;
mod spec;
mod standard;
mod tally;
mod verdict;

pub use self::again::Discarded;
pub(crate) use self::again::LATE;
pub use self::case::Case;
pub use self::case::Level;
pub use self::catalogue::Catalogue;
pub use self::catalogue::CatalogueError;
pub use self::event::CaseReport;
pub use self::event::Crash;
pub use self::event::Event;
pub use self::event::Problem;
pub use self::event::RunInfo;
pub use self::event::Summary;
pub use self::event::Verdict;
pub use self::expect::Broken;
pub use self::expect::Date;
pub use self::expect::Entry;
pub use self::expect::EntryFault;
pub use self::expect::ExpectError;
pub use self::expect::Expectations;
pub use self::expect::Known;
pub use self::guard::Ended;
pub use self::guard::Guard;
pub use self::guard::Waiting;
pub use self::mutants::Kill;
pub use self::mutants::KillMatrix;
pub use self::mutants::Mutant;
pub use self::pattern::glob;
pub use self::probe::probe;
pub use self::product::Label;
pub use self::product::Product;
pub use self::race::times;
pub use self::rule::Patterns;
pub use self::rule::Rule;
pub use self::rule::names;
pub use self::run::Options;
pub use self::run::Subject;
pub use self::run::Wire;
pub use self::run::play;
pub use self::run::play_once;
pub use self::run::run;
pub use self::selector::Selection;
pub use self::selector::SelectorError;
pub use self::setting::Setting;
pub use self::setting::SettingError;
pub use self::setting::Unmet;
pub use self::setting::is_serving;
pub use self::setting::like;
pub use self::shard::Shard;
pub use self::spec::Citation;
pub use self::spec::Clause;
pub use self::spec::Fault;
pub use self::spec::Specification;
pub use self::spec::SpecificationError;
pub use self::standard::Excuse;
pub use self::standard::ExcuseKind;
pub use self::standard::Standard;
pub use self::tally::Rates;
pub use self::tally::Tally;

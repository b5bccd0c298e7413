//! Hunting: sequences of what clients can do, made up, run, compared and made small.
//!
//! What is hunted for is up to the hunter: servers that differ ([`diff`]), or one that does what it
//! must not. All hunters share these:
//!
//! | what | where |
//! |---|---|
//! | a sequence of moments, each of steps taken at once, on one connection or several | [`Sequence`] |
//! | sequences made up from a seed, guided by what the model would answer | [`Generator`] |
//! | sequences run on a server, over TCP or on virtual time | [`run`], [`outcomes`] |
//! | the smallest sequence that still shows the same | [`Shrinker`] |
//! | what was found, as a transcript | [`witness`] |
//!
//! Nothing here has a clock or a socket but [`run`], which lets [`net`](crate::net) do it.
//!
//! ```
//! use zk_conformance::driver;
//! use zk_conformance::driver::Sequence;
//! use zk_conformance::hunt;
//! use zk_conformance::server;
//!
//! // Two connections want the session at once: every order of that.
//! let race: Sequence = "a.open a.new b.open a.cut+b.renew".parse()?;
//! let config = driver::Config::default();
//! let outcomes = hunt::outcomes(&server::Config::default(), &race, &config);
//! assert_eq!(outcomes.len(), 1, "one comes of it, whatever the order");
//! # Ok::<(), zk_conformance::driver::SymbolError>(())
//! ```

pub mod diff;
mod generate;
mod knobs;
mod mutants;
mod run;
mod script;
mod shrink;
mod smaller;
mod witness;
mod words;

pub use self::generate::Generator;
pub use self::generate::Menu;
pub use self::mutants::Compared;
pub use self::mutants::compare_mutant;
pub(crate) use self::mutants::settings;
pub(crate) use self::run::MOST_ORDERS;
pub use self::run::Run;
pub use self::run::outcomes;
pub use self::run::run;
pub use self::script::MIN_SCHEMA;
pub use self::script::Symptom;
pub use self::shrink::Shrink;
pub use self::shrink::Shrinker;
pub use self::witness::is_witness;
pub use self::witness::recording;
pub use self::witness::witness;
pub(crate) use self::words::Contrast;
pub(crate) use self::words::shape;
pub(crate) use self::words::without;
pub use crate::driver::Moment;
pub use crate::driver::Sequence;
pub use crate::driver::Step;

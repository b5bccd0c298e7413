//! Reports, all made from one stream of events.
//!
//! [`judge::run`](crate::judge::run) tells of each [`Event`](crate::judge::Event) as it happens.
//! Written as JSON, one a line, they are the stream that every report is made from, at once or
//! later: [`Runs`] gathers events, [`read`] takes them out of a file, [`merge`] makes one report of
//! many files, and a [`Format`] turns runs into text. `schema/events.schema.json` in the crate,
//! here as [`SCHEMA`], says what an event holds.
//!
//! No report has anything in it but what the stream has, so equal streams make equal reports.
//! [`stable`] takes out of a run what changes from one run to the next.
//!
//! ```
//! use zk_conformance::report;
//! use zk_conformance::report::Format;
//!
//! let stream = r#"{"event":"run-started","schema":1,"version":"0.1.0",
//!   "product":{"name":"ZooKeeper","version":"3.9.3"},"target":"TCP","cases":1,
//!   "min_session_timeout":4000,"max_session_timeout":40000,"level":"should","options":{},
//!   "selected":["ZK0001"]}"#;
//! let runs = report::read(stream.replace('\n', "").as_bytes())?;
//! assert_eq!(runs[0].info.product.to_string(), "ZooKeeper 3.9.3");
//! assert!(Format::Tap.render(&runs)?.contains("Bail out!"), "it never finished");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod format;
mod github;
mod golden;
mod html;
mod junit;
mod mark;
mod markdown;
mod matrix;
mod merge;
mod run;
mod sarif;
mod stable;
mod stream;
mod tap;

pub use self::format::Format;
pub use self::format::RenderError;
pub use self::github::annotations;
pub use self::golden::Change;
pub use self::golden::Difference;
pub use self::golden::compare;
pub use self::mark::Mark;
pub use self::merge::merge;
pub use self::run::Run;
pub use self::run::Runs;
pub use self::stable::stable;
pub use self::stream::ReadError;
pub use self::stream::read;
pub use self::stream::write;

/// The JSON Schema of an event.
pub const SCHEMA: &str = include_str!("../../schema/events.schema.json");

//! For whom something is written.

/// Text for people, or JSON for programs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

//! The files that learning leaves.

use std::path::PathBuf;

use crate::cli::Trouble;
use crate::cli::learn::Stop;
use crate::cli::learn::file;
use crate::cli::sink::Sink;
use crate::driver::meanings;
use crate::learn;
use crate::learn::Learned;
use crate::learn::Mealy;
use crate::learn::ModelFile;

/// The files that were asked for, each known to be one that can be written.
pub(super) struct Files {
    json: Option<Sink>,
    dot: Option<Sink>,
    svg: Option<Sink>,
}

impl Files {
    pub(super) fn open(paths: [&Option<PathBuf>; 3]) -> Result<Self, Trouble> {
        let [json, dot, svg] = paths.map(|path| path.as_deref().map(Sink::open).transpose());
        Ok(Self {
            json: json?,
            dot: dot?,
            svg: svg?,
        })
    }

    /// Writes them all.
    pub(super) fn write(
        self,
        about: &str,
        model: &Mealy,
        learned: &Learned<Stop>,
    ) -> Result<(), Trouble> {
        let means = meanings(model);
        if let Some(json) = self.json {
            let file = ModelFile::new(about.to_owned(), model, &means, &learned.conflicts);
            json.finish(&file::to_text(&file)?)?;
        }
        if let Some(dot) = self.dot {
            dot.finish(&learn::dot(model, &means))?;
        }
        if let Some(svg) = self.svg {
            svg.finish(&learn::svg(model, &means))?;
        }
        Ok(())
    }
}

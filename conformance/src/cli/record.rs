//! The record of the last run: its events, in the folder where failures leave their transcripts.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::cli::Trouble;
use crate::cli::note;
use crate::judge::Event;

/// The name of the file.
const FILE: &str = "last-run.jsonl";

/// Writes the record of a run.
#[derive(Debug)]
pub(super) struct Record(Option<BufWriter<File>>);

impl Record {
    /// Begins a record. Where none can be written, the run goes on without: only `--rerun-failed`
    /// needs it.
    pub(super) fn begin(trace_dir: &Path) -> Self {
        let path = trace_dir.join(FILE);
        let file = std::fs::create_dir_all(trace_dir).and_then(|()| File::create(&path));
        if let Err(error) = &file {
            let path = path.display();
            note(&format!(
                "cannot write {path}: {error}; --rerun-failed will not know of this run"
            ));
        }
        Self(file.ok().map(BufWriter::new))
    }

    pub(super) fn tell(&mut self, event: &Event) {
        if let (Some(file), Ok(line)) = (&mut self.0, serde_json::to_string(event)) {
            let _ = writeln!(file, "{line}");
        }
    }

    /// Sees to it that all of it is in the file.
    pub(super) fn finish(&mut self) {
        if let Some(file) = &mut self.0 {
            let _ = file.flush();
        }
    }
}

/// The ids of the cases of the last run that did not pass, were not reached, or were called off.
pub(super) fn failed(trace_dir: &Path) -> Result<BTreeSet<String>, Trouble> {
    let path = trace_dir.join(FILE);
    let broken = |reason: &dyn std::fmt::Display| {
        Trouble::usage(format!(
            "cannot read the record of the last run, {}: {reason}",
            path.display()
        ))
        .hint("run without --rerun-failed first, with the same --trace-dir")
    };
    let text = std::fs::read_to_string(&path).map_err(|error| broken(&error))?;
    let mut failed = BTreeSet::new();
    let mut open = BTreeSet::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).map_err(|error| broken(&error))?;
        let word = |name: &str| event[name].as_str().unwrap_or_default();
        match word("event") {
            "run-started" => {
                // Of a run that was called off, too, whatever it did not come to is not passed.
                failed.append(&mut open);
                let selected = event["selected"].as_array().into_iter().flatten();
                open = selected
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect();
            }
            "case-finished" => {
                let fine = matches!(word("verdict"), "passed" | "tolerated" | "skipped")
                    || event.get("excuse").is_some();
                let id = word("id");
                open.remove(id);
                if !fine {
                    failed.insert(id.to_owned());
                }
            }
            _ => {}
        }
    }
    failed.append(&mut open);
    Ok(failed)
}

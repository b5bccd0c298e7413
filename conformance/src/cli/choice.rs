//! Which cases a run plays.

use std::path::Path;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::count::plural;
use crate::cli::record;
use crate::cli::target::Target;
use crate::judge::Case;
use crate::judge::Catalogue;
use crate::judge::Selection;
use crate::judge::Shard;

/// The heading of these flags.
const HEADING: &str = "Which cases";

/// The flags that choose cases.
#[derive(Debug, clap::Args)]
pub(super) struct Choice {
    /// Leave out the cases that wait for sessions to expire.
    #[arg(long, help_heading = HEADING)]
    no_timing: bool,
    /// Only the cases that did not pass in the last run, as its record in the trace folder says.
    #[arg(long, help_heading = HEADING)]
    rerun_failed: bool,
    /// Only one of N parts of the cases, for machines that share the work; which part a case is in
    /// follows from its id alone. Without it, TEST_TOTAL_SHARDS and TEST_SHARD_INDEX are minded.
    #[arg(long, value_name = "M/N", help_heading = HEADING)]
    shard: Option<Shard>,
    /// Start the cases in an order drawn from N, rather than in that of the catalogue.
    #[arg(long, value_name = "N", help_heading = HEADING)]
    pub(super) seed: Option<u64>,
}

impl Choice {
    /// The cases that `selectors` and the flags choose.
    pub(super) fn cases<'a>(
        &self,
        catalogue: &'a Catalogue,
        selectors: &[String],
        trace_dir: &Path,
    ) -> Result<Vec<&'a Case>, Trouble> {
        let mut cases = select(catalogue, selectors)?;
        if self.no_timing {
            cases.retain(|case| !case.has_tag("timing"));
            check(&cases, || "--no-timing leaves no case to run".to_owned())?;
        }
        if self.rerun_failed {
            let failed = record::failed(trace_dir)?;
            cases.retain(|case| failed.contains(&case.id));
            check(&cases, || {
                "of these cases none failed in the last run".to_owned()
            })?;
        }
        if let Some(shard) = self.shard()? {
            let all = cases.len();
            cases.retain(|case| shard.holds(&case.id));
            check(&cases, || {
                format!("part {shard} holds none of {}", plural(all, "case"))
            })?;
        }
        Ok(cases)
    }

    /// The part that the flag asks for, or the environment.
    pub(super) fn shard(&self) -> Result<Option<Shard>, Trouble> {
        if self.shard.is_some() {
            return Ok(self.shard);
        }
        let number = |name: &str| match std::env::var(name) {
            Err(_) => Ok(None),
            Ok(text) => text
                .parse::<u64>()
                .map(Some)
                .map_err(|_| Trouble::usage(format!("{name} is {text:?}, which is not a number"))),
        };
        let (total, index) = (number("TEST_TOTAL_SHARDS")?, number("TEST_SHARD_INDEX")?);
        let shard = match (total, index) {
            (None, None) => return Ok(None),
            (Some(total), Some(index)) => Shard::new(index, total),
            (Some(_), None) => Err("TEST_TOTAL_SHARDS is set, TEST_SHARD_INDEX is not".to_owned()),
            (None, Some(_)) => Err("TEST_SHARD_INDEX is set, TEST_TOTAL_SHARDS is not".to_owned()),
        };
        // Who shares the work this way wants to know that it is understood.
        if let Some(file) = std::env::var_os("TEST_SHARD_STATUS_FILE") {
            std::fs::write(&file, "").map_err(|error| {
                Trouble::usage(format!(
                    "cannot write {}: {error}",
                    Path::new(&file).display()
                ))
            })?;
        }
        shard.map(Some).map_err(Trouble::usage)
    }
}

/// The cases that `selectors` choose; a selector that matches nothing is an error of its own.
pub(super) fn select<'a>(
    catalogue: &'a Catalogue,
    selectors: &[String],
) -> Result<Vec<&'a Case>, Trouble> {
    let mut all = Vec::new();
    for selector in selectors {
        unfold(selector, &mut all, &mut Vec::new())?;
    }
    let selection = Selection::parse(all.iter().map(String::as_str), catalogue)
        .map_err(|error| Trouble::usage(error.to_string()).hint(hint(&all)))?;
    let cases: Vec<_> = catalogue
        .cases()
        .iter()
        .filter(|case| selection.chooses(case))
        .collect();
    check(&cases, || "the selectors leave no case to run".to_owned())
        .map_err(|trouble| trouble.hint("zkspec list SELECTOR… shows what a selection holds"))?;
    Ok(cases)
}

/// What may help whoever wrote selectors one of which matches nothing.
fn hint(selectors: &[String]) -> &'static str {
    let is_server = |word: &&String| Target::is_meant(word);
    let is_almost = |word: &&String| {
        let (host, port) = word.rsplit_once(':').unwrap_or((word, ""));
        host.contains('.') || port.parse::<u64>().is_ok()
    };
    if selectors.iter().any(|word| is_server(&word)) {
        "HOST:PORT comes before the selectors"
    } else if selectors.iter().any(|word| is_almost(&word)) {
        "a server is HOST:PORT, with a port up to 65535; zkspec list shows every case"
    } else {
        "zkspec list shows every case"
    }
}

/// Puts in place of `@FILE` what the file holds.
fn unfold(selector: &str, all: &mut Vec<String>, files: &mut Vec<PathBuf>) -> Result<(), Trouble> {
    let (not, plain) = match selector.strip_prefix('!') {
        Some(plain) => ("!", plain),
        None => ("", selector),
    };
    let Some(file) = plain.strip_prefix('@') else {
        all.push(selector.to_owned());
        return Ok(());
    };
    let path = PathBuf::from(file);
    if files.contains(&path) {
        return Err(Trouble::usage(format!("@{file} contains itself")));
    }
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Trouble::usage(format!("cannot read {file}: {error}")))?;
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return Err(Trouble::usage(format!("{file} holds no selector")));
    }
    files.push(path);
    for line in lines {
        let inner = match line.strip_prefix('!') {
            // Not all but these.
            Some(plain) if !not.is_empty() => plain.to_owned(),
            _ => format!("{not}{line}"),
        };
        unfold(&inner, all, files)?;
    }
    files.pop();
    Ok(())
}

fn check(cases: &[&Case], message: impl FnOnce() -> String) -> Result<(), Trouble> {
    if cases.is_empty() {
        return Err(Trouble {
            exit: Exit::NothingSelected,
            message: message(),
            hint: None,
        });
    }
    Ok(())
}

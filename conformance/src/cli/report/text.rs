//! The report for people.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::io::Write;
use std::time::Duration;

use anstyle::AnsiColor;
use anstyle::Style;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;

use crate::cli::Exit;
use crate::cli::count::percent;
use crate::cli::count::plural;
use crate::judge::CaseReport;
use crate::judge::Crash;
use crate::judge::Event;
use crate::judge::Level;
use crate::judge::Problem;
use crate::judge::RunInfo;
use crate::judge::Summary;
use crate::judge::Tally;
use crate::judge::Verdict;
use crate::report::Mark;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// Prints a run: a line a group, and at length what went wrong.
pub(in crate::cli) struct Text {
    out: Box<dyn Write>,
    verbose: bool,
    quiet: bool,
    level: Level,
    progress: ProgressBar,
    groups: Vec<(String, Group)>,
    problems: Vec<(CaseReport, Option<String>)>,
    /// The cases that were played again, and how late things were.
    again: Vec<String>,
    late_ms: u64,
    /// Races, and how often they came out in which way.
    races: Vec<String>,
    /// What failed as it is known to, or was skipped, and why.
    known: Vec<String>,
    /// Those of the run before: what is the same again is not told again.
    told: Vec<String>,
    broken: Vec<String>,
    runs: u32,
    /// How many cases the run is of.
    cases: usize,
}

#[derive(Default)]
struct Group {
    counts: BTreeMap<&'static str, usize>,
    lines: Vec<String>,
}

impl Text {
    pub(in crate::cli) fn new(verbose: bool, quiet: bool, to_stderr: bool, level: Level) -> Self {
        let out: Box<dyn Write> = if to_stderr {
            Box::new(anstream::stderr())
        } else {
            Box::new(anstream::stdout())
        };
        Self {
            out,
            verbose,
            quiet,
            level,
            progress: ProgressBar::hidden(),
            groups: Vec::new(),
            problems: Vec::new(),
            again: Vec::new(),
            late_ms: 0,
            races: Vec::new(),
            known: Vec::new(),
            told: Vec::new(),
            broken: Vec::new(),
            runs: 0,
            cases: 0,
        }
    }

    pub(in crate::cli) fn tell(&mut self, event: &Event, trace: Option<&str>) {
        match event {
            Event::RunStarted(info) => {
                let RunInfo {
                    address,
                    product,
                    target,
                    cases,
                    min_session_timeout,
                    max_session_timeout,
                    profile,
                    ..
                } = &**info;
                self.runs += 1;
                self.cases = *cases;
                self.groups.clear();
                self.problems.clear();
                self.again.clear();
                self.late_ms = 0;
                self.races.clear();
                self.known.clear();
                if !self.quiet && self.runs == 1 {
                    let count = plural(*cases, "case");
                    let place = match address {
                        Some(address) if target == "TCP" => format!(" at {address}"),
                        Some(address) => format!(" at {address} over {target}"),
                        None => format!(", {target}"),
                    };
                    self.line(format_args!("{BOLD}{product}{BOLD:#}{place}  {count}"));
                    if *max_session_timeout > 0 {
                        self.line(format_args!(
                            "{DIM}session timeout {min_session_timeout} to {max_session_timeout} ms{DIM:#}"
                        ));
                    }
                    if let Some(profile) = profile {
                        self.line(format_args!("{DIM}profile {profile}{DIM:#}"));
                    }
                }
                self.progress = progress(*cases);
            }
            Event::CaseFinished(report) => {
                self.progress.inc(1);
                self.progress.set_message(report.name.clone());
                self.case(report, trace);
            }
            Event::StressFinished(tally) => self.rates(tally),
            Event::ServerEnded(crash) => self.crash(crash),
            Event::ExpectationBroken(broken) => self.broken.push(broken.to_string()),
            Event::RunFinished(summary) => {
                self.progress.finish_and_clear();
                self.summary(summary);
            }
        }
    }

    /// Says what the exit code means, if it is not plain from what was printed.
    pub(in crate::cli) fn finish(&mut self, exit: Exit) {
        self.progress.finish_and_clear();
        if exit == Exit::Interrupted {
            self.line(format_args!(
                "{ODD}interrupted{ODD:#}: the rest was not tested"
            ));
        }
        let _ = self.out.flush();
    }

    fn case(&mut self, report: &CaseReport, trace: Option<&str>) {
        let name = report
            .name
            .split_once('/')
            .map_or(report.name.as_str(), |(group, _)| group);
        if !self.groups.iter().any(|(known, _)| known == name) {
            self.groups.push((name.to_owned(), Group::default()));
        }
        if let Some(worst) = report.discarded.iter().map(|one| one.late_ms).max() {
            self.again.push(report.id.clone());
            self.late_ms = self.late_ms.max(worst);
        }
        let (word, style) = self.word(report);
        if let Some((_, group)) = self.groups.iter_mut().find(|(known, _)| known == name) {
            *group.counts.entry(word).or_default() += 1;
            let remark = match &report.verdict {
                Verdict::Tolerated { outcomes } => outcomes.join(", "),
                Verdict::Skipped { reason } => reason.clone(),
                _ => report.excuse.as_ref().map_or_else(
                    || rates(report),
                    |excuse| format!("{}: {}", excuse.by, excuse.reason),
                ),
            };
            let remark = match remark.as_str() {
                "" => remark,
                remark => format!("  {DIM}{remark}{DIM:#}"),
            };
            group.lines.push(format!(
                "    {style}{word:<9}{style:#} {} {:<6} {}{remark}",
                report.id, report.level, report.title
            ));
        }
        if report.times() > 1 {
            self.races
                .push(format!("{} {}: {}", report.id, report.name, rates(report)));
        }
        let known = report.excuse.is_some() || matches!(report.verdict, Verdict::Skipped { .. });
        if known && !self.quiet {
            let why = match (&report.verdict, &report.excuse) {
                (Verdict::Skipped { reason }, _) => reason.clone(),
                (_, Some(excuse)) => format!("{} ({})", excuse.reason, excuse.by),
                (_, None) => String::new(),
            };
            let line = format!("{word:<8} {} {}: {why}", report.id, report.name);
            self.known.push(line);
        }
        if !report.verdict.is_fine() && !known {
            self.problems
                .push((report.clone(), trace.map(str::to_owned)));
        }
    }

    fn word(&self, report: &CaseReport) -> (&'static str, Style) {
        let mark = Mark::of(report, self.level);
        let style = match mark {
            Mark::Passed | Mark::Tolerated => GOOD,
            Mark::Failed => BAD,
            Mark::Skipped | Mark::Excused | Mark::Differs | Mark::Blocked | Mark::Untested => ODD,
        };
        (mark.word(), style)
    }

    fn summary(&mut self, summary: &Summary) {
        if !self.quiet && self.runs == 1 {
            self.groups();
        }
        if !self.quiet && self.runs == 1 {
            self.races();
        }
        for (report, trace) in std::mem::take(&mut self.problems) {
            self.problem(&report, trace.as_deref());
        }
        let mut known = std::mem::take(&mut self.known);
        known.sort_unstable();
        let told = std::mem::replace(&mut self.told, known.clone());
        for known in known.iter().filter(|known| !told.contains(known)) {
            self.line(format_args!("  {DIM}{known}{DIM:#}"));
        }
        for broken in std::mem::take(&mut self.broken) {
            self.line(format_args!("\n{BAD}expectation{BAD:#} {broken}"));
        }
        if let Some(trouble) = &summary.trouble {
            self.line(format_args!("\n{BAD}could not test{BAD:#}: {trouble}"));
        }
        if !self.again.is_empty() {
            let again = std::mem::take(&mut self.again).join(" ");
            let late = self.late_ms;
            self.line(format_args!(
                "\n{ODD}played again{ODD:#}, since this machine or the server was up to {late} ms \
                 late: {again}"
            ));
        }
        let fine = summary.failed + summary.broken + summary.unexplained_crashes == 0;
        if self.quiet && fine && summary.trouble.is_none() {
            return;
        }
        let mut parts = Vec::new();
        // One that ends with its first failure leaves some unplayed.
        let over = summary.played() + summary.skipped;
        let unplayed = match summary.trouble {
            None => self.cases.saturating_sub(over),
            Some(_) => 0,
        };
        for (count, word, style) in [
            (summary.passed, "passed", GOOD),
            (summary.tolerated, "tolerated", GOOD),
            (summary.failed, "failed", BAD),
            (summary.excused, "failed as known", ODD),
            (summary.differed, "differ where they may", ODD),
            (summary.blocked, "blocked", ODD),
            (summary.untested, "untested", ODD),
            (summary.skipped, "skipped", ODD),
            (unplayed, "not played", ODD),
            (summary.broken, "expectations not true", BAD),
            (
                summary.unexplained_crashes,
                "crashes that no case explains",
                BAD,
            ),
        ] {
            if count > 0 {
                parts.push(format!("{style}{count} {word}{style:#}"));
            }
        }
        let run = if self.runs > 1 {
            format!("run {}: ", self.runs)
        } else {
            "\n".to_owned()
        };
        let parts = if parts.is_empty() {
            "nothing was tested".to_owned()
        } else {
            parts.join(", ")
        };
        let seconds = summary.elapsed.as_secs_f64();
        self.line(format_args!("{run}{parts} {DIM}in {seconds:.2} s{DIM:#}"));
    }

    fn groups(&mut self) {
        let groups = std::mem::take(&mut self.groups);
        let width = groups.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        self.line(format_args!(""));
        for (name, group) in groups {
            let count: usize = group.counts.values().sum();
            let remarks: Vec<_> = group
                .counts
                .iter()
                .filter(|(word, _)| **word != "passed")
                .map(|(word, count)| format!("{count} {word}"))
                .collect();
            let has = |word: &str| group.counts.contains_key(word);
            let (mark, style) = if has("failed") {
                ("✗", BAD)
            } else if ["differs", "blocked", "untested", "skipped", "excused"]
                .iter()
                .any(|w| has(w))
            {
                ("~", ODD)
            } else {
                ("✓", GOOD)
            };
            let remarks = remarks.join(", ");
            self.line(format_args!(
                "  {style}{mark}{style:#} {name:<width$}  {count:>3}   {remarks}"
            ));
            if self.verbose {
                for line in &group.lines {
                    self.line(format_args!("{line}"));
                }
            }
        }
    }

    fn races(&mut self) {
        let mut races = std::mem::take(&mut self.races);
        if races.is_empty() {
            return;
        }
        races.sort_unstable();
        self.line(format_args!("\n  how races came out"));
        for race in races {
            self.line(format_args!("    {DIM}{race}{DIM:#}"));
        }
    }

    fn problem(&mut self, report: &CaseReport, trace: Option<&str>) {
        let (word, style) = self.word(report);
        let CaseReport {
            id, name, level, ..
        } = report;
        let word = word.to_uppercase();
        self.line(format_args!(
            "\n{style}{word}{style:#} {BOLD}{name}{BOLD:#}  {id} {level}"
        ));
        match &report.verdict {
            Verdict::Failed(problem) => self.failure(problem, report, trace),
            Verdict::Blocked { by } => {
                self.line(format_args!("  blocked by {by}, which did not pass"));
            }
            Verdict::Untested { reason } | Verdict::Skipped { reason } => {
                self.line(format_args!("  {reason}"));
            }
            Verdict::Passed | Verdict::Tolerated { .. } => {}
        }
    }

    fn failure(&mut self, problem: &Problem, report: &CaseReport, trace: Option<&str>) {
        self.line(format_args!("  claim     {}", report.title));
        if let Some(sent) = &problem.sent {
            self.line(format_args!("  sent      {} > {sent}", problem.connection));
        }
        for (index, expected) in problem.expected.iter().enumerate() {
            let label = if index == 0 { "expected" } else { "      or" };
            self.line(format_args!("  {label}  {expected}"));
        }
        self.line(format_args!("  actual    {BOLD}{}{BOLD:#}", problem.actual));
        self.line(format_args!("  clause    {}", report.clause));
        self.line(format_args!("  why       {}", report.why));
        if let Some(trace) = trace {
            self.line(format_args!("  replay    {trace}"));
        }
        self.server_log(&report.server_log);
    }

    /// Tells of an end of the server that has no case of its own to be told with.
    fn crash(&mut self, crash: &Crash) {
        if crash.by.is_empty() {
            self.line(format_args!(
                "\n{BAD}CRASHED{BAD:#} the server came to its end: {}",
                crash.how
            ));
            self.line(format_args!("  during    {}", crash.during.join(" ")));
            self.line(format_args!("  alone     none of them brings it about"));
            self.server_log(&crash.log);
        }
    }

    /// Tells of the cases that went now this way, now that.
    fn rates(&mut self, tally: &Tally) {
        let runs = plural(tally.runs, "run");
        let cases = plural(tally.cases.len(), "case");
        let varied = tally.varied().count();
        self.line(format_args!(
            "\n{BOLD}{runs} of {cases}{BOLD:#}: {varied} went more than one way"
        ));
        for rates in tally.varied() {
            let total: usize = rates.outcomes.values().sum();
            let ways = rates.outcomes.iter();
            let ways: Vec<_> = ways
                .map(|(way, count)| {
                    format!("{way} {count} of {total} ({})", percent(*count, total))
                })
                .collect();
            let ways = ways.join(", ");
            self.line(format_args!("  {} {}  {ways}", rates.id, rates.name));
        }
    }

    fn server_log(&mut self, log: &[String]) {
        for (index, line) in log.iter().enumerate() {
            let label = if index == 0 { "printed" } else { "" };
            self.line(format_args!("  {label:<9} {DIM}{line}{DIM:#}"));
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // A reader that went away is not an error.
        let _ = writeln!(self.out, "{line}");
    }
}

/// Which outcomes came about and how often, the most frequent first.
fn rates(report: &CaseReport) -> String {
    let whole = report.times();
    if whole < 2 {
        return report.seen.keys().cloned().collect();
    }
    let rates = report.rates().into_iter();
    let words = rates.map(|(outcome, times)| format!("{outcome} {times}/{whole}"));
    words.collect::<Vec<_>>().join("; ")
}

/// A bar on stderr, if somebody is looking.
fn progress(cases: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(cases as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg:.dim}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

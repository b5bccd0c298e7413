//! One page for a browser, with nothing from elsewhere in it.

use std::collections::BTreeMap;
use std::fmt::Write;

use askama::Template;

use crate::judge::CaseReport;
use crate::judge::Level;
use crate::report::Mark;
use crate::report::Run;
use crate::report::matrix::Cell;
use crate::report::matrix::Column;
use crate::report::matrix::Matrix;
use crate::report::matrix::Row;

/// With more products than this, their names stand upright.
const FLAT: usize = 6;

/// How many ways of a race have a colour of their own.
const COLOURS: usize = 8;

/// The runs as a page: every case by every product, and all that is known of each.
///
/// Without scripts, the page is a table and a text, and every cell links to its part of the text.
pub(super) fn render(runs: &[Run]) -> askama::Result<String> {
    let matrix = Matrix::of(runs);
    let mut versions: Vec<_> = runs.iter().map(|run| run.info.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    let page = Page {
        marks: Mark::ALL
            .into_iter()
            .filter(|mark| runs.iter().any(|run| run.count(*mark) > 0))
            .collect(),
        levels: levels(&matrix),
        slugs: slugs(&matrix.columns),
        versions: versions.join(", "),
        style: include_str!("../../templates/matrix.css"),
        script: include_str!("../../templates/matrix.js"),
        matrix,
    };
    page.render()
}

#[derive(Template)]
#[template(path = "matrix.html")]
struct Page<'a> {
    matrix: Matrix<'a>,
    marks: Vec<Mark>,
    levels: Vec<Level>,
    /// What a column is called in an address.
    slugs: Vec<String>,
    versions: String,
    style: &'static str,
    script: &'static str,
}

impl Page<'_> {
    fn is_crowded(&self) -> bool {
        self.matrix.columns.len() > FLAT
    }

    /// The place of a cell's result in the page.
    fn place(&self, row: &Row<'_>, column: &usize) -> String {
        let slug = self.slugs.get(*column).map_or("", String::as_str);
        format!("{}.{slug}", row.case.id)
    }

    /// The products of which there is nothing more to say than that the case passed.
    fn plain<'r>(&self, row: &'r Row<'_>) -> Vec<(usize, &'r Cell<'r>)> {
        let cells = row.cells.iter().enumerate();
        cells.filter(|(_, cell)| is_plain(cell)).collect()
    }

    /// The products of which there is.
    fn told<'r>(&self, row: &'r Row<'_>) -> Vec<(usize, &'r Cell<'r>)> {
        let cells = row.cells.iter().enumerate();
        cells
            .filter(|(_, cell)| !cell.results.is_empty() && !is_plain(cell))
            .collect()
    }

    /// How often a race came out in which way on a product, in one order for all products.
    fn ways<'r>(&self, row: &Row<'r>, cell: &Cell<'r>) -> Vec<Way<'r>> {
        let rates: BTreeMap<_, _> = cell.rates().into_iter().collect();
        let all = row.ways().into_iter().enumerate();
        let ways = all.filter_map(|(place, outcome)| {
            Some(Way {
                outcome,
                times: *rates.get(outcome)?,
                colour: place % COLOURS,
            })
        });
        ways.collect()
    }

    fn product(&self, column: &usize) -> String {
        let column = self.matrix.columns.get(*column);
        column.map_or_else(String::new, |column| column.product.to_string())
    }
}

/// A way in which a race came out.
struct Way<'a> {
    outcome: &'a str,
    times: u64,
    /// The same for a way on all products.
    colour: usize,
}

fn is_plain(cell: &Cell<'_>) -> bool {
    let plain = |case: &CaseReport| case.wire.is_empty();
    cell.mark() == Some(Mark::Passed) && cell.results.iter().all(|played| plain(played.case))
}

impl Column<'_> {
    fn count(&self, mark: &Mark) -> usize {
        let counted = self.counts.iter().find(|(counted, _)| counted == mark);
        counted.map_or(0, |(_, count)| *count)
    }

    /// What is wrong with its runs beyond their cases.
    fn remarks(&self) -> Vec<String> {
        self.runs.iter().flat_map(|run| run.remarks()).collect()
    }

    /// The bounds of the session timeout, as the last run found them.
    fn timeouts(&self) -> String {
        let info = self.runs.last().map(|run| &run.info);
        let known = info.filter(|info| info.max_session_timeout > 0);
        known.map_or_else(String::new, |info| {
            format!(
                "{} to {} ms",
                info.min_session_timeout, info.max_session_timeout
            )
        })
    }

    /// How its runs were made, in the words of the command line.
    fn settings(&self) -> String {
        let Some(run) = self.runs.last() else {
            return String::new();
        };
        let level = format!("level={}", run.info.level).to_lowercase();
        let profile = run.info.profile.iter();
        let profile = profile.map(|profile| format!("profile={profile}"));
        let seed = run.info.seed.map(|seed| format!("seed={seed}"));
        let options = run.info.options.iter();
        let options = options.map(|(name, value)| format!("{name}={value}"));
        let settings: Vec<_> = std::iter::once(level)
            .chain(profile)
            .chain(seed)
            .chain(options)
            .collect();
        settings.join(" ")
    }
}

impl Cell<'_> {
    /// What a cell says to whom it is read out.
    fn label(&self) -> String {
        let Some(mark) = self.mark() else {
            return "not run".to_owned();
        };
        let outcomes = self.outcomes().join(", ");
        let rate = self.rate();
        let rate = rate.map(|(often, all)| format!(", {often} of {all} times"));
        let mut rate = rate.unwrap_or_default();
        let ways = self.rates();
        let all: u64 = ways.iter().map(|(_, times)| times).sum();
        for (outcome, times) in ways {
            let _ = write!(rate, "; {outcome} {times} of {all}");
        }
        if outcomes.is_empty() {
            format!("{}{rate}", mark.word())
        } else {
            format!("{}: {outcomes}{rate}", mark.word())
        }
    }

    fn word(&self) -> &'static str {
        self.mark().map_or("absent", Mark::word)
    }

    fn glyph(&self) -> &'static str {
        self.mark().map_or("·", Mark::glyph)
    }
}

/// A line of a wire log, taken apart.
struct Line<'a> {
    time: &'a str,
    connection: &'a str,
    /// `>` to the server, `<` from it; nothing for what is no packet.
    arrow: &'a str,
    /// What it is, and what it holds.
    head: &'a str,
    rest: &'a str,
}

impl CaseReport {
    fn lines(&self) -> Vec<Line<'_>> {
        self.wire.iter().map(|line| Line::of(line)).collect()
    }
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        let cut = |text: &'a str| text.split_once(' ').unwrap_or((text, ""));
        let (time, rest) = cut(line.trim());
        let (connection, rest) = cut(rest);
        let (arrow, rest) = match cut(rest) {
            (arrow @ (">" | "<"), rest) => (arrow, rest),
            _ => ("", rest),
        };
        let (head, rest) = cut(rest);
        Self {
            time,
            connection,
            arrow,
            head,
            rest,
        }
    }

    fn direction(&self) -> &'static str {
        match self.arrow {
            ">" => "sent",
            "<" => "received",
            _ => "event",
        }
    }
}

fn levels(matrix: &Matrix<'_>) -> Vec<Level> {
    let rows = matrix.groups.iter().flat_map(|group| &group.rows);
    let mut levels: Vec<_> = rows.map(|row| row.case.level).collect();
    levels.sort_unstable();
    levels.dedup();
    levels
}

/// A short name for each column, made of what an address may hold, and no two alike.
fn slugs(columns: &[Column<'_>]) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for column in columns {
        let name = column.product.to_string().to_lowercase();
        let words = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let slug = words.join("-");
        let taken = |slug: &String| slugs.contains(slug);
        let free = (2..).map(|number| format!("{slug}-{number}"));
        let slug = std::iter::once(slug.clone())
            .chain(free)
            .find(|slug| !taken(slug));
        slugs.extend(slug);
    }
    slugs
}

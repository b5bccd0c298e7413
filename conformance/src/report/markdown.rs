//! Markdown, for job summaries and comments.

use askama::Template;

use crate::report::Mark;
use crate::report::Run;
use crate::report::matrix;
use crate::report::matrix::Cell;
use crate::report::matrix::Matrix;
use crate::report::matrix::Played;

/// The runs as Markdown: a table of the products, one of the cases on which something is to be
/// said, and each failure with its wire log, folded.
pub(super) fn render(runs: &[Run]) -> askama::Result<String> {
    let matrix = Matrix::of(runs);
    let marks: Vec<_> = Mark::ALL
        .into_iter()
        .filter(|mark| runs.iter().any(|run| run.count(*mark) > 0))
        .collect();
    let products = matrix.columns.iter().map(|column| Product {
        name: cell(&column.product.to_string()),
        counts: marks
            .iter()
            .map(|mark| {
                let counted = column.counts.iter().find(|(counted, _)| counted == mark);
                counted.map_or(0, |(_, count)| *count)
            })
            .collect(),
        trouble: cell(&trouble(&column.runs)),
    });
    let page = Page {
        cases: matrix.cases(),
        products: products.collect(),
        marks: &marks,
        rows: rows(&matrix),
        races: races(&matrix),
        failures: failures(&matrix),
        versions: versions(runs),
    };
    Ok(page.render()?.trim_end().to_owned() + "\n")
}

#[derive(Template)]
#[template(path = "report.md", escape = "none")]
struct Page<'a> {
    cases: usize,
    products: Vec<Product>,
    marks: &'a [Mark],
    rows: Vec<Row>,
    races: Vec<Row>,
    failures: Vec<Failure>,
    versions: String,
}

struct Product {
    name: String,
    counts: Vec<usize>,
    trouble: String,
}

/// A case, with what is to be said of it a product.
struct Row {
    id: String,
    name: String,
    level: String,
    cells: Vec<String>,
}

struct Failure {
    heading: String,
    title: String,
    remark: String,
    clause: String,
    why: String,
    wire: String,
}

/// What is wrong with runs beyond their cases, one after the other.
fn trouble(runs: &[&Run]) -> String {
    let remarks: Vec<_> = runs.iter().flat_map(|run| run.remarks()).collect();
    remarks.join("; ")
}

fn versions(runs: &[Run]) -> String {
    let mut versions: Vec<_> = runs.iter().map(|run| run.info.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    versions.join(", ")
}

fn rows(matrix: &Matrix<'_>) -> Vec<Row> {
    let all = matrix.groups.iter().flat_map(|group| &group.rows);
    let told = all.filter(|row| {
        row.cells
            .iter()
            .any(|cell| cell.mark() > Some(Mark::Passed))
    });
    told.map(|row| Row::of(row, remark)).collect()
}

/// How a case went on a product, and in what way if not as the reference does it.
fn remark(found: &Cell<'_>) -> String {
    let Some(mark) = found.mark() else {
        return String::new();
    };
    let rate = found
        .rate()
        .map(|(often, all)| format!(" {often}/{all}"))
        .unwrap_or_default();
    let outcomes = found.outcomes().join(", ");
    let said = match (mark, outcomes.is_empty()) {
        (Mark::Passed, _) => String::new(),
        (_, true) => format!(" {}", mark.word()),
        (_, false) => format!(" {}", cell(&outcomes)),
    };
    format!("{}{said}{rate}", mark.glyph())
}

/// The cases that were played more than once, since the server decides them by a race.
fn races(matrix: &Matrix<'_>) -> Vec<Row> {
    let all = matrix.groups.iter().flat_map(|group| &group.rows);
    let races = all.filter(|row| !row.ways().is_empty());
    races.map(|row| Row::of(row, rates)).collect()
}

/// How often a race came out in which way.
fn rates(found: &Cell<'_>) -> String {
    let rates = found.rates();
    let all: u64 = rates.iter().map(|(_, times)| times).sum();
    let ways = rates
        .iter()
        .map(|(way, times)| format!("{way} {times}/{all}"));
    // The name of a way may be several, with commas between them.
    cell(&ways.collect::<Vec<_>>().join("; "))
}

impl Row {
    fn of(row: &matrix::Row<'_>, say: impl Fn(&Cell<'_>) -> String) -> Self {
        Self {
            id: cell(&row.case.id),
            name: cell(&row.case.name),
            level: row.case.level.to_string(),
            cells: row.cells.iter().map(say).collect(),
        }
    }
}

fn failures(matrix: &Matrix<'_>) -> Vec<Failure> {
    let mut failures = Vec::new();
    for row in matrix.groups.iter().flat_map(|group| &group.rows) {
        for (column, cell) in matrix.columns.iter().zip(&row.cells) {
            for (played, _) in cell.distinct() {
                if played.case.problem().is_some() {
                    failures.push(failure(&column.product.to_string(), played));
                }
            }
        }
    }
    failures
}

fn failure(product: &str, played: Played<'_>) -> Failure {
    let case = played.case;
    let heading = format!(
        "{product}: {} {} {} {}",
        played.mark.word(),
        case.id,
        case.level,
        case.name
    );
    Failure {
        heading: html(&heading),
        title: html(&case.title),
        remark: html(&case.remark()),
        clause: html(&case.clause.to_string()),
        why: html(&case.why),
        wire: html(&case.wire.join("\n")),
    }
}

/// Text within a cell of a table.
fn cell(text: &str) -> String {
    html(text).replace('|', "\\|").replace(['\n', '\r'], " ")
}

/// Text of which nothing is markup, of HTML or of Markdown.
fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '*' => escaped.push_str("&#42;"),
            '_' => escaped.push_str("&#95;"),
            '`' => escaped.push_str("&#96;"),
            '[' => escaped.push_str("&#91;"),
            '\\' => escaped.push_str("&#92;"),
            '@' => escaped.push_str("&#64;"),
            other => escaped.push(other),
        }
    }
    escaped
}

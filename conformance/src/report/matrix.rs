//! Products by cases: what the tables of the reports show.

use std::collections::BTreeMap;

use crate::judge::CaseReport;
use crate::judge::Product;
use crate::report::Mark;
use crate::report::Run;
use crate::report::mark::most_frequent_first;

/// Runs as a table: a column a product, a row a case.
#[derive(Debug)]
pub(super) struct Matrix<'a> {
    /// The products.
    pub(super) columns: Vec<Column<'a>>,
    /// The cases, by group.
    pub(super) groups: Vec<Group<'a>>,
}

/// A product, and its runs.
#[derive(Debug)]
pub(super) struct Column<'a> {
    pub(super) product: &'a Product,
    pub(super) runs: Vec<&'a Run>,
    /// How many cases have each mark, the best mark first.
    pub(super) counts: Vec<(Mark, usize)>,
}

/// Cases of one group.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) name: &'a str,
    pub(super) rows: Vec<Row<'a>>,
}

/// A case.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// What is said of the case; how it went differs by cell.
    pub(super) case: &'a CaseReport,
    /// A cell a column.
    pub(super) cells: Vec<Cell<'a>>,
}

/// How a case went on a product: several times, if there were several runs.
#[derive(Debug)]
pub(super) struct Cell<'a> {
    pub(super) results: Vec<Played<'a>>,
}

/// How a case went once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Played<'a> {
    pub(super) mark: Mark,
    pub(super) case: &'a CaseReport,
}

impl<'a> Matrix<'a> {
    pub(super) fn of(runs: &'a [Run]) -> Self {
        let mut columns: Vec<Column<'a>> = Vec::new();
        let mut cells: BTreeMap<&str, BTreeMap<usize, Vec<Played<'a>>>> = BTreeMap::new();
        for run in runs {
            let product = &run.info.product;
            let known = columns.iter().position(|column| column.product == product);
            let at = known.unwrap_or(columns.len());
            match columns.get_mut(at) {
                Some(column) => column.runs.push(run),
                None => columns.push(Column {
                    product,
                    runs: vec![run],
                    counts: Vec::new(),
                }),
            }
            for case in &run.cases {
                let mark = run.mark(case);
                let row = cells.entry(&case.id).or_default();
                row.entry(at).or_default().push(Played { mark, case });
            }
        }
        let mut groups: Vec<Group<'a>> = Vec::new();
        for mut row in cells.into_values() {
            let Some(case) = row.values().flatten().map(|played| played.case).next() else {
                continue;
            };
            let row = Row {
                case,
                cells: (0..columns.len())
                    .map(|at| Cell {
                        results: row.remove(&at).unwrap_or_default(),
                    })
                    .collect(),
            };
            match groups.iter_mut().find(|group| group.name == case.group()) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group {
                    name: case.group(),
                    rows: vec![row],
                }),
            }
        }
        for (at, column) in columns.iter_mut().enumerate() {
            let rows = groups.iter().flat_map(|group| &group.rows);
            column.counts = counts(rows.filter_map(|row| row.cells.get(at)?.mark()));
        }
        Self { columns, groups }
    }

    /// How many cases there are.
    pub(super) fn cases(&self) -> usize {
        self.groups.iter().map(|group| group.rows.len()).sum()
    }
}

impl Group<'_> {
    /// How many cells of a column have each mark.
    pub(super) fn counts(&self, column: &usize) -> Vec<(Mark, usize)> {
        let cells = self.rows.iter().filter_map(|row| row.cells.get(*column));
        counts(cells.filter_map(Cell::mark))
    }
}

impl<'a> Row<'a> {
    /// The ways in which a race came out on any product, the most frequent first; nothing for other
    /// cases.
    pub(super) fn ways(&self) -> Vec<&'a str> {
        let rates = self.cells.iter().flat_map(Cell::rates);
        let ways = sum(rates).into_iter();
        ways.map(|(outcome, _)| outcome).collect()
    }

    /// Whether the products differ here.
    pub(super) fn is_mixed(&self) -> bool {
        let mut shown = self.cells.iter().filter(|cell| !cell.results.is_empty());
        let Some(first) = shown.next() else {
            return false;
        };
        let (mark, outcomes) = (first.mark(), first.outcomes());
        shown.any(|cell| cell.mark() != mark || cell.outcomes() != outcomes)
    }
}

impl<'a> Cell<'a> {
    /// The worst of what came about; `None` if it was not run.
    pub(super) fn mark(&self) -> Option<Mark> {
        self.results.iter().map(|played| played.mark).max()
    }

    /// How often that came about, if not every time.
    pub(super) fn rate(&self) -> Option<(usize, usize)> {
        let worst = self.mark()?;
        let often = self.results.iter().filter(|played| played.mark == worst);
        let (often, all) = (often.count(), self.results.len());
        (often < all).then_some((often, all))
    }

    /// The results that differ from each other, the worst first, and how often each came about.
    pub(super) fn distinct(&self) -> Vec<(Played<'a>, usize)> {
        let mut distinct: Vec<(Played<'a>, usize)> = Vec::new();
        for played in &self.results {
            let said = |other: &Played<'_>| (other.mark, other.case.outcomes().join(" "));
            match distinct
                .iter_mut()
                .find(|(known, _)| said(known) == said(played))
            {
                Some((_, count)) => *count += 1,
                None => distinct.push((*played, 1)),
            }
        }
        distinct.sort_by_key(|(played, _)| std::cmp::Reverse(played.mark));
        distinct
    }

    /// How often a race came out in which way, all runs together, the most frequent first; nothing
    /// for other cases.
    pub(super) fn rates(&self) -> Vec<(&'a str, u64)> {
        sum(self.results.iter().flat_map(|played| played.case.rates()))
    }

    /// The names of the outcomes, where there are any.
    pub(super) fn outcomes(&self) -> Vec<&'a str> {
        let mut outcomes: Vec<_> = self
            .results
            .iter()
            .flat_map(|played| played.case.outcomes())
            .collect();
        outcomes.sort_unstable();
        outcomes.dedup();
        outcomes
    }
}

/// Rates of the same outcomes added up, the most frequent first.
fn sum<'a>(rates: impl Iterator<Item = (&'a str, u64)>) -> Vec<(&'a str, u64)> {
    let mut all: BTreeMap<&str, u64> = BTreeMap::new();
    for (outcome, times) in rates {
        let so_far = all.entry(outcome).or_default();
        *so_far = so_far.saturating_add(times);
    }
    most_frequent_first(all)
}

fn counts(marks: impl Iterator<Item = Mark>) -> Vec<(Mark, usize)> {
    let mut counts: BTreeMap<Mark, usize> = BTreeMap::new();
    for mark in marks {
        *counts.entry(mark).or_default() += 1;
    }
    counts.into_iter().collect()
}

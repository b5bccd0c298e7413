//! Clauses of the specification, as `zkspec list --clauses` and `zkspec explain` show them.

use anstyle::Style;

use crate::cli::Trouble;
use crate::cli::count::plural;
use crate::cli::say;
use crate::judge::Case;
use crate::judge::Catalogue;
use crate::judge::Clause;
use crate::judge::Specification;
use crate::judge::glob;

/// Where the specification is to be read as a whole.
const FOLDER: &str = "conformance/spec";

/// The group that `id` would be a clause of, if it is written as one.
pub(super) fn group_of(specification: &Specification, id: &str) -> Option<String> {
    let (group, _) = id.rsplit_once('-')?;
    let mut groups = specification.clauses().iter().map(Clause::group);
    groups.find(|known| known.eq_ignore_ascii_case(group))
}

/// The clauses with these ids, with `*` for any run of characters, or in these groups; all, if none
/// are named. One that is not there is an error, as a selector of cases is.
pub(super) fn select<'a>(
    specification: &'a Specification,
    selectors: &[String],
) -> Result<Vec<&'a Clause>, Trouble> {
    let is = |clause: &Clause, selector: &str| {
        let selector = selector.to_ascii_uppercase();
        glob(&selector, &clause.id) || clause.group().eq_ignore_ascii_case(&selector)
    };
    let clauses = specification.clauses();
    if let Some(lost) = selectors
        .iter()
        .find(|selector| !clauses.iter().any(|clause| is(clause, selector)))
    {
        return Err(
            Trouble::usage(format!("{lost:?} is neither a clause nor a group of them"))
                .hint("zkspec list --clauses shows every clause"),
        );
    }
    let chosen = |clause: &&Clause| {
        selectors.is_empty() || selectors.iter().any(|selector| is(clause, selector))
    };
    Ok(clauses.iter().filter(chosen).collect())
}

/// Prints a clause as a line.
pub(super) fn text(clause: &Clause, catalogue: &Catalogue) {
    let count = match judging(clause, catalogue).len() {
        0 => "no case".to_owned(),
        count => plural(count, "case"),
    };
    say(format_args!(
        "{:<10}  {:<6}  {count:<8}  {}",
        clause.id, clause.level, clause.text
    ));
}

/// Prints a clause, and the ids of the cases that judge it, as a JSON object.
pub(super) fn json(clause: &Clause, catalogue: &Catalogue) {
    let cases = judging(clause, catalogue);
    let cases: Vec<_> = cases.iter().map(|case| &case.id).collect();
    let mut object = serde_json::json!(clause);
    if let Some(object) = object.as_object_mut() {
        object.insert("cases".to_owned(), serde_json::json!(cases));
    }
    say(object);
}

/// The cases that judge it.
fn judging<'a>(clause: &Clause, catalogue: &'a Catalogue) -> Vec<&'a Case> {
    let cases = catalogue.cases().iter();
    cases.filter(|case| case.clause.id == clause.id).collect()
}

/// Prints a clause, what it rests on, and the cases that judge it.
pub(super) fn explain(clause: &Clause, catalogue: &Catalogue) {
    let bold = Style::new().bold();
    say(format_args!(
        "{bold}{}{bold:#} ({})",
        clause.id, clause.level
    ));
    say(format_args!("  {}\n", clause.text));
    for (name, text) in [
        ("source", clause.source.join(", ").as_str()),
        ("versions", &clause.versions),
        ("observed", &clause.observed),
        (
            "relied on by",
            clause.relied_on_by.as_deref().unwrap_or_default(),
        ),
        ("differs", clause.differs.as_deref().unwrap_or_default()),
        ("no case", clause.no_case.as_deref().unwrap_or_default()),
        ("written in", &format!("{FOLDER}/{}", clause.place())),
    ] {
        if !text.is_empty() {
            say(format_args!("  {name:<12} {text}"));
        }
    }
    let cases = judging(clause, catalogue);
    say(match cases.len() {
        0 => return,
        1 => "\n  the case that judges it",
        _ => "\n  the cases that judge it",
    });
    let width = cases.iter().map(|case| case.name.len()).max().unwrap_or(0);
    for case in cases {
        say(format_args!(
            "    {}  {:<6}  {:<width$}  {}",
            case.id, case.level, case.name, case.title
        ));
    }
}

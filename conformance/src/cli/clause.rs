//! Clauses of the specification, as `zkspec list --clauses` and `zkspec explain` show them.

use anstyle::Style;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::say;
use crate::judge::Catalogue;
use crate::judge::Clause;
use crate::judge::Specification;

/// Where the specification is to be read as a whole.
const FOLDER: &str = "conformance/spec";

/// The clauses with these ids or in these groups; all, if none are named.
pub(super) fn select<'a>(
    specification: &'a Specification,
    selectors: &[String],
) -> Result<Vec<&'a Clause>, Trouble> {
    let is = |clause: &Clause, selector: &str| {
        clause.id.eq_ignore_ascii_case(selector) || clause.group().eq_ignore_ascii_case(selector)
    };
    let clauses = specification.clauses();
    if let Some(lost) = selectors
        .iter()
        .find(|selector| !clauses.iter().any(|clause| is(clause, selector)))
    {
        return Err(Trouble {
            exit: Exit::NothingSelected,
            message: format!("{lost:?} is neither the id of a clause nor a group of them"),
            hint: Some("zkspec list --clauses shows every clause".to_owned()),
        });
    }
    let chosen = |clause: &&Clause| {
        selectors.is_empty() || selectors.iter().any(|selector| is(clause, selector))
    };
    Ok(clauses.iter().filter(chosen).collect())
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
        ("written in", &format!("{FOLDER}/{}", clause.place())),
    ] {
        if !text.is_empty() {
            say(format_args!("  {name:<12} {text}"));
        }
    }
    let cases = catalogue.cases().iter();
    let cases: Vec<_> = cases.filter(|case| case.clause.id == clause.id).collect();
    say(match cases.len() {
        0 => "\n  no case judges it",
        1 => "\n  the case that judges it",
        _ => "\n  the cases that judge it",
    });
    for case in cases {
        say(format_args!(
            "    {}  {:<6}  {:<40}  {}",
            case.id, case.level, case.name, case.title
        ));
    }
}

//! `zkspec explain`: one case, or one clause, in full.

use std::collections::BTreeSet;

use anstyle::Style;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::choice::select;
use crate::cli::clause;
use crate::cli::help;
use crate::cli::list::catalogue;
use crate::cli::list::specification;
use crate::cli::say;
use crate::judge::Case;
use crate::profile::Profile;
use crate::transcript::Action;
use crate::transcript::Grade;

/// What `zkspec explain` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::EXPLAIN)]
pub(super) struct Arguments {
    /// A case, by id or name, or a clause, by id.
    #[arg(value_name = "ID")]
    id: String,
}

const BOLD: Style = Style::new().bold();

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let catalogue = catalogue()?;
    let specification = specification()?;
    if let Some(clause) = specification.find(&arguments.id) {
        clause::explain(clause, &catalogue);
        return Ok(Exit::Fine);
    }
    let Some(case) = catalogue.find(&arguments.id) else {
        if let Some(group) = clause::group_of(&specification, &arguments.id) {
            return Err(
                Trouble::usage(format!("no clause is {:?}", arguments.id)).hint(format!(
                    "zkspec list --clauses {group} shows those of its group"
                )),
            );
        }
        let selectors = [arguments.id.clone()];
        return Err(match select(&catalogue, &selectors) {
            Err(trouble) => {
                trouble.hint("zkspec list shows every case, zkspec list --clauses every clause")
            }
            Ok(cases) => Trouble::usage(format!("{:?} is {} cases", arguments.id, cases.len()))
                .hint("give one case, by id or name, or one clause, by id"),
        });
    };
    head(case);
    say("");
    for step in &case.script.steps {
        let text = format!("  {step}");
        say(text.trim_end().replace('\n', "\n  "));
    }
    outcomes(case);
    profiles(case)?;
    say(format_args!(
        "\n  run it     zkspec server HOST:PORT {id}\n  \
         how often  zkspec server HOST:PORT {id} --stress 100\n  \
         again      zkspec replay zk-out/{id}.zkt --target HOST:PORT --times 100, once it has failed",
        id = case.id
    ));
    if let Some(clause) = specification.find(&case.clause.id) {
        say("");
        clause::explain(clause, &catalogue);
    }
    Ok(Exit::Fine)
}

fn head(case: &Case) {
    say(format_args!(
        "{BOLD}{} {}{BOLD:#} ({})",
        case.id, case.name, case.level
    ));
    for (name, text) in [
        ("claims", case.title.as_str()),
        ("clause", &case.clause.to_string()),
        ("why", &case.why),
        ("source", &case.source),
        ("observed", &case.observed),
        ("tags", &case.tags.join(" ")),
        ("needs", &case.needs.join(" ")),
        ("server", case.script.header("server").unwrap_or_default()),
        ("race", case.script.header("race").unwrap_or_default()),
        ("kills", &case.flaws.join(" ")),
    ] {
        if !text.is_empty() {
            say(format_args!("  {name:<9} {text}"));
        }
    }
}

/// What can come of it, by name.
fn outcomes(case: &Case) {
    let steps = case.script.steps.iter();
    let outcomes = steps.flat_map(|step| match &step.action {
        Action::Expect { outcomes, .. } => outcomes.as_slice(),
        _ => &[],
    });
    let outcomes: Vec<_> = outcomes.collect();
    let mut first = true;
    for (grade, word) in [
        (Grade::Strict, "right"),
        (Grade::Tolerated, "tolerated"),
        (Grade::Forbidden, "forbidden"),
    ] {
        let mut names: Vec<_> = outcomes
            .iter()
            .filter(|outcome| outcome.grade == grade && !outcome.name.is_empty())
            .map(|outcome| outcome.name.as_str())
            .collect();
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        if !names.is_empty() {
            if std::mem::take(&mut first) {
                say("\n  outcomes");
            }
            say(format_args!("    {word:<9} {}", names.join(", ")));
        }
    }
}

/// Which kinds of servers do it in their own way.
fn profiles(case: &Case) -> Result<(), Trouble> {
    let profiles = Profile::all().map_err(|error| Trouble::usage(error.to_string()))?;
    let mut first = true;
    for profile in &profiles {
        let kinds = [
            ("does not support it", &profile.unsupported),
            ("differs", &profile.deviation),
        ];
        for (what, rules) in kinds {
            for rule in rules.iter().filter(|rule| rule.case.name(case)) {
                if std::mem::take(&mut first) {
                    say("\n  servers that do otherwise");
                }
                let outcome = rule.outcome.as_ref();
                let by = outcome.map_or_else(String::new, |name| format!(" by {name}"));
                let symptom = rule.symptom.as_ref();
                let with = symptom.map_or_else(String::new, |text| format!(" with {text:?}"));
                say(format_args!(
                    "    {} {what}{by}{with}: {}",
                    profile.title, rule.reason
                ));
            }
        }
    }
    Ok(())
}

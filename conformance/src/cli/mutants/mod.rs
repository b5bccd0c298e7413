//! `zkspec mutants`: the suite tests itself.

mod hunted;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use anstyle::Style;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::choice::select;
use crate::cli::count::plural;
use crate::cli::list::catalogue;
use crate::cli::mutants::hunted::Finder;
use crate::cli::mutants::hunted::Hunt;
use crate::cli::say;
use crate::cli::serve::find_flaw;
use crate::fuzz::attempt;
use crate::hunt::compare_mutant;
use crate::judge::Case;
use crate::judge::KillMatrix;
use crate::judge::Level;
use crate::judge::Mutant;
use crate::server::Flaw;

/// What `zkspec mutants` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Show what these cases kill: ZK0402, a group, a name with *, tag:NAME, level:LEVEL; ! in
    /// front excludes.
    #[arg(long = "case", value_name = "SELECTOR")]
    cases: Vec<String>,
    /// Show only the mutants with these flaws, and what each case that kills them saw.
    #[arg(long = "flaw", value_name = "NAME")]
    flaws: Vec<String>,
    /// As one JSON object.
    #[arg(long)]
    json: bool,
    /// What finds the mutants: the cases, a comparison with the model, as `zkspec diff` makes it, or
    /// `zkspec fuzz`.
    #[arg(long, default_value = "cases")]
    by: By,
    /// With `--by diff` and `--by fuzz`, how many sequences are tried on each mutant; 3000, if
    /// nothing is said.
    #[arg(long, value_name = "N", requires = "by")]
    effort: Option<NonZeroUsize>,
    /// With `--by diff` and `--by fuzz`, where chance begins; 0, if nothing is said.
    #[arg(long, value_name = "N", requires = "by")]
    seed: Option<u64>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
enum By {
    Cases,
    Diff,
    Fuzz,
}

/// How many sequences are tried on each mutant if nobody says so.
const EFFORT: usize = 3000;

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let catalogue = catalogue()?;
    let chosen = select(&catalogue, &arguments.cases)?;
    let flaws = flaws(&arguments.flaws)?;
    let seed = arguments.seed.unwrap_or(0);
    let effort = arguments.effort.map_or(EFFORT, NonZeroUsize::get);
    let find: Option<(_, Finder)> = match arguments.by {
        By::Cases if arguments.effort.is_some() || arguments.seed.is_some() => {
            return Err(Trouble::usage(
                "--effort and --seed are about --by diff and --by fuzz; cases are played once",
            ));
        }
        By::Cases => None,
        _ if !arguments.cases.is_empty() => {
            return Err(Trouble::usage(
                "--case is about the catalogue, which --by diff and --by fuzz do without",
            ));
        }
        By::Diff => Some(("diff", |flaw, hunt| {
            compare_mutant(flaw, hunt.seed, hunt.effort).into()
        })),
        By::Fuzz => Some(("fuzz", |flaw, hunt| {
            attempt(flaw, hunt.effort as u64, hunt.seed).into()
        })),
    };
    if let Some((by, find)) = find {
        Hunt { by, seed, effort }.run(&flaws, find, arguments.json);
        return Ok(Exit::Fine);
    }
    let matrix = KillMatrix::new(&catalogue, &flaws);
    if arguments.json {
        say(json(&matrix, &chosen));
    } else if !arguments.cases.is_empty() {
        for case in chosen {
            show_case(&matrix, case);
        }
    } else if !arguments.flaws.is_empty() {
        for mutant in matrix.mutants() {
            show_mutant(&matrix, mutant);
        }
    } else {
        show_table(&matrix);
        show_summary(&matrix);
    }
    let complaints = matrix.complaints();
    if !arguments.json {
        for complaint in &complaints {
            say(format_args!("wrong: {complaint}"));
        }
    }
    Ok(if complaints.is_empty() {
        Exit::Fine
    } else {
        Exit::Unexpected
    })
}

/// The flaws of these names, or all.
fn flaws(names: &[String]) -> Result<Vec<Flaw>, Trouble> {
    if names.is_empty() {
        return Ok(Flaw::ALL.to_vec());
    }
    // In the order of the table, each once.
    let flaws: Result<BTreeSet<_>, _> = names.iter().map(|name| find_flaw(name)).collect();
    Ok(flaws?.into_iter().collect())
}

/// A row for each mutant, and how many cases of each group kill it.
fn show_table(matrix: &KillMatrix<'_>) {
    let bold = Style::new().bold();
    let mut groups: Vec<&str> = matrix.cases().iter().map(Case::group).collect();
    groups.dedup();
    let heads: String = groups.iter().map(|group| format!(" {group:>4}")).collect();
    say(format_args!("{bold}{:<28}{heads}  first{bold:#}", "mutant"));
    for mutant in matrix.mutants() {
        let killers: BTreeSet<_> = mutant.kills.iter().map(|kill| kill.id.as_str()).collect();
        let mut row = format!("{:<28}", mutant.flaw.name());
        for group in &groups {
            let own = matrix.cases().iter().filter(|case| case.group() == *group);
            let count = own.filter(|case| killers.contains(&*case.id)).count();
            let width = group.len().max(4);
            let cell = if count == 0 {
                "·".to_owned()
            } else {
                count.to_string()
            };
            row += &format!(" {cell:>width$}");
        }
        let first = mutant.kills.first().map(|kill| kill.id.as_str());
        say(format_args!("{row}  {}", first.unwrap_or("uncaught")));
    }
}

fn show_summary(matrix: &KillMatrix<'_>) {
    let bold = Style::new().bold();
    let all = matrix.mutants();
    let (killed, alive): (Vec<_>, Vec<_>) = all.iter().partition(|it| !it.kills.is_empty());
    say(format_args!(
        "\n{bold}{} of {} mutants are killed{bold:#}",
        killed.len(),
        all.len()
    ));
    for mutant in alive {
        let reason = mutant.excuse().unwrap_or("no reason is known");
        say(format_args!("  {:<26} {reason}", mutant.flaw.name()));
    }
    let kills = |case: &&Case| matrix.killed_by(&case.id).next().is_some();
    let levels = [Level::Must, Level::Should, Level::May, Level::Quirk];
    let mut idle = Vec::new();
    let mut counts = Vec::new();
    for level in levels {
        let own = matrix.cases().iter().filter(|case| case.level == level);
        let (deadly, harmless): (Vec<_>, Vec<_>) = own.partition(kills);
        counts.push(format!(
            "{} of {} {level}",
            deadly.len(),
            deadly.len() + harmless.len()
        ));
        idle.extend(harmless);
    }
    say(format_args!(
        "{bold}cases that kill a mutant: {}{bold:#}",
        counts.join(", ")
    ));
    if !idle.is_empty() {
        say("cases that kill none:");
    }
    for case in idle {
        say(format_args!(
            "  {}  {:<6}  {}",
            case.id, case.level, case.name
        ));
    }
}

fn show_mutant(matrix: &KillMatrix<'_>, mutant: &Mutant) {
    let bold = Style::new().bold();
    let flaw = mutant.flaw;
    say(format_args!("{bold}{flaw}{bold:#}: {}", flaw.summary()));
    if !flaw.seen_in().is_empty() {
        say(format_args!("  seen in {}", flaw.seen_in()));
    }
    if mutant.kills.is_empty() {
        let reason = mutant.excuse().unwrap_or("no reason is known");
        say(format_args!("  uncaught: {reason}"));
    }
    for kill in &mutant.kills {
        let case = matrix.cases().iter().find(|case| case.id == kill.id);
        let Some(case) = case else { continue };
        let outcome = kill.outcome.as_deref().unwrap_or("unexpected");
        say(format_args!(
            "  {}  {:<6}  {:<44}  {outcome}: {}",
            case.id, case.level, case.name, kill.actual
        ));
    }
    if mutant.blocked > 0 {
        let are = if mutant.blocked == 1 { "is" } else { "are" };
        say(format_args!(
            "  {} {are} blocked",
            plural(mutant.blocked, "case")
        ));
    }
    say("");
}

fn show_case(matrix: &KillMatrix<'_>, case: &Case) {
    let bold = Style::new().bold();
    let killed: Vec<_> = matrix.killed_by(&case.id).collect();
    say(format_args!(
        "{bold}{}  {:<6}  {}{bold:#}  kills {}",
        case.id,
        case.level,
        case.name,
        killed.len()
    ));
    for flaw in killed {
        say(format_args!("  {:<26} {}", flaw.name(), flaw.summary()));
    }
}

fn json(matrix: &KillMatrix<'_>, chosen: &[&Case]) -> serde_json::Value {
    let mutants = matrix.mutants().iter().map(|mutant| {
        let kills = mutant.kills.iter().map(|kill| {
            serde_json::json!({
                "id": kill.id,
                "outcome": kill.outcome,
                "actual": kill.actual,
            })
        });
        serde_json::json!({
            "flaw": mutant.flaw.name(),
            "summary": mutant.flaw.summary(),
            "seen_in": mutant.flaw.seen_in(),
            "killed_by": kills.collect::<Vec<_>>(),
            "blocked": mutant.blocked,
            "excuse": mutant.excuse(),
        })
    });
    let cases = chosen.iter().map(|case| {
        let kills = matrix.killed_by(&case.id).map(Flaw::name);
        serde_json::json!({
            "id": case.id,
            "name": case.name,
            "level": case.level,
            "kills": kills.collect::<Vec<_>>(),
        })
    });
    serde_json::json!({
        "schema": 1,
        "mutants": mutants.collect::<Vec<_>>(),
        "cases": cases.collect::<Vec<_>>(),
        "complaints": matrix.complaints(),
    })
}

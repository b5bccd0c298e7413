//! `zkspec probe`: what a server is like, and which kind it is.

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::format::Format;
use crate::cli::help;
use crate::cli::pace::Pace;
use crate::cli::runtime;
use crate::cli::say;
use crate::cli::target::Target;
use crate::cli::tls::Tls;
use crate::judge::Options;
use crate::profile;
use crate::profile::Facts;
use crate::profile::Likeness;
use crate::profile::Profile;

/// What `zkspec probe` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::PROBE)]
pub(super) struct Arguments {
    /// The server.
    #[arg(value_name = "HOST:PORT")]
    server: String,
    #[command(flatten)]
    tls: Tls,
    #[command(flatten)]
    pace: Pace,
    /// As text for people, or as one JSON object.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let target = Target::find(&arguments.server)?;
    let subject = arguments.tls.subject(&target.host, target.address)?;
    let mut options = Options::default();
    arguments.pace.set(&mut options.player);
    let discovered = runtime()?.block_on(profile::discover(&subject, &options));
    let facts = discovered.map_err(|trouble| Trouble {
        exit: Exit::Untested,
        message: format!("cannot probe {}: {trouble}", arguments.server),
        hint: None,
    })?;
    let profiles = Profile::all().map_err(|error| Trouble::usage(error.to_string()))?;
    let likenesses = profile::likenesses(&profiles, &facts);
    match arguments.format {
        Format::Text => tell(&facts, &profiles, &likenesses),
        Format::Json => {
            let facts: Vec<_> = facts.iter().collect();
            let best = likenesses.first().filter(|likeness| likeness.is_whole());
            say(serde_json::json!({
                "schema": 1,
                "target": arguments.server,
                "facts": facts,
                "profile": best.map(|likeness| &likeness.profile),
                "likenesses": likenesses,
            }));
        }
    }
    Ok(Exit::Fine)
}

fn tell(facts: &Facts, profiles: &[Profile], likenesses: &[Likeness]) {
    for fact in facts.iter() {
        let seen = fact.seen.as_ref();
        let seen = seen.map_or_else(String::new, |seen| format!(": {seen}"));
        say(format_args!(
            "{:<16} {:<17} {}{seen}",
            fact.name, fact.value, fact.title
        ));
    }
    let Some(first) = likenesses.first() else {
        return;
    };
    let count = first.signs.len();
    say("");
    if first.is_whole() {
        let profile = profiles
            .iter()
            .find(|profile| profile.name == first.profile);
        let (title, evidence) = profile.map_or_else(Default::default, |profile| {
            (profile.title.clone(), profile.evidence.clone())
        });
        say(format_args!(
            "profile {}: {title}, {evidence}",
            first.profile
        ));
    } else {
        say(format_args!(
            "no profile: the likest is {}, with {} of its {count} signs",
            first.profile,
            first.held()
        ));
    }
    for sign in &first.signs {
        let mark = if sign.holds { "✓" } else { "✗" };
        let wanted = sign.wanted.join(" or ");
        let found = if sign.holds && sign.found == wanted {
            String::new()
        } else {
            format!(", here {}", sign.found)
        };
        say(format_args!("  {mark} {} is {wanted}{found}", sign.fact));
    }
}

//! What is known of the server beforehand: its profile, and expectation files.

mod update;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Datelike;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::count::plural;
use crate::judge;
use crate::judge::Catalogue;
use crate::judge::Date;
use crate::judge::Entry;
use crate::judge::Expectations;
use crate::judge::Options;
use crate::judge::Standard;
use crate::judge::Subject;
use crate::net;
use crate::profile;
use crate::profile::Facts;
use crate::profile::Profile;

pub(super) use self::update::Update;

/// The heading of these flags.
const HEADING: &str = "What is known of the server";

/// The flags that say what is known of the server.
#[derive(Debug, clap::Args)]
pub(super) struct Known {
    /// What kind of server it is: zk-3.4 to zk-3.9, clickhouse-keeper, raftkeeper, zetcd, a file
    /// of the same form, auto (found out by a probe, if all its signs hold) or none.
    #[arg(long, value_name = "NAME|FILE|auto|none", default_value = "auto", help_heading = HEADING)]
    profile: String,
    /// What this server is known to do wrong, as TOML; may be given several times. An entry that
    /// is no longer true fails the run.
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    expect: Vec<PathBuf>,
    /// After the run, write what failed unexpectedly to this file as new entries, and take out
    /// those that are no longer true; comments stay. The file is minded by the run, too.
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    update_expectations: Option<PathBuf>,
}

/// What was said of the server, read and checked.
#[derive(Debug)]
pub(super) struct Beforehand {
    kind: Kind,
    expectations: Expectations,
}

/// What kind of server it is said to be.
#[derive(Debug)]
enum Kind {
    /// It is to be found out which one of these it is, if any.
    Unsaid(Vec<Profile>),
    None,
    Of(Box<Profile>),
}

impl Known {
    /// Reads what the flags name.
    pub(super) fn read(&self, catalogue: &Catalogue) -> Result<Beforehand, Trouble> {
        Ok(Beforehand {
            kind: self.kind(catalogue)?,
            expectations: self.expectations()?,
        })
    }

    /// What is to be written back after the run, if that was asked for.
    pub(super) fn update(&self) -> Result<Option<Update>, Trouble> {
        let path = self.update_expectations.as_deref();
        path.map(Update::open).transpose()
    }

    fn kind(&self, catalogue: &Catalogue) -> Result<Kind, Trouble> {
        let shipped = || Profile::all().map_err(|error| Trouble::usage(error.to_string()));
        let name = match self.profile.as_str() {
            "auto" => return Ok(Kind::Unsaid(shipped()?)),
            "none" => return Ok(Kind::None),
            name => name,
        };
        let mut all = shipped()?.into_iter();
        if let Some(profile) = all.find(|profile| profile.name == name) {
            return Ok(Kind::Of(Box::new(profile)));
        }
        if !Path::new(name).is_file() {
            let known: Vec<_> = Profile::names().collect();
            return Err(
                Trouble::usage(format!("there is no profile and no file called {name:?}"))
                    .hint(format!("the profiles are {}, auto, none", known.join(", "))),
            );
        }
        let profile = Profile::parse(name, &read(Path::new(name))?);
        let profile = profile.and_then(|profile| profile.check(catalogue).map(|()| profile));
        profile
            .map(|profile| Kind::Of(Box::new(profile)))
            .map_err(|error| Trouble::usage(error.to_string()))
    }

    fn expectations(&self) -> Result<Expectations, Trouble> {
        let mut all = Expectations::default();
        let updated = self.update_expectations.as_ref();
        // It is called what it is written as, so that what is told of it is written to it.
        let is_updated = |path: &&PathBuf| updated.is_some_and(|it| is_same(it, path));
        let others = self.expect.iter().filter(|path| !is_updated(path));
        for path in others.chain(updated.filter(|path| path.exists())) {
            let read = Expectations::parse(&path.display().to_string(), &read(path)?);
            all.append(read.map_err(|error| Trouble::usage(error.to_string()))?);
        }
        for entry in all.entries() {
            let mut asked = entry.facts_asked();
            if let Some(lost) = asked.find(|name| *name != PROFILE && !profile::is_fact(name)) {
                let (file, line) = (&entry.file, entry.line);
                return Err(Trouble::usage(format!(
                    "{file} line {line}: there is no fact {lost:?}"
                ))
                .hint("zkspec probe HOST:PORT shows every fact; profile is one, too"));
            }
        }
        Ok(all)
    }
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| path.canonicalize().ok();
    one == other || place(one).is_some_and(|place_of_one| Some(place_of_one) == place(other))
}

/// What an entry calls the profile of the server.
const PROFILE: &str = "profile";

impl Beforehand {
    /// What the run is held to, and what was found out for that.
    pub(super) async fn standard(self, subject: &Subject, options: &Options) -> (Standard, Facts) {
        let mut expectations = self.expectations;
        let asks = |entry: &Entry| entry.facts_asked().any(|fact| fact != PROFILE);
        let asks = expectations.entries().iter().any(asks);
        let is_elsewhere = !matches!(subject, Subject::Embedded(_));
        let is_probed = is_elsewhere
            && match self.kind {
                Kind::Unsaid(_) => true,
                // Its transport is worth knowing.
                Kind::Of(_) => options.label.transport.is_none(),
                Kind::None => false,
            };
        let facts = if is_probed || asks {
            // A server that answers nothing is for the run to tell of.
            profile::discover(subject, options)
                .await
                .unwrap_or_default()
        } else {
            Facts::default()
        };
        let profile = match self.kind {
            Kind::Of(profile) => Some(*profile),
            Kind::Unsaid(all) if is_elsewhere => profile::best(&all, &facts).cloned(),
            Kind::Unsaid(_) | Kind::None => None,
        };
        expectations.keep_for(|name| match (name, &profile) {
            (PROFILE, Some(profile)) => Some(profile.name.clone()),
            (PROFILE, None) => Some("none".to_owned()),
            _ => facts.get(name).map(str::to_owned),
        });
        let standard = Standard {
            profile: profile.map(Arc::new),
            expectations: Arc::new(expectations),
            today: today(),
        };
        (standard, facts)
    }
}

/// Tells how many cases the expectations speak of, and how many of these are not played, so that
/// nobody takes what is said of them for checked.
pub(super) fn told(standard: &Standard, catalogue: &Catalogue) -> Option<String> {
    let Standard {
        profile,
        expectations,
        ..
    } = standard;
    let entries = expectations.entries();
    if entries.is_empty() {
        return None;
    }
    let cases = catalogue.cases().iter();
    let named = cases.filter_map(|case| Some((case, expectations.about(case)?.result)));
    let named: Vec<_> = named.collect();
    let mut told = format!(
        "{} for {}",
        plural(entries.len(), "expectation"),
        plural(named.len(), "case")
    );
    if let Some(profile) = profile {
        let unplayed = named.iter().filter(|(case, result)| {
            *result != judge::Known::Skip && profile.unsupported(case).is_some()
        });
        match unplayed.count() {
            0 => {}
            count => {
                told += &format!(
                    "; {count} of them not played: profile {} calls that unsupported",
                    profile.name
                );
            }
        }
    }
    Some(told)
}

fn read(path: &Path) -> Result<String, Trouble> {
    std::fs::read_to_string(path).map_err(|error| Trouble {
        exit: Exit::Usage,
        message: format!("cannot read {}: {error}", path.display()),
        hint: None,
    })
}

/// What day it is, where time is counted from.
fn today() -> Option<Date> {
    let millis = i64::try_from(net::start_millis()).ok()?;
    let now = DateTime::from_timestamp_millis(millis)?;
    Some(Date {
        year: u16::try_from(now.year()).ok()?,
        month: u8::try_from(now.month()).ok()?,
        day: u8::try_from(now.day()).ok()?,
    })
}

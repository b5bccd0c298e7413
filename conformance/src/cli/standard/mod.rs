//! What is known of the server beforehand: its profile, and expectation files.

mod update;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Datelike;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::judge::Catalogue;
use crate::judge::Date;
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

impl Known {
    /// What the run is held to.
    pub(super) async fn standard(
        &self,
        subject: &Subject,
        options: &Options,
    ) -> Result<Standard, Trouble> {
        let mut expectations = self.expectations()?;
        let asks_facts = expectations.facts_asked().any(|fact| fact != "profile");
        let auto = self.profile == "auto" && !matches!(subject, Subject::Embedded(_));
        let facts = if auto || asks_facts {
            // A server that answers nothing is for the run to tell of.
            profile::discover(subject, options)
                .await
                .unwrap_or_default()
        } else {
            Facts::default()
        };
        let profile = self.profile(auto, &facts)?;
        expectations.keep_for(|name| match (name, &profile) {
            ("profile", Some(profile)) => Some(profile.name.clone()),
            ("profile", None) => Some("none".to_owned()),
            _ => facts.get(name).map(str::to_owned),
        });
        Ok(Standard {
            profile: profile.map(Arc::new),
            expectations: Arc::new(expectations),
            today: today(),
        })
    }

    /// What is to be written back after the run, if that was asked for.
    pub(super) fn update(&self) -> Option<Update> {
        self.update_expectations.clone().map(Update::new)
    }

    fn profile(&self, auto: bool, facts: &Facts) -> Result<Option<Profile>, Trouble> {
        let all = || Profile::all().map_err(|error| Trouble::usage(error.to_string()));
        let name = self.profile.as_str();
        if auto {
            return Ok(profile::best(&all()?, facts).cloned());
        }
        if name == "none" || name == "auto" {
            return Ok(None);
        }
        if let Some(profile) = all()?.into_iter().find(|profile| profile.name == name) {
            return Ok(Some(profile));
        }
        if !Path::new(name).is_file() {
            let known: Vec<_> = Profile::names().collect();
            return Err(
                Trouble::usage(format!("there is no profile and no file called {name:?}"))
                    .hint(format!("the profiles are {}, auto, none", known.join(", "))),
            );
        }
        let text = read(Path::new(name))?;
        let profile = Profile::parse(name, &text);
        profile
            .map(Some)
            .map_err(|error| Trouble::usage(error.to_string()))
    }

    fn expectations(&self) -> Result<Expectations, Trouble> {
        let mut all = Expectations::default();
        let updated = self.update_expectations.as_ref();
        let updated = updated.filter(|path| path.exists() && !self.expect.contains(path));
        for path in self.expect.iter().chain(updated) {
            let read = Expectations::parse(&path.display().to_string(), &read(path)?);
            all.append(read.map_err(|error| Trouble::usage(error.to_string()))?);
        }
        Ok(all)
    }
}

/// Tells how many cases the expectations speak of.
pub(super) fn told(standard: &Standard, catalogue: &Catalogue) -> Option<String> {
    let entries = standard.expectations.entries();
    if entries.is_empty() {
        return None;
    }
    let cases = catalogue.cases().iter();
    let named = cases.filter(|case| standard.expectations.about(case).is_some());
    Some(format!(
        "{} expectations for {} cases",
        entries.len(),
        named.count()
    ))
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

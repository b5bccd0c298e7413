//! What is stated of the setup of the server under test, because it cannot be found out.

use crate::cli::pace;
use crate::judge::Options;
use crate::judge::Setting;

/// The flags that state it.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Stated {
    /// The bounds the session timeout should have; without it, those the server grants.
    #[arg(long, value_name = "MIN..MAX", value_parser = bounds, help_heading = pace::HEADING)]
    session_timeout: Option<(i64, i64)>,
    /// The server's tick, if it is not half of the shortest session timeout.
    #[arg(
        long,
        value_name = "MS",
        value_parser = clap::value_parser!(i64).range(1..=LONGEST),
        help_heading = pace::HEADING
    )]
    tick: Option<i64>,
    /// How the server was started, where that cannot be found out: maxClientCnxns=N, maxCnxns=N,
    /// largeRequestMaxBytes=N, sessionlessCnxnTimeout=MS. Cases that need a server so set up are
    /// left out otherwise. May be given several times.
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    setting: Vec<Setting>,
}

/// A timeout is an int on the wire.
const LONGEST: i64 = i32::MAX as i64;

impl Stated {
    /// Has the judge know it.
    pub(super) fn set(&self, options: &mut Options) {
        options.bounds = self.session_timeout;
        options.tick = self.tick;
        let said = self.setting.iter().cloned();
        options.setting = said.fold(Setting::default(), Setting::and);
    }

    /// The flags that state the same, each after a blank.
    pub(super) fn flags(&self) -> String {
        let mut flags = String::new();
        if let Some((min, max)) = self.session_timeout {
            flags += &format!(" --session-timeout {min}..{max}");
        }
        if let Some(tick) = self.tick {
            flags += &format!(" --tick {tick}");
        }
        for setting in self.setting.iter().flat_map(Setting::words) {
            flags += &format!(" --setting {setting}");
        }
        flags
    }
}

/// Two numbers of milliseconds.
fn bounds(text: &str) -> Result<(i64, i64), String> {
    let parsed = text
        .split_once("..")
        .and_then(|(min, max)| Some((min.trim().parse::<i64>().ok()?, max.trim().parse().ok()?)));
    let (min, max) =
        parsed.ok_or("it should be two numbers of milliseconds, such as 4000..40000")?;
    if 1 <= min && min <= max && max <= LONGEST {
        Ok((min, max))
    } else {
        Err(format!(
            "it should go up, from 1 at least to {LONGEST} at most"
        ))
    }
}

/// A setting that cases ask for, and that no other flag states.
fn setting(text: &str) -> Result<Setting, String> {
    let setting = Setting::parse(text).map_err(|error| error.to_string())?;
    if setting.words().next().is_none() {
        return Err("it should be KEY=VALUE, such as maxClientCnxns=60".to_owned());
    }
    for (key, flag) in [
        ("tickTime", "--tick"),
        ("minSessionTimeout", "--session-timeout"),
        ("maxSessionTimeout", "--session-timeout"),
    ] {
        if setting
            .words()
            .any(|word| word.starts_with(&format!("{key}=")))
        {
            return Err(format!("{key} is stated by {flag}"));
        }
    }
    Ok(setting)
}

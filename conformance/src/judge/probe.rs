//! What is to be known of a server before it is judged: what it is, and which timeouts it grants.

use std::sync::Arc;

use crate::judge::Options;
use crate::judge::Setting;
use crate::judge::Subject;
use crate::judge::run::play_once;
use crate::judge::setting::tell_config;
use crate::net::Played;
use crate::player;
use crate::transcript;
use crate::transcript::Bindings;
use crate::transcript::Bound;

/// What each kind of server answers, the usual one first.
const PROBES: &str = r#"
script readWrite
server mode=readWrite
----
A open
A > ConnectRequest timeOut=0
A < ConnectResponse timeOut=@min
A > RequestHeader xid=1 type=exists + ExistsRequest path="/" watch=false
A expect
  strict data: ReplyHeader xid=1 err=0 + *
  strict no-data: ReplyHeader xid=1 err=*
  strict no-data: closed
  strict no-data: quiet 200ms
A > RequestHeader xid=2 type=closeSession
A close
B open
B > ConnectRequest timeOut=0x7fffffff
B < ConnectResponse timeOut=@max
B > RequestHeader xid=1 type=closeSession
B close

script readOnly
server mode=readOnly
----
A open
A > ConnectRequest timeOut=0 readOnly=true
A < ConnectResponse timeOut=@min sessionId=!0 readOnly=true
A > RequestHeader xid=1 type=exists + ExistsRequest path="/" watch=false
A expect
  strict data: ReplyHeader xid=1 err=0 + *
  strict no-data: ReplyHeader xid=1 err=*
  strict no-data: closed
  strict no-data: quiet 200ms
A > RequestHeader xid=2 type=closeSession
A close
B open
B > ConnectRequest timeOut=0x7fffffff readOnly=true
B < ConnectResponse timeOut=@max sessionId=!0 readOnly=true
B > RequestHeader xid=1 type=closeSession
B close

script readOnlyNoNew
server mode=readOnlyNoNew
----
A open
A > ConnectRequest timeOut=0 readOnly=true
A < ReplyHeader xid=0 zxid=0 err=NOTREADONLY
A close

script notServing
server mode=notServing
----
A open
A > raw "srvr"
A < raw "This ZooKeeper instance is not currently serving requests", raw *, closed
"#;

/// Learns the parameters of the server.
///
/// # Errors
/// Says what is in the way.
pub async fn probe(subject: &Subject, options: &Options) -> Result<Bindings, String> {
    #[cfg(feature = "tls")]
    if let Subject::Tls(address, tls) = subject {
        tls.check(*address, options.player.patience).await?;
    }
    let transcript = transcript::parse(PROBES).map_err(|error| error.to_string())?;
    let mut trouble = None;
    for script in transcript.scripts {
        let setting = Setting::of(&script).map_err(|error| error.to_string())?;
        let nothing = Bindings::default();
        let played = play_once(subject.clone(), Arc::new(script), nothing, options).await;
        match &played.verdict {
            player::Verdict::Passed { .. } => {
                let mut bindings = learnt(&played, subject, options);
                setting.tell(&mut bindings);
                if let Subject::Embedded(config) = subject {
                    tell_config(config, &mut bindings);
                }
                options.setting.tell(&mut bindings);
                return Ok(bindings);
            }
            player::Verdict::Untested(player::Trouble::Unreachable { before: false, .. }) => {
                return Err("nobody accepts a connection there".to_owned());
            }
            player::Verdict::Untested(trouble) => return Err(trouble.to_string()),
            player::Verdict::Failed(failure) => {
                trouble.get_or_insert(format!(
                    "the server does not complete a plain handshake: expected {}; actual: {}",
                    failure.expected.join(" or "),
                    failure.actual
                ));
            }
        }
    }
    Err(trouble.unwrap_or_default())
}

/// What one of the probes has brought to light, and what was stated.
fn learnt(played: &Played, subject: &Subject, options: &Options) -> Bindings {
    let mut bindings = Bindings::default();
    for name in ["min", "max"] {
        if let Some(Bound::Int(value)) = played.bindings.symbol(name) {
            bindings.set_param(name, *value);
        }
    }
    let bounds = match (options.bounds, subject) {
        (Some(bounds), _) => Some(bounds),
        (None, Subject::Embedded(config)) => Some((
            config.min_timeout_ms().into(),
            config.max_timeout_ms().into(),
        )),
        (None, _) => None,
    };
    if let Some((min, max)) = bounds {
        bindings.set_param("min", min);
        bindings.set_param("max", max);
    }
    if let Some(min) = bindings.param("min") {
        bindings.set_param("tick", options.tick.unwrap_or(min / 2));
    }
    bindings.set_param("data", i64::from(played.seen.contains_key("data")));
    bindings
}

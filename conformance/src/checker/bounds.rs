//! What a scene says of itself: how much may happen in it, and what it is not held to.

use std::fmt;

use crate::checker::Role;
use crate::checker::Scene;
use crate::client::OwnClock;
use crate::server::Mode;

/// Who is there, and how much may happen: what a search of the scene says nothing about is more of
/// any of it.
impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            roles,
            dials,
            cuts,
            naps,
            restarts,
            delayed,
            closes,
            auths,
            requests,
            servers,
            timeout: _,
            own_clock,
            read_only: _,
        } = self;
        let role = |is: fn(&Role) -> bool| roles.iter().filter(|role| is(role)).count();
        let who = [
            (role(|role| *role == Role::Own), "client"),
            (role(|role| *role == Role::Successor), "successor"),
            (role(|role| matches!(role, Role::Stranger(_))), "stranger"),
            (servers.len(), "server"),
        ];
        for (count, name) in who.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{}, ", Count(count, name))?;
        }
        write!(
            f,
            "{}, {}, {} on its way at a time, {}, {}",
            Count((*dials).into(), "dial"),
            Count((*cuts).into(), "cut"),
            Count(*delayed, "piece"),
            Count((*naps).into(), "nap"),
            Count((*restarts).into(), "restart"),
        )?;
        if *requests > 0 {
            write!(f, ", {}", Count((*requests).into(), "request"))?;
        }
        let closes = if *closes {
            "clients close"
        } else {
            "nobody closes"
        };
        write!(f, "; {closes}")?;
        if *auths {
            f.write_str(", show a bad identity")?;
        }
        if *own_clock == OwnClock::Never {
            f.write_str(", never give up")?;
        }
        Ok(())
    }
}

impl Scene {
    /// What is not asked here of what must hold elsewhere, each with its reason.
    #[must_use]
    pub fn exemptions(&self) -> &'static [&'static str] {
        let mut servers = self.servers.iter();
        if servers.any(|server| server.mode == Mode::ReadOnlyNoNew) {
            &[
                "what has ended stays ended: not on a member without a quorum, which takes over \
                 sessions that it knows nothing of",
                "nobody breaks the protocol: such a member does, which answers a request for a \
                 session with a reply header",
            ]
        } else {
            &[]
        }
    }
}

/// So many of a kind.
struct Count<'a>(usize, &'a str);

impl fmt::Display for Count<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, name) = self;
        let end = if *count == 1 { "" } else { "s" };
        write!(f, "{count} {name}{end}")
    }
}

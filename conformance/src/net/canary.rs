//! A session kept beside attacks on a server: whatever becomes of those, it has to live on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::driver::Act;
use crate::driver::Config;
use crate::driver::Driver;
use crate::driver::Symbol;
use crate::judge::Subject;
use crate::net::Clock;
use crate::net::dial::Dial;
use crate::net::wires::Wires;

/// A session that nobody touches but its owner.
pub struct Canary {
    clock: Clock,
    driver: Driver,
    wires: Wires,
    /// The connection that has the session.
    line: usize,
}

/// What became of a session that nobody touched.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum Harm {
    /// There is no connection to be had.
    #[error("a new connection is refused")]
    Unreachable,
    /// A new session is not to be had.
    #[error("a new session is asked for, the answer is {0:?}")]
    NoSession(Arc<str>),
    /// A ping is not answered by a pong.
    #[error("a session that nobody else touched pings, the answer is {0:?}")]
    NoPong(Arc<str>),
    /// The session cannot be renewed.
    #[error("a session that nobody else touched is renewed, the answer is {0:?}")]
    NotRenewed(Arc<str>),
}

impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canary")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Canary {
    /// Opens a session on a server that is somewhere: the embedded one has no port.
    ///
    /// # Errors
    ///
    /// If there is none to be had.
    pub async fn hatch(subject: &Subject, mut config: Config) -> Result<Self, Harm> {
        config.detail = false;
        let mut canary = Self {
            clock: Clock::start(),
            driver: Driver::new(config),
            wires: Wires::new(Dial::to(subject).ok_or(Harm::Unreachable)?),
            line: 0,
        };
        canary.act(canary.line, Act::Open).await?;
        let said = canary.act(canary.line, Act::New).await?;
        if &*said == "new session" {
            Ok(canary)
        } else {
            Err(Harm::NoSession(said))
        }
    }

    /// Pings.
    ///
    /// # Errors
    ///
    /// If that is not answered.
    pub async fn sing(&mut self) -> Result<(), Harm> {
        let said = self.act(self.line, Act::Ping).await?;
        if &*said == "pong" {
            Ok(())
        } else {
            Err(Harm::NoPong(said))
        }
    }

    /// Pings again and again; ends only if that is not answered.
    pub async fn keep_singing(&mut self) -> Harm {
        loop {
            if let Err(harm) = self.sing().await {
                return harm;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Renews the session on another connection, which has it from then on.
    ///
    /// # Errors
    ///
    /// If it is not renewed, or the old connection keeps it.
    pub async fn move_on(&mut self) -> Result<(), Harm> {
        let other = 1 - self.line;
        self.act(other, Act::Open).await?;
        let said = self.act(other, Act::Renew).await?;
        if !said.starts_with("same session; ") || !said.ends_with(": closed") {
            return Err(Harm::NotRenewed(said));
        }
        self.line = other;
        Ok(())
    }

    /// Closes the session.
    pub async fn rest(mut self) {
        let _ = self.act(self.line, Act::Close).await;
        self.wires.finish().await;
    }

    async fn act(&mut self, line: usize, act: Act) -> Result<Arc<str>, Harm> {
        // It may live for days.
        self.driver.forget();
        self.driver.push(self.clock.now(), Symbol { line, act });
        self.wires.run(self.clock, &mut self.driver).await;
        let said = self.driver.answers().last();
        said.filter(|_| !self.driver.is_lost())
            .cloned()
            .ok_or(Harm::Unreachable)
    }
}

/// Between two pings.
const PAUSE: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::InMemoryServer;
    use crate::server;

    #[test]
    fn a_long_life_leaves_no_long_log() {
        let server = InMemoryServer::start(server::Config::default()).expect("a server");
        let subject = Subject::Tcp(server.address());
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let hatched = Canary::hatch(&subject, Config::default()).await;
            let mut canary = hatched.expect("a session");
            for _ in 0..50 {
                canary.sing().await.expect("a pong");
            }
            canary.move_on().await.expect("a renewal");
            canary.sing().await.expect("a pong");
            assert!(canary.driver.log().len() < 5, "{:?}", canary.driver.log());
            assert_eq!(canary.driver.answers().len(), 1);
            canary.rest().await;
        });
    }
}

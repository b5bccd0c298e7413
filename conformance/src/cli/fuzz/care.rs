//! Who looks after the server that is fuzzed, and the canary on it.

use std::time::Duration;

use crate::Instant;
use crate::cli::process::Managed;
use crate::driver;
use crate::fuzz::Harm;
use crate::judge::Ended;
use crate::judge::Guard;
use crate::judge::Subject;
use crate::net;
use crate::net::Canary;
use crate::net::Clock;

/// What is needed to look after a server.
pub(super) struct Care<'a> {
    pub(super) subject: &'a Subject,
    pub(super) driver: &'a driver::Config,
    /// The server, if it is ours.
    pub(super) managed: Option<&'a Managed>,
    /// The most memory it may take then, in bytes.
    pub(super) ceiling: u64,
}

impl Care<'_> {
    /// Sees whether the server and the canary are well, and makes them well again; why there is no
    /// server any more. What was done to them goes to `harm` in either case.
    ///
    /// `sung` is what the canary met meanwhile; if it `moves`, it renews its session.
    pub(super) async fn look_after(
        &self,
        mut canary: Option<Canary>,
        sung: Option<net::Harm>,
        moves: bool,
        harm: &mut Option<Harm>,
    ) -> Result<Option<Canary>, String> {
        if let Some(managed) = self.managed
            && let Some(ended) = managed.ended(Duration::ZERO).await
        {
            return self.revive(managed, ended, harm).await;
        }
        if let Some(bird) = &mut canary {
            let well = match sung {
                Some(trouble) => Err(trouble),
                None if moves => bird.move_on().await,
                None => bird.sing().await,
            };
            if let Err(trouble) = well {
                *harm = Some(passing(&trouble));
                canary = None;
            }
        }
        // A session for somebody new has to be there in any case.
        match self.hatch().await {
            Ok(fresh) if canary.is_none() => canary = Some(fresh),
            Ok(fresh) => fresh.rest().await,
            Err(trouble) => {
                *harm = Some(passing(&trouble));
                let Some(managed) = self.managed else {
                    return match self.wait(trouble).await {
                        Ok(fresh) => Ok(Some(fresh)),
                        Err(trouble) => {
                            *harm = lasting(&trouble).or(harm.take());
                            Err(trouble.to_string())
                        }
                    };
                };
                return match managed.ended(GRACE).await {
                    Some(ended) => self.revive(managed, ended, harm).await,
                    None => self.restart(managed).await,
                };
            }
        }
        if let Some(managed) = self.managed
            && let Some(taken) = managed.memory().await
            && taken > self.ceiling
        {
            let ceiling = self.ceiling >> 20;
            *harm = Some(Harm {
                class: format!("it takes more than {ceiling} MiB of memory"),
                is_certain: true,
                about: vec![format!(
                    "it took {} MiB, some of it perhaps because of what was played before",
                    taken >> 20
                )],
            });
            return self.restart(managed).await;
        }
        Ok(canary)
    }

    async fn hatch(&self) -> Result<Canary, net::Harm> {
        Canary::hatch(self.subject, self.driver.clone()).await
    }

    /// Starts a server again that came to its end.
    async fn revive(
        &self,
        managed: &Managed,
        ended: Ended,
        harm: &mut Option<Harm>,
    ) -> Result<Option<Canary>, String> {
        *harm = Some(Harm {
            class: format!("the server ended, {}", ended.how),
            is_certain: true,
            about: ended.log,
        });
        self.restart(managed).await
    }

    async fn restart(&self, managed: &Managed) -> Result<Option<Canary>, String> {
        managed.stop().await;
        managed.restart().await?;
        Ok(self.hatch().await.ok())
    }

    /// Waits until a server gives sessions again, which it does not because of `trouble`; not for ever.
    async fn wait(&self, mut trouble: net::Harm) -> Result<Canary, net::Harm> {
        let clock = Clock::start();
        while clock.now() - Instant::ZERO < LONGEST {
            tokio::time::sleep(PAUSE).await;
            match self.hatch().await {
                Ok(canary) => return Ok(canary),
                Err(another) => trouble = another,
            }
        }
        Err(trouble)
    }
}

/// What the machine may have brought about, and does not count unless it happens again.
fn passing(trouble: &net::Harm) -> Harm {
    Harm {
        class: trouble.to_string(),
        ..Harm::default()
    }
}

/// What is done to a server that is there, and answers nobody any more. One that is not there may have
/// been stopped by anybody.
fn lasting(trouble: &net::Harm) -> Option<Harm> {
    let is_there = *trouble != net::Harm::Unreachable;
    is_there.then(|| Harm {
        class: format!("nobody gets a session any more: {trouble}"),
        is_certain: true,
        about: Vec::new(),
    })
}

/// How long a server may take to be gone after it gives no more sessions.
const GRACE: Duration = Duration::from_millis(300);
/// How long a session is asked for where there was none.
const LONGEST: Duration = Duration::from_secs(6);
/// The pause before each time.
const PAUSE: Duration = Duration::from_millis(300);

//! Drives a server over TCP: by symbols, or by sequences.

use std::net::SocketAddr;

use crate::driver::Config;
use crate::driver::Driver;
use crate::driver::Sequence;
use crate::driver::Symbol;
use crate::hunt::Run;
use crate::net::Clock;
#[cfg(feature = "tls")]
use crate::net::Tls;
use crate::net::dial::Dial;
use crate::net::wires::Wires;

/// What comes of a sequence on the server at `address`; if a connection is not to be had, up to
/// there.
pub async fn hunt(address: SocketAddr, sequence: &Sequence, config: Config) -> Run {
    hunt_by(Dial::plain(address), sequence, config).await
}

/// What comes of a sequence on the server at `address`, over TLS; if a connection is not to be had,
/// up to there.
#[cfg(feature = "tls")]
pub async fn hunt_tls(address: SocketAddr, tls: Tls, sequence: &Sequence, config: Config) -> Run {
    hunt_by(Dial::behind(address, tls), sequence, config).await
}

async fn hunt_by(dial: Dial, sequence: &Sequence, config: Config) -> Run {
    let clock = Clock::start();
    let mut driver = Driver::new(config);
    for moment in &sequence.0 {
        driver.push(clock.now(), moment.clone());
    }
    run(&finish(dial, clock, driver).await)
}

/// What comes of each of `symbols` on the server at `address`; `None` if it cannot be reached.
pub async fn drive(address: SocketAddr, symbols: &[Symbol], config: Config) -> Option<Run> {
    let clock = Clock::start();
    let mut driver = Driver::new(config);
    for &symbol in symbols {
        driver.push(clock.now(), symbol);
    }
    let driver = finish(Dial::plain(address), clock, driver).await;
    (!driver.is_lost()).then(|| run(&driver))
}

fn run(driver: &Driver) -> Run {
    Run {
        answers: driver.answers().to_vec(),
        log: driver.log().to_vec(),
    }
}

/// Lets a driver do what it has to, as far as the server lets it.
async fn finish(dial: Dial, clock: Clock, mut driver: Driver) -> Driver {
    let mut wires = Wires::new(dial);
    wires.run(clock, &mut driver).await;
    // Reset, so that they do not linger: there are thousands of runs.
    driver.hang_up();
    wires.run(clock, &mut driver).await;
    wires.finish().await;
    driver
}

//! Drives a server by symbols over TCP.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::driver::Config;
use crate::driver::Driver;
use crate::driver::Symbol;
use crate::net::Clock;
use crate::net::dial::Dial;
use crate::net::wires::Wires;

/// What the server at `address` answers to each of `symbols`; `None` if it cannot be reached.
pub async fn drive(
    address: SocketAddr,
    symbols: &[Symbol],
    config: Config,
) -> Option<Vec<Arc<str>>> {
    let clock = Clock::start();
    let mut driver = Driver::new(config);
    let mut wires = Wires::new(Dial::plain(address));
    for &symbol in symbols {
        driver.push(clock.now(), symbol);
    }
    wires.run(clock, &mut driver).await;
    // Reset, so that they do not linger: there are thousands of runs.
    driver.hang_up();
    wires.run(clock, &mut driver).await;
    wires.finish().await;
    (!driver.is_lost()).then(|| driver.answers().to_vec())
}

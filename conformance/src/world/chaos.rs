//! Trouble drawn from a seed.

use std::time::Duration;

use fastrand::Rng;
use jute_codec::OpCode;

use crate::world::ClientId;
use crate::world::Door;
use crate::world::Fault;
use crate::world::Told;
use crate::world::Violation;
use crate::world::Way;
use crate::world::Wire;
use crate::world::World;

/// Makes trouble in a world. Each has its own mix: whole kinds of trouble may be left out.
///
/// ```
/// use std::time::Duration;
/// use zk_conformance::client;
/// use zk_conformance::server;
/// use zk_conformance::world::{Chaos, World};
///
/// let mut world = World::new(server::Config::default(), 7);
/// world.join(client::Config::new("zk:2181", Duration::from_secs(6)))?;
/// let mut chaos = Chaos::new(7);
/// for _ in 0..50 {
///     chaos.step(&mut world)?;
/// }
/// world.settle()?;
/// # Ok::<(), zk_conformance::world::Violation>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chaos {
    rng: Rng,
    kinds: Vec<Kind>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Cut,
    HalfCut,
    Wire,
    Door,
    Restart,
    Kill,
    Request,
    Close,
    HalfClose,
}

impl Chaos {
    /// The trouble of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let all = [
            Kind::Cut,
            Kind::HalfCut,
            Kind::Wire,
            Kind::Door,
            Kind::Restart,
            Kind::Kill,
            Kind::Request,
            Kind::Close,
            Kind::HalfClose,
        ];
        let kinds = all.into_iter().filter(|_| rng.bool()).collect();
        Self { rng, kinds }
    }

    /// Lets some time pass and makes some trouble, or none.
    ///
    /// # Errors
    /// If something is found that must not be.
    pub fn step(&mut self, world: &mut World) -> Result<(), Violation> {
        let longest = *self.rng.choice([2, 50, 1_000, 10_000].iter()).unwrap_or(&0);
        world.run_for(self.time(longest))?;
        let client = self.client(world)?;
        let Some(kind) = self.rng.choice(self.kinds.iter().copied()) else {
            return Ok(());
        };
        match kind {
            Kind::Cut => world.inject(Fault::Cut {
                client,
                told: Told::Both,
            }),
            Kind::HalfCut => {
                let told = self.rng.choice([Told::Client, Told::Server, Told::Nobody]);
                let told = told.unwrap_or(Told::Nobody);
                world.inject(Fault::Cut { client, told })
            }
            Kind::HalfClose => {
                let way = self.rng.choice([Way::Up, Way::Down]).unwrap_or(Way::Up);
                world.inject(Fault::HalfClose { client, way })
            }
            Kind::Wire => {
                let wire = self.wire();
                world.inject(Fault::Wire { client, wire })
            }
            Kind::Door => {
                let doors = [Door::Open, Door::Open, Door::Refuse, Door::Ignore];
                let door = self.rng.choice(doors).unwrap_or_default();
                world.inject(Fault::Door(door))
            }
            Kind::Restart if self.rng.u8(0..4) == 0 => world.inject(Fault::Restart {
                away: self.time(5_000),
            }),
            Kind::Kill if self.rng.u8(0..8) == 0 => world.inject(Fault::Kill {
                away: self.time(5_000),
            }),
            Kind::Request => {
                let body = [self.rng.u8(..); 3];
                world.request(client, OpCode::GET_DATA, &body).map(drop)
            }
            Kind::Close if self.rng.u8(0..30) == 0 => world.close(client),
            Kind::Restart | Kind::Kill | Kind::Close => Ok(()),
        }
    }

    /// One of the clients, or a new one like it if that is at its end.
    fn client(&mut self, world: &mut World) -> Result<ClientId, Violation> {
        let count = world.clients().count();
        let client = ClientId(self.rng.usize(0..count.max(1)));
        if count == 0 || count >= MANY || world.client(client).phase().is_alive() {
            return Ok(client);
        }
        let config = world.client(client).config().clone();
        world.join(config)
    }

    fn wire(&mut self) -> Wire {
        let longest = *self.rng.choice([1, 100, 3_000].iter()).unwrap_or(&0);
        let jitter = self.rng.u64(0..4);
        Wire {
            up: self.time(longest),
            down: self.time(longest),
            jitter: Duration::from_millis(jitter),
            pieces: self.rng.bool(),
        }
    }

    fn time(&mut self, longest: u64) -> Duration {
        Duration::from_millis(self.rng.u64(0..=longest))
    }
}

/// Clients that are enough.
const MANY: usize = 12;

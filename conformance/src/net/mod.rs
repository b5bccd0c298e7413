//! The network shell: the only part that opens sockets and reads a clock.
//!
//! It carries out what the engines ask for and tells them what happened; whatever it could decide
//! is decided in them.

mod canary;
mod client;
mod clock;
mod compare;
mod dial;
mod driver;
mod gate;
mod health;
mod player;
mod pulse;
mod room;
mod server;
mod slowness;
mod teacher;
#[cfg(feature = "tls")]
mod tls;
mod wires;

pub use self::canary::Canary;
pub use self::canary::Harm;
pub use self::client::Notice;
pub use self::client::TcpClient;
pub use self::clock::Clock;
pub use self::clock::start_millis;
pub use self::compare::Lost;
pub use self::compare::Rivals;
pub use self::driver::drive;
pub use self::driver::hunt;
#[cfg(feature = "tls")]
pub use self::driver::hunt_tls;
pub use self::player::Played;
pub use self::player::play;
#[cfg(feature = "tls")]
pub use self::player::play_tls;
pub use self::pulse::Late;
pub use self::pulse::Pulse;
pub use self::room::Place;
pub use self::room::Room;
pub use self::server::Control;
pub use self::server::InMemoryServer;
pub use self::server::Listener;
pub use self::teacher::AskError;
pub use self::teacher::TcpTeacher;
#[cfg(feature = "tls")]
pub use self::tls::Tls;
#[cfg(feature = "tls")]
pub use self::tls::TlsError;
#[cfg(feature = "tls")]
pub use self::tls::Trust;

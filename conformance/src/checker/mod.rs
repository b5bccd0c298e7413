//! Model checking: everything that a few clients, a server and a failing network can do to each
//! other, in every order.
//!
//! The engines themselves are searched, not a model of them: the same code that the network shell
//! runs. A [`State`] is a server, its clients and what is on its way between them; a [`Move`] is
//! one thing that can happen next. [`search`] goes through all states that any sequence of moves
//! leads to, breadth first, so that what it finds is found on a shortest way.
//!
//! ```
//! use zk_conformance::checker::{Scene, search};
//!
//! let scene = Scene { cuts: 1, dials: 2, ..Scene::default() };
//! let found = search(&scene, 1_000_000);
//! assert!(found.violation.is_none() && found.is_complete);
//! assert!(found.states > 100);
//! ```
//!
//! # What makes it finite
//!
//! How often clients connect, connections break, clients oversleep and servers start again is
//! limited by the [`Scene`], and so is who closes what. A scene says its bounds (`Display`), and
//! `zkspec model` prints them with the counts: nothing is known of more clients, connections or cuts
//! than that. No scene has more than two clients, four connections, two cuts and two restarts, and
//! all clients ask for the same timeout. Where `delayed` is 0, what is on its way arrives in any
//! order, but before time goes on.
//!
//! Time is not limited: states are told apart by how they go on, not by when (`fingerprint` of the
//! engines), and a session held by pings comes round to where it was. Timeouts are whole ticks, so
//! that there are few moments at which something is due. Randomness is switched off, since pauses of
//! any length are among the moves anyway: what is on its way may take as long as it likes, unless
//! there is too much of it.
//!
//! Time goes from appointment to appointment. What is due happens before time goes on, and
//! bytes arrive between any two appointments or after them, whole. What a server has to do comes
//! before what reaches it, as in the engine. A client may take a nap instead of doing what is due.
//!
//! Four things make states fewer than there would be. The number of a connection is given again
//! once nobody knows it. Two clients of a kind may change places. Sessions go by the order in which
//! they were made, not by their ids, and those that nobody knows any more are forgotten. Of a client
//! at its end nothing is remembered but the session it had. And a state shares with the one before
//! what did not change, which makes the search fast.
//!
//! A server does not start twice in one moment: it makes ids from the millisecond in which it
//! starts, and would give those of the start before again. Apache's does the same and takes longer
//! to start.
//!
//! # What must hold
//!
//! In every state and at every move, each a [`Property`]: one live owner a session; what has
//! ended stays ended; no close is lost; a client takes its session for expired only if it is, or by
//! its own clock; both sides know the same session; nobody has to complain; a session ends when its
//! time is up, not before, and not a tick after; a deadline that comes does something.
//!
//! Two of them are not asked of a member without a quorum ([`Scene::exemptions`]): it takes over
//! sessions that it knows nothing of, and its answer to who wants a new one is no ConnectResponse,
//! of which clients complain. And a server may complain of strangers.
//!
//! And what must be possible, each a [`Goal`], and every [`Step`] of the engines' tables: what was
//! seen of them is in [`Found::goals`] and [`Found::steps`], each with a shortest way there. Such a
//! way can be written as a transcript ([`traces`]) and played to a real server.

mod bounds;
mod coverage;
mod goal;
mod life;
mod moves;
mod names;
mod property;
mod record;
mod scene;
mod search;
mod state;
mod take;
mod trace;

pub use self::coverage::Step;
pub use self::goal::Goal;
pub use self::moves::Move;
pub use self::property::Property;
pub use self::property::Violation;
pub use self::scene::Role;
pub use self::scene::Scene;
pub use self::search::Found;
pub use self::search::search;
pub use self::state::State;
pub use self::trace::FIRST_STATES;
pub use self::trace::traces;

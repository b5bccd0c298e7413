//! What a client may do next, as a table.
//!
//! The words are those of Apache's `ZooKeeper.States`, with two differences. Apache never uses
//! `ASSOCIATING`; here it is what the word says, the time between the request for a session and
//! its answer. And closing, in Apache a flag beside the state (`ClientCnxn.closing`), is a state
//! once `closeSession` is on the wire.
//!
//! Everything that decides which move is legal is in this file, and every step of the engine is
//! asserted against it.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> NotConnected
//!     NotConnected --> Connecting: Dial
//!     NotConnected --> Closed: Expire, End
//!     Connecting --> Associating: Open
//!     Connecting --> NotConnected: Lose
//!     Connecting --> Closed: Expire, End
//!     Associating --> Connected: Accept
//!     Associating --> ConnectedReadOnly: AcceptReadOnly
//!     Associating --> Closed: Refuse, Expire, End
//!     Associating --> NotConnected: Lose
//!     Connected --> Closing: Leave
//!     Connected --> AuthFailed: FailAuth
//!     Connected --> NotConnected: Lose
//!     Connected --> Closed: Expire
//!     ConnectedReadOnly --> Closing: Leave
//!     ConnectedReadOnly --> AuthFailed: FailAuth
//!     ConnectedReadOnly --> NotConnected: Lose
//!     ConnectedReadOnly --> Closed: Expire
//!     Closing --> AuthFailed: FailAuth
//!     Closing --> Closed: Expire, End
//! ```

use crate::phases::phases;

phases! {
    /// What a client is doing.
    pub enum Phase {
        /// Waits before it opens the next connection.
        NotConnected { Dial => Connecting, Expire => Closed, End => Closed },
        /// Has a connection being opened.
        Connecting { Open => Associating, Lose => NotConnected, Expire => Closed, End => Closed },
        /// Has asked for a session and waits for the answer.
        Associating {
            Accept => Connected,
            AcceptReadOnly => ConnectedReadOnly,
            Refuse => Closed,
            Lose => NotConnected,
            Expire => Closed,
            End => Closed,
        },
        /// Has a session on a read/write server.
        Connected {
            Leave => Closing,
            FailAuth => AuthFailed,
            Lose => NotConnected,
            Expire => Closed,
        },
        /// Has a session on a read-only server and looks for a better one.
        ConnectedReadOnly {
            Leave => Closing,
            FailAuth => AuthFailed,
            Lose => NotConnected,
            Expire => Closed,
        },
        /// Has sent `closeSession` and waits for the reply or the end of the connection.
        Closing { FailAuth => AuthFailed, Expire => Closed, End => Closed },
        /// Is at its end: the session was closed or has expired.
        Closed {},
        /// Is at its end: an identity was refused.
        AuthFailed {},
    }

    /// What moves a client on.
    pub enum Trigger {
        /// The pause is over.
        Dial,
        /// The connection is open (`ClientCnxn.SendThread.primeConnection`).
        Open,
        /// A read/write server granted the session (`ClientCnxn.SendThread.onConnected`).
        Accept,
        /// A read-only server granted the session (`ClientCnxn.SendThread.onConnected`).
        AcceptReadOnly,
        /// The server has no such session (`ClientCnxn.SendThread.onConnected`).
        Refuse,
        /// `closeSession` was sent (`ClientCnxn.close`).
        Leave,
        /// The server refused an identity (`ClientCnxn.SendThread.readResponse`).
        FailAuth,
        /// The connection is gone or given up (`ClientCnxn.SendThread.cleanAndNotifyState`).
        Lose,
        /// The session timed out on the client's own clock (`ClientCnxn.SendThread.run`).
        Expire,
        /// Nothing is left to be done for a client that closes (`ClientCnxn.SendThread.run`).
        End,
    }
}

impl Phase {
    /// Whether the client still has or wants a session (`ZooKeeper.States.isAlive`).
    #[must_use]
    pub const fn is_alive(self) -> bool {
        !matches!(self, Self::Closed | Self::AuthFailed)
    }

    /// Whether there is a session on an open connection (`ZooKeeper.States.isConnected`).
    #[must_use]
    pub const fn is_connected(self) -> bool {
        matches!(
            self,
            Self::Connected | Self::ConnectedReadOnly | Self::Closing
        )
    }
}

//! What may happen to a connection, as one table.
//!
//! The code asserts each of its steps against the table (in builds with debug assertions), and a
//! test keeps the drawing in the module above equal to it.

use crate::phases::phases;

phases! {
    /// What a connection is doing.
    pub enum Phase {
        /// Waits for a `ConnectRequest` or a four-letter word.
        Greeting {
            Read => Greeting,
            Connect => Serving,
            Strand => Stranded,
            Refuse => Closed,
            Inform => Closed,
            Fault => Closed,
            Silence => Closed,
            Leave => Closed,
        },
        /// Holds a session and answers requests.
        Serving {
            Read => Serving,
            Answer => Serving,
            Finish => Draining,
            End => Closed,
            Evict => Closed,
            Expire => Closed,
            Fault => Closed,
            Leave => Closed,
        },
        /// Owes answers, the last of which ends the connection; reads nothing more.
        Draining {
            Answer => Draining,
            End => Closed,
            Evict => Closed,
            Expire => Closed,
            Fault => Closed,
            Leave => Closed,
        },
        /// Was told that a read-only server makes no session, and left open. Nothing is read from
        /// it any more: reading goes on with the session, which never comes
        /// (`ServerCnxn.disableRecv` in `ZooKeeperServer.processConnectRequest`).
        Stranded {
            Leave => Closed,
        },
        /// Is forgotten.
        Closed {},
    }

    /// What moves a connection.
    pub enum Trigger {
        /// Bytes came in that do not change the state by themselves.
        Read,
        /// A `ConnectRequest` opened or renewed a session.
        Connect,
        /// A `ConnectRequest` got an error instead of a session.
        Strand,
        /// A `ConnectRequest` was refused, with or without a frame saying so.
        Refuse,
        /// A four-letter word was answered.
        Inform,
        /// A request was answered.
        Answer,
        /// A request whose answer ends the connection waits behind others.
        Finish,
        /// An answer ended the connection.
        End,
        /// Another connection presented the session's id.
        Evict,
        /// The session expired, or was closed by someone else.
        Expire,
        /// The peer broke the protocol, or the delegate asked for the end.
        Fault,
        /// Nothing came in for too long.
        Silence,
        /// The peer closed or broke the connection, or the server went down.
        Leave,
    }
}

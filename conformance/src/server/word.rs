//! Four-letter words: what a connection can ask in its first four bytes.
//!
//! Only there, only if listed in `4lw.commands.whitelist`, and only in lower case: any other four
//! bytes are a frame's length, and letters make that far too long
//! (`NIOServerCnxn.checkFourLetterWord`). A word counts as a connection, is answered with text and
//! closed. The texts are those of 3.6 and later, as far as sessions go; words about anything else
//! are answered with nothing.

use std::fmt;
use std::fmt::Write as _;

use bytes::Bytes;

use crate::server::Server;
use crate::server::config::Mode;
use crate::server::connection::Connection;
use crate::server::connection::ConnectionId;
use crate::server::connection::State;
use crate::server::event::Reason;
use crate::server::flaw::Flaw;
use crate::server::phase::Trigger;

/// Makes the list of words.
macro_rules! words {
    ($($word:ident, $text:literal, $doc:literal;)+) => {
        /// A four-letter word (`FourLetterCommands`).
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Word {
            $(#[doc = $doc] $word,)+
        }

        impl Word {
            /// Every word there is.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// Its letters.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)+
                }
            }
        }
    };
}

words! {
    Conf, "conf", "The configuration.";
    Cons, "cons", "The connections, in detail.";
    Crst, "crst", "Resets the numbers of connections.";
    Dirs, "dirs", "Sizes of files.";
    Dump, "dump", "The sessions, by expiry.";
    Envi, "envi", "The environment.";
    Gtmk, "gtmk", "The trace mask.";
    Hash, "hash", "Digests of the data.";
    Isro, "isro", "Whether it is read-only.";
    Mntr, "mntr", "Numbers for monitoring.";
    Ruok, "ruok", "Whether it is there at all.";
    Srst, "srst", "Resets the server's numbers.";
    Srvr, "srvr", "The server in brief.";
    Stat, "stat", "The server and its connections.";
    Stmk, "stmk", "Sets the trace mask.";
    Wchc, "wchc", "Watches by session.";
    Wchp, "wchp", "Watches by path.";
    Wchs, "wchs", "Watches in brief.";
}

impl Word {
    /// The word of these four bytes, if it is one.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 4]) -> Option<Self> {
        let is_it = |word: &Self| word.text().as_bytes() == bytes;
        Self::ALL.iter().copied().find(is_it)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// A set of words.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Words(u32);

impl Words {
    /// No word.
    pub const NONE: Self = Self(0);

    /// What Apache executes by default since 3.5.3: `srvr`.
    pub const DEFAULT: Self = Self::NONE.with(Word::Srvr);

    /// Every word, as before 3.5.3, or with `*` in the whitelist.
    pub const ALL: Self = Self(u32::MAX);

    /// The set with `word` in it, too.
    #[must_use]
    pub const fn with(self, word: Word) -> Self {
        Self(self.0 | 1 << word as u32)
    }

    /// Whether `word` is in the set.
    #[must_use]
    pub const fn contains(self, word: Word) -> bool {
        self.0 & 1 << word as u32 != 0
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Word::ALL.iter().filter(|&&word| self.contains(word));
        f.debug_set().entries(words).finish()
    }
}

impl Server {
    /// Answers a word and closes.
    pub(super) fn inform(&mut self, connection: ConnectionId, word: Word) {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.tell(word, &mut text);
        let is_silent = self.config.has(Flaw::WordSilent) && !self.executes(word);
        if !text.is_empty() && !is_silent {
            self.send_bytes(connection, Bytes::from(text));
        }
        if self.executes(word) && self.config.serving {
            self.reset(word);
        }
        if self.config.has(Flaw::WordStaysOpen) {
            return self.leave_greeting(connection, Trigger::Strand, State::Stranded);
        }
        self.close(connection, Reason::Word(word));
    }

    /// Counts anew, if that is what the word asks for.
    fn reset(&mut self, word: Word) {
        match word {
            Word::Srst => (self.received, self.sent) = (0, 0),
            Word::Crst => {
                for connection in self.connections.values_mut() {
                    (connection.received, connection.sent) = (0, 0);
                }
            }
            _ => {}
        }
    }

    /// Whether the word is listed; `isro` is on a server that can be read-only
    /// (`FourLetterCommands.getWhiteListedCmds`).
    fn executes(&self, word: Word) -> bool {
        let is_asked_for = word == Word::Isro && self.config.mode != Mode::ReadWrite;
        is_asked_for || self.config.words.contains(word)
    }

    fn tell(&self, word: Word, text: &mut String) -> fmt::Result {
        if !self.executes(word) {
            return writeln!(
                text,
                "{word} is not executed because it is not in the whitelist."
            );
        }
        match word {
            Word::Ruok => text.write_str("imok"),
            Word::Isro => text.write_str(match (self.config.serving, self.config.mode) {
                (false, _) => "null",
                (true, Mode::ReadWrite) => "rw",
                (true, Mode::ReadOnly | Mode::ReadOnlyNoNew) => "ro",
            }),
            _ if !self.config.serving => writeln!(
                text,
                "This ZooKeeper instance is not currently serving requests"
            ),
            Word::Crst => writeln!(text, "Connection stats reset."),
            Word::Srst => writeln!(text, "Server stats reset."),
            Word::Conf => self.tell_config(text),
            Word::Cons => self.tell_connections(text, true),
            Word::Dump => self.tell_sessions(text),
            Word::Mntr => self.tell_numbers(text),
            Word::Srvr => self.tell_server(text, false),
            Word::Stat => self.tell_server(text, true),
            Word::Wchs => writeln!(text, "0 connections watching 0 paths\nTotal watches:0"),
            Word::Dirs
            | Word::Envi
            | Word::Gtmk
            | Word::Hash
            | Word::Stmk
            | Word::Wchc
            | Word::Wchp => Ok(()),
        }
    }

    /// `ZooKeeperServer.dumpConf`.
    fn tell_config(&self, text: &mut String) -> fmt::Result {
        let config = &self.config;
        writeln!(text, "clientPort={}", config.client_port)?;
        writeln!(text, "secureClientPort=-1")?;
        writeln!(text, "tickTime={}", config.tick_time.as_millis())?;
        writeln!(text, "maxClientCnxns={}", config.max_client_connections)?;
        writeln!(text, "minSessionTimeout={}", config.min_timeout_ms())?;
        writeln!(text, "maxSessionTimeout={}", config.max_timeout_ms())?;
        writeln!(text, "clientPortListenBacklog=-1")?;
        writeln!(text, "serverId={}", config.server_id)
    }

    /// `StatCommand.commandRun`.
    fn tell_server(&self, text: &mut String, with_clients: bool) -> fmt::Result {
        writeln!(text, "Zookeeper version: {}", self.config.version)?;
        if self.config.mode != Mode::ReadWrite {
            writeln!(text, "READ-ONLY mode; serving only read-only clients")?;
        }
        if with_clients {
            writeln!(text, "Clients:")?;
            self.tell_connections(text, false)?;
        }
        writeln!(text, "Latency min/avg/max: 0/0.0/0")?;
        writeln!(text, "Received: {}", self.received)?;
        writeln!(text, "Sent: {}", self.sent)?;
        writeln!(text, "Connections: {}", self.connections.len())?;
        writeln!(text, "Outstanding: {}", self.outstanding())?;
        writeln!(text, "Zxid: {:#x}", self.last_zxid)?;
        writeln!(text, "Mode: {}", self.mode_name())?;
        writeln!(text, "Node count: 5")
    }

    /// `ServerCnxn.dumpConnectionInfo` for each.
    fn tell_connections(&self, text: &mut String, in_detail: bool) -> fmt::Result {
        for (id, connection) in &self.connections {
            self.tell_connection(text, *id, connection, in_detail)?;
        }
        writeln!(text)
    }

    fn tell_connection(
        &self,
        text: &mut String,
        id: ConnectionId,
        connection: &Connection,
        in_detail: bool,
    ) -> fmt::Result {
        let bond = connection.bond();
        let queued = bond.map_or(0, |bond| bond.tasks.len());
        let (received, sent) = (connection.received, connection.sent);
        write!(text, " /{}:{}[1]", connection.peer, id.0)?;
        write!(text, "(queued={queued},recved={received},sent={sent}")?;
        if in_detail
            && let Some(bond) = bond
            && let Some(session) = self.sessions.get(bond.session_id)
        {
            let (session_id, timeout) = (bond.session_id, session.timeout_ms);
            write!(text, ",sid={session_id:#x},to={timeout}")?;
        }
        writeln!(text, ")")
    }

    /// `DumpCommand.commandRun`, with moments of the virtual clock for dates.
    fn tell_sessions(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "SessionTracker dump:")?;
        let mut buckets: Vec<_> = self
            .sessions()
            .map(|session| (session.expires_at, session.session_id))
            .collect();
        buckets.sort_unstable();
        let count = buckets.chunk_by(|a, b| a.0 == b.0).count();
        writeln!(text, "Session Sets ({count})/({}):", buckets.len())?;
        for bucket in buckets.chunk_by(|a, b| a.0 == b.0) {
            let at = bucket.first().and_then(|session| session.0);
            let at = at.unwrap_or_default();
            writeln!(text, "{} expire at {at}:", bucket.len())?;
            for (_, session_id) in bucket {
                writeln!(text, "\t{session_id:#x}")?;
            }
        }
        writeln!(text, "ephemeral nodes dump:")?;
        writeln!(text, "Sessions with Ephemerals (0):")
    }

    /// `MonitorCommand.commandRun`, with the numbers that are about connections and sessions.
    fn tell_numbers(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "zk_version\t{}", self.config.version)?;
        writeln!(text, "zk_server_state\t{}", self.mode_name())?;
        writeln!(text, "zk_packets_received\t{}", self.received)?;
        writeln!(text, "zk_packets_sent\t{}", self.sent)?;
        writeln!(text, "zk_num_alive_connections\t{}", self.connections.len())?;
        writeln!(text, "zk_outstanding_requests\t{}", self.outstanding())?;
        writeln!(text, "zk_global_sessions\t{}", self.sessions.len())
    }

    const fn mode_name(&self) -> &'static str {
        match self.config.mode {
            Mode::ReadWrite => "standalone",
            Mode::ReadOnly | Mode::ReadOnlyNoNew => "read-only",
        }
    }

    fn outstanding(&self) -> usize {
        let bonds = self.connections.values().filter_map(Connection::bond);
        bonds.map(|bond| bond.tasks.len()).sum()
    }
}

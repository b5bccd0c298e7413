//! What members say to each other, and how their files start.

use crate::DecodeError;
use crate::Id;
use crate::QuorumPacketType;
use crate::Reader;
use crate::Vector;

/// Tells a leader who follows it; the `data` of a [`QuorumPacket`]. Known since 3.4.0.
///
/// ```text
/// serverid   protocolVersion   configVersion
/// long       int               long
/// ```
///
/// Older followers send less of it, down to nothing: [`from_data`](Self::from_data) reads what
/// there is, as a leader does. Decoded as a record, it is all there or an error.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LearnerInfo {
    /// The follower's number.
    pub serverid: i64,
    /// The protocol it speaks, `0x10000` since 3.4.0.
    pub protocol_version: i32,
    /// The configuration it knows; since 3.5.0.
    pub config_version: i64,
}

wire_record!(LearnerInfo = "server.quorum"."LearnerInfo" {
    serverid: i64 = "serverid",
    protocol_version: i32 = "protocolVersion",
    config_version: i64 = "configVersion",
});

impl LearnerInfo {
    /// What a leader makes of a packet's `data`, however short (`LearnerHandler.run`): it takes the
    /// server's number from 8 bytes, the protocol from 12, the configuration from 20. What is not
    /// there is 0, 1 and 0, and what is behind it is ignored.
    ///
    /// ```
    /// use jute_codec::LearnerInfo;
    ///
    /// // A follower of 3.4 does not tell its configuration.
    /// let info = LearnerInfo::from_data(b"\0\0\0\0\0\0\0\x03\0\x01\0\0");
    /// assert_eq!((info.serverid, info.protocol_version, info.config_version), (3, 0x10000, 0));
    /// ```
    #[must_use]
    pub fn from_data(data: &[u8]) -> Self {
        let mut info = Self {
            protocol_version: 1,
            ..Self::default()
        };
        info.fill(&mut Reader::new(data)).ok();
        info
    }

    fn fill(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.serverid = reader.long()?;
        self.protocol_version = reader.int()?;
        self.config_version = reader.long()?;
        Ok(())
    }
}

/// What a leader and its followers exchange. There is no frame around it.
///
/// ```text
/// type   zxid   data     authinfo
/// int    long   buffer   vector<Id>
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct QuorumPacket<'a> {
    /// What it is about; `type` on the wire.
    pub packet: QuorumPacketType,
    /// The transaction it is about.
    pub zxid: i64,
    /// What else there is to say, according to the type.
    pub data: Option<&'a [u8]>,
    /// The identities of a request's connection.
    pub authinfo: Vector<'a, Id<'a>>,
}

wire_record!(QuorumPacket<'a> = "server.quorum"."QuorumPacket" {
    packet: QuorumPacketType = "type",
    zxid: i64 = "zxid",
    data: Option<&[u8]> = "data",
    authinfo: Vector<'_, Id<'_>> = "authinfo",
});

/// One step of a SASL exchange between members. Known since 3.4.10.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct QuorumAuthPacket<'a> {
    /// [`MAGIC`](Self::MAGIC), or else the peer does not authenticate.
    pub magic: i64,
    /// How far it is: one of the constants.
    pub status: i32,
    /// The mechanism's bytes.
    pub token: Option<&'a [u8]>,
}

wire_record!(QuorumAuthPacket<'a> = "server.quorum"."QuorumAuthPacket" {
    magic: i64 = "magic",
    status: i32 = "status",
    token: Option<&[u8]> = "token",
});

impl QuorumAuthPacket<'_> {
    /// How every packet of an exchange starts (`QuorumAuth.QUORUM_AUTH_MAGIC_NUMBER`).
    pub const MAGIC: i64 = 0x5f24_3501_3501_edcc;

    /// The exchange goes on.
    pub const IN_PROGRESS: i32 = 0;

    /// The peer is who it says.
    pub const SUCCESS: i32 = 1;

    /// It is not.
    pub const ERROR: i32 = -1;
}

/// How a transaction log or snapshot starts.
///
/// ```text
/// magic   version   dbid
/// int     int       long
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FileHeader {
    /// [`LOG`](Self::LOG) or [`SNAPSHOT`](Self::SNAPSHOT).
    pub magic: i32,
    /// [`VERSION`](Self::VERSION).
    pub version: i32,
    /// 0 in a log, −1 in a snapshot.
    pub dbid: i64,
}

wire_record!(FileHeader = "server.persistence"."FileHeader" {
    magic: i32 = "magic",
    version: i32 = "version",
    dbid: i64 = "dbid",
});

impl FileHeader {
    /// The magic of a log (`FileTxnLog.TXNLOG_MAGIC`).
    pub const LOG: i32 = i32::from_be_bytes(*b"ZKLG");

    /// The magic of a snapshot (`FileSnap.SNAP_MAGIC`).
    pub const SNAPSHOT: i32 = i32::from_be_bytes(*b"ZKSN");

    /// The version of both.
    pub const VERSION: i32 = 2;
}

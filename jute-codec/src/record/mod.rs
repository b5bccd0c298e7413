//! The records, in the order of `zookeeper.jute`.

mod auth;
mod connect;
mod header;
mod watch;

pub use self::auth::AuthPacket;
pub use self::connect::ConnectRequest;
pub use self::connect::ConnectResponse;
pub use self::header::ReplyHeader;
pub use self::header::RequestHeader;
pub use self::watch::SetWatches;
pub use self::watch::SetWatches2;
pub use self::watch::WatcherEvent;

use crate::Record;
use crate::Schema;

/// Every record the crate knows, in the order of `zookeeper.jute`.
pub const RECORDS: &[Schema] = &[
    ConnectRequest::SCHEMA,
    ConnectResponse::SCHEMA,
    SetWatches::SCHEMA,
    SetWatches2::SCHEMA,
    RequestHeader::SCHEMA,
    AuthPacket::SCHEMA,
    ReplyHeader::SCHEMA,
    WatcherEvent::SCHEMA,
];

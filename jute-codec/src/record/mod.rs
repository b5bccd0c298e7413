//! The records, in the order of `zookeeper.jute`.
#![expect(
    clippy::exhaustive_structs,
    reason = "a record is the shape of the wire"
)]

mod acl;
mod admin;
mod auth;
mod children;
mod connect;
mod data;
mod header;
mod multi;
mod node;
mod quorum;
mod txn;
mod watch;

pub use self::acl::GetAclRequest;
pub use self::acl::GetAclResponse;
pub use self::acl::SetAclRequest;
pub use self::acl::SetAclResponse;
pub use self::admin::DeleteContainerRequest;
pub use self::admin::ReconfigRequest;
pub use self::admin::SyncRequest;
pub use self::admin::SyncResponse;
pub use self::auth::AuthPacket;
pub use self::auth::GetSaslRequest;
pub use self::auth::SetSaslRequest;
pub use self::auth::SetSaslResponse;
pub use self::auth::WhoAmIResponse;
pub use self::children::GetAllChildrenNumberRequest;
pub use self::children::GetAllChildrenNumberResponse;
pub use self::children::GetChildren2Request;
pub use self::children::GetChildren2Response;
pub use self::children::GetChildrenRequest;
pub use self::children::GetChildrenResponse;
pub use self::children::GetMaxChildrenRequest;
pub use self::children::GetMaxChildrenResponse;
pub use self::children::SetMaxChildrenRequest;
pub use self::connect::ConnectRequest;
pub use self::connect::ConnectResponse;
pub use self::data::Acl;
pub use self::data::ClientInfo;
pub use self::data::Id;
pub use self::data::Stat;
pub use self::data::StatPersisted;
pub use self::header::ReplyHeader;
pub use self::header::RequestHeader;
pub use self::multi::ErrorResponse;
pub use self::multi::MultiHeader;
pub use self::node::CheckVersionRequest;
pub use self::node::Create2Response;
pub use self::node::CreateRequest;
pub use self::node::CreateResponse;
pub use self::node::CreateTtlRequest;
pub use self::node::DeleteRequest;
pub use self::node::ExistsRequest;
pub use self::node::ExistsResponse;
pub use self::node::GetDataRequest;
pub use self::node::GetDataResponse;
pub use self::node::GetEphemeralsRequest;
pub use self::node::GetEphemeralsResponse;
pub use self::node::SetDataRequest;
pub use self::node::SetDataResponse;
pub use self::quorum::FileHeader;
pub use self::quorum::LearnerInfo;
pub use self::quorum::QuorumAuthPacket;
pub use self::quorum::QuorumPacket;
pub use self::txn::CheckVersionTxn;
pub use self::txn::CloseSessionTxn;
pub use self::txn::CreateContainerTxn;
pub use self::txn::CreateSessionTxn;
pub use self::txn::CreateTtlTxn;
pub use self::txn::CreateTxn;
pub use self::txn::CreateTxnV0;
pub use self::txn::DeleteTxn;
pub use self::txn::ErrorTxn;
pub use self::txn::MultiTxn;
pub use self::txn::SetAclTxn;
pub use self::txn::SetDataTxn;
pub use self::txn::SetMaxChildrenTxn;
pub use self::txn::Txn;
pub use self::txn::TxnDigest;
pub use self::txn::TxnHeader;
pub use self::watch::AddWatchRequest;
pub use self::watch::CheckWatchesRequest;
pub use self::watch::RemoveWatchesRequest;
pub use self::watch::SetWatches;
pub use self::watch::SetWatches2;
pub use self::watch::WatcherEvent;

use crate::Record;
use crate::Schema;

/// Every record of the schema, in the order of `zookeeper.jute`.
pub const RECORDS: &[Schema] = &[
    Id::SCHEMA,
    Acl::SCHEMA,
    Stat::SCHEMA,
    StatPersisted::SCHEMA,
    ClientInfo::SCHEMA,
    ConnectRequest::SCHEMA,
    ConnectResponse::SCHEMA,
    SetWatches::SCHEMA,
    SetWatches2::SCHEMA,
    RequestHeader::SCHEMA,
    MultiHeader::SCHEMA,
    AuthPacket::SCHEMA,
    ReplyHeader::SCHEMA,
    GetDataRequest::SCHEMA,
    SetDataRequest::SCHEMA,
    ReconfigRequest::SCHEMA,
    SetDataResponse::SCHEMA,
    GetSaslRequest::SCHEMA,
    SetSaslRequest::SCHEMA,
    SetSaslResponse::SCHEMA,
    CreateRequest::SCHEMA,
    CreateTtlRequest::SCHEMA,
    DeleteRequest::SCHEMA,
    GetChildrenRequest::SCHEMA,
    GetAllChildrenNumberRequest::SCHEMA,
    GetChildren2Request::SCHEMA,
    CheckVersionRequest::SCHEMA,
    GetMaxChildrenRequest::SCHEMA,
    GetMaxChildrenResponse::SCHEMA,
    SetMaxChildrenRequest::SCHEMA,
    SyncRequest::SCHEMA,
    SyncResponse::SCHEMA,
    GetAclRequest::SCHEMA,
    SetAclRequest::SCHEMA,
    SetAclResponse::SCHEMA,
    AddWatchRequest::SCHEMA,
    WatcherEvent::SCHEMA,
    ErrorResponse::SCHEMA,
    CreateResponse::SCHEMA,
    Create2Response::SCHEMA,
    ExistsRequest::SCHEMA,
    ExistsResponse::SCHEMA,
    GetDataResponse::SCHEMA,
    GetChildrenResponse::SCHEMA,
    GetAllChildrenNumberResponse::SCHEMA,
    GetChildren2Response::SCHEMA,
    GetAclResponse::SCHEMA,
    CheckWatchesRequest::SCHEMA,
    RemoveWatchesRequest::SCHEMA,
    GetEphemeralsRequest::SCHEMA,
    GetEphemeralsResponse::SCHEMA,
    WhoAmIResponse::SCHEMA,
    LearnerInfo::SCHEMA,
    QuorumPacket::SCHEMA,
    QuorumAuthPacket::SCHEMA,
    FileHeader::SCHEMA,
    TxnDigest::SCHEMA,
    TxnHeader::SCHEMA,
    CreateTxnV0::SCHEMA,
    CreateTxn::SCHEMA,
    CreateTtlTxn::SCHEMA,
    CreateContainerTxn::SCHEMA,
    DeleteTxn::SCHEMA,
    SetDataTxn::SCHEMA,
    CheckVersionTxn::SCHEMA,
    SetAclTxn::SCHEMA,
    SetMaxChildrenTxn::SCHEMA,
    CreateSessionTxn::SCHEMA,
    CloseSessionTxn::SCHEMA,
    ErrorTxn::SCHEMA,
    Txn::SCHEMA,
    MultiTxn::SCHEMA,
];

/// Records that Apache writes by hand, outside of the schema.
pub const HANDWRITTEN_RECORDS: &[Schema] = &[DeleteContainerRequest::SCHEMA];

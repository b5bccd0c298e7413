//! Zero-copy codec for jute, the wire encoding of Apache ZooKeeper.
//!
//! ```
//! use bytes::BytesMut;
//! use jute_codec::{put_frame, ConnectRequest, ConnectResponse, Framer};
//!
//! // A client opens a session: the first frame on a connection has no header.
//! let mut out = BytesMut::new();
//! put_frame(&mut out, &ConnectRequest {
//!     time_out: 30_000,
//!     passwd: Some(&[0; 16]),
//!     read_only: Some(false),
//!     ..ConnectRequest::default()
//! });
//! assert_eq!(out.len(), 4 + 45);
//!
//! // A server reads it, whatever pieces it comes in.
//! let mut framer = Framer::default();
//! for piece in out.chunks(7) {
//!     framer.push(piece);
//! }
//! let frame = framer.next_frame()?.expect("the whole frame has come in");
//! let request: ConnectRequest<'_> = frame.decode()?;
//! assert_eq!(request.time_out, 30_000);
//!
//! // What is kept shares the frame's memory.
//! let passwd = request.passwd.map(|passwd| frame.share(passwd));
//! assert_eq!(passwd.as_deref(), Some(&[0; 16][..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a frame looks like
//!
//! ```text
//!  0        4                          4 + length
//! +--------+--------------------------+
//! | length | payload                  |   length: int, 0 up to jute.maxbuffer (0xfffff)
//! +--------+--------------------------+
//!            ConnectRequest               first frame, client to server
//!            ConnectResponse              first frame, server to client
//!            RequestHeader + body         every later frame, client to server
//!            ReplyHeader + body           every later frame, server to client
//! ```
//!
//! All integers are big-endian two's complement. A record is its fields in order: no tag, no
//! padding, no length of its own.
//!
//! # What there is
//!
//! All 72 records of `zookeeper.jute`, each a plain struct that borrows: what clients and servers
//! say to each other, what members of an ensemble do ([`QuorumPacket`]), and what logs and
//! snapshots hold ([`TxnHeader`], [`FileHeader`]). [`RECORDS`] lists their schemas, with the
//! [`module`](Schema::module) of each. Records are named as their classes are, in Rust's spelling:
//! `GetACLRequest` is [`GetAclRequest`].
//!
//! [`Request`] and [`Reply`] are the bodies behind the two headers, by [`OpCode`]: every operation
//! there is, [`Multi`]s and watch events included. An operation that is not known keeps its bytes.
//! [`TxnBody`] is the same for transactions.
//!
//! ```
//! use jute_codec::{GetDataResponse, OpCode, Reading, Reply, Request};
//!
//! # let asking = b"\0\0\0\x07\0\0\0\x04\0\0\0\x02/a\0";
//! # let telling = [&[0, 0, 0, 7][..], &[0; 11], &[0, 0, 0, 0, 2, b'h', b'i'], &[0; 68]].concat();
//! // A server reads a request by the opcode in its header.
//! let (header, request) = Request::from_payload(asking, Reading::STRICT)?;
//! let Request::GetData(get) = request else { unreachable!() };
//! assert_eq!((header.op, get.path.as_str()), (OpCode::GET_DATA, Some("/a")));
//!
//! // A client reads a reply by the opcode of the request that it answers.
//! let (_, reply) = Reply::from_payload(OpCode::GET_DATA, &telling, Reading::STRICT)?;
//! let Reply::GetData(GetDataResponse { data, stat }) = reply else { unreachable!() };
//! assert_eq!((data, stat.version), (Some(&b"hi"[..]), 0));
//! # Ok::<(), jute_codec::DecodeError>(())
//! ```
//!
//! To pass packets on, read the header alone: what is behind it is [`Reader::rest`], and
//! [`Request::decode`] reads it if it is needed after all.
//!
//! # The two promises
//!
//! *Decoding borrows*: no byte of a buffer or string is copied and nothing is allocated, vectors
//! included. *Keeping shares*: [`Frame::share`] turns a borrowed field into `Bytes` that hold on
//! to the frame's memory. Integers are copied, being smaller than a pointer to them.
//!
//! # Where ZooKeeper surprises
//!
//! - **Null is not empty.** A length of −1 is null, 0 is empty, for buffers, strings and vectors
//!   alike, and real peers send both.
//! - **`readOnly` may be missing**, at the end of both connect records. It is an `Option`.
//! - **Booleans** are 0 or 1 to a strict reader; Java takes any other byte for true.
//! - **Text need not be UTF-8**: see [`Ustring`].
//! - **A reply does not name its operation**: the reader has to know what was asked.
//! - **An error has no body**, but for that of a SASL exchange, and now and then another.
//! - **A failed multi is no error**: the header says 0, and each result what became of it.
//! - **Success of `addWatch`** is an [`ErrorResponse`], of 0.
//! - **A session can be made by a request** (`createSession`), whose answer has no header.
//!
//! [`Reading::STRICT`] judges; [`Reading::JAVA`] takes what Apache takes. Both are values.
//!
//! # Limits
//!
//! A frame is refused as soon as its length is known to be over [`Limits::frame`]. A vector's
//! count is refused, before any item is looked at, if that many cannot fit into the bytes left.
//! No memory is ever taken because a length said so, and nothing recurses as deep as the wire
//! wants.
//!
//! # Errors and unknown codes
//!
//! A [`DecodeError`] names the record, the field and the byte: `ConnectRequest.passwd at byte 28:
//! needs 16 bytes, has 3`. Codes are integers with names ([`OpCode`], [`ErrorCode`], …): a value
//! without a name is kept and goes out again as it came in.
//!
//! # What this crate is not
//!
//! It knows nothing of sessions, time, sockets or znodes. Sessions are the business of
//! `zk-conformance`.
//!
//! # Features, versions, safety
//!
//! By default no features: `no_std` with `alloc`, and `bytes` is the one dependency.
//!
//! - `serde`: records serialize, with the field names of the schema. To people, as in JSON, codes
//!   are names, buffers lower-case hex and text that is not UTF-8 `{"hex": "…"}`; to machines codes
//!   are numbers, buffers and text bytes. Null is none, and a missing `readOnly` is left out.
//!   Longs are whole numbers of 64 bits, of which JavaScript keeps 53.
//! - `arbitrary`: records can be made of a fuzzer's bytes. Needs `std`, as the crate of that name
//!   does.
//!
//! No `unsafe`. The oldest Rust it is tested with is the `rust-version` of its
//! manifest; raising that is a minor release.
#![no_std]
#![warn(clippy::indexing_slicing, clippy::expect_used)]

#[macro_use]
mod macros;
#[macro_use]
mod dispatch;

mod code;
mod codec;
mod cursor;
mod error;
mod frame;
mod message;
mod multi;
mod operation;
mod part_reader;
mod permissions;
mod reader;
mod reading;
mod record;
mod runs;
mod schema;
#[cfg(feature = "serde")]
mod serial;
mod sink;
#[cfg(feature = "arbitrary")]
mod structured;
mod text;
mod txn;
mod ustring;
mod vector;

pub use crate::code::AddWatchMode;
pub use crate::code::CreateMode;
pub use crate::code::ErrorCode;
pub use crate::code::EventType;
pub use crate::code::FourLetterWord;
pub use crate::code::KeeperState;
pub use crate::code::OpCode;
pub use crate::code::QuorumPacketType;
pub use crate::code::WatcherType;
pub use crate::code::Xid;
pub use crate::codec::Decode;
pub use crate::codec::Encode;
pub use crate::codec::Raw;
pub use crate::error::DecodeError;
pub use crate::error::DecodeErrorKind;
pub use crate::error::FrameError;
pub use crate::error::FrameErrorKind;
pub use crate::frame::Frame;
pub use crate::frame::Framer;
pub use crate::frame::Limits;
pub use crate::frame::put_frame;
pub use crate::frame::put_frame_apart;
pub use crate::message::Reply;
pub use crate::message::Request;
pub use crate::message::reply_schema;
pub use crate::message::request_schema;
pub use crate::multi::Multi;
pub use crate::multi::MultiOf;
pub use crate::multi::Part;
pub use crate::multi::Parts;
pub use crate::operation::Operation;
pub use crate::operation::Outcome;
pub use crate::part_reader::PartReader;
pub use crate::permissions::Permissions;
pub use crate::reader::Reader;
pub use crate::reading::Reading;
pub use crate::record::Acl;
pub use crate::record::AddWatchRequest;
pub use crate::record::AuthPacket;
pub use crate::record::CheckVersionRequest;
pub use crate::record::CheckVersionTxn;
pub use crate::record::CheckWatchesRequest;
pub use crate::record::ClientInfo;
pub use crate::record::CloseSessionTxn;
pub use crate::record::ConnectRequest;
pub use crate::record::ConnectResponse;
pub use crate::record::Create2Response;
pub use crate::record::CreateContainerTxn;
pub use crate::record::CreateRequest;
pub use crate::record::CreateResponse;
pub use crate::record::CreateSessionTxn;
pub use crate::record::CreateTtlRequest;
pub use crate::record::CreateTtlTxn;
pub use crate::record::CreateTxn;
pub use crate::record::CreateTxnV0;
pub use crate::record::DeleteContainerRequest;
pub use crate::record::DeleteRequest;
pub use crate::record::DeleteTxn;
pub use crate::record::ErrorResponse;
pub use crate::record::ErrorTxn;
pub use crate::record::ExistsRequest;
pub use crate::record::ExistsResponse;
pub use crate::record::FileHeader;
pub use crate::record::GetAclRequest;
pub use crate::record::GetAclResponse;
pub use crate::record::GetAllChildrenNumberRequest;
pub use crate::record::GetAllChildrenNumberResponse;
pub use crate::record::GetChildren2Request;
pub use crate::record::GetChildren2Response;
pub use crate::record::GetChildrenRequest;
pub use crate::record::GetChildrenResponse;
pub use crate::record::GetDataRequest;
pub use crate::record::GetDataResponse;
pub use crate::record::GetEphemeralsRequest;
pub use crate::record::GetEphemeralsResponse;
pub use crate::record::GetMaxChildrenRequest;
pub use crate::record::GetMaxChildrenResponse;
pub use crate::record::GetSaslRequest;
pub use crate::record::HANDWRITTEN_RECORDS;
pub use crate::record::Id;
pub use crate::record::LearnerInfo;
pub use crate::record::MultiHeader;
pub use crate::record::MultiTxn;
pub use crate::record::QuorumAuthPacket;
pub use crate::record::QuorumPacket;
pub use crate::record::RECORDS;
pub use crate::record::ReconfigRequest;
pub use crate::record::RemoveWatchesRequest;
pub use crate::record::ReplyHeader;
pub use crate::record::RequestHeader;
pub use crate::record::SetAclRequest;
pub use crate::record::SetAclResponse;
pub use crate::record::SetAclTxn;
pub use crate::record::SetDataRequest;
pub use crate::record::SetDataResponse;
pub use crate::record::SetDataTxn;
pub use crate::record::SetMaxChildrenRequest;
pub use crate::record::SetMaxChildrenTxn;
pub use crate::record::SetSaslRequest;
pub use crate::record::SetSaslResponse;
pub use crate::record::SetWatches;
pub use crate::record::SetWatches2;
pub use crate::record::Stat;
pub use crate::record::StatPersisted;
pub use crate::record::SyncRequest;
pub use crate::record::SyncResponse;
pub use crate::record::Txn;
pub use crate::record::TxnDigest;
pub use crate::record::TxnHeader;
pub use crate::record::WatcherEvent;
pub use crate::record::WhoAmIResponse;
pub use crate::schema::Field;
pub use crate::schema::JuteType;
pub use crate::schema::Record;
pub use crate::schema::Schema;
pub use crate::sink::Sink;
pub use crate::txn::TxnBody;
pub use crate::txn::txn_schema;
pub use crate::ustring::Ustring;
pub use crate::vector::Iter;
pub use crate::vector::Vector;

/// Compiles and runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

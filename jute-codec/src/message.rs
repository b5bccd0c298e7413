//! Requests and replies: the one place that knows which record an operation asks with, and which
//! answers it.

use crate::AddWatchRequest;
use crate::AuthPacket;
use crate::CheckVersionRequest;
use crate::CheckWatchesRequest;
use crate::ConnectResponse;
use crate::Create2Response;
use crate::CreateRequest;
use crate::CreateResponse;
use crate::CreateSessionTxn;
use crate::CreateTtlRequest;
use crate::Decode;
use crate::DecodeError;
use crate::DeleteContainerRequest;
use crate::DeleteRequest;
use crate::ErrorCode;
use crate::ErrorResponse;
use crate::ExistsRequest;
use crate::ExistsResponse;
use crate::GetAclRequest;
use crate::GetAclResponse;
use crate::GetAllChildrenNumberRequest;
use crate::GetAllChildrenNumberResponse;
use crate::GetChildren2Request;
use crate::GetChildren2Response;
use crate::GetChildrenRequest;
use crate::GetChildrenResponse;
use crate::GetDataRequest;
use crate::GetDataResponse;
use crate::GetEphemeralsRequest;
use crate::GetEphemeralsResponse;
use crate::GetSaslRequest;
use crate::Multi;
use crate::OpCode;
use crate::Operation;
use crate::Outcome;
use crate::Raw;
use crate::Reader;
use crate::Reading;
use crate::ReconfigRequest;
use crate::Record;
use crate::RemoveWatchesRequest;
use crate::ReplyHeader;
use crate::RequestHeader;
use crate::Schema;
use crate::SetAclRequest;
use crate::SetAclResponse;
use crate::SetDataRequest;
use crate::SetDataResponse;
use crate::SetSaslResponse;
use crate::SetWatches;
use crate::SetWatches2;
use crate::SyncRequest;
use crate::SyncResponse;
use crate::WatcherEvent;
use crate::WhoAmIResponse;
use crate::Xid;

dispatch! {
    /// What stands behind a [`RequestHeader`].
    ///
    /// ```
    /// use jute_codec::{ExistsRequest, Frame, OpCode, Reading, Request, put_frame};
    ///
    /// let mut out = bytes::BytesMut::new();
    /// let path = "/a".into();
    /// let exists = Request::Exists(ExistsRequest { path, watch: true });
    /// put_frame(&mut out, &exists.with_xid(7));
    ///
    /// let payload = &out[4..];
    /// let (header, request) = Request::from_payload(payload, Reading::STRICT)?;
    /// assert_eq!((header.xid, header.op), (7, OpCode::EXISTS));
    /// assert_eq!(request, exists);
    /// # Ok::<(), jute_codec::DecodeError>(())
    /// ```
    pub enum Request<'a> {
        /// Makes a znode.
        Create(body: CreateRequest<'a>) = CREATE;
        /// Removes a znode.
        Delete(body: DeleteRequest<'a>) = DELETE;
        /// Asks for a znode's numbers.
        Exists(body: ExistsRequest<'a>) = EXISTS;
        /// Reads a znode's data.
        GetData(body: GetDataRequest<'a>) = GET_DATA;
        /// Writes a znode's data.
        SetData(body: SetDataRequest<'a>) = SET_DATA;
        /// Reads a znode's ACL.
        GetAcl(body: GetAclRequest<'a>) = GET_ACL;
        /// Writes a znode's ACL.
        SetAcl(body: SetAclRequest<'a>) = SET_ACL;
        /// Lists a znode's children.
        GetChildren(body: GetChildrenRequest<'a>) = GET_CHILDREN;
        /// Brings a member up to the leader.
        Sync(body: SyncRequest<'a>) = SYNC;
        /// Keeps the session alive.
        Ping = PING;
        /// Lists a znode's children, with its numbers.
        GetChildren2(body: GetChildren2Request<'a>) = GET_CHILDREN2;
        /// Checks a version, outside of a multi.
        Check(body: CheckVersionRequest<'a>) = CHECK;
        /// Several writes as one.
        Multi(body: Multi<'a, Operation<'a>>) = MULTI;
        /// Makes a znode and asks for its numbers.
        Create2(body: CreateRequest<'a>) = CREATE2;
        /// Changes the ensemble.
        Reconfig(body: ReconfigRequest<'a>) = RECONFIG;
        /// Asks whether a watch is set.
        CheckWatches(body: CheckWatchesRequest<'a>) = CHECK_WATCHES;
        /// Removes a watch.
        RemoveWatches(body: RemoveWatchesRequest<'a>) = REMOVE_WATCHES;
        /// Makes a container.
        CreateContainer(body: CreateRequest<'a>) = CREATE_CONTAINER;
        /// Removes an empty container.
        DeleteContainer(body: DeleteContainerRequest<'a>) = DELETE_CONTAINER;
        /// Makes a znode with a time to live.
        CreateTtl(body: CreateTtlRequest<'a>) = CREATE_TTL;
        /// Several reads as one.
        MultiRead(body: Multi<'a, Operation<'a>>) = MULTI_READ;
        /// Adds an identity.
        Auth(body: AuthPacket<'a>) = AUTH;
        /// Sets watches again.
        SetWatches(body: SetWatches<'a>) = SET_WATCHES;
        /// One step of a SASL exchange.
        Sasl(body: GetSaslRequest<'a>) = SASL;
        /// Lists the session's ephemeral znodes.
        GetEphemerals(body: GetEphemeralsRequest<'a>) = GET_EPHEMERALS;
        /// Counts all descendants of a znode.
        GetAllChildrenNumber(body: GetAllChildrenNumberRequest<'a>) = GET_ALL_CHILDREN_NUMBER;
        /// Sets watches again, persistent ones too.
        SetWatches2(body: SetWatches2<'a>) = SET_WATCHES2;
        /// Adds a persistent watch.
        AddWatch(body: AddWatchRequest<'a>) = ADD_WATCH;
        /// Asks for the connection's identities.
        WhoAmI = WHO_AM_I;
        /// Opens a session; meant for members alone (`PrepRequestProcessor.pRequest2Txn` reads the
        /// timeout).
        CreateSession(body: CreateSessionTxn) = CREATE_SESSION;
        /// Ends the session.
        CloseSession = CLOSE_SESSION;
    } else {
        /// An operation that is not known, or not for clients to ask.
        Other(OpCode, rest: Raw<'a>);
    }
}

impl<'a> Request<'a> {
    /// Reads the body that stands behind the header of an `op`.
    ///
    /// # Errors
    /// As the body's record has them. An unknown operation is none.
    pub fn decode(op: OpCode, reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        match Self::known(op, reader)? {
            Some(request) => Ok(request),
            None => rest(reader).map(|rest| Self::Other(op, rest)),
        }
    }

    /// Reads a whole payload, header and body. To look at the header alone, read a
    /// [`RequestHeader`], and [`decode`](Self::decode) the body if it is needed.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and if bytes are left over.
    pub fn from_payload(
        payload: &'a [u8],
        reading: Reading,
    ) -> Result<(RequestHeader, Self), DecodeError> {
        let mut reader = Reader::with(payload, reading);
        let header = RequestHeader::decode(&mut reader)?;
        let request = Self::decode(header.op, &mut reader)?;
        let record = request_schema(header.op).unwrap_or(RequestHeader::SCHEMA);
        let finished = reader.finish();
        finished.map_err(|error| error.in_field(record.name, ""))?;
        Ok((header, request))
    }

    /// The request behind its header, ready to be sent.
    #[must_use]
    pub const fn with_xid(self, xid: i32) -> (RequestHeader, Self) {
        let op = self.op();
        (RequestHeader { xid, op }, self)
    }
}

dispatch! {
    /// What stands behind a [`ReplyHeader`]: the variant is that of the [`Request`] it answers.
    ///
    /// ```
    /// use jute_codec::{Decode, OpCode, Reader, Reply, ReplyHeader, SyncResponse, put_frame};
    ///
    /// let mut out = bytes::BytesMut::new();
    /// let header = ReplyHeader { xid: 7, ..ReplyHeader::default() };
    /// let path = "/a".into();
    /// put_frame(&mut out, &(header, Reply::Sync(SyncResponse { path })));
    ///
    /// // The header says which request it answers, and only that says what the body is.
    /// let mut reader = Reader::new(&out[4..]);
    /// let header = ReplyHeader::decode(&mut reader)?;
    /// let asked = if header.xid == 7 { OpCode::SYNC } else { OpCode::PING };
    /// let reply = Reply::decode(asked, &header, &mut reader)?;
    /// assert_eq!(reply, Reply::Sync(SyncResponse { path }));
    /// # Ok::<(), jute_codec::DecodeError>(())
    /// ```
    pub enum Reply<'a> {
        /// A watch event, which answers nothing.
        Notification(body: WatcherEvent<'a>) = NOTIFICATION;
        /// What was made.
        Create(body: CreateResponse<'a>) = CREATE;
        /// It is removed.
        Delete = DELETE;
        /// A znode's numbers.
        Exists(body: ExistsResponse) = EXISTS;
        /// A znode's data.
        GetData(body: GetDataResponse<'a>) = GET_DATA;
        /// The numbers of what was written.
        SetData(body: SetDataResponse) = SET_DATA;
        /// A znode's ACL.
        GetAcl(body: GetAclResponse<'a>) = GET_ACL;
        /// The numbers of the znode.
        SetAcl(body: SetAclResponse) = SET_ACL;
        /// A znode's children.
        GetChildren(body: GetChildrenResponse<'a>) = GET_CHILDREN;
        /// The member is up to the leader.
        Sync(body: SyncResponse<'a>) = SYNC;
        /// The session is alive.
        Ping = PING;
        /// A znode's children and numbers.
        GetChildren2(body: GetChildren2Response<'a>) = GET_CHILDREN2;
        /// The numbers of what was checked (`FinalRequestProcessor.processRequest`; before 3.8.5 and
        /// 3.9.3 alone).
        Check(body: SetDataResponse) = CHECK;
        /// The results of several writes. Whether they failed is in there: the header's `err` is 0.
        Multi(body: Multi<'a, Outcome<'a>>) = MULTI;
        /// What was made, and its numbers.
        Create2(body: Create2Response<'a>) = CREATE2;
        /// The new configuration, as text.
        Reconfig(body: GetDataResponse<'a>) = RECONFIG;
        /// The watch is set.
        CheckWatches = CHECK_WATCHES;
        /// The watch is removed.
        RemoveWatches = REMOVE_WATCHES;
        /// What was made, and its numbers.
        CreateContainer(body: Create2Response<'a>) = CREATE_CONTAINER;
        /// It is removed.
        DeleteContainer = DELETE_CONTAINER;
        /// What was made, and its numbers.
        CreateTtl(body: Create2Response<'a>) = CREATE_TTL;
        /// The results of several reads.
        MultiRead(body: Multi<'a, Outcome<'a>>) = MULTI_READ;
        /// The identity is taken.
        Auth = AUTH;
        /// The watches are set.
        SetWatches = SET_WATCHES;
        /// One step of a SASL exchange; with an error, too.
        Sasl(body: SetSaslResponse<'a>) = SASL;
        /// The session's ephemeral znodes.
        GetEphemerals(body: GetEphemeralsResponse<'a>) = GET_EPHEMERALS;
        /// How many descendants there are.
        GetAllChildrenNumber(body: GetAllChildrenNumberResponse) = GET_ALL_CHILDREN_NUMBER;
        /// The watches are set.
        SetWatches2 = SET_WATCHES2;
        /// The watch is set: the one success that is told by an [`ErrorResponse`], of 0.
        AddWatch(body: ErrorResponse) = ADD_WATCH;
        /// The connection's identities.
        WhoAmI(body: WhoAmIResponse<'a>) = WHO_AM_I;
        /// The connect record once more, without a header.
        CreateSession(body: ConnectResponse<'a>) = CREATE_SESSION;
        /// The session has ended, and the connection is about to.
        CloseSession = CLOSE_SESSION;
    } else {
        /// An error, of which the header says all.
        Failed(OpCode);
        /// The answer to an operation that is not known.
        Other(OpCode, rest: Raw<'a>);
    }
}

impl<'a> Reply<'a> {
    /// Reads the body that stands behind `header`, in answer to an `op`. If the header is that of
    /// a watch event, `op` does not matter.
    ///
    /// An error normally has no body. One that has is read as if it were none: a failed SASL
    /// exchange has one (`ZooKeeperServer.processSasl`), and so has whatever failed as it was
    /// applied (`ServerCnxn.serialize` looks at no code).
    ///
    /// # Errors
    /// As the body's record has them. An unknown operation is none.
    pub fn decode(
        op: OpCode,
        header: &ReplyHeader,
        reader: &mut Reader<'a>,
    ) -> Result<Self, DecodeError> {
        let op = if header.xid == Xid::NOTIFICATION.0 {
            OpCode::NOTIFICATION
        } else {
            op
        };
        if header.err != ErrorCode::OK && reader.is_empty() {
            return Ok(Self::Failed(op));
        }
        match Self::known(op, reader)? {
            Some(reply) => Ok(reply),
            None => rest(reader).map(|rest| Self::Other(op, rest)),
        }
    }

    /// Reads a whole payload in answer to an `op`, header and body. The answer to
    /// [`OpCode::CREATE_SESSION`] alone has no header, unless it is an error.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and if bytes are left over.
    pub fn from_payload(
        op: OpCode,
        payload: &'a [u8],
        reading: Reading,
    ) -> Result<(Option<ReplyHeader>, Self), DecodeError> {
        let mut reader = Reader::with(payload, reading);
        let (header, reply) = if op == OpCode::CREATE_SESSION && payload.len() > HEADER {
            (None, Self::CreateSession(Decode::decode(&mut reader)?))
        } else {
            let header = ReplyHeader::decode(&mut reader)?;
            (Some(header), Self::decode(op, &header, &mut reader)?)
        };
        let record = reply_schema(reply.op()).unwrap_or(ReplyHeader::SCHEMA);
        let finished = reader.finish();
        finished.map_err(|error| error.in_field(record.name, ""))?;
        Ok((header, reply))
    }
}

/// The record behind the header of a request: `None` if there is none, if the operation is not
/// known, and for a multi, which is made of several ([`Part::schema`](crate::Part::schema)).
#[must_use]
pub fn request_schema(op: OpCode) -> Option<Schema> {
    Request::known_schema(op).flatten()
}

/// The record behind the header of a reply to an `op`: `None` if there is none, if the operation is
/// not known, and for a multi, which is made of several ([`Part::schema`](crate::Part::schema)).
/// That of [`OpCode::NOTIFICATION`] is the watch event.
#[must_use]
pub fn reply_schema(op: OpCode) -> Option<Schema> {
    Reply::known_schema(op).flatten()
}

fn rest<'a>(reader: &mut Reader<'a>) -> Result<Raw<'a>, DecodeError> {
    reader.take(reader.rest().len()).map(Raw)
}

/// The bytes of a reply's header, which is what an error is. A connect record is longer.
const HEADER: usize = <ReplyHeader as Decode<'_>>::MIN_LEN;

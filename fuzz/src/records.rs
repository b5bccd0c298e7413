//! The records, alone and behind their headers, and whole messages.

use std::fmt::Debug;

use jute_codec::Acl;
use jute_codec::AddWatchRequest;
use jute_codec::AuthPacket;
use jute_codec::CheckVersionRequest;
use jute_codec::CheckVersionTxn;
use jute_codec::CheckWatchesRequest;
use jute_codec::ClientInfo;
use jute_codec::CloseSessionTxn;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Create2Response;
use jute_codec::CreateContainerTxn;
use jute_codec::CreateRequest;
use jute_codec::CreateResponse;
use jute_codec::CreateSessionTxn;
use jute_codec::CreateTtlRequest;
use jute_codec::CreateTtlTxn;
use jute_codec::CreateTxn;
use jute_codec::CreateTxnV0;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::DecodeErrorKind;
use jute_codec::DeleteContainerRequest;
use jute_codec::DeleteRequest;
use jute_codec::DeleteTxn;
use jute_codec::Encode;
use jute_codec::ErrorResponse;
use jute_codec::ErrorTxn;
use jute_codec::ExistsRequest;
use jute_codec::ExistsResponse;
use jute_codec::FileHeader;
use jute_codec::GetAclRequest;
use jute_codec::GetAclResponse;
use jute_codec::GetAllChildrenNumberRequest;
use jute_codec::GetAllChildrenNumberResponse;
use jute_codec::GetChildren2Request;
use jute_codec::GetChildren2Response;
use jute_codec::GetChildrenRequest;
use jute_codec::GetChildrenResponse;
use jute_codec::GetDataRequest;
use jute_codec::GetDataResponse;
use jute_codec::GetEphemeralsRequest;
use jute_codec::GetEphemeralsResponse;
use jute_codec::GetMaxChildrenRequest;
use jute_codec::GetMaxChildrenResponse;
use jute_codec::GetSaslRequest;
use jute_codec::Id;
use jute_codec::LearnerInfo;
use jute_codec::MultiHeader;
use jute_codec::MultiTxn;
use jute_codec::QuorumAuthPacket;
use jute_codec::QuorumPacket;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReconfigRequest;
use jute_codec::Record;
use jute_codec::RemoveWatchesRequest;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Schema;
use jute_codec::SetAclRequest;
use jute_codec::SetAclResponse;
use jute_codec::SetAclTxn;
use jute_codec::SetDataRequest;
use jute_codec::SetDataResponse;
use jute_codec::SetDataTxn;
use jute_codec::SetMaxChildrenRequest;
use jute_codec::SetMaxChildrenTxn;
use jute_codec::SetSaslRequest;
use jute_codec::SetSaslResponse;
use jute_codec::SetWatches;
use jute_codec::SetWatches2;
use jute_codec::Stat;
use jute_codec::StatPersisted;
use jute_codec::SyncRequest;
use jute_codec::SyncResponse;
use jute_codec::Txn;
use jute_codec::TxnDigest;
use jute_codec::TxnHeader;
use jute_codec::WatcherEvent;
use jute_codec::WhoAmIResponse;

use crate::messages::MESSAGES;
use crate::walk;

/// What decodes encodes to the same bytes, prints, and is just what a walk along the schema takes
/// for a record; what is strictly right is leniently the same.
///
/// Read leniently, two things change as they go out again, but not how long they are: a boolean
/// other than 0 is 1 from then on, and a count below null is 0. Bytes after the last field are
/// left out.
///
/// The same holds for whole messages, read by their opcode: a header, and a body or several.
///
/// The first byte chooses the records or kind of message, the rest is the payload.
pub fn records(data: &[u8]) {
    let [choice, payload @ ..] = data else {
        return;
    };
    let choice = usize::from(*choice);
    match choice.checked_sub(FIRST_MESSAGE) {
        Some(choice) => MESSAGES[choice % MESSAGES.len()].1(payload),
        None => CHOICES[choice % CHOICES.len()].1(payload),
    }
}

/// From this choice on it is a whole message.
pub(crate) const FIRST_MESSAGE: usize = 192;

/// Records in the order they lie in a payload, and the check of such a payload.
pub(crate) type Choice = (&'static [Schema], fn(&[u8]));

macro_rules! choices {
    ($($($record:ident)+;)+) => {
        /// What the first byte chooses between. Inputs hold the index: new ones go to the end.
        pub(crate) const CHOICES: &[Choice] = &[$(
            (&[$($record::SCHEMA),+], |payload| {
                check(&[$($record::SCHEMA),+], payload, |reader| {
                    Ok(choices!(@value reader $($record)+))
                });
            }),
        )+];
    };
    (@value $reader:ident $record:ident) => {
        $record::decode($reader)?
    };
    (@value $reader:ident $header:ident $body:ident) => {
        ($header::decode($reader)?, $body::decode($reader)?)
    };
}

choices! {
    ConnectRequest;
    ConnectResponse;
    RequestHeader;
    RequestHeader AuthPacket;
    RequestHeader SetWatches;
    RequestHeader SetWatches2;
    ReplyHeader;
    ReplyHeader WatcherEvent;
    Id;
    Acl;
    Stat;
    StatPersisted;
    ClientInfo;
    SetWatches;
    SetWatches2;
    MultiHeader;
    AuthPacket;
    GetDataRequest;
    SetDataRequest;
    ReconfigRequest;
    SetDataResponse;
    GetSaslRequest;
    SetSaslRequest;
    SetSaslResponse;
    CreateRequest;
    CreateTtlRequest;
    DeleteRequest;
    GetChildrenRequest;
    GetAllChildrenNumberRequest;
    GetChildren2Request;
    CheckVersionRequest;
    GetMaxChildrenRequest;
    GetMaxChildrenResponse;
    SetMaxChildrenRequest;
    SyncRequest;
    SyncResponse;
    GetAclRequest;
    SetAclRequest;
    SetAclResponse;
    AddWatchRequest;
    WatcherEvent;
    ErrorResponse;
    CreateResponse;
    Create2Response;
    ExistsRequest;
    ExistsResponse;
    GetDataResponse;
    GetChildrenResponse;
    GetAllChildrenNumberResponse;
    GetChildren2Response;
    GetAclResponse;
    CheckWatchesRequest;
    RemoveWatchesRequest;
    GetEphemeralsRequest;
    GetEphemeralsResponse;
    WhoAmIResponse;
    LearnerInfo;
    QuorumPacket;
    QuorumAuthPacket;
    FileHeader;
    TxnDigest;
    TxnHeader;
    CreateTxnV0;
    CreateTxn;
    CreateTtlTxn;
    CreateContainerTxn;
    DeleteTxn;
    SetDataTxn;
    CheckVersionTxn;
    SetAclTxn;
    SetMaxChildrenTxn;
    CreateSessionTxn;
    CloseSessionTxn;
    ErrorTxn;
    Txn;
    MultiTxn;
    DeleteContainerRequest;
}

fn check<'a, T: Debug + Encode + PartialEq>(
    schemas: &[Schema],
    payload: &'a [u8],
    decode: impl Fn(&mut Reader<'a>) -> Result<T, DecodeError>,
) {
    let read = |reading| {
        let mut reader = Reader::with(payload, reading);
        let value = decode(&mut reader)?;
        reader.finish()?;
        Ok((value, reader.offset()))
    };
    let strict = read(Reading::STRICT);
    let length = strict.as_ref().ok().map(|(_, length)| *length);
    assert_eq!(length, walk::records(schemas, payload, Reading::STRICT));
    match &strict {
        Ok((value, _)) => assert_eq!(encoded(value), payload),
        Err(error) => sensible(*error, payload),
    }

    let lenient = read(Reading::JAVA);
    let length = lenient.as_ref().ok().map(|(_, length)| *length);
    assert_eq!(length, walk::records(schemas, payload, Reading::JAVA));
    match &lenient {
        Ok((value, length)) => {
            assert_eq!(encoded(value).len(), *length);
            assert!(!format!("{value:?}").is_empty());
        }
        Err(error) => sensible(*error, payload),
    }
    if strict.is_ok() {
        assert_eq!(strict, lenient, "what is right is right to Java too");
    }
}

pub(crate) fn encoded(value: &impl Encode) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    assert_eq!(out.len(), value.encoded_len());
    out
}

/// An error points into the payload, and counts what is left from there.
pub(crate) fn sensible(error: DecodeError, payload: &[u8]) {
    let left = payload.len() - error.offset;
    match error.kind {
        DecodeErrorKind::UnexpectedEnd { needed, available } => {
            assert!(available == left && needed > available, "{error}");
        }
        DecodeErrorKind::CountOverBytes { count, available } => {
            assert!(
                // No item is longer at the least than an ACL, of 12 bytes.
                available + 4 == left && count as usize > available / 12,
                "{error}"
            );
        }
        DecodeErrorKind::TrailingBytes(count) => assert!(count == left && count > 0, "{error}"),
        _ => assert!(left > 0, "{error}"),
    }
    assert!(!error.to_string().is_empty());
}

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
/// The first byte is the number of the records or of the kind of message, the rest is the payload.
pub fn records(data: &[u8]) {
    if let Some((number, payload)) = data.split_first()
        && let Some(check) = check_of(*number)
    {
        check(payload);
    }
}

/// The same input, if it has a meaning.
pub(crate) fn plain(data: &[u8]) -> Option<Vec<u8>> {
    check_of(*data.first()?)?;
    Some(data.to_vec())
}

fn check_of(number: u8) -> Option<fn(&[u8])> {
    let choice = CHOICES.iter().find(|choice| choice.number == number);
    let message = || MESSAGES.iter().find(|message| message.number == number);
    choice
        .map(|choice| choice.check)
        .or_else(|| message().map(|message| message.check))
}

/// What a payload may be: records in their order.
pub(crate) struct Choice {
    /// Inputs hold it: it is never given to anything else. Whole messages have theirs from 192 on.
    pub(crate) number: u8,
    pub(crate) schemas: &'static [Schema],
    check: fn(&[u8]),
}

macro_rules! choices {
    ($($number:literal: $($record:ident)+;)+) => {
        pub(crate) const CHOICES: &[Choice] = &[$(
            Choice {
                number: $number,
                schemas: &[$($record::SCHEMA),+],
                check: |payload| {
                    check(&[$($record::SCHEMA),+], payload, |reader| {
                        Ok(choices!(@value reader $($record)+))
                    });
                },
            },
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
    0: ConnectRequest;
    1: ConnectResponse;
    2: RequestHeader;
    3: RequestHeader AuthPacket;
    4: RequestHeader SetWatches;
    5: RequestHeader SetWatches2;
    6: ReplyHeader;
    7: ReplyHeader WatcherEvent;
    8: Id;
    9: Acl;
    10: Stat;
    11: StatPersisted;
    12: ClientInfo;
    13: SetWatches;
    14: SetWatches2;
    15: MultiHeader;
    16: AuthPacket;
    17: GetDataRequest;
    18: SetDataRequest;
    19: ReconfigRequest;
    20: SetDataResponse;
    21: GetSaslRequest;
    22: SetSaslRequest;
    23: SetSaslResponse;
    24: CreateRequest;
    25: CreateTtlRequest;
    26: DeleteRequest;
    27: GetChildrenRequest;
    28: GetAllChildrenNumberRequest;
    29: GetChildren2Request;
    30: CheckVersionRequest;
    31: GetMaxChildrenRequest;
    32: GetMaxChildrenResponse;
    33: SetMaxChildrenRequest;
    34: SyncRequest;
    35: SyncResponse;
    36: GetAclRequest;
    37: SetAclRequest;
    38: SetAclResponse;
    39: AddWatchRequest;
    40: WatcherEvent;
    41: ErrorResponse;
    42: CreateResponse;
    43: Create2Response;
    44: ExistsRequest;
    45: ExistsResponse;
    46: GetDataResponse;
    47: GetChildrenResponse;
    48: GetAllChildrenNumberResponse;
    49: GetChildren2Response;
    50: GetAclResponse;
    51: CheckWatchesRequest;
    52: RemoveWatchesRequest;
    53: GetEphemeralsRequest;
    54: GetEphemeralsResponse;
    55: WhoAmIResponse;
    56: LearnerInfo;
    57: QuorumPacket;
    58: QuorumAuthPacket;
    59: FileHeader;
    60: TxnDigest;
    61: TxnHeader;
    62: CreateTxnV0;
    63: CreateTxn;
    64: CreateTtlTxn;
    65: CreateContainerTxn;
    66: DeleteTxn;
    67: SetDataTxn;
    68: CheckVersionTxn;
    69: SetAclTxn;
    70: SetMaxChildrenTxn;
    71: CreateSessionTxn;
    72: CloseSessionTxn;
    73: ErrorTxn;
    74: Txn;
    75: MultiTxn;
    76: DeleteContainerRequest;
}

/// No number is there twice.
const _: () = {
    let mut at = 1;
    while at < CHOICES.len() {
        assert!(
            CHOICES[at - 1].number < CHOICES[at].number,
            "numbers ascend"
        );
        at += 1;
    }
};

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

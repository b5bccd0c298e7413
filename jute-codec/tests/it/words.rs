//! How errors, codes and types read.

use std::fmt::Write;

use jute_codec::Acl;
use jute_codec::AddWatchMode;
use jute_codec::ConnectRequest;
use jute_codec::CreateMode;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::FileHeader;
use jute_codec::FourLetterWord;
use jute_codec::Framer;
use jute_codec::Id;
use jute_codec::JuteType;
use jute_codec::KeeperState;
use jute_codec::Limits;
use jute_codec::OpCode;
use jute_codec::Permissions;
use jute_codec::QuorumAuthPacket;
use jute_codec::QuorumPacketType;
use jute_codec::RECORDS;
use jute_codec::SetWatches;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherEvent;
use jute_codec::WatcherType;
use jute_codec::Xid;

#[track_caller]
fn reads<'a, T: Decode<'a> + std::fmt::Debug>(payload: &'a [u8], expected: &str) {
    let error = T::from_payload(payload).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn decode_errors_name_record_field_and_byte() {
    let mut request = [0; 31];
    request[27] = 16;
    reads::<ConnectRequest<'_>>(
        &request,
        "ConnectRequest.passwd at byte 28: needs 16 bytes, has 3",
    );
    reads::<ConnectRequest<'_>>(
        &request[..11],
        "ConnectRequest.lastZxidSeen at byte 4: needs 8 bytes, has 7",
    );
    request[24..28].fill(0xff);
    request[28] = 2;
    reads::<ConnectRequest<'_>>(
        &request,
        "ConnectRequest.readOnly at byte 28: boolean 0x02 is neither 0 nor 1",
    );
    request[28] = 1;
    reads::<ConnectRequest<'_>>(
        &request,
        "ConnectRequest at byte 29: 2 bytes after the last field",
    );
    reads::<ConnectRequest<'_>>(
        &request[..30],
        "ConnectRequest at byte 29: 1 byte after the last field",
    );
    request[27] = 0xfe;
    reads::<ConnectRequest<'_>>(
        &request,
        "ConnectRequest.passwd at byte 24: length -2 is below -1 (null)",
    );
    reads::<WatcherEvent<'_>>(
        b"\0\0\0\x03\0\0\0\x03\0\0\0\x02/\xff",
        "WatcherEvent.path at byte 8: text is not UTF-8 after 1 byte",
    );
    reads::<SetWatches<'_>>(
        b"\0\0\0\0\0\0\0\0\0\0\0\x01",
        "SetWatches.dataWatches at byte 8: 1 item cannot fit into 0 bytes",
    );
    reads::<SetWatches<'_>>(
        b"\0\0\0\0\0\0\0\0\x7f\xff\xff\xff\0",
        "SetWatches.dataWatches at byte 8: 2147483647 items cannot fit into 1 byte",
    );
    reads::<SetWatches<'_>>(
        b"\0\0\0\0\0\0\0\0\x80\0\0\0",
        "SetWatches.dataWatches at byte 8: count -2147483648 is below -1 (null)",
    );
}

#[test]
fn decode_errors_outside_of_a_record_name_the_byte() {
    reads::<i32>(&[0; 3], "at byte 0: needs 4 bytes, has 3");
    reads::<bool>(&[0; 2], "at byte 1: 1 byte after the last field");
    reads::<bool>(&[], "at byte 0: needs 1 byte, has 0");
}

#[test]
fn frame_errors_name_the_byte_of_the_stream() {
    let mut framer = Framer::new(Limits::frame(8));
    framer.push(b"\0\0\0\x01x\xff\xff\xff\xfe");
    framer.next_frame().unwrap();
    assert_eq!(
        framer.next_frame().unwrap_err().to_string(),
        "frame length at byte 5 of the stream: -2 is below zero"
    );

    let mut framer = Framer::new(Limits::frame(8));
    framer.push(b"\0\0\0\x09");
    assert_eq!(
        framer.next_frame().unwrap_err().to_string(),
        "frame length at byte 0 of the stream: 9 is over the limit of 8 bytes"
    );
}

#[test]
fn codes_print_their_name_or_their_number() {
    assert_eq!(format!("{} {:?}", OpCode::PING, OpCode::PING), "ping ping");
    assert_eq!(
        format!("{} {:?}", OpCode(4242), OpCode(4242)),
        "4242 OpCode(4242)"
    );
    assert_eq!(
        format!("[{:>6}] [{:>6}]", Xid::PING, Xid(7)),
        "[  ping] [     7]"
    );
    assert_eq!(ErrorCode::NO_NODE.to_string(), "NONODE");
}

#[test]
fn code_names_lead_back_to_the_code() {
    #[track_caller]
    fn check<C: Copy + Eq + std::fmt::Debug>(
        named: &[C],
        name: impl Fn(C) -> Option<&'static str>,
        from_name: impl Fn(&str) -> Option<C>,
    ) {
        for code in named {
            assert_eq!(from_name(name(*code).unwrap()), Some(*code));
        }
        assert_eq!(from_name("no such name"), None);
    }
    check(OpCode::NAMED, OpCode::name, OpCode::from_name);
    check(ErrorCode::NAMED, ErrorCode::name, ErrorCode::from_name);
    check(EventType::NAMED, EventType::name, EventType::from_name);
    check(
        KeeperState::NAMED,
        KeeperState::name,
        KeeperState::from_name,
    );
    check(Xid::NAMED, Xid::name, Xid::from_name);
    check(CreateMode::NAMED, CreateMode::name, CreateMode::from_name);
    check(
        AddWatchMode::NAMED,
        AddWatchMode::name,
        AddWatchMode::from_name,
    );
    check(
        WatcherType::NAMED,
        WatcherType::name,
        WatcherType::from_name,
    );
    check(
        QuorumPacketType::NAMED,
        QuorumPacketType::name,
        QuorumPacketType::from_name,
    );
    check(
        FourLetterWord::NAMED,
        FourLetterWord::name,
        FourLetterWord::from_name,
    );
}

#[test]
fn codes_are_as_many_as_zookeeper_has_and_each_another() {
    #[track_caller]
    fn check(numbers: impl Iterator<Item = i32>, count: usize) {
        let mut numbers: Vec<_> = numbers.collect();
        assert_eq!(numbers.len(), count);
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count, "a number twice");
    }
    check(OpCode::NAMED.iter().map(|code| code.0), 33);
    // Java's 32, and four of the C client.
    check(ErrorCode::NAMED.iter().map(|code| code.0), 32 + 4);
    check(EventType::NAMED.iter().map(|code| code.0), 8);
    check(KeeperState::NAMED.iter().map(|code| code.0), 9);
    check(CreateMode::NAMED.iter().map(|code| code.0), 7);
    check(AddWatchMode::NAMED.iter().map(|code| code.0), 2);
    check(WatcherType::NAMED.iter().map(|code| code.0), 5);
    check(QuorumPacketType::NAMED.iter().map(|code| code.0), 19);
    check(FourLetterWord::NAMED.iter().map(|code| code.0), 18);
}

#[test]
fn four_letter_words_are_their_letters() {
    for word in FourLetterWord::NAMED {
        assert_eq!(word.0.to_be_bytes(), word.to_string().as_bytes());
    }
}

#[test]
fn permissions_print_as_the_shell_has_them() {
    assert_eq!(Permissions::NONE.to_string(), "");
    assert_eq!(Permissions::ALL.to_string(), "cdrwa");
    assert_eq!(format!("{:?}", Permissions(0x41)), "Permissions(r+0x40)");
    assert_eq!(Permissions::READ | Permissions::WRITE, Permissions(3));
    assert_eq!(Permissions::ALL | Permissions::READ, Permissions::ALL);
    assert!(Permissions::ALL.contains(Permissions::ADMIN));
    assert!(!Permissions::READ.contains(Permissions::ALL));
}

#[test]
fn constants_are_what_zookeeper_writes() {
    assert_eq!(FileHeader::LOG.to_be_bytes(), *b"ZKLG");
    assert_eq!(FileHeader::SNAPSHOT.to_be_bytes(), *b"ZKSN");
    let magic = 0_i64.wrapping_sub_unsigned(0xa0db_cafe_cafe_1234);
    assert_eq!(QuorumAuthPacket::MAGIC, magic);
    assert_eq!(Id::ANYONE.scheme.as_str(), Some("world"));
    assert_eq!(Acl::CREATOR_ALL.id, Id::AUTH);
}

#[test]
fn values_debug_as_one_would_write_them() {
    let paths = [
        Ustring::new("/a"),
        Ustring::NULL,
        Ustring::from_bytes(b"\xff\""),
    ];
    assert_eq!(
        format!("{:?}", Vector::from(&paths[..])),
        r#"["/a", null, b"\xff\""]"#
    );
    assert_eq!(format!("{:?}", Vector::<i32>::NULL), "null");
    assert_eq!(format!("{:?}", Vector::<i32>::EMPTY), "[]");
}

#[test]
fn schema_speaks_the_words_of_zookeeper_jute() {
    let mut classes = String::new();
    let mut module = "";
    for schema in RECORDS {
        if schema.module != module {
            module = schema.module;
            writeln!(classes, "{module}").unwrap();
        }
        let fields: Vec<_> = schema
            .fields
            .iter()
            .map(|field| {
                let mark = if field.trailing { "?" } else { "" };
                format!("{} {}{mark}", field.ty, field.name)
            })
            .collect();
        writeln!(classes, "  {}: {}", schema.name, fields.join(", ")).unwrap();
    }
    assert_eq!(classes, CLASSES);
    let schema = JuteType::Record(&RECORDS[5]);
    assert_eq!(schema.to_string(), "ConnectRequest");
}

/// `zookeeper.jute` of Apache 3.9.5, in short; `?` marks what old peers leave out.
const CLASSES: &str = "\
org.apache.zookeeper.data
  Id: ustring scheme, ustring id
  ACL: int perms, Id id
  Stat: long czxid, long mzxid, long ctime, long mtime, int version, int cversion, \
int aversion, long ephemeralOwner, int dataLength, int numChildren, long pzxid
  StatPersisted: long czxid, long mzxid, long ctime, long mtime, int version, int cversion, \
int aversion, long ephemeralOwner, long pzxid
  ClientInfo: ustring authScheme, ustring user
org.apache.zookeeper.proto
  ConnectRequest: int protocolVersion, long lastZxidSeen, int timeOut, long sessionId, \
buffer passwd, boolean readOnly?
  ConnectResponse: int protocolVersion, int timeOut, long sessionId, buffer passwd, \
boolean readOnly?
  SetWatches: long relativeZxid, vector<ustring> dataWatches, vector<ustring> existWatches, \
vector<ustring> childWatches
  SetWatches2: long relativeZxid, vector<ustring> dataWatches, vector<ustring> existWatches, \
vector<ustring> childWatches, vector<ustring> persistentWatches, \
vector<ustring> persistentRecursiveWatches
  RequestHeader: int xid, int type
  MultiHeader: int type, boolean done, int err
  AuthPacket: int type, ustring scheme, buffer auth
  ReplyHeader: int xid, long zxid, int err
  GetDataRequest: ustring path, boolean watch
  SetDataRequest: ustring path, buffer data, int version
  ReconfigRequest: ustring joiningServers, ustring leavingServers, ustring newMembers, \
long curConfigId
  SetDataResponse: Stat stat
  GetSASLRequest: buffer token
  SetSASLRequest: buffer token
  SetSASLResponse: buffer token
  CreateRequest: ustring path, buffer data, vector<ACL> acl, int flags
  CreateTTLRequest: ustring path, buffer data, vector<ACL> acl, int flags, long ttl
  DeleteRequest: ustring path, int version
  GetChildrenRequest: ustring path, boolean watch
  GetAllChildrenNumberRequest: ustring path
  GetChildren2Request: ustring path, boolean watch
  CheckVersionRequest: ustring path, int version
  GetMaxChildrenRequest: ustring path
  GetMaxChildrenResponse: int max
  SetMaxChildrenRequest: ustring path, int max
  SyncRequest: ustring path
  SyncResponse: ustring path
  GetACLRequest: ustring path
  SetACLRequest: ustring path, vector<ACL> acl, int version
  SetACLResponse: Stat stat
  AddWatchRequest: ustring path, int mode
  WatcherEvent: int type, int state, ustring path
  ErrorResponse: int err
  CreateResponse: ustring path
  Create2Response: ustring path, Stat stat
  ExistsRequest: ustring path, boolean watch
  ExistsResponse: Stat stat
  GetDataResponse: buffer data, Stat stat
  GetChildrenResponse: vector<ustring> children
  GetAllChildrenNumberResponse: int totalNumber
  GetChildren2Response: vector<ustring> children, Stat stat
  GetACLResponse: vector<ACL> acl, Stat stat
  CheckWatchesRequest: ustring path, int type
  RemoveWatchesRequest: ustring path, int type
  GetEphemeralsRequest: ustring prefixPath
  GetEphemeralsResponse: vector<ustring> ephemerals
  WhoAmIResponse: vector<ClientInfo> clientInfo
org.apache.zookeeper.server.quorum
  LearnerInfo: long serverid, int protocolVersion, long configVersion
  QuorumPacket: int type, long zxid, buffer data, vector<Id> authinfo
  QuorumAuthPacket: long magic, int status, buffer token
org.apache.zookeeper.server.persistence
  FileHeader: int magic, int version, long dbid
org.apache.zookeeper.txn
  TxnDigest: int version, long treeDigest
  TxnHeader: long clientId, int cxid, long zxid, long time, int type
  CreateTxnV0: ustring path, buffer data, vector<ACL> acl, boolean ephemeral
  CreateTxn: ustring path, buffer data, vector<ACL> acl, boolean ephemeral, int parentCVersion
  CreateTTLTxn: ustring path, buffer data, vector<ACL> acl, int parentCVersion, long ttl
  CreateContainerTxn: ustring path, buffer data, vector<ACL> acl, int parentCVersion
  DeleteTxn: ustring path
  SetDataTxn: ustring path, buffer data, int version
  CheckVersionTxn: ustring path, int version
  SetACLTxn: ustring path, vector<ACL> acl, int version
  SetMaxChildrenTxn: ustring path, int max
  CreateSessionTxn: int timeOut
  CloseSessionTxn: vector<ustring> paths2Delete
  ErrorTxn: int err
  Txn: int type, buffer data
  MultiTxn: vector<Txn> txns
";

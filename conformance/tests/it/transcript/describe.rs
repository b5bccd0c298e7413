//! Frames, said in words: all of their bytes, and no more.

use jute_codec::JuteType;
use jute_codec::OpCode;
use jute_codec::RECORDS;
use jute_codec::Schema;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use zk_conformance::transcript::Action;
use zk_conformance::transcript::Bindings;
use zk_conformance::transcript::Meaning;
use zk_conformance::transcript::describe;
use zk_conformance::transcript::parse;

/// Whatever `text` is sent as is described as `canonical`.
#[track_caller]
fn check(text: &str, meaning: Meaning, canonical: &str) {
    let script = parse(&format!("script a\n----\nA > {text}")).expect("a script");
    let action = &script.scripts[0].steps[0].action;
    let Action::Send { packets, .. } = action else {
        unreachable!("the only step sends");
    };
    let frame = Bindings::default().encode(&packets[0]).expect("bytes");
    let packet = describe(&frame[4..], meaning);
    assert_eq!(packet.to_string(), canonical);
    assert_eq!(Bindings::default().encode(&packet).as_ref(), Ok(&frame));
}

#[test]
fn connect_records() {
    check(
        "ConnectRequest timeOut=5 passwd=null",
        Meaning::ConnectRequest,
        "ConnectRequest protocolVersion=0 lastZxidSeen=0x0 timeOut=5 sessionId=0x0 passwd=null \
         readOnly=false",
    );
    check(
        "ConnectResponse timeOut=5 readOnly=absent",
        Meaning::ConnectResponse,
        "ConnectResponse protocolVersion=0 timeOut=5 sessionId=0x0 passwd=00*16 readOnly=absent",
    );
    check(
        "ConnectResponse timeOut=0x1020304 passwd=\"\" readOnly=absent + bytes 02",
        Meaning::ConnectResponse,
        "bytes 0000000001020304.00*12.02",
    );
    check(
        "ConnectResponse readOnly=true + bytes 01",
        Meaning::ConnectResponse,
        "ConnectResponse protocolVersion=0 timeOut=0 sessionId=0x0 passwd=00*16 readOnly=true \
         + bytes 01",
    );
    check("bytes \"\"", Meaning::ConnectResponse, "bytes \"\"");
    check("bytes 0000", Meaning::ConnectRequest, "bytes 0000");
}

#[test]
fn requests() {
    for text in [
        "RequestHeader xid=-2 type=ping",
        "RequestHeader xid=1 type=closeSession + bytes 00",
        "RequestHeader xid=-4 type=auth + AuthPacket type=0 scheme=\"digest\" auth=\"a:b\"",
        "RequestHeader xid=-4 type=auth + bytes 00",
        "RequestHeader xid=-4 type=auth + AuthPacket type=0 scheme=\"/\".ff auth=null",
        "RequestHeader xid=1 type=99 + bytes 00",
        "RequestHeader xid=-8 type=setWatches + SetWatches relativeZxid=0x1 dataWatches=[\"/a\"] \
         existWatches=null childWatches=[]",
        "RequestHeader xid=1 type=create + CreateRequest path=\"/a\" data=null \
         acl=[{perms=31 id={scheme=\"world\" id=\"anyone\"}}] flags=EPHEMERAL_SEQUENTIAL",
        "RequestHeader xid=1 type=getData + GetDataRequest path=\"/a\" watch=true",
        "RequestHeader xid=1 type=getData + bytes 000000",
        "RequestHeader xid=1 type=addWatch + AddWatchRequest path=\"/a\" mode=PERSISTENT_RECURSIVE",
        "RequestHeader xid=1 type=removeWatches + RemoveWatchesRequest path=\"/a\" type=Any",
        "RequestHeader xid=1 type=deleteContainer + DeleteContainerRequest path=\"/a\"",
        "RequestHeader xid=1 type=multi + MultiHeader type=delete done=false err=SYSTEMERROR \
         + DeleteRequest path=\"/a\" version=-1 \
         + MultiHeader type=check done=false err=SYSTEMERROR \
         + CheckVersionRequest path=\"/b\" version=0 \
         + MultiHeader type=error done=true err=SYSTEMERROR",
        "RequestHeader xid=1 type=multi + MultiHeader type=multi done=false err=SYSTEMERROR \
         + bytes 00",
        "RequestHeader xid=1 type=multiRead + MultiHeader type=error done=true err=SYSTEMERROR \
         + bytes 00",
        "bytes 00*7",
    ] {
        check(text, Meaning::Request, text);
    }
}

#[test]
fn replies() {
    for (text, asked) in [
        ("ReplyHeader xid=-2 zxid=0x5 err=OK", Some(OpCode::PING)),
        ("ReplyHeader xid=1 zxid=0x5 err=NONODE", Some(OpCode::AUTH)),
        (
            "ReplyHeader xid=-1 zxid=0xffffffffffffffff err=OK + WatcherEvent type=NodeCreated \
             state=SyncConnected path=\"/a\"",
            None,
        ),
        ("ReplyHeader xid=-1 zxid=0x0 err=OK + bytes 00*9", None),
        ("ReplyHeader xid=1 zxid=0x5 err=OK + bytes 00", None),
        (
            "ReplyHeader xid=1 zxid=0x5 err=OK + CreateResponse path=\"/a\"",
            Some(OpCode::CREATE),
        ),
        (
            "ReplyHeader xid=1 zxid=0x0 err=AUTHFAILED + SetSASLResponse token=null",
            Some(OpCode::SASL),
        ),
        (
            "ReplyHeader xid=1 zxid=0x5 err=OK + ErrorResponse err=OK",
            Some(OpCode::ADD_WATCH),
        ),
        (
            "ReplyHeader xid=1 zxid=0x5 err=OK + MultiHeader type=delete done=false err=OK \
             + MultiHeader type=create done=false err=OK + CreateResponse path=\"/a\" \
             + MultiHeader type=error done=false err=NONODE + ErrorResponse err=NONODE \
             + MultiHeader type=error done=true err=SYSTEMERROR",
            Some(OpCode::MULTI),
        ),
        (
            "ConnectResponse protocolVersion=0 timeOut=5 sessionId=0x1 passwd=00*16 \
             readOnly=false",
            Some(OpCode::CREATE_SESSION),
        ),
        ("ReplyHeader xid=1 zxid=0x5 err=-1000", Some(OpCode(1000))),
    ] {
        check(text, Meaning::Reply(asked), text);
    }
}

fn meaning() -> impl Strategy<Value = Meaning> {
    let asked = proptest::option::of(select(OpCode::NAMED));
    prop_oneof![
        Just(Meaning::ConnectRequest),
        Just(Meaning::ConnectResponse),
        Just(Meaning::Request),
        asked.prop_map(Meaning::Reply),
    ]
}

/// Bytes that a type may have, or almost.
fn wire(ty: &JuteType) -> BoxedStrategy<Vec<u8>> {
    let counted = |count: i32, bytes: Vec<u8>| [&count.to_be_bytes()[..], &bytes].concat();
    let length = |bytes: &[u8]| i32::try_from(bytes.len()).expect("short");
    let null = Just(vec![0xff; 4]);
    match ty {
        JuteType::Boolean => (0..3_u8).prop_map(|byte| vec![byte]).boxed(),
        JuteType::Int => {
            let code = select(OpCode::NAMED).prop_map(|op| op.0);
            prop_oneof![code, any::<i32>(), Just(0), Just(-1)]
                .prop_map(|int| int.to_be_bytes().to_vec())
                .boxed()
        }
        JuteType::Long => any::<[u8; 8]>().prop_map(|long| long.to_vec()).boxed(),
        JuteType::Vector(item) => {
            let items = vec(wire(item), 0..3).prop_map(move |items| {
                counted(i32::try_from(items.len()).expect("few"), items.concat())
            });
            prop_oneof![null, items].boxed()
        }
        JuteType::Record(schema) => record(schema).boxed(),
        _ => {
            let text = "[/a-c\u{e9}]{0,20}".prop_map(String::into_bytes);
            let bytes = prop_oneof![text, vec(any::<u8>(), 0..5)]
                .prop_map(move |bytes| counted(length(&bytes), bytes));
            prop_oneof![null, bytes].boxed()
        }
    }
}

fn record(schema: &Schema) -> impl Strategy<Value = Vec<u8>> + use<> {
    let fields: Vec<_> = schema.fields.iter().map(|field| wire(&field.ty)).collect();
    fields.prop_map(|fields| fields.concat())
}

/// Two records at most, with something cut off or put on.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let records = vec(
        select(RECORDS).prop_flat_map(|schema| record(&schema)),
        0..3,
    );
    let noise = vec(any::<u8>(), 0..3);
    (records, noise, 0..3_usize).prop_map(|(records, noise, cut)| {
        let mut payload = [records.concat(), noise].concat();
        payload.truncate(payload.len().saturating_sub(cut));
        payload
    })
}

proptest! {
    #[test]
    fn a_described_frame_is_the_frame(
        payload in prop_oneof![payload(), vec(any::<u8>(), 0..64)],
        meaning in meaning(),
    ) {
        let packet = describe(&payload, meaning);
        let mut frame = u32::try_from(payload.len()).expect("short").to_be_bytes().to_vec();
        frame.extend(&payload);
        let encoded = Bindings::default().encode(&packet);
        prop_assert_eq!(encoded.as_ref(), Ok(&frame), "{}", packet);
        let text = format!("script a\n----\nA > {packet}\n");
        prop_assert_eq!(parse(&text).map(|tree| tree.to_string()), Ok(text));
    }
}

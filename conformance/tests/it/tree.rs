//! Znodes in memory, asked directly.

use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Reply;
use zk_conformance::transcript::Action;
use zk_conformance::transcript::Bindings;
use zk_conformance::transcript::parse;
use zk_conformance::tree::Asker;
use zk_conformance::tree::Tree;

/// A tree, and the zxid of its latest transaction.
#[derive(Default)]
struct Rig {
    tree: Tree,
    zxid: i64,
}

/// How a request went: error, length of the body, and whom events went to.
type Went = (i32, usize, Vec<u64>);

impl Rig {
    /// Asks on a connection, in the session of its number, in the words of a transcript.
    fn ask(&mut self, connection: u64, record: &str) -> Went {
        let text = format!("script a\n----\nA > RequestHeader xid=1 type={record}\n");
        let script = parse(&text).expect("a request").scripts.remove(0);
        let packets = match &script.steps[0].action {
            Action::Send { packets, .. } => packets.as_slice(),
            _ => &[],
        };
        let frame = Bindings::default().encode(&packets[0]).expect("bytes");
        let payload = &frame[4..];
        let op = OpCode(i32::from_be_bytes(
            payload[4..8].try_into().expect("4 bytes"),
        ));
        let asker = Asker {
            connection: ConnectionId(connection),
            session_id: i64::try_from(connection).expect("a small number"),
        };
        let served = self.tree.serve(asker, payload, op, self.zxid);
        let told = served.events.iter().map(|(to, _)| to.0).collect();
        match served.reply {
            Reply::Done { zxid, err, body } => {
                self.zxid = zxid;
                (err.0, body.len(), told)
            }
            _ => (ErrorCode::UNIMPLEMENTED.0, 0, told),
        }
    }

    fn err(&mut self, record: &str) -> i32 {
        self.ask(1, record).0
    }
}

const ACL: &str = "acl=[{perms=31 id={scheme=\"world\" id=\"anyone\"}}]";

fn create(path: &str, flags: i32) -> String {
    format!("create + CreateRequest path=\"{path}\" data=\"x\" {ACL} flags={flags}")
}

fn exists(path: &str) -> String {
    format!("exists + ExistsRequest path=\"{path}\" watch=false")
}

#[test]
fn a_znode_is_made_read_written_and_removed() {
    let mut rig = Rig::default();
    assert_eq!(rig.err(&create("/a", 0)), 0);
    assert_eq!(rig.zxid, 1);
    assert_eq!(rig.err(&create("/a", 0)), -110);
    assert_eq!(rig.zxid, 2, "a write that fails is a transaction, too");
    assert_eq!(
        rig.ask(1, "getData + GetDataRequest path=\"/a\" watch=false"),
        (0, 73, vec![])
    );
    assert_eq!(rig.zxid, 2, "a read is none");
    assert_eq!(
        rig.err("setData + SetDataRequest path=\"/a\" data=\"yy\" version=1"),
        -103
    );
    assert_eq!(
        rig.err("setData + SetDataRequest path=\"/a\" data=\"yy\" version=0"),
        0
    );
    assert_eq!(rig.err(&create("/a/b", 0)), 0);
    assert_eq!(
        rig.err("delete + DeleteRequest path=\"/a\" version=-1"),
        -111
    );
    assert_eq!(
        rig.err("delete + DeleteRequest path=\"/a/b\" version=-1"),
        0
    );
    assert_eq!(rig.err("delete + DeleteRequest path=\"/a\" version=1"), 0);
    assert_eq!(rig.err(&exists("/a")), -101);
}

#[test]
fn what_cannot_be_is_said_to_be_so() {
    let mut rig = Rig::default();
    for (path, err) in [
        ("", -8),
        ("a", -8),
        ("//a", -8),
        ("/.", -8),
        ("/", -110),
        ("/a/", -101),
        ("/a/../b", -101),
    ] {
        assert_eq!(rig.err(&create(path, 0)), err, "{path}");
    }
    assert_eq!(rig.err(&create("/a/b", 0)), -101);
    assert_eq!(rig.err(&create("/a", 7)), -8);
    assert_eq!(
        rig.err("create + CreateRequest path=\"/a\" acl=[] flags=0"),
        -114
    );
    assert_eq!(rig.err("create + bytes 00000002.2f"), -5);
    assert_eq!(rig.err("multi"), -6);
    assert_eq!(rig.err(&create("/e", 1)), 0);
    assert_eq!(rig.err(&create("/e/child", 0)), -108);
    assert_eq!(rig.err("setWatches + SetWatches"), -5);
    let counts = "setWatches + bytes 0000000000000000.fffffffe.fffffffe.fffffffe";
    assert_eq!(rig.err(counts), 0, "any other negative count is empty");
}

#[test]
fn numbers_count_up_below_one_parent() {
    let mut rig = Rig::default();
    for number in 0..3 {
        assert_eq!(rig.err(&create("/s-", 2)), 0);
        // The root has had a child before.
        assert_eq!(rig.err(&exists(&format!("/s-{number:010}"))), 0);
    }
}

#[test]
fn ephemerals_go_with_their_session() {
    let mut rig = Rig::default();
    rig.ask(1, &create("/one", 1));
    rig.ask(2, &create("/two", 1));
    rig.ask(3, "exists + ExistsRequest path=\"/one\" watch=true");
    let told = rig.tree.end_session(1, 9);
    assert_eq!(told.iter().map(|(to, _)| to.0).collect::<Vec<_>>(), [3]);
    // A header with the zxid of the end, then what happened.
    let event = &told[0].1;
    assert_eq!(event[..12], [255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 9]);
    assert_eq!(event[16..24], [0, 0, 0, 2, 0, 0, 0, 3]);
    assert_eq!(rig.err(&exists("/one")), -101);
    assert_eq!(rig.err(&exists("/two")), 0);
}

#[test]
fn watches_fire_once_and_go_with_their_connection() {
    let mut rig = Rig::default();
    let set = "setData + SetDataRequest path=\"/a\" data=\"y\" version=-1";
    rig.ask(1, &create("/a", 0));
    for connection in 2..=4 {
        rig.ask(
            connection,
            "getData + GetDataRequest path=\"/a\" watch=true",
        );
    }
    rig.tree.forget(ConnectionId(3));
    assert_eq!(rig.ask(1, set).2, [2, 4]);
    assert_eq!(rig.ask(1, set).2, [0_u64; 0]);
    assert_eq!(
        rig.ask(2, "exists + ExistsRequest path=\"/b\" watch=true")
            .0,
        -101
    );
    assert_eq!(rig.ask(1, &create("/b", 0)).2, [2]);
}

#[test]
fn who_watches_in_both_ways_is_told_once_that_a_znode_is_gone() {
    let mut rig = Rig::default();
    assert_eq!(rig.err(&create("/a", 0)), 0);
    let both = "setWatches + SetWatches relativeZxid=9 dataWatches=[\"/a\"] existWatches=[] \
                childWatches=[\"/a\"]";
    assert_eq!(rig.ask(4, both), (0, 0, vec![]));
    let child = "setWatches + SetWatches relativeZxid=9 dataWatches=[] existWatches=[] \
                 childWatches=[\"/a\"]";
    assert_eq!(rig.ask(5, child), (0, 0, vec![]));
    let gone = rig.ask(1, "delete + DeleteRequest path=\"/a\" version=-1");
    assert_eq!(gone, (0, 0, vec![4, 5]));
}

#[test]
fn text_comes_back_as_java_writes_it() {
    let mut rig = Rig::default();
    // A length, six bytes for the last character, and three for the one before.
    let sync = rig.ask(1, "sync + SyncRequest path=\"/\".e29c93.f09f9880");
    assert_eq!(sync, (0, 4 + 1 + 3 + 6, vec![]));
    let null = rig.ask(1, "sync + SyncRequest path=null");
    assert_eq!(null, (0, 4, vec![]));
}

#[test]
fn what_was_missed_is_told_when_watches_are_set_again() {
    let mut rig = Rig::default();
    rig.ask(1, &create("/a", 0));
    rig.ask(
        1,
        "setData + SetDataRequest path=\"/a\" data=\"y\" version=-1",
    );
    let watches = |since: i64| {
        format!(
            "setWatches + SetWatches relativeZxid={since} dataWatches=[\"/a\" \"/gone\"] \
             existWatches=[\"/a\" \"/never\"] childWatches=[\"/\" \"/gone\"]"
        )
    };
    // Written, gone, made, children changed, gone.
    assert_eq!(rig.ask(5, &watches(0)).2, [5; 5]);
    // Gone, made, gone.
    assert_eq!(rig.ask(5, &watches(2)).2, [5; 3]);
    let set = "setData + SetDataRequest path=\"/a\" data=\"z\" version=-1";
    assert_eq!(rig.ask(1, set).2, [5], "the rest is watched");
    assert_eq!(rig.ask(1, &create("/never", 0)).2, [5, 5]);
}

#[test]
fn answers_are_whole_records() {
    let mut rig = Rig::default();
    let path = jute_codec::Ustring::new("/s-0000000000");
    let response = jute_codec::CreateResponse { path };
    assert_eq!(rig.ask(1, &create("/s-", 3)).1, response.encoded_len());
}

//! Znodes in memory: a delegate for a server's requests that concern data.
//!
//! It does as much as shows what sessions are for: znodes that go with their session, watches that
//! go with their connection. There are no access lists, quotas, containers, times to live or
//! multis; operations it does not know are unimplemented.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::CreateMode;
use jute_codec::CreateRequest;
use jute_codec::CreateResponse;
use jute_codec::Decode;
use jute_codec::DeleteRequest;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::ExistsRequest;
use jute_codec::ExistsResponse;
use jute_codec::GetDataRequest;
use jute_codec::GetDataResponse;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::SetDataRequest;
use jute_codec::SetDataResponse;
use jute_codec::SetWatches;
use jute_codec::Stat;
use jute_codec::SyncRequest;
use jute_codec::SyncResponse;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherEvent;
use jute_codec::Xid;

use crate::server::ConnectionId;
use crate::server::Reply;

/// Znodes, and who watches them.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: BTreeMap<String, Node>,
    data_watches: Watches,
    child_watches: Watches,
}

#[derive(Clone, Debug, Default)]
struct Node {
    data: Option<Vec<u8>>,
    stat: Stat,
}

/// Connections by the path they watch.
type Watches = BTreeMap<String, BTreeSet<ConnectionId>>;

/// A packet for a connection that did not ask for it.
pub type Push = (ConnectionId, Bytes);

/// What comes of a request.
#[derive(Debug)]
pub struct Served {
    /// Events of watches, which go out before the answer.
    pub events: Vec<Push>,
    /// The answer.
    pub reply: Reply,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// On which connection.
    pub connection: ConnectionId,
    /// In which session.
    pub session_id: i64,
}

/// A transaction, or what a read is seen with, and the events of watches on the way.
#[derive(Debug)]
struct Txn {
    zxid: i64,
    events: Vec<Push>,
}

/// What is answered, or why not.
type Answer = Result<BytesMut, ErrorCode>;

impl Default for Tree {
    fn default() -> Self {
        let nodes = ["/", "/zookeeper", "/zookeeper/quota"];
        let node = || Node {
            data: Some(Vec::new()),
            ..Node::default()
        };
        let mut tree = Self {
            nodes: nodes.map(|path| (path.to_owned(), node())).into(),
            data_watches: Watches::new(),
            child_watches: Watches::new(),
        };
        for (path, children) in [("/", 1), ("/zookeeper", 1)] {
            if let Some(node) = tree.nodes.get_mut(path) {
                node.stat.num_children = children;
            }
        }
        tree
    }
}

impl Tree {
    /// Serves a request: `payload` is the whole packet, `last_zxid` the latest transaction.
    pub fn serve(&mut self, asker: Asker, payload: &[u8], op: OpCode, last_zxid: i64) -> Served {
        let mut reader = Reader::with(payload, Reading::JAVA);
        // The header was read by the server.
        let _ = reader.take(8);
        let is_write = matches!(op, OpCode::CREATE | OpCode::DELETE | OpCode::SET_DATA);
        // A write that fails is a transaction, too.
        let zxid = last_zxid.saturating_add(i64::from(is_write));
        let mut txn = Txn::new(zxid);
        let answer = match op {
            OpCode::CREATE => self.create(asker, &mut reader, &mut txn),
            OpCode::DELETE => self.delete(&mut reader, &mut txn),
            OpCode::SET_DATA => self.set_data(&mut reader, &mut txn),
            OpCode::EXISTS => self.exists(asker, &mut reader),
            OpCode::GET_DATA => self.get_data(asker, &mut reader),
            OpCode::SYNC => sync(&mut reader),
            OpCode::SET_WATCHES => self.set_watches(asker, &mut reader, &mut txn),
            _ => {
                return Served {
                    events: Vec::new(),
                    reply: Reply::Unimplemented,
                };
            }
        };
        let (err, body) = match answer {
            Ok(body) => (ErrorCode::OK, body.freeze()),
            Err(err) => (err, Bytes::new()),
        };
        let events = txn.events;
        let reply = Reply::Done { zxid, err, body };
        Served { events, reply }
    }

    /// Removes the znodes that go with a session, in a transaction that is over; the events of it.
    pub fn end_session(&mut self, session_id: i64, zxid: i64) -> Vec<Push> {
        let own = |(_, node): &(&String, &Node)| node.stat.ephemeral_owner == session_id;
        let paths: Vec<_> = self.nodes.iter().filter(own).collect();
        let paths: Vec<_> = paths.into_iter().map(|(path, _)| path.clone()).collect();
        let mut txn = Txn::new(zxid);
        for path in paths {
            self.remove(&path, &mut txn);
        }
        txn.events
    }

    /// Forgets the watches of a connection that is over.
    pub fn forget(&mut self, connection: ConnectionId) {
        for watches in [&mut self.data_watches, &mut self.child_watches] {
            watches.retain(|_, watchers| {
                watchers.remove(&connection);
                !watchers.is_empty()
            });
        }
    }

    fn create(&mut self, asker: Asker, reader: &mut Reader<'_>, txn: &mut Txn) -> Answer {
        let request: CreateRequest<'_> = read(reader)?;
        let is_sequential = matches!(
            request.flags,
            CreateMode::PERSISTENT_SEQUENTIAL | CreateMode::EPHEMERAL_SEQUENTIAL
        );
        let owner = match request.flags {
            CreateMode::PERSISTENT | CreateMode::PERSISTENT_SEQUENTIAL => 0,
            CreateMode::EPHEMERAL | CreateMode::EPHEMERAL_SEQUENTIAL => asker.session_id,
            _ => return Err(ErrorCode::BAD_ARGUMENTS),
        };
        let asked = request.path.as_str().ok_or(ErrorCode::BAD_ARGUMENTS)?;
        if asked == "/" {
            return Err(ErrorCode::NODE_EXISTS);
        }
        let above = parent(asked).ok_or(ErrorCode::BAD_ARGUMENTS)?.to_owned();
        if request.acl.is_empty() {
            return Err(ErrorCode::INVALID_ACL);
        }
        let number = self.node(&above)?.stat.cversion;
        let path = if is_sequential {
            format!("{asked}{number:010}")
        } else {
            asked.to_owned()
        };
        if !is_path(&path) {
            return Err(ErrorCode::BAD_ARGUMENTS);
        }
        if self.nodes.contains_key(&path) {
            return Err(ErrorCode::NODE_EXISTS);
        }
        if self.node(&above)?.stat.ephemeral_owner != 0 {
            return Err(ErrorCode::NO_CHILDREN_FOR_EPHEMERALS);
        }
        let stat = Stat {
            czxid: txn.zxid,
            mzxid: txn.zxid,
            pzxid: txn.zxid,
            ephemeral_owner: owner,
            data_length: length(request.data),
            ..Stat::default()
        };
        let data = request.data.map(<[u8]>::to_vec);
        self.nodes.insert(path.clone(), Node { data, stat });
        self.count_child(&above, 1, txn.zxid);
        txn.fire(&mut self.data_watches, &path, EventType::NODE_CREATED);
        let changed = EventType::NODE_CHILDREN_CHANGED;
        txn.fire(&mut self.child_watches, &above, changed);
        let path = java_text(&path);
        let path = Ustring::from_bytes(&path);
        body(&CreateResponse { path })
    }

    fn delete(&mut self, reader: &mut Reader<'_>, txn: &mut Txn) -> Answer {
        let request: DeleteRequest<'_> = read(reader)?;
        let path = request.path.as_str().ok_or(ErrorCode::BAD_ARGUMENTS)?;
        parent(path).ok_or(ErrorCode::BAD_ARGUMENTS)?;
        let stat = self.node(path)?.stat;
        check_version(request.version, &stat)?;
        if stat.num_children > 0 {
            return Err(ErrorCode::NOT_EMPTY);
        }
        self.remove(path, txn);
        Ok(BytesMut::new())
    }

    fn set_data(&mut self, reader: &mut Reader<'_>, txn: &mut Txn) -> Answer {
        let request: SetDataRequest<'_> = read(reader)?;
        let path = request.path.as_str().ok_or(ErrorCode::BAD_ARGUMENTS)?;
        check_version(request.version, &self.node(path)?.stat)?;
        let node = self.nodes.get_mut(path).ok_or(ErrorCode::NO_NODE)?;
        node.data = request.data.map(<[u8]>::to_vec);
        node.stat.data_length = length(request.data);
        node.stat.mzxid = txn.zxid;
        node.stat.version = node.stat.version.wrapping_add(1);
        let stat = node.stat;
        txn.fire(&mut self.data_watches, path, EventType::NODE_DATA_CHANGED);
        body(&SetDataResponse { stat })
    }

    fn exists(&mut self, asker: Asker, reader: &mut Reader<'_>) -> Answer {
        let request: ExistsRequest<'_> = read(reader)?;
        let path = request.path.as_str().ok_or(ErrorCode::NO_NODE)?;
        if request.watch {
            watch(&mut self.data_watches, path, asker);
        }
        let stat = self.node(path)?.stat;
        body(&ExistsResponse { stat })
    }

    fn get_data(&mut self, asker: Asker, reader: &mut Reader<'_>) -> Answer {
        let request: GetDataRequest<'_> = read(reader)?;
        let path = request.path.as_str().ok_or(ErrorCode::NO_NODE)?;
        let node = self.node(path)?;
        let answer = body(&GetDataResponse {
            data: node.data.as_deref(),
            stat: node.stat,
        });
        if request.watch {
            watch(&mut self.data_watches, path, asker);
        }
        answer
    }

    /// Sets watches again, or says what happened meanwhile (`DataTree.setWatches`).
    fn set_watches(&mut self, asker: Asker, reader: &mut Reader<'_>, txn: &mut Txn) -> Answer {
        let request: SetWatches<'_> = read(reader)?;
        let lists = [
            request.data_watches,
            request.exist_watches,
            request.child_watches,
        ];
        if lists.iter().any(Vector::is_null) {
            return Err(ErrorCode::MARSHALLING_ERROR);
        }
        let [data, exist, child] = lists;
        let since = request.relative_zxid;
        let mut tell = |event, path: &str| {
            // What was missed is of no transaction.
            txn.events.push((asker.connection, notice(event, path, -1)));
        };
        for path in data.iter().filter_map(Ustring::as_str) {
            match self.nodes.get(path) {
                None => tell(EventType::NODE_DELETED, path),
                Some(node) if node.stat.mzxid > since => tell(EventType::NODE_DATA_CHANGED, path),
                Some(_) => watch(&mut self.data_watches, path, asker),
            }
        }
        for path in exist.iter().filter_map(Ustring::as_str) {
            match self.nodes.get(path) {
                Some(_) => tell(EventType::NODE_CREATED, path),
                None => watch(&mut self.data_watches, path, asker),
            }
        }
        for path in child.iter().filter_map(Ustring::as_str) {
            match self.nodes.get(path) {
                None => tell(EventType::NODE_DELETED, path),
                Some(node) if node.stat.pzxid > since => {
                    tell(EventType::NODE_CHILDREN_CHANGED, path);
                }
                Some(_) => watch(&mut self.child_watches, path, asker),
            }
        }
        Ok(BytesMut::new())
    }

    fn remove(&mut self, path: &str, txn: &mut Txn) {
        let Some(above) = parent(path) else { return };
        if self.nodes.remove(path).is_none() {
            return;
        }
        self.count_child(above, -1, txn.zxid);
        // Who watches a znode in both ways is told once that it is gone.
        for watcher in self.data_watches.get(path).into_iter().flatten() {
            if let Some(watchers) = self.child_watches.get_mut(path) {
                watchers.remove(watcher);
            }
        }
        txn.fire(&mut self.data_watches, path, EventType::NODE_DELETED);
        txn.fire(&mut self.child_watches, path, EventType::NODE_DELETED);
        let changed = EventType::NODE_CHILDREN_CHANGED;
        txn.fire(&mut self.child_watches, above, changed);
    }

    fn count_child(&mut self, above: &str, change: i32, zxid: i64) {
        if let Some(node) = self.nodes.get_mut(above) {
            node.stat.num_children = node.stat.num_children.saturating_add(change);
            node.stat.cversion = node.stat.cversion.wrapping_add(1);
            node.stat.pzxid = zxid;
        }
    }

    fn node(&self, path: &str) -> Result<&Node, ErrorCode> {
        self.nodes.get(path).ok_or(ErrorCode::NO_NODE)
    }
}

fn sync(reader: &mut Reader<'_>) -> Answer {
    let request: SyncRequest<'_> = read(reader)?;
    let path = request.path.as_str().map(java_text);
    let path = path.as_deref().map_or(request.path, Ustring::from_bytes);
    body(&SyncResponse { path })
}

/// Text as Java writes it: each half of a character beyond U+FFFF by itself
/// (`BinaryOutputArchive.stringToByteBuffer`).
fn java_text(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        let mut buffer = [0; 4];
        if u32::from(character) <= 0xffff {
            bytes.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let [high, low] = unit.to_be_bytes();
            let middle = (high & 0x0f) << 2 | low >> 6;
            bytes.extend([0xe0 | high >> 4, 0x80 | middle, 0x80 | low & 0x3f]);
        }
    }
    bytes
}

fn read<'a, T: Decode<'a>>(reader: &mut Reader<'a>) -> Result<T, ErrorCode> {
    T::decode(reader).map_err(|_| ErrorCode::MARSHALLING_ERROR)
}

fn body(record: &impl Encode) -> Answer {
    let mut body = BytesMut::with_capacity(record.encoded_len());
    record.encode(&mut body);
    Ok(body)
}

fn check_version(wanted: i32, stat: &Stat) -> Result<(), ErrorCode> {
    if wanted == -1 || wanted == stat.version {
        Ok(())
    } else {
        Err(ErrorCode::BAD_VERSION)
    }
}

fn length(data: Option<&[u8]>) -> i32 {
    i32::try_from(data.map_or(0, <[u8]>::len)).unwrap_or(i32::MAX)
}

/// The path above, if there is one.
fn parent(path: &str) -> Option<&str> {
    match path.rsplit_once('/')? {
        ("", "") => None,
        ("", _) => Some("/"),
        (above, _) => Some(above),
    }
}

/// Whether a znode may be called so (`PathUtils.validatePath`).
fn is_path(path: &str) -> bool {
    let names = path.strip_prefix('/').map(|rest| rest.split('/'));
    names.is_some_and(|mut names| names.all(|name| !["", ".", ".."].contains(&name)))
}

fn watch(watches: &mut Watches, path: &str, asker: Asker) {
    let watchers = watches.entry(path.to_owned()).or_default();
    watchers.insert(asker.connection);
}

impl Txn {
    const fn new(zxid: i64) -> Self {
        let events = Vec::new();
        Self { zxid, events }
    }

    /// Tells everybody who watches, once.
    fn fire(&mut self, watches: &mut Watches, path: &str, event: EventType) {
        let watchers = watches.remove(path).unwrap_or_default();
        let notice = notice(event, path, self.zxid);
        let pushes = watchers
            .into_iter()
            .map(|watcher| (watcher, notice.clone()));
        self.events.extend(pushes);
    }
}

/// The packet of an event. Its zxid is that of the transaction since 3.9; it was -1 before.
fn notice(event: EventType, path: &str, zxid: i64) -> Bytes {
    let header = ReplyHeader {
        xid: Xid::NOTIFICATION.0,
        zxid,
        err: ErrorCode::OK,
    };
    let event = WatcherEvent {
        event,
        state: KeeperState::SYNC_CONNECTED,
        path: Ustring::new(path),
    };
    let mut payload = BytesMut::new();
    header.encode(&mut payload);
    event.encode(&mut payload);
    payload.freeze()
}

//! The watches a client has, so that they can be set again on the next connection.

use std::collections::BTreeSet;

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::Encode;
use jute_codec::EventType;
use jute_codec::OpCode;
use jute_codec::SetWatches;
use jute_codec::SetWatches2;
use jute_codec::Ustring;
use jute_codec::Vector;

/// What a watch waits for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum WatchKind {
    /// A change of data, once.
    Data,
    /// Being made, once.
    Exist,
    /// A change of children, once.
    Child,
    /// Any change, every time.
    Persistent,
    /// Any change here or below, every time.
    PersistentRecursive,
}

/// The watched paths (`ZKWatchManager`, less the watchers).
///
/// Sorted, where Apache goes through hash maps: within a kind the order means nothing to a
/// server, and runs have to repeat.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Watches(BTreeSet<(WatchKind, String)>);

impl Watches {
    pub(super) fn add(&mut self, kind: WatchKind, path: &str) {
        self.0.insert((kind, path.to_owned()));
    }

    pub(super) fn remove(&mut self, kind: WatchKind, path: &str) {
        self.0.remove(&(kind, path.to_owned()));
    }

    /// Forgets the watches that `event` uses up (`ZKWatchManager.materialize`).
    pub(super) fn on_node_event(&mut self, event: EventType, path: &str) {
        let used: &[WatchKind] = match event {
            EventType::NODE_CREATED | EventType::NODE_DATA_CHANGED => {
                &[WatchKind::Data, WatchKind::Exist]
            }
            EventType::NODE_CHILDREN_CHANGED => &[WatchKind::Child],
            EventType::NODE_DELETED => &[WatchKind::Data, WatchKind::Exist, WatchKind::Child],
            _ => &[],
        };
        used.iter().for_each(|&kind| self.remove(kind, path));
    }

    /// The requests that set all watches again, in the order they are made
    /// (`ClientCnxn.SendThread.primeConnection`).
    ///
    /// A batch is full once its paths have 128 Ki characters; the last path may go over. Only a
    /// batch with a persistent watch needs the newer operation.
    pub(super) fn batches(&self, relative_zxid: i64) -> Vec<(OpCode, Bytes)> {
        let mut batches = Vec::new();
        let mut batch = Batch::default();
        for (kind, path) in &self.0 {
            batch.push(*kind, path);
            if batch.length >= BATCH_LENGTH {
                batches.push(std::mem::take(&mut batch).encode(relative_zxid));
            }
        }
        if !batch.is_empty() {
            batches.push(batch.encode(relative_zxid));
        }
        batches
    }
}

/// Paths of one request, by kind.
#[derive(Default)]
struct Batch<'a> {
    paths: [Vec<Ustring<'a>>; 5],
    /// In UTF-16 code units, as Java counts.
    length: usize,
}

impl<'a> Batch<'a> {
    fn push(&mut self, kind: WatchKind, path: &'a str) {
        let [data, exist, child, persistent, recursive] = &mut self.paths;
        let paths = match kind {
            WatchKind::Data => data,
            WatchKind::Exist => exist,
            WatchKind::Child => child,
            WatchKind::Persistent => persistent,
            WatchKind::PersistentRecursive => recursive,
        };
        paths.push(Ustring::new(path));
        self.length += path.encode_utf16().count();
    }

    fn is_empty(&self) -> bool {
        self.paths.iter().all(Vec::is_empty)
    }

    fn encode(self, relative_zxid: i64) -> (OpCode, Bytes) {
        let [data, exist, child, persistent, recursive] =
            self.paths.each_ref().map(|paths| Vector::from(&paths[..]));
        if persistent.is_empty() && recursive.is_empty() {
            let body = SetWatches {
                relative_zxid,
                data_watches: data,
                exist_watches: exist,
                child_watches: child,
            };
            return (OpCode::SET_WATCHES, encode(&body));
        }
        let body = SetWatches2 {
            relative_zxid,
            data_watches: data,
            exist_watches: exist,
            child_watches: child,
            persistent_watches: persistent,
            persistent_recursive_watches: recursive,
        };
        (OpCode::SET_WATCHES2, encode(&body))
    }
}

/// The bytes of `value`, without a frame.
pub(super) fn encode(value: &impl Encode) -> Bytes {
    let mut out = BytesMut::with_capacity(value.encoded_len());
    value.encode(&mut out);
    out.freeze()
}

/// Characters a batch of paths is full with (`ClientCnxn.SET_WATCHES_MAX_LENGTH`).
const BATCH_LENGTH: usize = 128 * 1024;

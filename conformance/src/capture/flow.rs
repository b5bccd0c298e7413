//! Sorts segments into conversations: by addresses, and by handshakes where ports are reused.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::net::SocketAddr;

use crate::capture::Side;
use crate::capture::packet::Segment;
use crate::capture::packet::Tcp;

/// The segments of one conversation.
#[derive(Debug)]
pub(super) struct Flow<'a> {
    pub(super) client: SocketAddr,
    pub(super) server: SocketAddr,
    /// Whether a part of the handshake was seen
    pub(super) complete_start: bool,
    /// In the order of the file
    pub(super) segments: Vec<(Side, Segment<'a>)>,
    /// Sequence numbers of the SYNs, as far as they are known
    client_syn: Option<u32>,
    server_syn: Option<u32>,
    /// Whether nothing but SYNs without acknowledgement was seen
    asking: bool,
}

/// The conversations of a capture.
#[derive(Debug)]
pub(super) struct Flows<'a, 'p> {
    flows: Vec<Flow<'a>>,
    /// The latest conversation between two addresses, the lower one first
    latest: HashMap<(SocketAddr, SocketAddr), usize>,
    server_ports: &'p [u16],
}

impl<'a, 'p> Flows<'a, 'p> {
    /// No conversations yet.
    pub(super) fn new(server_ports: &'p [u16]) -> Self {
        Self {
            flows: Vec::new(),
            latest: HashMap::new(),
            server_ports,
        }
    }

    /// Adds a segment to the conversation it belongs to, which may be a new one.
    pub(super) fn add(&mut self, tcp: Tcp<'a>) {
        let key = match tcp.source <= tcp.target {
            true => (tcp.source, tcp.target),
            false => (tcp.target, tcp.source),
        };
        let latest = self.latest.get(&key).copied();
        if let Some(flow) = latest.and_then(|index| self.flows.get_mut(index)) {
            let side = flow.side(tcp.source);
            if flow.continues(side, &tcp.segment) {
                flow.push(side, tcp.segment);
                return;
            }
        }
        let (client, server) = self.roles(&tcp);
        let mut flow = Flow {
            client,
            server,
            complete_start: false,
            segments: Vec::new(),
            client_syn: None,
            server_syn: None,
            asking: true,
        };
        flow.push(flow.side(tcp.source), tcp.segment);
        self.latest.insert(key, self.flows.len());
        self.flows.push(flow);
    }

    /// The conversations in the order of their first segments.
    pub(super) fn into_flows(self) -> impl Iterator<Item = Flow<'a>> {
        self.flows.into_iter()
    }

    /// Who is client and who is server, by the first segment of a conversation.
    fn roles(&self, tcp: &Tcp<'_>) -> (SocketAddr, SocketAddr) {
        let (source, target) = (tcp.source, tcp.target);
        let (forth, back) = ((source, target), (target, source));
        if tcp.segment.syn {
            return match tcp.segment.acknowledged {
                None => forth,
                Some(_) => back,
            };
        }
        let serves = |end: SocketAddr| self.server_ports.contains(&end.port());
        let is_zookeeper = |end: SocketAddr| end.port() == ZOOKEEPER_PORT;
        let by_hint = serves(target).cmp(&serves(source));
        let by_name = is_zookeeper(target).cmp(&is_zookeeper(source));
        let by_port = source.port().cmp(&target.port());
        match by_hint.then(by_name).then(by_port) {
            Ordering::Less => back,
            Ordering::Equal | Ordering::Greater => forth,
        }
    }
}

impl<'a> Flow<'a> {
    /// The side that sends from `source`.
    fn side(&self, source: SocketAddr) -> Side {
        match source == self.client {
            true => Side::Client,
            false => Side::Server,
        }
    }

    /// Whether `segment` belongs here, and is not the handshake of a later conversation.
    fn continues(&self, side: Side, segment: &Segment<'_>) -> bool {
        if !segment.syn {
            return true;
        }
        let (own, peer) = (self.syn(side), self.syn(side.peer()));
        match (own, segment.acknowledged) {
            (Some(own), _) if own == segment.sequence => true,
            // A server that keeps no state may answer a repeated SYN with another number.
            (Some(_), Some(acknowledged)) => answers(peer, acknowledged),
            (Some(_), None) => false,
            // Both sides ask at once, or an answer meant for an earlier SYN comes late.
            (None, _) if self.asking => true,
            (None, Some(acknowledged)) => answers(peer, acknowledged),
            (None, None) => false,
        }
    }

    fn push(&mut self, side: Side, segment: Segment<'a>) {
        if segment.syn {
            self.complete_start = true;
            match segment.acknowledged {
                None => *self.syn_mut(side) = Some(segment.sequence),
                Some(acknowledged) => {
                    let peer = self.syn_mut(side.peer());
                    let expected = peer.get_or_insert(acknowledged.wrapping_sub(1));
                    if answers(Some(*expected), acknowledged) {
                        *self.syn_mut(side) = Some(segment.sequence);
                    }
                }
            }
        }
        self.asking &= segment.syn && segment.acknowledged.is_none();
        self.segments.push((side, segment));
    }

    /// Sequence number of the SYN of `side`, as far as it is known.
    pub(super) fn syn(&self, side: Side) -> Option<u32> {
        match side {
            Side::Client => self.client_syn,
            Side::Server => self.server_syn,
        }
    }

    fn syn_mut(&mut self, side: Side) -> &mut Option<u32> {
        match side {
            Side::Client => &mut self.client_syn,
            Side::Server => &mut self.server_syn,
        }
    }
}

/// Whether `acknowledged` is the answer to the SYN, or to one that carried data.
pub(super) fn answers(syn: Option<u32>, acknowledged: u32) -> bool {
    syn.is_some_and(|syn| (1..=SYN_REACH).contains(&acknowledged.wrapping_sub(syn)))
}

const ZOOKEEPER_PORT: u16 = 2181;

/// How far an acknowledgement may be ahead of a SYN that carries data
const SYN_REACH: u32 = 1 << 16;

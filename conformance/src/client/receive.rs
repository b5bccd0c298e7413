//! What the server says: `ClientCnxn.SendThread.readResponse`.

use std::sync::Arc;

use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::Frame;
use jute_codec::KeeperState;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::WatcherEvent;
use jute_codec::Xid;

use crate::Instant;
use crate::client::Answer;
use crate::client::Client;
use crate::client::Fault;
use crate::client::Outcome;
use crate::client::Socket;
use crate::client::Trigger;
use crate::client::WatchedEvent;
use crate::client::outgoing::Purpose;
use crate::client::state::State;

impl Client {
    /// Takes in bytes, however the stream was cut. Those that mean nothing, because there is no
    /// connection or this very input ended it, are dropped.
    pub(super) fn receive(&mut self, now: Instant, bytes: &[u8]) {
        if let Some(framer) = self.state.framer() {
            framer.push(bytes);
        }
        while let Some(framer) = self.state.framer() {
            let read = match framer.next_frame() {
                Ok(None) => return,
                Ok(Some(frame)) => self.read(now, frame),
                Err(error) => Err(Fault::Frame(error)),
            };
            match read {
                Ok(()) => self.timers.heard(now),
                Err(fault) => self.give_up(now, fault),
            }
        }
    }

    /// Reads one frame; the first on a connection is the answer to the request for a session.
    fn read(&mut self, now: Instant, frame: Frame) -> Result<(), Fault> {
        if matches!(self.state, State::Associating(_)) {
            return self.on_connect_response(now, &frame);
        }
        let mut reader = Reader::with(frame.payload(), Reading::JAVA);
        let header = ReplyHeader::decode(&mut reader).map_err(Fault::ReplyHeader)?;
        match Xid(header.xid) {
            Xid::PING => Ok(()),
            Xid::AUTH => {
                if header.err == ErrorCode::AUTH_FAILED {
                    self.fail_auth();
                }
                Ok(())
            }
            Xid::NOTIFICATION => self.on_notification(&header, &mut reader),
            _ => self.on_reply(header, frame),
        }
    }

    /// Passes a watch event on, if it says what a server may say (`EventType.fromInt`,
    /// `KeeperState.fromInt`, `ZKWatchManager.materialize`).
    fn on_notification(
        &mut self,
        header: &ReplyHeader,
        reader: &mut Reader<'_>,
    ) -> Result<(), Fault> {
        let WatcherEvent { event, state, path } =
            WatcherEvent::decode(reader).map_err(Fault::WatcherEvent)?;
        if !is_known(event) || state.name().is_none() {
            return Err(Fault::UnknownEvent { event, state });
        }
        let path = path.as_bytes().map(String::from_utf8_lossy);
        self.emit(WatchedEvent {
            event,
            state,
            path: path.map(Arc::from),
            zxid: header.zxid,
        });
        Ok(())
    }

    /// Hands a reply to whoever made the request.
    fn on_reply(&mut self, header: ReplyHeader, frame: Frame) -> Result<(), Fault> {
        let Some(link) = self.state.link() else {
            return Ok(());
        };
        let awaited = link.pending.answer(header.xid)?;
        if header.zxid > 0 {
            self.session.last_zxid = header.zxid;
        }
        if let Some(request) = awaited.purpose.request() {
            let answer = Outcome::Answered(Answer { header, frame });
            self.reply(request, Some(awaited.xid), answer);
        }
        if matches!(awaited.purpose, Purpose::Close(_)) {
            self.end();
        }
        Ok(())
    }

    /// The session is closed (`ClientCnxn.disconnect`).
    fn end(&mut self) {
        self.clean_up(Socket::Open, ErrorCode::SESSION_EXPIRED);
        self.enter(Trigger::End, State::Closed);
        self.emit_last(KeeperState::CLOSED);
    }

    /// An identity was refused, and that is the end of the client.
    fn fail_auth(&mut self) {
        self.emit_last(KeeperState::AUTH_FAILED);
        self.clean_up(Socket::Open, ErrorCode::AUTH_FAILED);
        self.enter(Trigger::FailAuth, State::AuthFailed);
    }
}

/// Whether a watch event from a server may be of this type; the ones about removed watches are
/// the client's own.
const fn is_known(event: EventType) -> bool {
    matches!(
        event,
        EventType::NONE
            | EventType::NODE_CREATED
            | EventType::NODE_DELETED
            | EventType::NODE_DATA_CHANGED
            | EventType::NODE_CHILDREN_CHANGED
    )
}

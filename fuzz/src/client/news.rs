//! What the server says, put to what was asked: the client has to come to the same.

use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::Frame;
use jute_codec::OpCode;
use jute_codec::ReplyHeader;
use zk_conformance::client::Fault;
use zk_conformance::client::Outcome;
use zk_conformance::client::Reply;
use zk_conformance::client::RequestId;
use zk_conformance::client::WatchedEvent;

use crate::client::Variant;
use crate::client::World;
use crate::client::hearing::Said;
use crate::client::link::Link;

/// What somebody is to be told of.
#[derive(Debug)]
pub(super) enum News {
    Answer(RequestId, ReplyHeader, Frame),
    /// A watch has fired.
    Event(WatchedEvent),
    /// The session is refused, or an identity.
    End,
    /// The server has said what none may say.
    Fault(Fault),
}

impl<V: Variant> World<V> {
    /// Reads on to the next news.
    fn news(&mut self) -> Option<News> {
        let Link::Up(line) = &mut self.link else {
            return None;
        };
        loop {
            let said = match line.hearing.next()? {
                Ok(said) => said,
                Err(fault) => return Some(News::Fault(fault)),
            };
            let news = match said {
                Said::Granted(granted) => {
                    line.granted = Some(granted.read_only);
                    self.session.grant(granted);
                    None
                }
                Said::Reply(header, frame) => {
                    let oldest = line.awaited.front().copied();
                    let fault = match oldest {
                        None => Some(Fault::ReplyToNothing { xid: header.xid }),
                        Some((xid, _)) if xid != header.xid => Some(Fault::ReplyOutOfOrder {
                            expected: xid,
                            got: header.xid,
                        }),
                        Some(_) => None,
                    };
                    if let Some(fault) = fault {
                        return Some(News::Fault(fault));
                    }
                    line.awaited.pop_front();
                    if header.zxid > 0 {
                        self.session.last_zxid = header.zxid;
                    }
                    let request = oldest.and_then(|(_, request)| request);
                    request.map(|request| News::Answer(request, header, frame))
                }
                // The watcher knows the state already, or is told: that is for others to check.
                Said::Event(event) if event.event == EventType::NONE => None,
                Said::Event(event) => Some(News::Event(event)),
                Said::Alive => None,
                Said::Refused | Said::IdentityRefused => return Some(News::End),
            };
            self.heard = self.now;
            if news.is_some() {
                return news;
            }
        }
    }

    /// Holds that the server has granted the session before anything else goes out.
    pub(super) fn expect_session(&mut self) {
        let Link::Up(line) = &mut self.link else {
            panic!("bytes without a connection");
        };
        if line.granted.is_none() {
            let said = line.hearing.next();
            let Some(Ok(Said::Granted(granted))) = said else {
                panic!("nothing goes out before the session");
            };
            self.heard = self.now;
            line.granted = Some(granted.read_only);
            self.session.grant(granted);
        }
    }

    /// Holds that there is nothing left to be told of.
    pub(super) fn expect_no_news(&mut self) {
        let news = self.news();
        assert!(news.is_none(), "nobody was told of {news:?}");
    }

    /// Holds that the client gives the connection up for what the server said.
    pub(super) fn expect_fault(&mut self, fault: Fault) {
        let news = self.news();
        let is_so = matches!(&news, Some(News::Fault(said)) if *said == fault);
        assert!(is_so, "{fault}, where the server said {news:?}");
    }

    /// Holds that the server has ended the session or, if nothing was read, has said nothing.
    pub(super) fn expect_end(&mut self, is_reading: bool) {
        let news = self.news();
        let is_so = match &news {
            Some(News::End) => true,
            None => !is_reading,
            Some(_) => false,
        };
        assert!(is_so, "gives up the connection on {news:?}");
    }

    /// Holds that the watcher is told what the server said.
    pub(super) fn expect_event(&mut self, event: &WatchedEvent) {
        let news = self.news();
        let is_so = matches!(&news, Some(News::Event(said)) if said == event);
        assert!(is_so, "{event}, where the server said {news:?}");
    }

    /// Holds that a reply is the server's to this request, and to none before it.
    pub(super) fn take_reply(&mut self, reply: &Reply) {
        let asked = self
            .open
            .remove(&reply.request)
            .expect("a reply to nothing");
        let oldest = self.open.keys().next();
        let in_order = oldest.is_none_or(|oldest| reply.request < *oldest);
        // What cannot go out is refused at once.
        let newest = self.open.keys().next_back();
        let at_once = newest.is_none_or(|newest| reply.request > *newest) && asked.xid.is_none();
        assert!(in_order || at_once, "replies in the order of requests");
        assert_eq!(reply.xid, asked.xid, "a number of its own");
        match &reply.outcome {
            Outcome::Answered(answer) => {
                let news = self.news();
                let Some(News::Answer(request, header, frame)) = news else {
                    panic!("an answer that nobody gave, but {news:?}");
                };
                assert_eq!(reply.request, request, "another's answer");
                assert_eq!(answer.header, header, "the header of the answer");
                assert_eq!(answer.frame, frame, "the body of the answer");
                if asked.op == OpCode::CLOSE_SESSION
                    && let Link::Up(line) = &mut self.link
                {
                    line.is_over = true;
                }
            }
            Outcome::Lost(error) => {
                let is_none = [OpCode::PING, OpCode::AUTH].contains(&asked.op);
                let is_bad = *error == ErrorCode::BAD_ARGUMENTS;
                assert_eq!(is_none, is_bad, "{error} for {}", asked.op);
            }
            outcome => panic!("{outcome:?}"),
        }
    }
}

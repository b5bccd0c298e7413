//! Clients that are wrong, each in one way: the body of the target `client` has to notice all of
//! them, by a seed, and say just what is wrong.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod corpus;

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::put_frame;
use zk_conformance::Instant;
use zk_conformance::client::Answer;
use zk_conformance::client::Client;
use zk_conformance::client::Fault;
use zk_conformance::client::Input;
use zk_conformance::client::Outcome;
use zk_conformance::client::Output;
use zk_conformance::client::Phase;
use zk_conformance::client::RequestId;
use zk_fuzz::Variant;
use zk_fuzz::variant_of_client;

use crate::corpus::seeds;
use crate::corpus::words;

/// Holds that a seed shows the client to be wrong, in these words.
#[track_caller]
fn check<V: Variant>(said: &str) {
    let all: Vec<_> = seeds("client")
        .iter()
        .filter_map(|input| words(variant_of_client::<V>, input))
        .collect();
    assert!(all.iter().any(|words| words.contains(said)), "{all:#?}");
}

/// A client with another way of telling what it does.
macro_rules! tells {
    ($name:ident, $output:ident => $told:expr) => {
        #[derive(Default)]
        struct $name;

        impl Variant for $name {
            fn poll(&mut self, client: &mut Client) -> Option<Output> {
                let $output = client.poll()?;
                Some($told)
            }
        }
    };
}

/// A client that says nothing of some things.
macro_rules! hides {
    ($name:ident, $hidden:pat) => {
        #[derive(Default)]
        struct $name;

        impl Variant for $name {
            fn poll(&mut self, client: &mut Client) -> Option<Output> {
                loop {
                    match client.poll()? {
                        $hidden => {}
                        output => return Some(output),
                    }
                }
            }
        }
    };
}

/// A client that does some things twice.
macro_rules! repeats {
    ($name:ident, $again:pat) => {
        #[derive(Default)]
        struct $name(Option<Output>);

        impl Variant for $name {
            fn poll(&mut self, client: &mut Client) -> Option<Output> {
                if let Some(again) = self.0.take() {
                    return Some(again);
                }
                let output = client.poll()?;
                if matches!(output, $again) {
                    self.0 = Some(output.clone());
                }
                Some(output)
            }
        }
    };
}

/// The same answer, changed.
fn answer(mut output: Output, change: impl Fn(&mut Answer)) -> Output {
    if let Output::Reply(reply) = &mut output
        && let Outcome::Answered(answer) = &mut reply.outcome
    {
        change(answer);
    }
    output
}

/// A payload as a frame.
fn frame(payload: &[u8]) -> Frame {
    let mut out = BytesMut::new();
    put_frame(&mut out, &Raw(payload));
    let mut framer = Framer::default();
    framer.push(&out);
    framer.next_frame().expect("a frame").expect("all of it")
}

/// A request for a session with zeroes where something should be.
fn blank(output: Output, place: Range<usize>) -> Output {
    match output {
        Output::Send(frame) if frame.len() == 4 + 45 => {
            let mut bytes = frame.to_vec();
            bytes[place].fill(0);
            Output::Send(Bytes::from(bytes))
        }
        other => other,
    }
}

/// Tells answers that come together the wrong way round.
#[derive(Default)]
struct Swaps(VecDeque<Output>);

impl Variant for Swaps {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        while let Some(output) = client.poll() {
            self.0.push_back(output);
        }
        let is_answer = |output: &Output| matches!(output, Output::Reply(reply) if matches!(reply.outcome, Outcome::Answered(_)));
        if let [first, second, ..] = self.0.make_contiguous()
            && is_answer(first)
            && is_answer(second)
        {
            self.0.swap(0, 1);
        }
        self.0.pop_front()
    }
}

#[test]
fn replies_in_another_order_are_noticed() {
    check::<Swaps>("replies in the order of requests");
}

/// Gives each of two answers that come together to the other request.
#[derive(Default)]
struct Crosses(VecDeque<Output>);

impl Variant for Crosses {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        while let Some(output) = client.poll() {
            self.0.push_back(output);
        }
        if let [Output::Reply(first), Output::Reply(second), ..] = self.0.make_contiguous() {
            std::mem::swap(&mut first.outcome, &mut second.outcome);
        }
        self.0.pop_front()
    }
}

#[test]
fn an_answer_to_another_is_noticed() {
    check::<Crosses>("the header of the answer");
}

tells!(ChangesHeader, output => answer(output, |it| it.header.zxid += 1));

#[test]
fn another_header_is_noticed() {
    check::<ChangesHeader>("the header of the answer");
}

tells!(CutsBody, output => answer(output, |it| {
    it.frame = frame(&it.frame.payload()[..16]);
}));

#[test]
fn a_body_that_is_cut_is_noticed() {
    check::<CutsBody>("the body of the answer");
}

tells!(LosesAnswers, output => match output {
    Output::Reply(mut reply) => {
        reply.outcome = Outcome::Lost(ErrorCode::CONNECTION_LOSS);
        Output::Reply(reply)
    }
    other => other,
});

#[test]
fn an_answer_taken_for_lost_is_noticed() {
    check::<LosesAnswers>("nobody was told of Some(Answer");
}

tells!(Blames, output => match output {
    Output::Reply(mut reply) => {
        if let Outcome::Lost(error) = &mut reply.outcome {
            *error = ErrorCode::BAD_ARGUMENTS;
        }
        Output::Reply(reply)
    }
    other => other,
});

#[test]
fn a_loss_that_is_the_applications_fault_is_noticed() {
    check::<Blames>("for exists");
}

hides!(IsSilent, Output::Reply(_));

#[test]
fn an_answer_that_nobody_is_told_of_is_noticed() {
    check::<IsSilent>("nobody was told of Some(Answer");
}

#[derive(Default)]
struct ForgetsTheLost;

impl Variant for ForgetsTheLost {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        loop {
            match client.poll()? {
                Output::Reply(reply) if matches!(reply.outcome, Outcome::Lost(_)) => {}
                output => return Some(output),
            }
        }
    }
}

#[test]
fn a_request_that_is_left_open_is_noticed() {
    check::<ForgetsTheLost>("the dead owe nothing");
    check::<ForgetsTheLost>("replies in the order of requests");
}

repeats!(AnswersTwice, Output::Reply(_));

#[test]
fn a_second_answer_is_noticed() {
    check::<AnswersTwice>("a reply to nothing");
}

/// Takes whatever is lost for answered.
#[derive(Default)]
struct Invents(Option<Answer>);

impl Variant for Invents {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        let mut output = client.poll()?;
        if let Output::Reply(reply) = &mut output {
            match (&reply.outcome, &self.0) {
                (Outcome::Answered(answer), _) => self.0 = Some(answer.clone()),
                (_, Some(answer)) => reply.outcome = Outcome::Answered(answer.clone()),
                _ => {}
            }
        }
        Some(output)
    }
}

#[test]
fn an_answer_that_nobody_gave_is_noticed() {
    check::<Invents>("an answer that nobody gave");
}

tells!(Renumbers, output => match output {
    Output::Reply(mut reply) => {
        reply.xid = reply.xid.map(|xid| xid + 1);
        Output::Reply(reply)
    }
    other => other,
});

#[test]
fn another_number_is_noticed() {
    check::<Renumbers>("a number of its own");
}

/// Gives all requests one number.
#[derive(Default)]
struct Counts(Option<RequestId>);

impl Variant for Counts {
    fn request(&mut self, client: &mut Client, now: Instant, op: OpCode, body: &[u8]) -> RequestId {
        let id = client.request(now, op, Raw(body));
        *self.0.get_or_insert(id)
    }
}

#[test]
fn a_number_given_twice_is_noticed() {
    check::<Counts>("a number given twice");
}

/// Asks for something else.
#[derive(Default)]
struct Rewords;

impl Variant for Rewords {
    fn request(&mut self, client: &mut Client, now: Instant, op: OpCode, _: &[u8]) -> RequestId {
        client.request(now, op, Raw(b"/"))
    }
}

#[test]
fn a_request_for_something_else_is_noticed() {
    check::<Rewords>("requests go out as they were made");
}

/// Sends everything twice, but for the request for a session.
#[derive(Default)]
struct AsksTwice(Option<Output>);

impl Variant for AsksTwice {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        if let Some(again) = self.0.take() {
            return Some(again);
        }
        let output = client.poll()?;
        if let Output::Send(_) = output
            && client.phase().is_connected()
        {
            self.0 = Some(output.clone());
        }
        Some(output)
    }
}

#[test]
fn a_request_that_goes_out_twice_is_noticed() {
    check::<AsksTwice>("a request that nobody made");
}

repeats!(IsHasty, Output::Send(_));

#[test]
fn what_goes_out_before_the_session_is_noticed() {
    check::<IsHasty>("nothing goes out before the session");
}

/// Goes by the timeout it asked for.
#[derive(Default)]
struct KeepsItsTimeout;

impl Variant for KeepsItsTimeout {
    fn session_timeout(&self, client: &Client) -> Option<Duration> {
        client.session_timeout()?;
        Some(client.config().session_timeout)
    }
}

#[test]
fn a_timeout_that_was_not_granted_is_noticed() {
    check::<KeepsItsTimeout>("the timeout granted");
}

/// Says that it goes by the timeout that was granted, and goes by the one it asked for.
#[derive(Default)]
struct ActsOnItsTimeout(Option<Duration>);

impl Variant for ActsOnItsTimeout {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        if let Input::Receive(bytes) = input
            && !client.phase().is_connected()
            && let Some(time_out) = bytes.get(8..12)
        {
            let granted = i32::from_be_bytes(time_out.try_into().unwrap());
            if let Ok(granted @ 1..) = u64::try_from(granted) {
                self.0 = Some(Duration::from_millis(granted));
                let bytes = [&bytes[..8], &3_000_i32.to_be_bytes(), &bytes[12..]].concat();
                return client.handle(now, Input::Receive(&bytes));
            }
        }
        client.handle(now, input);
    }

    fn session_timeout(&self, _client: &Client) -> Option<Duration> {
        self.0
    }
}

#[test]
fn timers_that_go_by_another_timeout_are_noticed() {
    check::<ActsOnItsTimeout>("of a timeout of 10000 ms");
    check::<ActsOnItsTimeout>("of a timeout of 40 ms");
}

tells!(ForgetsId, output => blank(output, 20..28));
tells!(ForgetsPassword, output => blank(output, 32..48));
tells!(ForgetsZxid, output => blank(output, 8..16));
tells!(AsksForNoTime, output => blank(output, 16..20));

#[test]
fn another_session_than_its_own_is_noticed() {
    check::<ForgetsId>("a session of its own");
    check::<ForgetsPassword>("a session of its own");
    check::<ForgetsZxid>("a session of its own");
    check::<AsksForNoTime>("a session of its own");
}

/// Has a byte of what comes in changed.
fn mishear(client: &mut Client, now: Instant, input: Input<'_>, place: Option<usize>) {
    if let Input::Receive(bytes) = input
        && let Some(place) = place.filter(|place| *place < bytes.len())
    {
        let mut bytes = bytes.to_vec();
        bytes[place] ^= 1;
        client.handle(now, Input::Receive(&bytes));
    } else {
        client.handle(now, input);
    }
}

/// A client that mishears a byte of the session it is granted.
macro_rules! mishears {
    ($name:ident, $place:expr) => {
        #[derive(Default)]
        struct $name;

        impl Variant for $name {
            fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
                let place = (client.phase() == Phase::Associating).then_some($place);
                mishear(client, now, input, place);
            }
        }
    };
}

mishears!(MishearsId, 19);
mishears!(MishearsPassword, 30);
mishears!(MishearsReadOnly, 40);

/// Mishears the zxid in replies to its own requests.
#[derive(Default)]
struct MishearsZxid;

impl Variant for MishearsZxid {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        let is_own = matches!(
            input,
            Input::Receive([_, _, _, _, 0xff, 0xff, 0xff, 0xf8, ..])
        );
        mishear(client, now, input, is_own.then_some(14));
    }
}

#[test]
fn a_session_that_was_not_granted_is_noticed() {
    check::<MishearsId>("the id granted");
    check::<MishearsPassword>("the password granted");
    check::<MishearsReadOnly>("on what the server granted");
    check::<MishearsZxid>("the zxid seen");
}

/// Takes the first answer it reads for none.
#[derive(Default)]
struct IsDeaf(bool);

impl Variant for IsDeaf {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        let is_heard = !matches!(input, Input::Receive(_)) || self.0;
        self.0 |= !is_heard;
        if is_heard {
            client.handle(now, input);
        }
    }
}

#[test]
fn a_grant_that_is_not_heard_is_noticed() {
    check::<IsDeaf>("when granted");
    check::<IsDeaf>("nobody was told of Some(End)");
}

hides!(KeepsEvents, Output::Event(_));

#[test]
fn events_that_nobody_is_told_of_are_noticed() {
    check::<KeepsEvents>("nobody was told of Some(Event");
    check::<KeepsEvents>("the end is told once");
}

tells!(MovesEvents, output => match output {
    Output::Event(mut event) => {
        event.path = event.path.map(|path| format!("{path}/moved").into());
        Output::Event(event)
    }
    other => other,
});

#[test]
fn an_event_of_another_znode_is_noticed() {
    check::<MovesEvents>("where the server said");
}

repeats!(SpeaksTwice, Output::Event(_));

#[test]
fn an_event_after_the_end_is_noticed() {
    check::<SpeaksTwice>("after the end");
}

tells!(Accuses, output => match output {
    Output::Fault(Fault::ReplyOutOfOrder { got, .. }) => {
        Output::Fault(Fault::ReplyToNothing { xid: got })
    }
    other => other,
});

#[test]
fn another_fault_than_the_servers_is_noticed() {
    check::<Accuses>("where the server said");
}

/// Gives up connections on which all is well.
#[derive(Default)]
struct GivesUp;

impl Variant for GivesUp {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        client.handle(now, input);
        if matches!(input, Input::Receive(_)) {
            client.handle(now, Input::Eof);
        }
    }
}

#[test]
fn a_connection_given_up_for_nothing_is_noticed() {
    check::<GivesUp>("gives up the connection on None");
}

tells!(DialsTwice, output => match output {
    Output::Fault(Fault::ConnectTimeout { .. }) => Output::Connect("a".into()),
    other => other,
});

#[test]
fn a_second_connection_is_noticed() {
    check::<DialsTwice>("two connections");
}

hides!(HangsOn, Output::Disconnect);

#[test]
fn a_connection_that_is_not_closed_is_noticed() {
    check::<HangsOn>("without the connection for it");
    check::<HangsOn>("the dead hang on to nothing");
}

repeats!(ClosesTwice, Output::Disconnect);

#[test]
fn a_connection_that_is_closed_twice_is_noticed() {
    check::<ClosesTwice>("nothing to disconnect");
}

/// Sends what is left once the connection is gone.
#[derive(Default)]
struct SendsLate(Option<Bytes>, bool);

impl Variant for SendsLate {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        if std::mem::take(&mut self.1)
            && let Some(bytes) = self.0.take()
        {
            return Some(Output::Send(bytes));
        }
        let output = client.poll()?;
        match &output {
            Output::Send(bytes) => self.0 = Some(bytes.clone()),
            Output::Disconnect => self.1 = true,
            _ => {}
        }
        Some(output)
    }
}

#[test]
fn bytes_without_a_connection_are_noticed() {
    check::<SendsLate>("bytes without a connection");
}

/// Begins anew once its session is gone.
#[derive(Default)]
struct RisesAgain;

impl Variant for RisesAgain {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        if client.phase().is_alive() {
            client.handle(now, input);
        } else {
            *client = Client::new(client.config().clone(), now);
        }
    }
}

#[test]
fn a_session_that_comes_back_is_noticed() {
    check::<RisesAgain>("nothing is due, and all is as it was");
}

/// Has another connection once its session is gone.
#[derive(Default)]
struct Haunts(u32);

impl Variant for Haunts {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        let output = client.poll();
        if output.is_some() || client.phase().is_alive() {
            return output;
        }
        self.0 += 1;
        (self.0 == 2).then(|| Output::Connect("a".into()))
    }
}

#[test]
fn a_connection_after_the_end_is_noticed() {
    check::<Haunts>("the dead do not connect");
}

/// Waits for something that never comes.
#[derive(Default)]
struct WaitsForEver;

impl Variant for WaitsForEver {
    fn deadline(&self, client: &Client) -> Option<Instant> {
        let is_alive = client.phase().is_alive();
        client.deadline().or((!is_alive).then_some(Instant::ZERO))
    }
}

#[test]
fn a_deadline_after_the_end_is_noticed() {
    check::<WaitsForEver>("the dead wait for nothing");
}

/// Never says when to come back.
#[derive(Default)]
struct Sleeps;

impl Variant for Sleeps {
    fn deadline(&self, _client: &Client) -> Option<Instant> {
        None
    }
}

#[test]
fn a_client_without_a_deadline_is_noticed() {
    check::<Sleeps>("the living have a deadline");
}

/// Wakes its driver for nothing, again and again.
#[derive(Default)]
struct Restless;

impl Variant for Restless {
    fn deadline(&self, client: &Client) -> Option<Instant> {
        client.deadline().map(|_| Instant::ZERO)
    }
}

#[test]
fn a_deadline_that_stays_is_noticed() {
    check::<Restless>("a deadline that comes does something");
}

/// Wakes its driver a millisecond too late.
#[derive(Default)]
struct Oversleeps;

impl Variant for Oversleeps {
    fn deadline(&self, client: &Client) -> Option<Instant> {
        client.deadline().map(|it| it + Duration::from_millis(1))
    }
}

#[test]
fn a_deadline_that_is_late_is_noticed() {
    check::<Oversleeps>("of a timeout of");
}

/// Takes it to be a second later than it is.
#[derive(Default)]
struct Hurries;

impl Variant for Hurries {
    fn handle(&mut self, client: &mut Client, now: Instant, input: Input<'_>) {
        if input == Input::Tick && client.deadline().is_some_and(|it| it > now) {
            return client.handle(now + Duration::from_secs(1), input);
        }
        client.handle(now, input);
    }
}

#[test]
fn a_clock_that_is_fast_is_noticed() {
    check::<Hurries>("nothing is due, and all is as it was");
    check::<Hurries>("of a timeout of");
}

/// Sends no pings.
#[derive(Default)]
struct NeverPings;

impl Variant for NeverPings {
    fn poll(&mut self, client: &mut Client) -> Option<Output> {
        loop {
            match client.poll()? {
                Output::Send(bytes) if bytes.ends_with(b"\xff\xff\xff\xfe\0\0\0\x0b") => {}
                output => return Some(output),
            }
        }
    }
}

#[test]
fn a_client_that_never_pings_is_noticed() {
    check::<NeverPings>("good turns");
}

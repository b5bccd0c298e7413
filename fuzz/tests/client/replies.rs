//! Clients that get answers wrong, or requests.

use std::collections::VecDeque;

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
use zk_conformance::client::Outcome;
use zk_conformance::client::Output;
use zk_conformance::client::RequestId;
use zk_fuzz::Variant;

use crate::check;

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

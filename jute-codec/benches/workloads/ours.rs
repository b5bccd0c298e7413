//! The codec under test, used as its users do.

use std::hint::black_box;

use bytes::BytesMut;
use jute_codec::Acl;
use jute_codec::CheckVersionRequest;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::CreateMode;
use jute_codec::CreateRequest;
use jute_codec::CreateResponse;
use jute_codec::Decode;
use jute_codec::DeleteRequest;
use jute_codec::ExistsResponse;
use jute_codec::GetChildren2Response;
use jute_codec::GetDataResponse;
use jute_codec::Multi;
use jute_codec::MultiHeader;
use jute_codec::OpCode;
use jute_codec::Operation;
use jute_codec::Outcome;
use jute_codec::PartReader;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::SetDataRequest;
use jute_codec::SetDataResponse;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherEvent;
use jute_codec::put_frame;
use jute_codec::put_frame_apart;

use crate::digest::Digest;
use crate::input::Creation;
use crate::input::Session;
use crate::input::kind;

pub fn connect_request(payload: &[u8]) -> Option<ConnectRequest<'_>> {
    ConnectRequest::from_payload(payload).ok()
}

pub fn connect_response(payload: &[u8]) -> Option<ConnectResponse<'_>> {
    ConnectResponse::from_payload(payload).ok()
}

pub fn put_connect_request(session: &Session, out: &mut BytesMut) {
    put_frame(
        out,
        &ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: 0x1_0000_0042,
            time_out: session.timeout,
            session_id: session.id,
            passwd: Some(&session.password),
            read_only: Some(session.read_only),
        },
    );
}

pub fn put_connect_response(session: &Session, out: &mut BytesMut) {
    put_frame(
        out,
        &ConnectResponse {
            protocol_version: 0,
            time_out: session.timeout,
            session_id: session.id,
            passwd: Some(&session.password),
            read_only: Some(session.read_only),
        },
    );
}

/// A frame is an int and that many bytes: a jute buffer.
pub fn stream(bytes: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let mut stream = Reader::new(bytes);
    while !stream.is_empty() {
        let mut reader = Reader::new(stream.buffer().ok()??);
        let header = ReplyHeader::decode(&mut reader).ok()?;
        look_at_header(&header, &mut digest);
        match kind::of(header.xid) {
            kind::GET_DATA => {
                let body = GetDataResponse::decode(&mut reader).ok()?;
                digest.bytes(body.data);
                digest.stat(&body.stat);
            }
            kind::EXISTS => digest.stat(&ExistsResponse::decode(&mut reader).ok()?.stat),
            kind::CREATE => digest.bytes(CreateResponse::decode(&mut reader).ok()?.path.as_bytes()),
            kind::WATCH => {
                let event = WatcherEvent::decode(&mut reader).ok()?;
                digest.int(event.event.0);
                digest.int(event.state.0);
                digest.bytes(event.path.as_bytes());
            }
            _ => {}
        }
        reader.finish().ok()?;
    }
    Some(digest)
}

pub fn stream_headers(bytes: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let mut stream = Reader::new(bytes);
    while !stream.is_empty() {
        let mut reader = Reader::new(stream.buffer().ok()??);
        look_at_header(&ReplyHeader::decode(&mut reader).ok()?, &mut digest);
    }
    Some(digest)
}

pub fn children(payload: &[u8]) -> Option<Vec<&str>> {
    let response = GetChildren2Response::from_payload(payload).ok()?;
    let mut list = Vec::with_capacity(response.children.len());
    for name in response.children.iter() {
        list.push(name.as_str()?);
    }
    Some(list)
}

/// Names that need not be text: what is not stays bytes.
pub fn any_children(payload: &[u8]) -> Option<Vec<&[u8]>> {
    let mut reader = Reader::with(payload, Reading::JAVA);
    let response = GetChildren2Response::decode(&mut reader).ok()?;
    reader.finish().ok()?;
    let mut list = Vec::with_capacity(response.children.len());
    for name in response.children.iter() {
        list.push(name.as_bytes()?);
    }
    Some(list)
}

/// Each record is looked at as what its header says it is: no enum is made to be taken apart.
pub fn multi_request(body: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let mut reader = Reader::new(body);
    loop {
        let header = MultiHeader::decode(&mut reader).ok()?;
        look_at_multi_header(&header, &mut digest);
        if header.done {
            reader.finish().ok()?;
            return Some(digest);
        }
        match header.op {
            OpCode::CREATE => {
                look_at_create(&CreateRequest::decode(&mut reader).ok()?, &mut digest);
            }
            OpCode::SET_DATA => {
                look_at_set(&SetDataRequest::decode(&mut reader).ok()?, &mut digest);
            }
            OpCode::DELETE => {
                let delete = DeleteRequest::decode(&mut reader).ok()?;
                digest.bytes(delete.path.as_bytes());
                digest.int(delete.version);
            }
            OpCode::CHECK => {
                let check = CheckVersionRequest::decode(&mut reader).ok()?;
                digest.bytes(check.path.as_bytes());
                digest.int(check.version);
            }
            _ => return None,
        }
    }
}

pub fn multi_response(body: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let mut reader = Reader::new(body);
    loop {
        let header = MultiHeader::decode(&mut reader).ok()?;
        look_at_multi_header(&header, &mut digest);
        if header.done {
            reader.finish().ok()?;
            return Some(digest);
        }
        match header.op {
            OpCode::CREATE => {
                let created = CreateResponse::decode(&mut reader).ok()?;
                digest.bytes(created.path.as_bytes());
            }
            OpCode::SET_DATA => digest.stat(&SetDataResponse::decode(&mut reader).ok()?.stat),
            OpCode::DELETE | OpCode::CHECK => {}
            _ => return None,
        }
    }
}

pub fn multi_request_parts(body: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let mut parts = PartReader::<Operation<'_>>::new(Reader::new(body));
    for part in parts.by_ref() {
        let (header, operation) = part.ok()?;
        look_at_multi_header(&header, &mut digest);
        look_at_operation(&operation, &mut digest);
    }
    look_at_multi_header(&parts.end()?, &mut digest);
    parts.reader().finish().ok()?;
    Some(digest)
}

pub fn multi_request_whole(body: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let mut reader = Reader::new(body);
    let multi = Multi::<Operation<'_>>::decode(&mut reader).ok()?;
    reader.finish().ok()?;
    for (header, operation) in &multi {
        look_at_multi_header(&header, &mut digest);
        look_at_operation(&operation, &mut digest);
    }
    look_at_multi_header(&multi.end(), &mut digest);
    Some(digest)
}

#[inline(always)]
fn look_at_operation(operation: &Operation<'_>, digest: &mut Digest) {
    match operation {
        Operation::Create(create) => look_at_create(create, digest),
        Operation::SetData(set) => look_at_set(set, digest),
        Operation::Delete(delete) => {
            digest.bytes(delete.path.as_bytes());
            digest.int(delete.version);
        }
        Operation::Check(check) => {
            digest.bytes(check.path.as_bytes());
            digest.int(check.version);
        }
        _ => {}
    }
}

#[inline(always)]
fn look_at_set(set: &SetDataRequest<'_>, digest: &mut Digest) {
    digest.bytes(set.path.as_bytes());
    digest.bytes(set.data);
    digest.int(set.version);
}

#[inline(always)]
fn look_at_create(create: &CreateRequest<'_>, digest: &mut Digest) {
    digest.bytes(create.path.as_bytes());
    digest.bytes(create.data);
    create.acl.iter().for_each(|acl| {
        digest.int(acl.perms.0);
        digest.bytes(acl.id.scheme.as_bytes());
        digest.bytes(acl.id.id.as_bytes());
    });
    digest.int(create.flags.0);
}

pub fn multi_response_whole(body: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let mut reader = Reader::new(body);
    let multi = Multi::<Outcome<'_>>::decode(&mut reader).ok()?;
    reader.finish().ok()?;
    for (header, outcome) in &multi {
        look_at_multi_header(&header, &mut digest);
        look_at_outcome(&outcome, &mut digest);
    }
    look_at_multi_header(&multi.end(), &mut digest);
    Some(digest)
}

pub fn multi_response_parts(body: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let mut parts = PartReader::<Outcome<'_>>::new(Reader::new(body));
    for part in parts.by_ref() {
        let (header, outcome) = part.ok()?;
        look_at_multi_header(&header, &mut digest);
        look_at_outcome(&outcome, &mut digest);
    }
    look_at_multi_header(&parts.end()?, &mut digest);
    parts.reader().finish().ok()?;
    Some(digest)
}

#[inline(always)]
fn look_at_outcome(outcome: &Outcome<'_>, digest: &mut Digest) {
    match outcome {
        Outcome::Create(created) => digest.bytes(created.path.as_bytes()),
        Outcome::SetData(set) => digest.stat(&set.stat),
        _ => {}
    }
}

pub fn put_create(creation: &Creation, out: &mut BytesMut) {
    put_frame(out, &create(creation));
}

/// What comes before the data and behind it, to be sent around it.
pub fn put_create_apart(creation: &Creation, out: &mut BytesMut) {
    black_box(put_frame_apart(out, &create(creation), creation.data));
}

#[inline(always)]
fn create(creation: &Creation) -> (RequestHeader, CreateRequest<'static>) {
    let header = RequestHeader {
        xid: creation.xid,
        op: OpCode::CREATE,
    };
    let create = CreateRequest {
        path: Ustring::new(creation.path),
        data: Some(creation.data),
        acl: Vector::from(&[Acl::OPEN][..]),
        flags: CreateMode::PERSISTENT,
    };
    (header, create)
}

#[inline(always)]
fn look_at_header(header: &ReplyHeader, digest: &mut Digest) {
    digest.int(header.xid);
    digest.long(header.zxid);
    digest.int(header.err.0);
}

#[inline(always)]
fn look_at_multi_header(header: &MultiHeader, digest: &mut Digest) {
    digest.int(header.op.0);
    digest.int(header.err.0);
}

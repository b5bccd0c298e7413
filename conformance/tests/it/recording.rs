//! Captures of real servers, judged offline; and recordings of servers with flaws, which must not
//! get away with it.

mod excused;
mod mutated;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zk_conformance::Instant;
use zk_conformance::capture;
use zk_conformance::capture::Side;
use zk_conformance::judge::Options;
use zk_conformance::judge::Subject;
use zk_conformance::judge::play;
use zk_conformance::judge::probe;
use zk_conformance::player;
use zk_conformance::player::End;
use zk_conformance::player::Happening;
use zk_conformance::recording::Connection;
use zk_conformance::recording::Event;
use zk_conformance::recording::Recording;
use zk_conformance::recording::Style;
use zk_conformance::recording::What;
use zk_conformance::recording::judge;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::transcript::Action;
use zk_conformance::transcript::Script;
use zk_conformance::transcript::Step;
use zk_conformance::transcript::Transcript;
use zk_conformance::transcript::parse;

fn testdata(folder: &str) -> Vec<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/");
    let entries = std::fs::read_dir(format!("{root}{folder}")).expect("the folder is there");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

fn captures() -> Vec<PathBuf> {
    let mut files = testdata("captures");
    files.retain(|file| {
        let extension = file.extension().unwrap_or_default();
        extension == "pcap" || extension == "pcapng"
    });
    assert!(files.len() > 100, "the captures are there");
    files
}

fn recording(file: &PathBuf) -> Recording {
    let bytes = std::fs::read(file).expect("a file");
    Recording::from_capture(&capture::read(&bytes).expect("a capture"))
}

#[test]
fn no_capture_of_a_real_server_differs_from_the_engine() {
    let mut differences = Vec::new();
    let mut frames = 0;
    for file in captures() {
        let judgement = judge(&recording(&file));
        frames += judgement.frames;
        differences.extend(
            judgement
                .differences
                .iter()
                .map(|difference| format!("{}: {difference}", file.display())),
        );
    }
    assert_eq!(differences, Vec::<String>::new());
    assert!(frames > 800, "only {frames} frames were judged");
}

#[test]
fn every_capture_can_be_written_as_a_transcript() {
    for file in captures() {
        for style in [Style::Exact, Style::Playable] {
            let script = recording(&file).to_script("it", style);
            let transcript = Transcript {
                scripts: vec![script],
                ..Transcript::default()
            };
            let text = transcript.to_string();
            assert_eq!(parse(&text).as_ref(), Ok(&transcript), "{}", file.display());
        }
    }
}

#[test]
fn every_transcript_is_what_its_capture_makes() {
    let mut made = 0;
    for file in testdata("transcripts") {
        let text = std::fs::read_to_string(&file).expect("text");
        let Ok(transcript) = parse(&text) else {
            continue;
        };
        for script in transcript.scripts {
            let capture = script.header("capture").expect("where it comes from");
            let capture = file.with_file_name("../captures").join(capture);
            let mut anew = recording(&capture).to_script(&script.name, Style::Playable);
            let is_comment = |step: &Step| matches!(step.action, Action::Comment(_));
            anew.steps.retain(|step| !is_comment(step));
            anew.headers.clone_from(&script.headers);
            let scripts = vec![anew];
            let anew = Transcript {
                scripts,
                ..Transcript::default()
            };
            assert_eq!(parse(&anew.to_string()), parse(&text), "{}", file.display());
            made += 1;
        }
    }
    assert!(made > 30, "only {made} transcripts");
}

/// The order in which a script's steps are played, by connection and direction.
fn order(script: &Script) -> String {
    let turn = |step: &Step| match &step.action {
        Action::Send { connection, .. } => Some(format!("{connection}>")),
        Action::Expect { connection, .. } => Some(format!("{connection}<")),
        _ => None,
    };
    let turns: Vec<_> = script.steps.iter().filter_map(turn).collect();
    turns.join(" ")
}

#[test]
fn handshakes_for_one_session_are_played_in_turn() {
    let capture = "zk3.8.0-c-wrong-password-refused.pcap";
    let recording = recording(&testdata("captures").swap_remove(0).with_file_name(capture));
    let exact = order(&recording.to_script("exact", Style::Exact));
    let playable = order(&recording.to_script("playable", Style::Playable));
    assert_eq!(exact, "A> A< B> A< C> B< C< C> C<");
    assert_eq!(playable, "A> A< B> A< B< C> C< C> C<");
}

#[test]
fn every_transcript_comes_out_as_recorded_on_the_engine() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let config = Config {
        tick_time: Duration::from_millis(200),
        ..Config::default()
    };
    let subject = Subject::Embedded(Box::new(config));
    let options = Options::default();
    let mut files = testdata("transcripts");
    files.retain(|file| file.extension().is_some_and(|extension| extension == "zkt"));
    assert!(files.len() > 30, "the transcripts are there");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("text");
        for script in parse(&text).expect("a transcript").scripts {
            let bindings = runtime
                .block_on(probe(&subject, &options))
                .expect("a handshake");
            let script = Arc::new(script);
            let played = runtime.block_on(play(subject.clone(), script, bindings, &options));
            let passed = player::Verdict::Passed {
                tolerated: Vec::new(),
            };
            assert_eq!(played.verdict, passed, "{}", file.display());
        }
    }
}

/// What a script does to a server, as a recording.
fn recorded(script: &str, config: Config) -> Recording {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let script = parse(script).expect("a script").scripts.remove(0);
    let subject = Subject::Embedded(Box::new(config));
    let options = Options::default();
    let played = runtime.expect("a runtime").block_on(async {
        let bindings = probe(&subject, &options).await.unwrap_or_default();
        play(subject, Arc::new(script), bindings, &options).await
    });
    let server = SocketAddr::from(([127, 0, 0, 1], 2181));
    let mut names = Vec::new();
    let mut events = Vec::new();
    for (index, event) in played.log.iter().enumerate() {
        let connection = names.iter().position(|name| *name == event.connection);
        let connection = connection.unwrap_or_else(|| {
            names.push(event.connection.clone());
            names.len() - 1
        });
        let what = match &event.what {
            Happening::Opened => What::Open,
            Happening::Refused => What::Refused,
            Happening::Sent(bytes) => What::Data(Side::Client, bytes.clone().into()),
            Happening::Received(bytes) => What::Data(Side::Server, bytes.clone().into()),
            Happening::Ended(End::Fin) => What::Fin(Side::Server),
            Happening::Ended(End::Rst) => What::Rst(Side::Server),
            Happening::Shut | Happening::Closed => What::Fin(Side::Client),
            Happening::Reset => What::Rst(Side::Client),
            // Not seen from outside.
            Happening::Paused | Happening::Resumed | Happening::Quiet(_) | Happening::Waited(_) => {
                continue;
            }
        };
        let at = event.at - Instant::ZERO;
        events.push(Event {
            at,
            packet: index as u64 + 1,
            connection,
            what,
        });
    }
    let connections = names.into_iter().map(|name| Connection {
        name,
        client: SocketAddr::from(([127, 0, 0, 1], 40_000)),
        server,
        from_start: true,
    });
    Recording {
        connections: connections.collect(),
        events,
    }
}

/// A life of a session that meets every rule an onlooker can hold a server to. What comes back is
/// taken as it is: the recording is judged, not the player.
const LIFE: &str = "
script life
----
A open
A > ConnectRequest timeOut=1
A < ConnectResponse timeOut=@low sessionId=@S passwd=@P
B open
B > ConnectRequest timeOut=0x7fffffff
B < ConnectResponse timeOut=@high sessionId=@T passwd=@Q
C open
C > ConnectRequest timeOut=@low+1000 readOnly=absent
C < *
A > RequestHeader xid=-2 type=ping
A < *
B > RequestHeader xid=7 type=999
B < *, closed
D open
D > ConnectRequest timeOut=@low sessionId=@S passwd=@P
D < *
E open
E > ConnectRequest timeOut=@low sessionId=@S passwd=00*16
E < *
F open
F > ConnectRequest timeOut=@low sessionId=@S passwd=@P
F < *
F > RequestHeader xid=3 type=ping
F < *
F > RequestHeader xid=4 type=closeSession
F < *, closed
G open
G > ConnectRequest timeOut=@low sessionId=@S passwd=@P
G < *
";

#[test]
fn the_reference_server_has_nothing_to_fear() {
    let judgement = judge(&recorded(LIFE, Config::default()));
    assert_eq!(judgement.differences, Vec::new());
    assert!(judgement.frames >= 10, "{judgement:?}");
}

/// The flaws that an onlooker can tell from anything a sound server might have done.
const VISIBLE: &[Flaw] = &[
    Flaw::VersionEchoed,
    Flaw::NeverReadOnlyByte,
    Flaw::NoPasswordCheck,
    Flaw::RenewNewSession,
    Flaw::ShortPassword,
    Flaw::RefusalEchoesId,
    Flaw::PingXidEchoed,
    Flaw::ZeroIdSession,
];

#[test]
fn a_flaw_that_shows_is_a_difference() {
    let mut unseen = BTreeSet::new();
    for flaw in VISIBLE {
        let life = match flaw {
            Flaw::VersionEchoed => LIFE.replacen("timeOut=1\n", "protocolVersion=9 timeOut=1\n", 1),
            _ => LIFE.to_owned(),
        };
        let flaws = Flaws::NONE.with(*flaw);
        let judgement = judge(&recorded(
            &life,
            Config {
                flaws,
                ..Config::default()
            },
        ));
        if judgement.differences.is_empty() {
            unseen.insert(flaw.name());
        }
    }
    assert_eq!(unseen, BTreeSet::new());
}

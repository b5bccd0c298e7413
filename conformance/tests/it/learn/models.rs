//! The models of real servers in the repository, and what the built-in server is beside them.

use std::path::Path;
use std::path::PathBuf;

use zk_conformance::driver;
use zk_conformance::driver::Act;
use zk_conformance::driver::Symbol;
use zk_conformance::driver::meanings;
use zk_conformance::lab::LabTeacher;
use zk_conformance::learn::End;
use zk_conformance::learn::Learned;
use zk_conformance::learn::Mealy;
use zk_conformance::learn::ModelFile;
use zk_conformance::learn::Options;
use zk_conformance::learn::compare;
use zk_conformance::learn::dot;
use zk_conformance::learn::learn;
use zk_conformance::learn::svg;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Transport;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/models")
}

fn file(name: &str) -> ModelFile {
    let path = folder().join(name).with_extension("json");
    let text = std::fs::read_to_string(&path).expect("the file is there");
    serde_json::from_str(&text).expect("a model")
}

fn model(name: &str) -> Mealy {
    file(&format!("{name}.json")).model().expect("a model")
}

/// Learns the built-in server on virtual time.
fn embedded(server: Config, alphabet: &[String]) -> Learned<std::convert::Infallible> {
    let symbols = alphabet.iter().map(|name| name.parse().expect("a symbol"));
    let mut teacher = LabTeacher {
        server,
        alphabet: symbols.collect(),
        driver: driver::Config::default(),
    };
    let learned = learn(&mut teacher, alphabet, &Options::default(), &mut |_| {});
    assert_eq!(learned.end, End::Complete);
    assert!(learned.conflicts.is_empty(), "virtual time knows no races");
    learned
}

#[test]
fn the_built_in_server_is_learned_to_be_as_the_real_ones() {
    let netty = Config {
        transport: Transport::Netty,
        ..Config::default()
    };
    for (name, server, states) in [
        ("zk3.8.0-nio", Config::default(), 17),
        ("zk3.9.5-nio", Config::default(), 17),
        ("zk3.4.14-nio", Config::default(), 17),
        ("zk3.8.0-netty", netty.clone(), 27),
        ("zk3.8.0-nio-one", Config::default(), 5),
        ("zk3.9.5-nio-one", Config::default(), 5),
        ("zk3.4.14-nio-one", Config::default(), 5),
        ("zk3.8.0-netty-one", netty, 7),
    ] {
        let golden = model(name);
        assert_eq!(golden.states.len(), states, "{name}");
        let model = embedded(server, &golden.alphabet).model.expect("a model");
        let comparison = compare(&golden, &model, usize::MAX);
        assert!(comparison.is_same(), "{name}: {comparison:?}");
        assert_eq!(model, golden, "{name}: alike is equal");
    }
}

#[test]
fn the_two_transports_differ_in_one_thing() {
    let comparison = compare(&model("zk3.8.0-nio"), &model("zk3.8.0-netty"), usize::MAX);
    let [difference] = &comparison.differences[..] else {
        panic!("one kind: {comparison:?}");
    };
    assert_eq!(difference.word, ["a.open", "a.empty"]);
    assert_eq!(
        (&*difference.left, &*difference.right),
        ("closed", "silent")
    );
}

/// A server that does something wrong is told from the real one by a word.
#[test]
fn flaws_show_in_the_model() {
    let golden = model("zk3.8.0-nio");
    for (flaw, word) in [
        (Flaw::NoEvictOnRenew, "a.open a.new b.open b.renew"),
        (Flaw::NoPasswordCheck, "a.open a.new b.open b.wrong"),
        (Flaw::EvictAfterCheck, "a.open a.new b.open b.wrong"),
        (Flaw::RenewNewSession, "a.open a.renew"),
        (
            Flaw::CloseKeepsSession,
            "a.open a.new a.close b.open b.renew",
        ),
        (
            Flaw::FaultEndsSession,
            "a.open a.new a.empty a.open a.renew",
        ),
        (
            Flaw::RefusalEndsSession,
            "a.open a.new b.open b.wrong a.open a.renew",
        ),
        (Flaw::NoCloseReply, "a.open a.new a.close"),
    ] {
        let server = Config {
            flaws: Flaws::NONE.with(flaw),
            ..Config::default()
        };
        let model = embedded(server, &golden.alphabet).model.expect("a model");
        let comparison = compare(&golden, &model, usize::MAX);
        let first = comparison.differences.first();
        let shown = first.map(|it| it.word.len());
        assert_eq!(
            shown,
            Some(word.split(' ').count()),
            "{flaw}: {comparison:?}"
        );
        let inputs: Vec<usize> = word
            .split(' ')
            .map(|name| {
                golden
                    .alphabet
                    .iter()
                    .position(|it| it == name)
                    .expect("a name")
            })
            .collect();
        assert_ne!(
            golden.run(&inputs).last(),
            model.run(&inputs).last(),
            "{flaw}: {word}"
        );
    }
}

/// With time in the alphabet: the session goes when nobody is heard of.
#[test]
fn expiry_is_learned_on_virtual_time() {
    let acts = [Act::Open, Act::New, Act::Renew, Act::Ping, Act::Expire];
    let symbols = acts.map(|act| Symbol { line: 0, act });
    let alphabet = symbols.map(|symbol| symbol.to_string());
    let server = Config {
        sessionless_timeout: None,
        ..Config::default()
    };
    let model = embedded(server, &alphabet).model.expect("a model");
    let input = |name: &str| alphabet.iter().position(|it| it == name).expect("a name");
    let word = ["a.open", "a.new", "expire", "a.open", "a.renew"].map(input);
    let said = model.run(&word);
    assert!(said.iter().map(|it| &**it).eq([
        "open",
        "new session",
        "-; a: closed",
        "open",
        "refused, closed",
    ]));
}

#[test]
fn every_model_has_its_picture_and_is_as_the_file_says() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder()).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        seen += 1;
        let name = path.file_name().expect("a name").to_string_lossy();
        let file = file(&name);
        let model = file.model().expect("a model");
        assert_eq!(model, model.canonical(), "{name}");
        assert!(file.conflicts.is_empty(), "{name}");
        let means: Vec<String> = file
            .states
            .iter()
            .map(|state| state.means.clone())
            .collect();
        assert_eq!(means, meanings(&model), "{name}");
        let picture = std::fs::read_to_string(path.with_extension("svg")).expect("a picture");
        assert_eq!(
            picture,
            svg(&model, &means),
            "{name}: `testdata/models/make` draws it"
        );
        let text = dot(&model, &means);
        assert_eq!(
            text.matches(" [label=").count() - text.matches(" -> ").count(),
            model.states.len()
        );
    }
    assert_eq!(seen, 8);
}

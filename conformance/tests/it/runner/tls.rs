//! Servers behind TLS.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use tokio::io::copy_bidirectional;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::server::WebPkiClientVerifier;

use zk_conformance::net::InMemoryServer;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;

use crate::runner::file;
use crate::runner::folder;
use crate::runner::judge;

/// An authority, and what it signs.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    /// A certificate for `name`, and its key.
    fn sign(&self, name: &str) -> (String, String) {
        let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        (certificate.pem(), key.serialize_pem())
    }
}

/// An in-memory server behind TLS.
struct Behind {
    address: SocketAddr,
    authority: Authority,
    _server: InMemoryServer,
}

impl Behind {
    /// `name` is what its certificate is for; `asks` is whether it asks for one.
    fn start(name: &str, asks: bool, config: Config) -> Self {
        let authority = Authority::new();
        let server = InMemoryServer::start(config).expect("a server");
        let (certificate, key) = authority.sign(name);
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = if asks {
            let mut roots = RootCertStore::empty();
            let root = CertificateDer::from_pem_slice(authority.pem.as_bytes()).expect("PEM");
            roots.add(root).expect("an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM")];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
        let config = builder
            .with_single_cert(chain, key)
            .expect("a configuration");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .expect("bound");
        let address = listener.local_addr().expect("an address");
        let behind = server.address();
        // It ends with the tests.
        std::thread::spawn(move || runtime.block_on(carry(listener, acceptor, behind)));
        Self {
            address,
            authority,
            _server: server,
        }
    }

    /// A file of the authority's certificate.
    fn authority(&self, folder: &Path) -> String {
        file(folder, "authority.pem", &self.authority.pem)
    }
}

async fn carry(listener: TcpListener, acceptor: TlsAcceptor, server: SocketAddr) {
    while let Ok((client, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(mut client) = acceptor.accept(client).await else {
                return;
            };
            let Ok(mut server) = TcpStream::connect(server).await else {
                return;
            };
            let _ = copy_bidirectional(&mut client, &mut server).await;
        });
    }
}

fn quick() -> Config {
    Config {
        tick_time: std::time::Duration::from_millis(500),
        ..Config::default()
    }
}

#[test]
fn a_server_behind_tls_is_judged_as_any_other() {
    let folder = folder("tls");
    let behind = Behind::start("localhost", false, quick());
    let authority = behind.authority(&folder);
    let address = format!("localhost:{}", behind.address.port());
    let address = address.as_str();
    let (code, said) = judge(&folder, &[address, "--tls", "--tls-ca", &authority]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("over TLS"), "{said}");
    let (code, output) = crate::cli::run(&["probe", address, "--tls", "--tls-ca", &authority]);
    let said = crate::cli::stdout(&output);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("profile zk-3."), "{said}");
    let (code, said) = judge(&folder, &[address, "--tls", "--tls-insecure", "ZK0001"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_server_behind_tls_is_fuzzed_as_any_other() {
    let folder = folder("tls-fuzz");
    let out = folder.join("out");
    let out = out.to_str().expect("a path");
    for (flaws, code) in [(Flaws::NONE, 0), (Flaws::NONE.with(Flaw::NoCloseReply), 1)] {
        let config = Config { flaws, ..quick() };
        let behind = Behind::start("localhost", true, config);
        let (certificate, key) = behind.authority.sign("client");
        let (certificate, key) = (
            file(&folder, "c.pem", &certificate),
            file(&folder, "k.pem", &key),
        );
        let address = format!("localhost:{}", behind.address.port());
        let authority = behind.authority(&folder);
        let tls = [
            "--tls",
            "--tls-ca",
            authority.as_str(),
            "--tls-cert",
            certificate.as_str(),
            "--tls-key",
            key.as_str(),
        ];
        let fuzz = ["fuzz", address.as_str(), "--runs", "300", "--fail-fast"];
        let rest = ["--races", "0", "--out", out];
        let (ended, output) = crate::cli::run(&[&fuzz[..], &rest, &tls].concat());
        let said = crate::cli::stdout(&output);
        assert_eq!(ended, code, "{said}{}", crate::cli::stderr(&output));
        if code == 1 {
            assert!(said.contains("no-close-reply"), "{said}");
            let words = crate::runner::replays::again(&said);
            let (code, output) = crate::cli::run(&words);
            assert_eq!(code, 0, "{}", crate::cli::stdout(&output));
        }
        // Without a certificate of its own nobody gets in.
        let strangers = [&fuzz[..], &rest, &tls[..3]].concat();
        assert_eq!(crate::cli::run(&strangers).0, 3);
    }
}

#[test]
fn what_is_wrong_with_tls_is_3_and_says_so() {
    let folder = folder("tls-wrong");
    let behind = Behind::start("zookeeper.example", false, quick());
    let address = behind.address.to_string();
    let authority = behind.authority(&folder);
    let other = file(&folder, "other.pem", &Authority::new().pem);
    for (flags, message) in [
        (
            &["--tls-ca", &other, "--tls-server-name", "zookeeper.example"],
            "invalid peer certificate",
        ),
        (
            &["--tls-ca", &authority, "--tls-server-name", "other.example"],
            "not valid for name",
        ),
    ] {
        let (code, said) = judge(&folder, &[&[address.as_str(), "--tls"][..], flags].concat());
        assert_eq!(code, 3, "{said}");
        assert!(
            said.contains("the TLS handshake fails") && said.contains(message),
            "{said}"
        );
    }
    let right = [
        "--tls",
        "--tls-ca",
        &authority,
        "--tls-server-name",
        "zookeeper.example",
    ];
    let (code, said) = judge(
        &folder,
        &[&[address.as_str(), "ZK0001"], &right[..]].concat(),
    );
    assert_eq!(code, 0, "{said}");
    // Plain to a server behind TLS, and TLS to a plain one.
    let (code, said) = judge(&folder, &[&address, "--timeout", "300"]);
    assert_eq!(code, 3, "{said}");
    let plain = InMemoryServer::start(quick())
        .expect("a server")
        .address()
        .to_string();
    let (code, said) = judge(&folder, &[&plain, "--tls", "--tls-insecure"]);
    assert_eq!(code, 3, "{said}");
}

#[test]
fn a_certificate_is_shown_to_a_server_that_asks() {
    let folder = folder("tls-client");
    let behind = Behind::start("127.0.0.1", true, quick());
    let address = behind.address.to_string();
    let authority = behind.authority(&folder);
    let (certificate, key) = behind.authority.sign("client");
    let (certificate, key) = (
        file(&folder, "c.pem", &certificate),
        file(&folder, "k.pem", &key),
    );
    let run = [&address, "ZK0001", "--tls", "--tls-ca", authority.as_str()];
    let (code, said) = judge(&folder, &run);
    assert_eq!(code, 3, "{said}");
    let identity = ["--tls-cert", &certificate, "--tls-key", &key];
    let (code, said) = judge(&folder, &[&run[..], &identity].concat());
    assert_eq!(code, 0, "{said}");
}

#[test]
fn flags_of_tls_that_make_no_sense_are_2() {
    let folder = folder("tls-nonsense");
    let empty = file(&folder, "empty.pem", "");
    for flags in [
        &["--tls"][..],
        &["--tls", "--tls-ca", "no-such-file.pem"],
        &["--tls", "--tls-ca", &empty],
        &["--tls", "--tls-insecure", "--tls-ca", &empty],
        &["--tls", "--tls-insecure", "--tls-cert", &empty],
        &[
            "--tls",
            "--tls-insecure",
            "--tls-cert",
            &empty,
            "--tls-key",
            &empty,
        ],
        &["--tls-ca", &empty],
        &["--tls", "--tls-insecure", "--tls-server-name", "not a name"],
    ] {
        let (code, said) = judge(&folder, &[&["127.0.0.1:1"], flags].concat());
        assert_eq!(code, 2, "{flags:?}: {said}");
    }
}

#[test]
fn what_fails_behind_tls_is_played_again_there() {
    let folder = folder("tls-replay");
    let config = Config {
        flaws: Flaws::NONE.with(Flaw::NoCloseReply),
        ..quick()
    };
    let behind = Behind::start("localhost", false, config);
    let authority = behind.authority(&folder);
    let address = format!("localhost:{}", behind.address.port());
    let run = [&address, "ZK0701", "--tls", "--tls-ca", authority.as_str()];
    let (code, said) = judge(&folder, &run);
    assert_eq!(code, 1, "{said}");
    let words = [crate::runner::replays::again(&said), vec!["--times", "5"]].concat();
    let (code, output) = crate::cli::run(&words);
    let said = crate::cli::stdout(&output);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("failed 5 of 5 times (100 %)"), "{said}");
}

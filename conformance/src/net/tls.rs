//! TLS to the server under test.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::DigitallySignedStruct;
use tokio_rustls::rustls::Error;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::SignatureScheme;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::client::danger::ServerCertVerified;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::crypto::verify_tls12_signature;
use tokio_rustls::rustls::crypto::verify_tls13_signature;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// A connection behind TLS.
pub(super) type Secret = TlsStream<TcpStream>;

/// How to speak TLS to a server.
#[derive(Clone)]
pub struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

/// Whom to take for the server.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "one trusts somebody, or anybody")]
pub enum Trust<'a> {
    /// Who shows a certificate that one of these, in PEM, has signed.
    Authorities(&'a [u8]),
    /// Anybody.
    Anybody,
}

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A PEM text does not hold what it should.
    #[error("{what}: {reason}")]
    Pem {
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The name is none that a certificate could be for.
    #[error("{0:?} is no name of a server")]
    Name(String),
    /// The certificates are of no use.
    #[error(transparent)]
    Rustls(#[from] Error),
}

impl Tls {
    /// Prepares to speak TLS to a server called `name`; with a certificate and its key, both in
    /// PEM, to show if asked for them.
    ///
    /// # Errors
    /// If a certificate, key or name is none.
    pub fn new(
        name: &str,
        trust: Trust<'_>,
        identity: Option<(&[u8], &[u8])>,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let builder = match trust {
            Trust::Authorities(pem) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates("the authorities", pem)? {
                    roots.add(certificate)?;
                }
                builder.with_root_certificates(roots)
            }
            Trust::Anybody => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(TrustAnybody(provider))),
        };
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = certificates("the client's certificate", certificate)?;
                let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Pem {
                    what: "the client's key",
                    reason: error.to_string(),
                })?;
                builder.with_client_auth_cert(chain, key)?
            }
        };
        let server = ServerName::try_from(name.to_owned());
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            name: server.map_err(|_| TlsError::Name(name.to_owned()))?,
        })
    }

    pub(super) async fn connect(&self, stream: TcpStream) -> io::Result<Secret> {
        self.connector.connect(self.name.clone(), stream).await
    }

    /// Makes sure that the server speaks TLS, and is who it should be.
    ///
    /// # Errors
    /// Says what is in the way.
    pub async fn check(&self, address: SocketAddr, patience: Duration) -> Result<(), String> {
        let attempt = async {
            let stream = TcpStream::connect(address)
                .await
                .map_err(|error| format!("no connection was accepted: {error}"))?;
            let secret = self.connect(stream).await;
            secret.map_err(|error| format!("the TLS handshake fails: {error}"))
        };
        let attempt = tokio::time::timeout(patience, attempt).await;
        let silent = || format!("no TLS handshake within {} ms", patience.as_millis());
        attempt.map_err(|_| silent())?.map(|_| ())
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |reason: String| TlsError::Pem { what, reason };
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|error| wrong(error.to_string()))?;
    if all.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    Ok(all)
}

/// Takes any certificate for the server's.
#[derive(Debug)]
struct TrustAnybody(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustAnybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

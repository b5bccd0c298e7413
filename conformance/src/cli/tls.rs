//! The flags about TLS.

use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::Trouble;
use crate::cli::quoted;
use crate::judge::Subject;
use crate::net;
use crate::net::Trust;

/// How to reach a server behind TLS.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Tls {
    /// Speak TLS to the server.
    #[arg(long, help_heading = "TLS")]
    tls: bool,
    /// The certificates, in PEM, of whoever may have signed the server's.
    #[arg(long, value_name = "FILE", help_heading = "TLS", requires = "tls")]
    tls_ca: Option<PathBuf>,
    /// The client's certificate, in PEM, for a server that asks for one.
    #[arg(long, value_name = "FILE", help_heading = "TLS", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the client's certificate, in PEM.
    #[arg(long, value_name = "FILE", help_heading = "TLS", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The name the server's certificate is for, if it is not HOST.
    #[arg(long, value_name = "NAME", help_heading = "TLS", requires = "tls")]
    tls_server_name: Option<String>,
    /// Take anybody for the server: its certificate is not looked at.
    #[arg(
        long,
        help_heading = "TLS",
        requires = "tls",
        conflicts_with = "tls_ca"
    )]
    tls_insecure: bool,
}

impl Tls {
    /// The server at `address`, reached as the flags say.
    pub(super) fn subject(&self, host: &str, address: SocketAddr) -> Result<Subject, Trouble> {
        if !self.tls {
            return match &self.tls_cert {
                None => Ok(Subject::Tcp(address)),
                Some(_) => Err(Trouble::usage("--tls-cert is of use with --tls only")),
            };
        }
        let authorities = self.tls_ca.as_deref().map(read).transpose()?;
        let trust = match (&authorities, self.tls_insecure) {
            (Some(pem), _) => Trust::Authorities(pem),
            (None, true) => Trust::Anybody,
            (None, false) => {
                return Err(Trouble::usage("--tls needs to know whom to trust")
                    .hint("give --tls-ca FILE, or --tls-insecure to trust anybody"));
            }
        };
        let identity = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some((read(certificate)?, read(key)?)),
            _ => None,
        };
        let identity = identity.as_ref();
        let identity = identity.map(|(certificate, key)| (certificate.as_slice(), key.as_slice()));
        let name = self.tls_server_name.as_deref().unwrap_or(host);
        let tls = net::Tls::new(name, trust, identity);
        let tls = tls.map_err(|error| Trouble::usage(format!("TLS: {error}")))?;
        Ok(Subject::Tls(address, tls))
    }

    /// Makes sure that TLS is not asked for when there is no network between.
    pub(super) fn check_unused(&self) -> Result<(), Trouble> {
        if self.tls || self.tls_cert.is_some() {
            return Err(Trouble::usage(
                "--tls is about a server elsewhere, and the built-in one is judged",
            )
            .hint("give HOST:PORT"));
        }
        Ok(())
    }

    /// How many connections to have at once, if nothing else is said. What a TLS handshake costs a
    /// server is many times what a session costs it, and sessions are short.
    pub(super) const fn connections(&self) -> usize {
        if self.tls { 8 } else { 45 }
    }

    /// The flags that reach a server called `host` in the same way, each after a blank.
    pub(super) fn flags(&self, host: &str) -> String {
        if !self.tls {
            return String::new();
        }
        let mut flags = " --tls".to_owned();
        for (flag, path) in [
            ("ca", &self.tls_ca),
            ("cert", &self.tls_cert),
            ("key", &self.tls_key),
        ] {
            if let Some(path) = path {
                flags += &format!(" --tls-{flag} {}", quoted(&path.display().to_string()));
            }
        }
        // The address is told as numbers, which no certificate need be for.
        let name = self.tls_server_name.as_deref().unwrap_or(host);
        flags += &format!(" --tls-server-name {name}");
        if self.tls_insecure {
            flags += " --tls-insecure";
        }
        flags
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Trouble> {
    std::fs::read(path)
        .map_err(|error| Trouble::usage(format!("cannot read {}: {error}", path.display())))
}

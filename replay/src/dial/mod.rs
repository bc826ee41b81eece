//! How a program reaches a server and shows who it is: the address, whom the server's certificate must be signed by, and the file that
//! says who calls. Nothing secret goes over a line that others can read. Not here: what is asked, and how anybody is recognised.

pub mod api_key;
pub mod me;

use crate::files::small::{SMALL_BYTES, read_at_most};
use anyhow::Chain;
use clap::Args;
use me::{Me, MeError};
use std::error::Error;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

/// How long to try to reach a server.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// A connection on which every call shows who makes it.
pub type Line = InterceptedService<Channel, Showing>;

/// How a server is reached, and who calls.
#[derive(Args, Clone, Debug, Default)]
pub struct DialArgs {
    /// Certificate of the authority that signs the server's, for https; without it those that the system knows
    #[arg(long, env = "MINGZHANG_SERVER_CA", value_name = "FILE")]
    pub server_ca: Option<PathBuf>,
    /// File that shows who you are: an API key, or a certificate with its key
    #[arg(long, env = "MINGZHANG_ME", value_name = "FILE")]
    pub me: Option<PathBuf>,
}

/// Why a server is not reached.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// It is no address.
    #[error("{server} is no address of a server: {why}")]
    Address {
        /// What was given.
        server: String,
        /// What is wrong with it.
        why: String,
    },
    /// What shows who calls could be read or used by others on the way.
    #[error("{server}: over http:// a secret can be read on the way, and a certificate is not shown; write https://")]
    Plain {
        /// The server.
        server: String,
    },
    /// The authority's certificate cannot be read.
    #[error("--server-ca {}: {why}", path.display())]
    Authority {
        /// Its file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Who calls cannot be shown.
    #[error("--me {0}")]
    Me(#[from] MeError),
    /// Nobody answers, or it is not shown that it is the server.
    #[error("no server answers at {server}{why}; start one with `mingzhang serve --data DIR`")]
    Unreachable {
        /// The server.
        server: String,
        /// What is known of the reason.
        why: String,
    },
    /// Somebody answers, and the connection is not secure.
    #[error(
        "no secure connection to {server}: {why}; name the authority that signs its certificate with --server-ca FILE"
    )]
    Insecure {
        /// The server.
        server: String,
        /// Why not.
        why: String,
    },
}

/// Puts into each call what shows who makes it, besides the certificate of its connection.
#[derive(Clone)]
pub struct Showing(Option<MetadataValue<Ascii>>);

impl Interceptor for Showing {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(shown) = &self.0 {
            request.metadata_mut().insert("authorization", shown.clone());
        }
        Ok(request)
    }
}

/// A server that can be reached.
pub struct Dialling {
    server: String,
    endpoint: Endpoint,
    showing: Showing,
}

impl DialArgs {
    /// What is needed to reach the server at an address; one without a scheme is of http.
    ///
    /// # Errors
    /// The address is none, a file cannot be read, or a secret would be shown to others.
    pub fn dialling(&self, server: &str) -> Result<Dialling, DialError> {
        let url = if server.contains("://") { server.to_owned() } else { format!("http://{server}") };
        let address = |why: String| DialError::Address { server: server.to_owned(), why };
        let endpoint = Endpoint::from_shared(url).map_err(|error| address(reasons(&error)))?;
        let endpoint = endpoint.connect_timeout(CONNECT_TIME).tcp_nodelay(true);
        let me = self.me.as_deref().map(Me::read).transpose()?;
        let endpoint = match endpoint.uri().scheme_str() {
            Some("https") => {
                let tls = self.tls(me.as_ref())?;
                endpoint.tls_config(tls).map_err(|error| address(reasons(&error)))?
            }
            Some("http") if me.is_none() || me.as_ref().is_some_and(Me::is_key) && is_this_machine(&endpoint) => {
                endpoint
            }
            Some("http") => return Err(DialError::Plain { server: server.to_owned() }),
            _ => return Err(address("write http:// or https://".to_owned())),
        };
        let showing = Showing(me.and_then(|me| me.header()));
        Ok(Dialling { server: server.to_owned(), endpoint, showing })
    }

    fn tls(&self, me: Option<&Me>) -> Result<ClientTlsConfig, DialError> {
        let tls = match &self.server_ca {
            None => ClientTlsConfig::new().with_native_roots(),
            Some(path) => {
                let wrong = |why: String| DialError::Authority { path: path.clone(), why };
                let pem = read_at_most(path, SMALL_BYTES).map_err(|error| wrong(error.to_string()))?;
                if !me::holds_certificate(&pem) {
                    return Err(wrong("it holds no certificate in PEM".to_owned()));
                }
                ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem))
            }
        };
        // One file holds both.
        Ok(match me.and_then(Me::pem) {
            Some(pem) => tls.identity(Identity::from_pem(pem, pem)),
            None => tls,
        })
    }
}

impl Dialling {
    /// Has so many bytes of answers under way that are not read.
    #[must_use]
    pub fn reading_ahead(self, bytes: u32) -> Self {
        Self { endpoint: self.endpoint.initial_connection_window_size(bytes), ..self }
    }

    /// The connection.
    ///
    /// # Errors
    /// Nobody answers, or the server's certificate is none to be trusted.
    pub async fn connect(self) -> Result<Line, DialError> {
        let Self { server, endpoint, showing } = self;
        let is_https = endpoint.uri().scheme_str() == Some("https");
        let connected = endpoint.connect().await.map_err(|error| {
            let why = reasons(&error);
            match is_https && !is_refused(&error) {
                true => DialError::Insecure { server, why },
                false => DialError::Unreachable { server, why: String::new() },
            }
        });
        Ok(InterceptedService::new(connected?, showing))
    }

    /// A connection that is made when it is needed, with so much time for each answer.
    #[must_use]
    pub fn lazily(self, time: Duration) -> Line {
        InterceptedService::new(self.endpoint.timeout(time).connect_lazy(), self.showing)
    }
}

/// Whether what is sent stays on this machine.
fn is_this_machine(endpoint: &Endpoint) -> bool {
    let host = endpoint.uri().host().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// An error with its causes, each said once.
#[must_use]
pub fn reasons(error: &(dyn Error + 'static)) -> String {
    Chain::new(error).map(ToString::to_string).fold(String::new(), |words, cause| {
        if words.is_empty() {
            return cause;
        }
        if words.contains(&cause) { words } else { format!("{words}: {cause}") }
    })
}

/// Whether nobody listens there, or it cannot be found.
fn is_refused(error: &(dyn Error + 'static)) -> bool {
    Chain::new(error).any(|cause| {
        let words = cause.to_string();
        ["tcp connect error", "dns error", "deadline has elapsed"].iter().any(|said| words.contains(said))
    })
}

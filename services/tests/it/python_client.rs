//! An independent client in Python, which learns the messages by reflection. Its checks stand in
//! `tests/python/client.py`; here are only its installation and run.

use crate::support::Server;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What the client needs; whole-number ranges, as any recent version will do.
const PACKAGES: [&str; 3] = ["grpcio>=1.70", "grpcio-reflection>=1.70", "protobuf>=5.29"];

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_knows_nothing_but_the_address_gets_the_same_answers() {
    let python = tokio::task::spawn_blocking(environment).await.expect("no panic");
    let server = Server::start().await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/python/client.py");
    let address = server.address.to_string();
    let run = tokio::task::spawn_blocking(move || run(Command::new(python).arg(script).arg(address)));
    let output = run.await.expect("no panic");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.trim_end().ends_with("ok"), "{said}{}", stderr(&output));
    server.stop().await;
}

/// A virtual environment beside the build's other products, made once.
fn environment() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-client");
    let python = dir.join("bin/python");
    let ready = dir.join("ready");
    if !ready.exists() {
        let made = run(Command::new("python3").args(["-m", "venv"]).arg(&dir));
        assert!(made.status.success(), "python3 -m venv: {}", stderr(&made));
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
        let installed = run(Command::new(&python).args(install).args(PACKAGES));
        assert!(installed.status.success(), "pip install: {}", stderr(&installed));
        std::fs::write(ready, "").expect("the directory is there");
    }
    python
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

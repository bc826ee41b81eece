//! The three checkers of receipts: our command, the script of the Python standard library, and Go's packages where they are to be had.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where Debian puts the packages that `check_with_go.go` names.
const GOPATH: &str = "/usr/share/gocode";

/// What a file of vectors holds receipts of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Entries,
    /// These are not read by the checker in Go.
    Balances,
}

/// Has every checker read each receipt of a file, and counts those that are void and those that hold, as it says.
pub(crate) fn verdicts(text: &str, of: Of) -> [u32; 2] {
    let dir = tempfile::tempdir().expect("a directory");
    let go = if of == Of::Entries { go_checker() } else { None };
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let (key, at) = (lines.next().expect("the key"), dir.path().join("receipt"));
    let (mut met, mut differ) = ([0, 0], Vec::new());
    for line in lines {
        let [verdict, name, receipt] = line.split('\t').collect::<Vec<_>>().try_into().expect("three cells");
        std::fs::write(&at, STANDARD.decode(receipt).expect("base64")).expect("written");
        let code = Some(i32::from(verdict == "void"));
        for (who, mut checker) in checkers(&at, key, go) {
            let done = checker.output().unwrap_or_else(|error| panic!("{who} runs: {error}"));
            if done.status.code() != code {
                differ.push(format!("{name} is {verdict}: {who} {done:?}"));
            }
        }
        met[usize::from(verdict == "holds")] += 1;
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    met
}

fn checkers(at: &Path, key: &str, go: Option<&Path>) -> Vec<(&'static str, Command)> {
    let mut ours = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    ours.arg("check-receipt").arg(at).args(["--vkey", key]);
    let mut python = Command::new("python3");
    python.arg(script("check_receipt.py")).arg(at).arg(key);
    let mut all = vec![("check-receipt", ours), ("check_receipt.py", python)];
    if let Some(go) = go {
        let mut go = Command::new(go);
        go.args(["-", key]).arg(at);
        all.push(("check_with_go.go", go));
    }
    all
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts").join(name)
}

/// The checker in Go, built once for all tests; nothing where Go is not, which is said.
fn go_checker() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(build).as_deref()
}

fn build() -> Option<PathBuf> {
    let packages = Path::new(GOPATH).join("src/golang.org/x/mod/sumdb");
    if Command::new("go").arg("version").output().is_err() || !packages.is_dir() {
        // Past the test runner, which swallows what a passing test prints: a check left out must be seen.
        let why = "NOT CHECKED BY GO: apt-get install golang-go golang-golang-x-mod-dev";
        writeln!(std::io::stderr(), "{why}").expect("standard error takes a line");
        return None;
    }
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check_with_go");
    let program = dir.join("check_with_go");
    let mut go = Command::new("go");
    go.args(["build", "-o"]).arg(&program).arg(script("check_with_go.go"));
    go.env("GO111MODULE", "off").env("GOPATH", GOPATH).env("GOCACHE", dir.join("cache"));
    let built = go.output().expect("go runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(program)
}

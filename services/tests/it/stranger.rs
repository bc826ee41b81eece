//! What the README tells a stranger to do, done as it stands there: a payment confirmed by a receipt and a script, a
//! balance by hledger, both against what the demo itself reported.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::support::port;
use crate::tools::{self, Tool};

const HEADING: &str = "### Four commands for a stranger";

/// What is done where the README does not say it.
const COMMANDS: &str = "\
mingzhang keygen --origin aid.example.gov.cn/demo --out ledger.key
mingzhang demo --scale 0.001 --data ./demo --key ledger.key
mingzhang receipt 0239feff-2983-5edf-ae35-3d365811e33f --out payout.tlog-proof
python3 scripts/check_receipt.py payout.tlog-proof ledger.key.pub 0239feff-2983-5edf-ae35-3d365811e33f
replay export --data ./demo --format hledger --out books
hledger -f books/main.journal balance --strict --depth 3 -N Assets:Cash:Payee
";

/// The demo, serving; ended with the test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        // Already ended is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Stranger {
    dir: tempfile::TempDir,
    replay: PathBuf,
    hledger: Option<PathBuf>,
    address: String,
}

impl Stranger {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        std::os::unix::fs::symlink(repository().join("scripts"), dir.path().join("scripts")).expect("a link");
        let port = port();
        let hledger = match tools::find_hledger() {
            Ok(Tool::Hledger(program)) => Some(program),
            Ok(Tool::Beancount(_)) => None,
            Err(why) => {
                // Past the test runner, which swallows what a passing test prints: a check left out must be seen.
                writeln!(std::io::stderr(), "NOT CHECKED BY HLEDGER: {why}").expect("standard error takes a line");
                None
            }
        };
        Self { dir, replay: replay(), hledger, address: format!("127.0.0.1:{port}") }
    }

    /// The command of a line, to run where the stranger is.
    fn command(&self, line: &str) -> Option<Command> {
        let line = line.split('#').next().unwrap_or(line);
        let (program, words) = line.trim().split_once(' ').expect("a program and words");
        let mut command = match program {
            "mingzhang" => Command::new(env!("CARGO_BIN_EXE_mingzhang")),
            "replay" => Command::new(&self.replay),
            "hledger" => Command::new(self.hledger.as_ref()?),
            other => Command::new(other),
        };
        command.args(words.split_whitespace()).current_dir(self.dir.path());
        command.env("MINGZHANG_SERVER", format!("http://{}", self.address)).env("LANG", "C.UTF-8");
        Some(command)
    }

    /// Runs a line that must succeed; nothing if its program is not to be had here.
    fn run(&self, line: &str) -> Option<String> {
        let output = self.command(line)?.output().unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(output.status.success(), "{line}: {}", said(&output));
        Some(String::from_utf8(output.stdout).expect("text"))
    }

    /// Starts the demo and waits until it serves; what it prints goes into a file.
    fn start(&self, line: &str) -> (Demo, PathBuf) {
        let report = self.dir.path().join("report");
        let out = std::fs::File::create(&report).expect("a file");
        let mut command = self.command(line).expect("ours");
        command.args(["--listen", &self.address]).stdout(out).stderr(Stdio::null());
        let demo = Demo(command.spawn().expect("the built binary"));
        let until = Instant::now() + Duration::from_secs(120);
        let serves = || self.command("mingzhang health").expect("ours").output().is_ok_and(|out| out.status.success());
        while !serves() {
            assert!(Instant::now() < until, "the demo does not come to serve");
            std::thread::sleep(Duration::from_millis(200));
        }
        // A receipt is as of the last checkpoint; on a busy machine the one over the whole year may still be under way.
        assert!(self.run("mingzhang checkpoint --fresh").is_some());
        (demo, report)
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The other binary, which lies beside ours. A run of all tests has built it; for a run of this one alone Cargo is asked to.
pub fn replay() -> PathBuf {
    let ours = Path::new(env!("CARGO_BIN_EXE_mingzhang"));
    let binary = ours.with_file_name("replay");
    let built = std::fs::metadata(&binary).and_then(|found| found.modified());
    if built.is_ok_and(|built| ["ledger", "proto", "replay"].iter().all(|dir| !newer(&repository().join(dir), built))) {
        return binary;
    }
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--workspace", "--bin", "replay"]).current_dir(repository());
    if ours.parent().is_some_and(|dir| dir.ends_with("release")) {
        build.arg("--release");
    }
    let built = build.output().expect("cargo runs");
    assert!(built.status.success(), "{}", said(&built));
    binary
}

/// Whether anything the binary is made of was changed since.
fn newer(path: &Path, built: SystemTime) -> bool {
    if path.is_dir() {
        let skipped = path.file_name().is_some_and(|name| name == "tests");
        return !skipped
            && std::fs::read_dir(path).expect("a directory").flatten().any(|item| newer(&item.path(), built));
    }
    std::fs::metadata(path).and_then(|found| found.modified()).is_ok_and(|changed| changed > built)
}

/// The commands of the section, and what it shows of their output.
fn told() -> (Vec<String>, Vec<String>) {
    let text = std::fs::read_to_string(repository().join("README.md")).expect("the README");
    let after: Vec<&str> = text.lines().skip_while(|line| *line != HEADING).skip(1).collect();
    let section = after.iter().take_while(|line| !line.starts_with("## ") && !line.starts_with("### "));
    let (mut commands, mut shown, mut code) = (Vec::new(), Vec::new(), false);
    for line in section {
        if line.starts_with("```") {
            code = !code;
        } else if code && ["mingzhang ", "python3 ", "replay ", "hledger "].iter().any(|word| line.starts_with(word)) {
            commands.push((*line).to_owned());
        } else if code && !line.is_empty() {
            shown.push((*line).to_owned());
        }
    }
    if after.is_empty() {
        commands = COMMANDS.lines().map(str::to_owned).collect();
    }
    (commands, shown)
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[test]
fn a_stranger_confirms_a_payment_and_a_balance_in_four_commands() {
    let (commands, shown) = told();
    let [keygen, demo, asked @ ..] = commands.as_slice() else { panic!("no commands: {commands:?}") };
    let programs: Vec<&str> = asked.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(programs, ["mingzhang", "python3", "replay", "hledger"], "four commands, two of them not ours");
    let stranger = Stranger::new();
    assert!(stranger.run(keygen).is_some_and(|text| text.contains("public key")));
    let (_demo, report) = stranger.start(demo);
    let report = std::fs::read_to_string(report).expect("printed before serving");
    let seen: Vec<Option<String>> = asked.iter().map(|line| stranger.run(line)).collect();
    let [_, Some(receipt), Some(_), balance] = seen.as_slice() else { panic!("{seen:?}") };
    let payment = words(&asked[0]).get(2).copied().expect("a payment").to_owned();
    let traced = report.lines().find(|line| line.contains("支付 payout") && line.contains(&payment)).expect("traced");
    let first = receipt.lines().next().expect("what holds");
    let amount = first.rsplit(' ').nth(1).expect("an amount").to_owned();
    assert!(receipt.contains("\nproved: posted\n"), "{receipt}");
    assert!(receipt.starts_with("holds: ") && receipt.contains("credited") && traced.contains("到卡 credited"));
    assert!(traced.replace(',', "").contains(&format!(" {amount} 元")), "{receipt}{traced}");
    if let Some(balance) = balance {
        assert_eq!(words(balance)[1..], ["CNY", "Assets:Cash:Payee"], "{balance}");
        let ours = report.lines().map(words).find(|row| row.contains(&"payee")).expect("where money stands");
        assert_eq!(words(balance)[0], ours.last().expect("a figure").replace(',', ""), "{balance}");
    }
    let printed = format!("{receipt}{}", balance.as_deref().unwrap_or_default());
    for line in shown.iter().filter(|line| balance.is_some() || line.starts_with("holds")) {
        assert!(
            printed.lines().any(|printed| words(printed) == words(line)),
            "nothing printed is `{line}`:\n{printed}"
        );
    }
    another_payment(&stranger, &asked[1], &payment);
    // What the service says of itself is what its files come to, read by a path of their own.
    let verify = format!("replay verify --data ./demo --live http://{} --key ledger.key.pub", stranger.address);
    assert!(stranger.run(&verify).is_some_and(|text| text.ends_with("same\n")));
}

/// The receipt of one payment is none of another.
fn another_payment(stranger: &Stranger, check: &str, payment: &str) {
    let wrong = check.replace(payment, "893c4ab5-39bd-5424-a89e-c62f13b31b1a");
    let output = stranger.command(&wrong).expect("python3").output().expect("python3 runs");
    assert!(!output.status.success() && said(&output).contains("does not say"), "{}", said(&output));
}

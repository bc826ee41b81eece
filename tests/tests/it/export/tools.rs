//! Strangers' tools for the tests of exports: Beancount from its package, hledger from Debian, Python's reader of CSV.
//! Each is fetched into `target` once, or found; nothing of ours is in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a tool says stands on each account, in fen.
pub type Balances = BTreeMap<String, i128>;

const BEANCOUNT: &str = "beancount==3.2.0";

/// Loads a journal, fails on any error it reports, and prints what its own inventories hold.
const BALANCES: &str = "
import sys
from beancount import loader
from beancount.core import realization
entries, errors, _ = loader.load_file(sys.argv[1])
for error in errors:
    print(error.source.get('lineno') if error.source else '', error.message, file=sys.stderr)
if errors:
    sys.exit(1)
for account in realization.iter_children(realization.realize(entries), leaf_only=True):
    print(f'{account.account} {account.balance.get_currency_units(\"CNY\").number:.2f}')
";

/// Adds up the postings of the tables, with exact numbers and no knowledge of ours.
const TABLES: &str = "
import csv, sys, collections
rows = lambda name: list(csv.DictReader(open(f'{sys.argv[1]}/{name}.csv', encoding='utf-8', newline='')))
sums = collections.Counter()
for row in rows('postings'):
    sums[row['debit_name']] += int(row['fen'])
    sums[row['credit_name']] -= int(row['fen'])
for row in rows('accounts'):
    if sums[row['name']] != int(row['balance_fen']):
        sys.exit(f'{row} but the postings say {sums[row[\"name\"]]}')
for name, fen in sums.items():
    sign = '-' if fen < 0 else ''
    print(f'{name} {sign}{abs(fen) // 100}.{abs(fen) % 100:02d}')
entries = rows('entries')
assert [int(row['index']) for row in entries] == list(range(len(entries)))
print('entries', f'{len(entries) // 100}.{len(entries) % 100:02d}')
";

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// Lines of `account amount`.
fn balances(output: &Output) -> Balances {
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    text.lines().filter_map(|line| line.split_once(' ')).map(|(name, yuan)| (name.to_owned(), fen(yuan))).collect()
}

/// `-1234.56` in fen.
fn fen(yuan: &str) -> i128 {
    if yuan == "0" {
        return 0;
    }
    assert_eq!(yuan.rfind('.'), yuan.len().checked_sub(3), "{yuan} has not two decimals");
    yuan.replace('.', "").parse().expect("a number")
}

fn python(script: &str, path: &Path, argument: &Path) -> Result<Balances, String> {
    let mut command = Command::new("python3");
    command.args(["-c", script]).arg(argument);
    command.env("PYTHONPATH", path).env("PYTHONUTF8", "1").env("BEANCOUNT_DISABLE_LOAD_CACHE", "1");
    let output = command.output().expect("python3 runs");
    if output.status.success() { Ok(balances(&output)) } else { Err(said(&output)) }
}

/// What the tables say, added up by Python.
pub fn tables(dir: &Path) -> Result<Balances, String> {
    python(TABLES, dir, dir)
}

/// A tool that reads journals.
pub enum Tool {
    /// Where its packages are.
    Beancount(PathBuf),
    /// The program.
    Hledger(PathBuf),
}

impl Tool {
    /// What the tool says stands on each account of a journal, or what it finds wrong with it.
    pub fn balances(&self, journal: &Path) -> Result<Balances, String> {
        match self {
            Self::Beancount(path) => python(BALANCES, path, journal),
            Self::Hledger(program) => hledger(program, journal),
        }
    }
}

/// `--strict` also wants every account and commodity declared.
fn hledger(program: &Path, journal: &Path) -> Result<Balances, String> {
    let mut command = Command::new(program);
    command.env("LANG", "C.UTF-8").arg("-f").arg(journal);
    let output = command.args(["balance", "--strict", "--flat", "-N", "-E", "-O", "csv"]).output().expect("it runs");
    if !output.status.success() {
        return Err(said(&output));
    }
    let text = String::from_utf8(output.stdout).expect("text");
    let rows = text.lines().skip(1).filter_map(|line| line.trim_matches('"').split_once("\",\""));
    Ok(rows.map(|(name, amount)| (name.to_owned(), fen(amount.trim_end_matches(" CNY")))).collect())
}

/// Held by the one test of a process that installs. Other processes install beside and rename, and the first one wins.
static INSTALLING: Mutex<()> = Mutex::new(());

fn one_at_a_time() -> MutexGuard<'static, ()> {
    INSTALLING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Beancount, installed under `target` if it is not there.
pub fn beancount() -> Result<Tool, String> {
    let _turn = one_at_a_time();
    let place = target().join("beancount");
    if !place.join("beancount/loader.py").exists() {
        let own = place.with_extension(format!("part-{}", std::process::id()));
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target"]);
        let output = pip.arg(&own).arg(BEANCOUNT).output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("pip could not install {BEANCOUNT}: {}", said(&output)));
        }
        if std::fs::rename(&own, &place).is_err() {
            let _ = std::fs::remove_dir_all(&own);
        }
    }
    Ok(Tool::Beancount(place))
}

/// hledger from the path, or unpacked from Debian's package, for which nobody needs to be root.
pub fn find_hledger() -> Result<Tool, String> {
    let _turn = one_at_a_time();
    let runs = |program: &Path| Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success());
    let place = target().join("hledger");
    for program in [PathBuf::from("hledger"), place.join("usr/bin/hledger")] {
        if runs(&program) {
            return Ok(Tool::Hledger(program));
        }
    }
    let own = place.with_extension(format!("part-{}", std::process::id()));
    std::fs::create_dir_all(&own).map_err(|error| error.to_string())?;
    let unpack = "apt-get download hledger && dpkg -x hledger_*.deb . && rm hledger_*.deb";
    let output = Command::new("sh").args(["-c", unpack]).current_dir(&own).output();
    let got = output.map_err(|error| error.to_string())?;
    if !got.status.success() {
        let _ = std::fs::remove_dir_all(&own);
        return Err(format!("hledger is not on the path and could not be fetched from Debian: {}", said(&got)));
    }
    if std::fs::rename(&own, &place).is_err() {
        let _ = std::fs::remove_dir_all(&own);
    }
    let program = place.join("usr/bin/hledger");
    if runs(&program) { Ok(Tool::Hledger(program)) } else { Err(format!("{} does not run", program.display())) }
}

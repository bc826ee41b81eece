//! Every story in `scenarios/` comes out as written, and together they provoke all the ledger can say.
//! The stories are the tests; nothing is judged here.

use ledger::finding::FindingKind;
use ledger::outcome::Code;
use std::path::{Path, PathBuf};
use tests::scenario::{Provoked, run};

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).expect("the folder of stories").flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    files.sort();
    files
}

#[test]
fn stories_come_out_as_written_and_provoke_everything() {
    let mut provoked = Provoked::default();
    let mut wrong = Vec::new();
    for path in stories() {
        if let Err(error) = run(&path, &mut provoked) {
            wrong.push(format!("{error:#}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let missing: Vec<&str> =
        proto::event::KIND_NAMES.iter().filter(|kind| !provoked.kinds.contains(*kind)).copied().collect();
    assert!(missing.is_empty(), "no story posts {missing:?}");
    let codes = Code::ALL.iter().map(|code| code.name());
    let missing: Vec<&str> = codes.filter(|code| !provoked.codes.contains(code)).collect();
    assert!(missing.is_empty(), "no story is refused for {missing:?}");
    let findings = FindingKind::all().into_iter().map(FindingKind::name);
    let missing: Vec<&str> = findings.filter(|name| !provoked.findings.contains(name)).collect();
    assert!(missing.is_empty(), "no story finds {missing:?}");
}

//! House rules, held by a test: sizes, headers, the arrow of crates, the floor plan of each crate, and what the core must
//! not contain.
//! Not here: anything the compiler or clippy refuses already (unsafe code, missing docs, disallowed types).

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "tidy/arrows.rs"]
mod arrows;
#[path = "tidy/lexer.rs"]
mod lexer;
#[path = "tidy/plan.rs"]
mod plan;

use lexer::{blank, functions, has_word, without_tests};

/// Longest file, in lines: what one sitting reads.
const FILE_LINES: usize = 400;
/// Longest function, in lines, from `fn` to its closing brace: what one screen shows.
const FUNCTION_LINES: usize = 60;

/// Every exception there is: rule, path, reason. An exception nobody needs any more fails too.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// Crates each crate must not depend on: the arrow `ledger <- proto <- replay <- services`.
const ARROW: &[(&str, &[&str])] = &[
    (
        "ledger",
        &[
            "tokio",
            "prost",
            "prost-types",
            "tonic",
            "sled",
            "async-nats",
            "bytes",
            "rand",
            "chrono",
            "tracing",
            "proto",
            "replay",
            "services",
        ],
    ),
    ("proto", &["tokio", "sled", "async-nats", "clap", "tracing", "replay", "services"]),
    // Its jobs may ask a running service, so `tonic` is there for a client; serving is not.
    ("replay", &["tonic-health", "tonic-reflection", "axum", "services"]),
    ("services", &["tests"]),
];

#[test]
fn every_rust_file_keeps_the_house_rules() {
    let mut broken = Broken::default();
    let files = rust_files();
    assert!(files.len() > 15, "the walk found only {} files", files.len());
    for (path, text) in &files {
        let code = blank(text);
        if !text.starts_with("//!") {
            broken.add("header", path, 1, "the first line says what the file holds: `//! …`");
        }
        let lines = text.lines().count();
        if lines > FILE_LINES {
            broken.add("file lines", path, lines, "split the file by what a reader looks for");
        }
        for (line, name, length) in functions(&code) {
            if length > FUNCTION_LINES {
                broken.add("function lines", path, line, &format!("`{name}` has {length} lines"));
            }
        }
        for (line, text) in text.lines().enumerate() {
            for word in unfinished() {
                if text.contains(&word) {
                    broken.add("unfinished", path, line + 1, &format!("`{word}`: finish it or leave it out"));
                }
            }
        }
    }
    broken.settle();
}

#[test]
fn the_core_stays_pure() {
    let banned = [
        ("unwrap", ".unwrap()", "name the case, or `let … else`"),
        ("expect", ".expect(", "name the case, or assert what is impossible"),
        ("float", "f32", "money is i64 fen, rates are decimals"),
        ("float", "f64", "money is i64 fen, rates are decimals"),
        ("order", "HashMap", "its order differs from run to run"),
        ("order", "HashSet", "its order differs from run to run"),
        ("io", "std::fs", "the core reads and writes nothing"),
        ("io", "std::net", "the core talks to nobody"),
        ("io", "std::env", "the core is told, it does not look"),
        ("clock", "std::time", "time comes in with the entry"),
        ("thread", "std::thread", "one thread owns the state"),
        ("print", "println!", "the core speaks through outcomes"),
    ];
    let mut broken = Broken::default();
    for (path, text) in rust_files() {
        if !path.starts_with("ledger/src/") || path.ends_with("/tests.rs") || path.contains("/tests/") {
            continue;
        }
        let code = without_tests(&blank(&text));
        for (line, text) in code.lines().enumerate() {
            for (rule, word, instead) in banned {
                if has_word(text, word) {
                    broken.add(rule, &path, line + 1, &format!("`{word}`: {instead}"));
                }
            }
        }
    }
    broken.settle_only();
}

#[test]
fn crates_keep_the_arrow() {
    let mut broken = Broken::default();
    for (name, banned) in ARROW {
        let path = format!("{name}/Cargo.toml");
        let text = fs::read_to_string(root().join(&path)).expect("a crate has a Cargo.toml");
        let mut section = "";
        for (line, text) in text.lines().enumerate() {
            if text.starts_with('[') {
                section = text;
                continue;
            }
            let dependency = text.split(['.', ' ', '=']).next().unwrap_or_default();
            let normal = section == "[dependencies]" || section == "[build-dependencies]";
            if normal && banned.contains(&dependency) {
                broken.add("arrow", &path, line + 1, &format!("{name} must not know {dependency}"));
            }
        }
    }
    for (path, text) in rust_files() {
        // The jobs stand under the binary of replay; services sees its library alone.
        if path.starts_with("services/") && (text.contains("replay::jobs") || text.contains("replay::main")) {
            broken.add("arrow", &path, 1, "services imports only the library of replay, not its jobs");
        }
    }
    broken.settle_only();
}

#[test]
fn no_path_of_a_machine_is_kept() {
    // Put together here, so that this file does not name them itself.
    let paths: Vec<String> = ["work", "root", "farm", "Users"].iter().map(|dir| format!("/{dir}/")).collect();
    let mut broken = Broken::default();
    for (path, text) in kept_files() {
        if !path.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c)) {
            broken.add(
                "file name",
                &path,
                1,
                "letters, digits, `.`, `_` and `-`: others cannot be checked out everywhere",
            );
        }
        for (line, text) in text.lines().enumerate() {
            for machine in &paths {
                let at_start = text
                    .match_indices(machine.as_str())
                    .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "._-/{}$".contains(c)));
                if at_start {
                    broken.add("machine path", &path, line + 1, "a path of one machine means nothing elsewhere");
                }
            }
        }
    }
    broken.settle_only();
}

#[test]
fn readme_commands_exist() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let main = rust_files().into_iter().filter(|(path, _)| path.starts_with("services/src/"));
    let services: String = main.map(|(_, text)| text.to_lowercase()).collect();
    let ci = fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    let commands = fenced(&readme);
    assert!(commands.iter().any(|line| line.starts_with("cargo run --release -- demo")), "the main job");
    let test = commands.iter().find(|line| line.starts_with("cargo test")).expect("one test command");
    assert!(ci.contains(test.as_str()), "`{test}` of the README is not what .ci/run runs");
    for line in &commands {
        if let Some(path) = line.split_whitespace().find(|word| word.starts_with(".ci/")) {
            assert!(root().join(path).exists(), "{path} of the README does not exist");
        }
        let words = line.split_once("-- ").map(|(_, rest)| rest).or_else(|| line.strip_prefix("mingzhang "));
        let Some(words) = words.filter(|_| line.starts_with("cargo run") || line.starts_with("mingzhang")) else {
            continue;
        };
        let command = words.split_whitespace().next().unwrap_or_default();
        // A variant of the list of commands has no hyphens.
        let variant = command.replace('-', "");
        let known = [format!("{variant}("), format!("{variant} {{"), format!("\"{command}\"")];
        let known = known.iter().any(|form| services.contains(form));
        assert!(known, "the README names `{command}`, which the program does not");
    }
}

#[test]
fn documents_name_what_exists() {
    let mut broken = Broken::default();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/decisions.md", "docs/freeze.md"] {
        let text = fs::read_to_string(root().join(document)).expect("a document of the top level");
        for (line, text) in text.lines().enumerate() {
            for name in text.split('`').skip(1).step_by(2) {
                let (first, rest) = name.split_once('/').unwrap_or_default();
                let ours =
                    ["ledger", "proto", "replay", "services", "tests", "policies", "docs", ".ci"].contains(&first);
                if ours && !rest.contains([' ', '*']) && !root().join(name).exists() {
                    broken.add("documents", document, line + 1, &format!("`{name}` does not exist"));
                }
            }
        }
    }
    broken.settle_only();
}

/// What breaks a rule, gathered so that one run shows all of it.
#[derive(Default)]
struct Broken(Vec<(String, String, String)>);

impl Broken {
    fn add(&mut self, rule: &str, path: &str, line: usize, what: &str) {
        self.0.push((rule.to_owned(), path.to_owned(), format!("{path}:{line}: {rule}: {what}")));
    }

    /// Fails on what no exception covers, and on exceptions nothing needs.
    fn settle(self) {
        let covers = |rule: &str, path: &str| EXCEPTIONS.iter().any(|(r, p, _)| *r == rule && *p == path);
        let mut report = String::new();
        for (_, _, line) in self.0.iter().filter(|(rule, path, _)| !covers(rule, path)) {
            let _ = writeln!(report, "{line}");
        }
        for (rule, path, _) in EXCEPTIONS {
            if !self.0.iter().any(|(r, p, _)| r == rule && p == path) {
                let _ = writeln!(report, "{path}: the exception from `{rule}` is no longer needed");
            }
        }
        assert!(report.is_empty(), "\n{report}");
    }

    /// Fails on everything: these rules know no exception.
    fn settle_only(self) {
        let lines: Vec<String> = self.0.into_iter().map(|(_, _, line)| line).collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

/// Marks of unfinished work; split so that this file does not hold them.
fn unfinished() -> Vec<String> {
    [("TO", "DO"), ("FIX", "ME"), ("to", "do!("), ("unimple", "mented!("), ("#[ig", "nore")]
        .iter()
        .map(|(a, b)| format!("{a}{b}"))
        .collect()
}

fn rust_files() -> Vec<(String, String)> {
    kept_files().into_iter().filter(|(path, _)| path.ends_with(".rs")).collect()
}

/// Text files of the repository, by path from its root, without what is built.
fn kept_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut open = vec![root()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).expect("a readable directory") {
            let path = entry.expect("a readable entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && name != ".git" {
                    open.push(path);
                }
            } else if let Ok(text) = fs::read_to_string(&path) {
                let local = path.strip_prefix(root()).expect("below the root");
                files.push((local.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    files.sort();
    files
}

/// The lines inside fenced blocks that are commands.
fn fenced(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside && ["cargo ", "mingzhang ", ".ci/", "docker "].iter().any(|start| line.starts_with(start)) {
            lines.push(line.split(" #").next().unwrap_or(line).trim_end().to_owned());
        }
    }
    lines
}

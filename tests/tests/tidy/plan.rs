//! The floor plan: which wings a crate has, which may name which, that no files name each other in a loop, and that one
//! name means one thing. Not here: sizes, headers and what the core must not contain.

use std::collections::BTreeMap;

use super::arrows::{Crate, circles};
use super::lexer::{blank, without_tests};
use super::{Broken, rust_files};

/// The wings of each crate, ground up: a line names itself and the lines above it. What shares a line does not know each
/// other. A folder or file at the top of a crate that is not listed fails.
const FLOORS: &[(&str, &[&[&str]])] = &[
    (
        "ledger",
        &[
            &["money", "hash", "handle", "steps"],
            &["account"],
            &["event"],
            &["outcome"],
            &["finding", "entry"],
            &["tree"],
            &["state"],
            &["change"],
            &["set", "authority", "rights"],
            &["difference", "in_vain"],
            &["registry"],
            &["loan"],
            &["aid", "lender"],
            &["suspense"],
            &["control", "desk"],
            &["withdraw"],
            &["fold"],
        ],
    ),
    ("proto", &[&["limits", "text"], &["v1"], &["event", "entry", "json"], &["outcome", "fields", "samples"]]),
    (
        "replay",
        &[
            &["limits", "kill_points", "files", "point", "terminal", "policies"],
            &["pause", "dial"],
            &["record"],
            &["proof"],
            &["pages"],
            &["engine", "answers"],
            &["audit", "upkeep"],
            &["jobs"],
        ],
    ),
    (
        "services",
        &[&["wire", "principal", "ids"], &["query", "intake"], &["accrue", "faces"], &["demo"], &["bench"], &["cli"]],
    ),
];

/// Public types of one crate that share a name, with the reason.
const SHARED_NAMES: &[(&str, &str, &str)] = &[];

#[test]
fn wings_name_only_themselves_and_those_below() {
    let files = rust_files();
    let mut broken = Broken::default();
    for (name, floors) in FLOORS {
        let floor_of = |path: &str| {
            let wing = wing_of(path.strip_prefix(&format!("{name}/src/")).unwrap_or(path)).to_owned();
            let floor = floors.iter().position(|wings| wings.contains(&wing.as_str()));
            (wing, floor)
        };
        for arrow in Crate::read(name, &files).arrows() {
            let ((from, from_floor), (to, to_floor)) = (floor_of(&arrow.from), floor_of(&arrow.to));
            if ["lib", "main"].contains(&from.as_str()) || to == "lib" || from == to {
                continue;
            }
            if to_floor >= from_floor {
                broken.add("floors", &arrow.from, 1, &format!("{from} must not name {to} ({})", arrow.to));
            }
        }
        let start = format!("{name}/src/");
        for wing in floors.iter().flat_map(|wings| wings.iter()) {
            let stands = files.iter().any(|(path, _)| wing_of(path.strip_prefix(&start).unwrap_or_default()) == *wing);
            if !stands && *wing != "v1" {
                broken.add("floors", name, 1, &format!("`{wing}` is listed in FLOORS and is no wing of {name}"));
            }
        }
        for (path, _) in files.iter().filter(|(path, _)| path.starts_with(&start)) {
            let (wing, floor) = floor_of(path);
            if floor.is_none() && !["lib", "main"].contains(&wing.as_str()) {
                broken.add("floors", path, 1, &format!("`{wing}` is no wing of {name}: list it in FLOORS, or move it"));
            }
        }
    }
    broken.settle_only();
}

/// The folder or file at the top of a crate that a path below `src` belongs to.
fn wing_of(local: &str) -> &str {
    local.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

#[test]
fn no_files_name_each_other_in_a_loop() {
    let files = rust_files();
    let mut broken = Broken::default();
    for name in ["ledger", "proto", "replay", "services", "tests"] {
        for circle in circles(&Crate::read(name, &files).arrows()) {
            broken.add("circles", &circle[0], 1, &circle.join(" -> "));
        }
    }
    broken.settle_only();
}

#[test]
fn a_type_is_called_once() {
    let mut places: BTreeMap<(String, String), Vec<(String, usize)>> = BTreeMap::new();
    for (path, text) in rust_files() {
        let Some((name, _)) = path.split_once("/src/") else { continue };
        for (line, text) in without_tests(&blank(&text)).lines().enumerate() {
            if let Some(called) = public_type(text) {
                places.entry((name.to_owned(), called.to_owned())).or_default().push((path.clone(), line + 1));
            }
        }
    }
    let mut broken = Broken::default();
    let shared = |name: &str, called: &str| SHARED_NAMES.iter().any(|(n, c, _)| *n == name && *c == called);
    for ((name, called), at) in &places {
        if at.len() > 1 && !shared(name, called) {
            for (path, line) in at {
                broken.add(
                    "names",
                    path,
                    *line,
                    &format!("`{called}` is the name of {} public types of {name}", at.len()),
                );
            }
        }
    }
    for (name, called, _) in SHARED_NAMES {
        let count = places.get(&((*name).to_owned(), (*called).to_owned())).map_or(0, Vec::len);
        if count < 2 {
            broken.add("names", name, 1, &format!("the exception for `{called}` is no longer needed"));
        }
    }
    broken.settle_only();
}

/// The name of a type that others can see, if the line declares one.
fn public_type(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = rest.trim_start();
    let rest = if rest.starts_with('(') { rest.split_once(')')?.1.trim_start() } else { rest };
    let words = ["struct ", "enum ", "trait ", "type ", "union "];
    let name = words.iter().find_map(|word| rest.strip_prefix(word))?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

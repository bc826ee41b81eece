//! Which file of a crate names which, read from `use` and from paths in the code. Tests are left out, and a name that is
//! handed on by `use` is followed to the file that defines it. No types are known: a method call draws no arrow.

use std::collections::{BTreeMap, BTreeSet};

use super::lexer::{blank, without_tests};

/// A crate's files by their module path, and what each of them names.
pub struct Crate {
    name: &'static str,
    files: BTreeMap<Vec<String>, Source>,
}

struct Source {
    path: String,
    /// What `use` brings in: the name it has here, and the whole path.
    imports: Vec<(String, Vec<String>)>,
    /// Paths that start at a name which is no import, whole.
    paths: Vec<Vec<String>>,
    /// Names this file defines itself.
    defines: BTreeSet<String>,
}

/// One file names another of its crate.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Arrow {
    /// The file that names.
    pub from: String,
    /// The file that is named.
    pub to: String,
    /// Whether one is the other's folder head, so that they are one thing to a reader.
    pub kin: bool,
}

impl Crate {
    /// Reads the files below `NAME/src`; the binary of a crate counts as part of it.
    pub fn read(name: &'static str, all: &[(String, String)]) -> Self {
        let start = format!("{name}/src/");
        let mut files = BTreeMap::new();
        for (path, text) in all {
            let Some(local) = path.strip_prefix(&start) else { continue };
            if is_test(local) || local == "main.rs" {
                continue;
            }
            files.insert(module(local), Source::read(path, text));
        }
        Self { name, files }
    }

    /// All arrows between different files, each once.
    pub fn arrows(&self) -> BTreeSet<Arrow> {
        let mut arrows = BTreeSet::new();
        for (module, source) in &self.files {
            let imported = source.imports.iter().map(|(_, path)| path);
            for path in imported.chain(&source.paths) {
                let Some(target) = self.absolute(module, path).and_then(|path| self.defined_in(path, 0)) else {
                    continue;
                };
                if target != *module {
                    let kin = target.starts_with(module) || module.starts_with(&target);
                    let to = self.files[&target].path.clone();
                    arrows.insert(Arrow { from: source.path.clone(), to, kin });
                }
            }
        }
        arrows
    }

    /// The path from the crate's root, if it is one within the crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let (head, rest) = path.split_first()?;
        let below = |start: &[String], rest: &[String]| Some([start, rest].concat());
        match head.as_str() {
            "crate" => below(&[], rest),
            "self" => below(module, rest),
            "super" => {
                let up = path.iter().take_while(|part| *part == "super").count();
                below(&module[..module.len().checked_sub(up)?], &path[up..])
            }
            name if name == self.name => below(&[], rest),
            name => {
                if self.files.contains_key(&[module, std::slice::from_ref(head)].concat()) {
                    return below(module, path);
                }
                let source = &self.files[module];
                let (_, whole) = source.imports.iter().find(|(local, _)| local == name)?;
                // An outside name that is imported by itself, or by way of another import, leads to no file of ours.
                let leads_in = ["crate", "self", "super", self.name].contains(&whole[0].as_str());
                let child = self.files.contains_key(&[module, std::slice::from_ref(&whole[0])].concat());
                (leads_in || child).then(|| self.absolute(module, &[whole, rest].concat())).flatten()
            }
        }
    }

    /// The file in which the last named thing of an absolute path is defined.
    fn defined_in(&self, path: Vec<String>, depth: usize) -> Option<Vec<String>> {
        let known = (0..=path.len()).rev().find(|length| self.files.contains_key(&path[..*length]))?;
        let (module, rest) = (path[..known].to_vec(), &path[known..]);
        let (source, Some(name)) = (&self.files[&module], rest.first()) else { return Some(module) };
        if depth > 8 || source.defines.contains(name) {
            return Some(module);
        }
        for (local, whole) in &source.imports {
            let handed_on = if local == name {
                self.absolute(&module, whole).map(|path| [&path, &rest[1..]].concat())
            } else if local == "*" {
                let all = self.absolute(&module, &whole[..whole.len() - 1]);
                all.filter(|all| self.files.get(all).is_some_and(|file| file.defines.contains(name)))
                    .map(|path| [&path, rest].concat())
            } else {
                None
            };
            if let Some(target) = handed_on.and_then(|path| self.defined_in(path, depth + 1)) {
                return Some(target);
            }
        }
        Some(module)
    }
}

impl Source {
    fn read(path: &str, text: &str) -> Self {
        let code = without_tests(&blank(text));
        let tokens = tokens(&code);
        let mut source =
            Self { path: path.to_owned(), imports: Vec::new(), paths: Vec::new(), defines: BTreeSet::new() };
        let mut at = 0;
        while at < tokens.len() {
            at = match tokens[at] {
                "use" => source.read_use(&tokens, at + 1),
                "struct" | "enum" | "trait" | "type" | "fn" | "const" | "static" | "union" => {
                    source.defines.extend(tokens.get(at + 1).map(|name| (*name).to_owned()));
                    at + 1
                }
                word if is_word(word) && tokens.get(at + 1) == Some(&"::") => source.read_path(&tokens, at),
                _ => at + 1,
            };
        }
        source
    }

    fn read_path(&mut self, tokens: &[&str], mut at: usize) -> usize {
        let mut path = vec![tokens[at].to_owned()];
        while tokens.get(at + 1) == Some(&"::") && tokens.get(at + 2).is_some_and(|word| is_word(word)) {
            path.push(tokens[at + 2].to_owned());
            at += 2;
        }
        self.paths.push(path);
        at + 1
    }

    fn read_use(&mut self, tokens: &[&str], start: usize) -> usize {
        let end = tokens[start..].iter().position(|token| *token == ";").map_or(tokens.len(), |at| start + at);
        self.read_tree(&tokens[start..end], &[]);
        end
    }

    /// One tree of a `use`, without its semicolon: a path, then nothing, `as NAME`, or a group.
    fn read_tree(&mut self, tokens: &[&str], prefix: &[String]) {
        let mut path = prefix.to_vec();
        for (at, token) in tokens.iter().enumerate() {
            match *token {
                "{" => {
                    for branch in branches(&tokens[at + 1..tokens.len() - 1]) {
                        self.read_tree(branch, &path);
                    }
                    return;
                }
                "as" => {
                    self.imports.push(((*tokens.last().unwrap_or(&"_")).to_owned(), path));
                    return;
                }
                "::" => {}
                "self" if !path.is_empty() => {}
                word => path.push(word.to_owned()),
            }
        }
        self.imports.extend(path.last().cloned().map(|name| (name, path)));
    }
}

/// Splits a group at its own commas.
fn branches<'a, 'b>(tokens: &'a [&'b str]) -> Vec<&'a [&'b str]> {
    let mut depth = 0;
    let parts = tokens.split(|token| {
        depth += i32::from(*token == "{") - i32::from(*token == "}");
        depth == 0 && *token == ","
    });
    parts.filter(|part| !part.is_empty()).collect()
}

fn is_test(local: &str) -> bool {
    local.ends_with("tests.rs") || local.starts_with("tests/") || local.contains("/tests/")
}

/// `a/b.rs` and `a/b/mod.rs` are the module `a::b`.
fn module(local: &str) -> Vec<String> {
    let name = local.trim_end_matches(".rs");
    let parts = name.split('/').filter(|part| !["mod", "lib"].contains(part));
    parts.map(str::to_owned).collect()
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::` and single signs of blanked code.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let inside = |c: char| c.is_alphanumeric() || c == '_';
        let length = match first {
            c if inside(c) => rest.find(|c| !inside(c)).unwrap_or(rest.len()),
            _ if rest.starts_with("::") => 2,
            c => c.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// One way round each knot of files that name each other in a loop.
pub fn circles(arrows: &BTreeSet<Arrow>) -> Vec<Vec<String>> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in arrows.iter().filter(|arrow| !arrow.kin) {
        next.entry(&arrow.from).or_default().insert(&arrow.to);
    }
    let mut found = Vec::new();
    // What leads nowhere is in no circle; what is left when nothing more can be taken away leads round.
    loop {
        let live: BTreeSet<&str> = next.keys().copied().collect();
        for targets in next.values_mut() {
            targets.retain(|target| live.contains(target));
        }
        let before = next.len();
        next.retain(|_, targets| !targets.is_empty());
        if next.len() < before {
            continue;
        }
        let Some(start) = next.keys().next() else { return found };
        let mut way = vec![*start];
        let circle = loop {
            let following = next[way[way.len() - 1]].iter().next().copied().unwrap_or(start);
            if let Some(first) = way.iter().position(|file| *file == following) {
                break way[first..].to_vec();
            }
            way.push(following);
        };
        // Cut it, so that the search goes on to the next.
        if let Some(targets) = next.get_mut(circle[circle.len() - 1]) {
            targets.remove(circle[0]);
        }
        found.push(circle.into_iter().map(str::to_owned).collect());
    }
}

#[test]
fn arrows_are_read_from_use_and_from_paths_and_followed_through_folder_heads() {
    let file = |path: &str, text: &str| (format!("x/src/{path}"), text.to_owned());
    let files = [
        file("lib.rs", "pub mod a; pub mod b;"),
        file("a/mod.rs", "mod deep; pub use deep::{Deep, other as handed}; use crate::b;"),
        file("a/deep.rs", "pub struct Deep; pub fn other() { b::run::<u8>(); super::super::b::run() }"),
        file(
            "b.rs",
            "use crate::a::{self, handed}; fn run() { let _ = a::Deep; }\n#[cfg(test)]\nmod tests { use crate::c; }",
        ),
        file("c.rs", "use std::fmt; // crate::a::Deep\nfn c() { \"crate::a\"; }"),
        file("c/tests.rs", "use crate::a;"),
    ];
    let arrows = Crate::read("x", &files).arrows();
    let plain: Vec<(&str, &str)> = arrows.iter().filter(|a| !a.kin).map(|a| (&a.from[6..], &a.to[6..])).collect();
    assert_eq!(plain, [("a/deep.rs", "b.rs"), ("a/mod.rs", "b.rs"), ("b.rs", "a/deep.rs"), ("b.rs", "a/mod.rs")]);
    let found = circles(&arrows);
    assert_eq!(found.len(), 2, "one through the folder's head and one past it: {found:?}");
    assert_eq!(circles(&BTreeSet::new()), Vec::<Vec<String>>::new());
}

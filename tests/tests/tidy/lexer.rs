//! Just enough of a lexer to tell code from comments and strings, and to find where functions end. No syntax tree.

/// The code with comments, strings and characters blanked out, line for line.
pub fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = at + skipped(&chars[at..], at.checked_sub(1).map(|before| chars[before]));
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Length of the comment, string or character that starts here; 0 if code goes on.
fn skipped(rest: &[char], before: Option<char>) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    match rest {
        ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => block_comment(rest),
        ['"', ..] => quoted(rest, '"'),
        ['r', '"' | '#', ..] if !before.is_some_and(|c| is_word(c) && c != 'b') => raw_string(rest),
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => quoted(rest, '\''),
        _ => 0, // A lifetime has no closing quote and is code.
    }
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < rest.len() {
        match (rest[at], rest[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

fn raw_string(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0; // A raw identifier.
    }
    let mut close = vec!['"'];
    close.extend(std::iter::repeat_n('#', hashes));
    let body = 2 + hashes;
    let found = rest[body..].windows(close.len()).position(|window| window == close);
    found.map_or(rest.len(), |at| body + at + close.len())
}

/// Line, name and number of lines of each function with a body, from blanked code.
pub fn functions(code: &str) -> Vec<(usize, String, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let name: String = code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let starts = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if name.is_empty() || !starts {
            continue;
        }
        if let Some(end) = body_end(&code[at..]) {
            let line = code[..at].matches('\n').count() + 1;
            found.push((line, name, code[at..at + end].matches('\n').count() + 1));
        }
    }
    found
}

/// Where the body closes; none for a declaration. Semicolons in brackets belong to array types.
fn body_end(code: &str) -> Option<usize> {
    let (mut braces, mut brackets) = (0_i32, 0_i32);
    for (at, c) in code.char_indices() {
        match c {
            '[' | '(' => brackets += 1,
            ']' | ')' => brackets -= 1,
            ';' if braces == 0 && brackets == 0 => return None,
            '{' => braces += 1,
            '}' if braces == 1 => return Some(at),
            '}' => braces -= 1,
            _ => {}
        }
    }
    None
}

/// Blanked code without what stands under `#[cfg(test)]`.
pub fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some(start) = out.find("#[cfg(test)]") {
        let length = body_end(&out[start..]).map(|end| end + 1);
        let end = start + length.or_else(|| out[start..].find(';').map(|at| at + 1)).unwrap_or("#[cfg(test)]".len());
        let gone: String = out[start..end].chars().filter(|c| *c == '\n').collect();
        out.replace_range(start..end, &gone);
    }
    out
}

/// Whether the word stands in the line by itself, not inside a longer name.
pub fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let bare = word.starts_with(inside);
    let ends = word.ends_with(inside);
    line.match_indices(word).any(|(at, _)| {
        let before = bare && line[..at].ends_with(inside);
        let after = ends && line[at + word.len()..].starts_with(inside);
        !before && !after
    })
}

#[test]
fn the_lexer_sees_code_and_only_code() {
    let text = "fn a() {\n // }\n let b = \"}\\\"}\"; let c = '}'; let d = '\\''; /* } /* } */ */\n}\nfn e<'x>() {}\n";
    assert_eq!(functions(&blank(text)), [(1, "a".to_owned(), 4), (5, "e".to_owned(), 1)]);
    let raw = "fn r() {\n r#\"}\n\"}\"#;\n}\n";
    assert_eq!(functions(&blank(raw)), [(1, "r".to_owned(), 4)]);
    let declared = "trait T { fn no_body(&self); fn body(&self) -> [u8; 3] {\n [0; 3]\n} }\n";
    assert_eq!(functions(&blank(declared)), [(1, "body".to_owned(), 3)]);
    assert_eq!(without_tests("a();\n#[cfg(test)]\nmod tests {\n b();\n}\nc();\n"), "a();\n\n\n\n\nc();\n");
    assert!(has_word("x: f64,", "f64") && !has_word("conf64", "f64") && has_word("a.unwrap()", ".unwrap()"));
}

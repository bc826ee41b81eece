//! The README's commands about loans, run as they stand there against the demo they name. What they print must hold the
//! lines the README shows.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::port;

/// The demo, serving; ended with the test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        // Already ended is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mingzhang(arguments: &[&str], url: &str) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    command.args(arguments).env("MINGZHANG_SERVER", url).output().expect("the built binary")
}

/// The lines of the README between the heading of the section and the next.
fn section(heading: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(path).expect("the README");
    let after = text.lines().skip_while(|line| *line != heading).skip(1);
    after.take_while(|line| !line.starts_with("## ")).map(str::to_owned).collect()
}

#[test]
fn what_the_readme_says_of_loans_is_what_one_sees() {
    let lines = section("## Loans: whose interest is it, day by day");
    let commands: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("mingzhang "))
        .map(|rest| rest.split('#').next().unwrap_or(rest).trim())
        .collect();
    let (demo, asked) = commands.split_first().expect("commands in the section");
    let port = port();
    let (address, url) = (format!("127.0.0.1:{port}"), format!("http://127.0.0.1:{port}"));
    let mut start = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    start.args(demo.split(' ')).args(["--listen", &address]).stdout(Stdio::null()).stderr(Stdio::null());
    let _demo = Demo(start.spawn().expect("the built binary"));
    let until = Instant::now() + Duration::from_secs(120);
    while !mingzhang(&["health"], &url).status.success() {
        assert!(Instant::now() < until, "the demo does not come to serve");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(asked.len() >= 4, "{asked:?}");
    let mut seen = String::new();
    for command in asked {
        let output = mingzhang(&command.split(' ').collect::<Vec<_>>(), &url);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        seen.push_str(&String::from_utf8_lossy(&output.stdout));
    }
    // The README leaves out a column of zeros, so a shown line is found by its words, not its spaces.
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let printed: Vec<Vec<String>> = seen.lines().map(words).collect();
    let shown: Vec<&String> = lines.iter().filter(|line| line.starts_with("  20")).collect();
    assert!(shown.len() >= 6, "{shown:?}");
    for line in shown {
        let wanted = words(line);
        let holds = |printed: &Vec<String>| {
            let mut rest = printed.iter();
            wanted.iter().all(|word| rest.any(|other| other == word))
        };
        assert!(printed.iter().any(holds), "nothing printed holds `{line}`");
    }
}

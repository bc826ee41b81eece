//! The README's mistakes put right, command by command as they stand there, on the files that come with it.

use crate::import_again::with_office;

#[tokio::test(flavor = "multi_thread")]
async fn the_mistakes_of_the_readme_are_put_right_by_its_commands() {
    with_office(|office| {
        let readme = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
        let text = std::fs::read_to_string(readme).expect("the README");
        let section = text.split("### Three mistakes put right, from files").nth(1).expect("the section");
        let commands = section
            .lines()
            .take_while(|line| !line.starts_with('#'))
            .filter_map(|line| line.strip_prefix("mingzhang "));
        let (mut ended, mut lines, mut suspense, mut claims) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for command in commands {
            let words: Vec<&str> = command.split(' ').collect();
            let (code, said) = office.ask(&words);
            match words[0] {
                "import" | "accrue" => ended.push(code),
                "claim" => claims.push((code, said)),
                "line" => lines.push((code, said)),
                _ => suspense.push((code, said)),
            }
        }
        let wanted = [0, 0, 0, 0, 0, 0, 0, 1, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].map(Some);
        assert_eq!(ended, wanted);
        let [(Some(0), line)] = &lines[..] else { panic!("{lines:?}") };
        assert!(line.contains("2,250.00") && !line.contains("22,500.00"), "{line}");
        let [(Some(0), before), (Some(0), after)] = &suspense[..] else { panic!("{suspense:?}") };
        assert!(before.contains("in suspense: 22,500.00"), "{before}");
        assert!(after.contains("in suspense: 0.00"), "{after}");
        let [(Some(0), subsidy), (Some(0), waiver)] = &claims[..] else { panic!("{claims:?}") };
        assert!(subsidy.contains("多报") && subsidy.contains("119.21"), "{subsidy}");
        assert!(waiver.contains("set off against earlier overclaims") && waiver.contains("119.21"), "{waiver}");
    })
    .await;
}

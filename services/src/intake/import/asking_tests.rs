//! What is asked of the ledger and gets no answer.

use super::tests::codes;
use super::*;
use crate::intake::identity::Identity;

#[test]
fn a_question_that_fails_is_no_answer_and_ends_the_import() {
    let text = "材料类型,单位编号,材料编号,环节,生效日期\n花名册,S1,H1,批准,2021-10-08\n";
    let import = |importer: Importer, text: &str| {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("written");
        let mut importer = importer;
        importer.import_file(file.path(), "tester", &mut |said| panic!("nobody knows what {said:?} means"))
    };
    let importer = || Importer::new(Identity::new(b"key"));
    let away = || -> AskError { "the ledger is away".into() };
    let failed = import(importer().with_seals(Box::new(move |_| Err(away()))), text);
    assert!(matches!(&failed, Err(ImportError::Unasked(why)) if why.to_string() == "the ledger is away"), "{failed:?}");
    let bare = text.replace("单位编号,", "").replace("S1,", "");
    let failed = import(importer().with_givers(std::sync::Arc::new(move |_, _: &str, _| Err(away()))), &bare);
    assert!(matches!(failed, Err(ImportError::Unasked(_))), "{failed:?}");
    // That there is none is an answer, and who has the number is said with it.
    let elsewhere = |_: ids::Numbered, _: &str, _: u8| Ok(vec!["S2".to_owned(), "S3".to_owned()]);
    let importer = importer().with_seals(Box::new(|_| Ok(None))).with_givers(std::sync::Arc::new(elsewhere));
    let report = import(importer, text).expect("an answer");
    assert_eq!(codes(&report), [(2, "set_unknown")]);
    assert!(report.problems[0].what.contains("S2、S3"), "{}", report.problems[0]);
}

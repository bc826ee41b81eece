//! What came along in a row of 学籍 is taken back by that row.

use super::tests::{codes, id_number, import};
use super::*;
use ledger::event::Kind;

#[test]
fn a_registration_and_a_card_are_taken_back_by_the_row_that_told_them() {
    let row = |correction: &str, editions: &str| {
        let (id, document) = (id_number(1), if correction.is_empty() { "" } else { "教〔2021〕1号" });
        format!(
            "身份证号,户籍区划代码,学校编号,学籍状态,生效日期,卡号,版次,登记版次,绑卡版次,更正,更正文号\n\
             {id},610305,S1,在籍,2020-09-01,C12345678,{editions},{correction},{document}\n"
        )
    };
    let (_, told) = import(&row("", ",,"));
    let withdrawn = |correction: &str| -> Vec<&'static str> {
        let (report, said) = import(&row(correction, ",,"));
        assert_eq!(codes(&report), []);
        let taken = said.iter().map(|one| match &one.event.kind {
            Kind::EntryWithdrawn(event) => event.entry,
            other => panic!("{}", other.name()),
        });
        taken.filter_map(|id| told.iter().find(|one| one.event.id == id)).map(|one| one.event.kind.name()).collect()
    };
    assert_eq!(withdrawn("撤销"), ["status_changed"]);
    assert_eq!(withdrawn("撤销登记"), ["person_registered"]);
    assert_eq!(withdrawn("撤销绑卡"), ["card_bound"]);
    assert_eq!(withdrawn("撤销整行"), ["person_registered", "status_changed", "card_bound"]);
    // Each part has an edition of its own.
    let editions = |said: &[Said]| said.iter().map(|one| one.event.edition).collect::<Vec<_>>();
    assert_eq!(editions(&import(&row("", "1,,")).1), [0, 1, 0]);
    assert_eq!(editions(&import(&row("", ",1,2")).1), [1, 0, 2]);
}

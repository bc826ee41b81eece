//! Files of who may say what: what they say, that they say it alike on any day, and what is wrong in them.

use super::tests::{codes, id_number, import, kinds};
use crate::intake::identity::Identity;
use ledger::event::{CredentialWay, Duty, Kind};
use ledger::hash::hex;

#[test]
fn a_file_of_people_names_who_is_one_human_and_never_shows_his_number() {
    let number = id_number(7);
    let text = format!(
        "主体,姓名,本人,单位编号,文号\n610303CZ/p2,张三,{number},610303CZ,示权〔2026〕1号\n610303CZ/p9,张三,{},610303CZ,示权〔2026〕1号\n\
         610303CZ/bank.1,接口,,610303CZ,示权[2026]1号\n",
        number.to_lowercase()
    );
    let (report, said) = import(&text);
    assert_eq!(codes(&report), []);
    assert_eq!(kinds(&said), ["principal_registered"; 3]);
    let humans: Vec<_> = said
        .iter()
        .map(|said| match &said.event.kind {
            Kind::PrincipalRegistered(one) => one.human,
            other => panic!("{other:?}"),
        })
        .collect();
    let key = Identity::new(b"key");
    assert_eq!(humans, [Some(key.official(&number)), Some(key.official(&number)), None]);
    assert_ne!(humans[0], Some(key.person(&number)), "an official is not the student he was");
    let (again, same) = import(&text);
    assert_eq!((again, same), (report, said.clone()));
    assert!(!format!("{said:?}").contains(&number));
    let (report, _) = import(&text.replace(&number, "11010519491231002"));
    assert!(report.problem_count > 0 && !format!("{report:?}").contains("11010519491231002"), "{report:?}");
}

#[test]
fn files_of_posts_credentials_and_what_ends_say_each_its_kind() {
    let (report, said) = import(
        "岗位编号,主体,角色,单位编号,事由,起始日,截止日,文号\nG-1,610303CZ/p2,finance_clerk,610303CZ,履职,2026-01-01,2026-12-31,示权〔2026〕1号\n\
         G-2,61CZ/s1,security_admin,,operate,2026-01-01,2026-12-31,\n",
    );
    assert_eq!((codes(&report), kinds(&said)), (Vec::new(), vec!["role_granted"; 2]));
    let Kind::RoleGranted(whole) = &said[1].event.kind else { panic!("a grant") };
    assert_eq!((whole.unit, whole.duty, whole.document.as_str()), (None, Duty::Operate, ""));
    let print = "0f".repeat(32);
    let (report, said) = import(&format!(
        "主体,凭据方式,指纹,截止日,文号\n61CZ/s1,证书,{print},2026-12-31,示权〔2026〕1号\n61CZ/s1,secret,{},2026-12-31,\n",
        print.to_uppercase()
    ));
    assert_eq!((codes(&report), kinds(&said)), (Vec::new(), vec!["credential_bound"; 2]));
    let ways = said.iter().map(|said| match &said.event.kind {
        Kind::CredentialBound(one) => (one.way, hex(&one.fingerprint)),
        other => panic!("{other:?}"),
    });
    assert!(ways.eq([(CredentialWay::KeyPair, print.clone()), (CredentialWay::Secret, print.clone())]));
    let (report, said) = import(&format!(
        "终止事项,岗位编号,主体,指纹,原因,文号\n收回岗位,G-1,,,,示权〔2026〕2号\n注销主体,,610303CZ/p2,,,示权〔2026〕2号\n凭据作废,,,{print},遗失,\n"
    ));
    assert_eq!((codes(&report), kinds(&said)), (Vec::new(), vec!["role_ended", "principal_ended", "credential_ended"]));
}

#[test]
fn what_is_wrong_in_them_is_named() {
    let (report, said) = import(
        "岗位编号,主体,角色,单位编号,事由,起始日,截止日,文号\nG-1,张三,finance_clerk,,履职,2026-01-01,2026-12-31,\n\
         G-1,61CZ/s1,finance_clerk,,闲逛,2026-01-01,2026-12-31,\nG-1,61CZ/s1,finance_clerk,,履职,2026-12-31,2026-01-01,\n\
         G-1,61CZ/s1,,,履职,2026-01-01,2026-12-31,\nG-1,61CZ/s1,finance_clerk,,履职,2026-01-01,2026-12-31,无号\n",
    );
    assert_eq!(
        codes(&report),
        [(2, "bad_principal"), (3, "unknown_word"), (4, "bad_days"), (5, "missing"), (6, "bad_document")]
    );
    assert!(said.is_empty());
    let (report, _) = import("主体,凭据方式,指纹,截止日,文号\n61CZ/s1,证书,0f0f,2026-12-31,\n");
    assert_eq!(codes(&report), [(2, "bad_fingerprint")]);
    // What a row does not go by is not read over.
    let (report, _) = import("终止事项,岗位编号,主体,文号\n收回岗位,G-1,61CZ/s1,示权〔2026〕2号\n");
    assert_eq!(codes(&report), [(2, "not_of_action")]);
}

//! What the shipped table of roles says, that a ledger takes it, and what is said of a broken one.

use super::reading::load;
use super::{rights_events, shipped_rights};
use ledger::entry::{Entry, Proof};
use ledger::event::{Kind, KindTag, Rights};
use ledger::outcome::Outcome;
use ledger::state::State;

const TEXT: &str = include_str!("../../../../policies/rights.toml");

fn shipped() -> Rights {
    load("policies/rights.toml", TEXT).expect("the shipped table")
}

fn roles_that_say(kind: KindTag) -> Vec<String> {
    let says = |names: &[String]| names.iter().any(|name| name == kind.name());
    shipped().roles.into_iter().filter(|role| says(&role.says)).map(|role| role.code).collect()
}

#[test]
fn every_kind_has_somebody_but_the_founding() {
    for kind in KindTag::ALL {
        let roles = roles_that_say(*kind);
        let of_nobody = *kind == KindTag::RightsFounded || kind.is_of_oneself();
        assert_eq!(roles.is_empty(), of_nobody && *kind != KindTag::CredentialEnded, "{}: {roles:?}", kind.name());
    }
    assert_eq!(roles_that_say(KindTag::RosterApproved), ["finance_approver"]);
    assert_eq!(roles_that_say(KindTag::RefundPaid), ["treasury"]);
    assert_eq!(roles_that_say(KindTag::RoleGranted), ["security_admin"]);
}

#[test]
fn the_three_administrators_are_apart_from_all_and_time_is_short_for_those_who_look() {
    let rights = shipped();
    assert_eq!(rights.roles.len(), 22);
    for role in &rights.roles {
        let administers = role.code.ends_with("_admin");
        assert_eq!(role.excludes, if administers { vec!["*"] } else { Vec::new() }, "{}", role.code);
        let days = match role.code.as_str() {
            "auditor" => 180,
            "inspector" => 90,
            _ => 366,
        };
        assert_eq!(role.longest_days, days, "{}", role.code);
    }
}

#[test]
fn money_needs_more_signatures_the_more_it_is() {
    let signing = shipped().signing;
    let of = |kind: &str| -> Vec<_> {
        let rules = signing.iter().filter(|rule| rule.kind == kind);
        rules.map(|rule| (rule.from_fen, rule.count, rule.units)).collect()
    };
    assert_eq!(of("application_approved"), [(0, 1, 0), (100_000_000, 2, 0), (1_000_000_000, 3, 2)]);
    assert_eq!(of("recovery_waived"), [(0, 2, 0)]);
    // What ends waits for nobody.
    assert!(["role_ended", "credential_ended", "principal_ended"].iter().all(|kind| of(kind).is_empty()));
}

#[test]
fn a_ledger_takes_the_shipped_table_and_told_again_it_is_the_same() {
    let [event] = &shipped_rights().expect("the shipped table")[..] else { panic!("one event") };
    let bytes = proto::event::encode(event);
    assert_eq!(proto::event::admit(&bytes).expect("it is well formed"), *event);
    assert!(bytes.len() < 64 * 1024, "{} bytes", bytes.len());
    let mut state = State::default();
    for index in 0..2 {
        let recorded_ms = 1_600_000_000_000 + i64::try_from(index).unwrap_or(0) * 100_000_000;
        let entry = Entry {
            index,
            recorded_ms,
            principal: "省教育厅",
            proof: Proof::Named,
            again: None,
            content: &bytes,
            event,
        };
        let outcome = state.fold(&entry).expect("the fold goes on");
        match index {
            0 => assert!(matches!(outcome, Outcome::Posted { .. }), "{outcome:?}"),
            _ => assert!(matches!(outcome, Outcome::Duplicate { first: 0, .. }), "{outcome:?}"),
        }
    }
    assert_eq!(state.rights(), Some(&shipped()));
}

#[test]
fn the_order_in_which_kinds_are_written_makes_no_other_table() {
    let other = TEXT.replacen(
        "says = [\"persons\", \"cards\", \"rosters\"]",
        "says = [\"rosters\", \"cards\", \"persons\", \"cards\", \"card_bound\"]",
        1,
    );
    assert!(other != TEXT);
    let [one, two] = [TEXT, &other].map(|text| rights_events("x.toml", text).expect("a table"));
    assert_eq!(one, two);
    assert!(matches!(one[0].kind, Kind::RightsAdopted(_)));
}

#[test]
fn errors_name_the_place_and_what_is_nearest() {
    let cases = [
        (
            "\"card_bound\", \"card_replaced\"",
            "\"card_bond\"",
            "no kind is called `card_bond`; the nearest is `card_bound`",
        ),
        (
            "says = [\"budget\"]",
            "says = [\"budgets\"]",
            "no kind or group is called `budgets`; the nearest is `budget`",
        ),
        ("signs = [\"rosters\"]", "signs = [\"roster_seal\"]", "the nearest is `roster_sealed`"),
        ("excludes = [\"*\"]", "excludes = [\"auditors\"]", "no role is called `auditors`; the nearest is `auditor`"),
        ("code = \"school_reviewer\"", "code = \"school_clerk\"", "stands twice"),
        ("code = \"school_reviewer\"", "code = \"School\"", "no code of a role"),
        ("longest_days = 180", "longest_days = 0", "a grant of 0 days"),
        ("longest_days = 180", "longest_days = 3661", "a grant of 3661 days"),
        ("version = 1\n", "version = 0\n", "from 1"),
        ("cards = [", "card_bound = [", "is the name of a kind"),
        ("detail = \"units\"", "detail = \"some\"", "some"),
        ("document = \"MINGZHANG-RIGHTS-1\"", "document = \" \"", "without a document"),
        (
            "doubtful = { roles = \"KU\", longest_days = \"KU\", asks = \"KU\", signing = \"KU\" }\n",
            "",
            "no doubtful field",
        ),
        ("persons = 3\nunits = 2", "persons = 1\nunits = 2", "1 persons of 2 units"),
        ("days = 60", "days = 0", "good for 0 days"),
        ("from_yuan = 10000000", "from_yuan = 1000000", "two rules for `application_approved`"),
        ("acts = [\"keys\"]", "acts = [\"interest\"]", "no role signs `interest_accrued`"),
        ("name = \"学校经办\"\n", "named = \"学校经办\"\n", "named"),
    ];
    for (from, to, says) in cases {
        assert!(TEXT.contains(from), "{from}");
        let text = TEXT.replacen(from, to, 1);
        let error = rights_events("x.toml", &text).expect_err(to);
        assert!(error.what.contains(says), "{to}: {error}");
        let line = text.lines().nth(error.line - 1).unwrap_or_default();
        assert!(error.line > 20 && error.column <= line.chars().count() + 1 && !error.remedy.is_empty(), "{error}");
    }
}

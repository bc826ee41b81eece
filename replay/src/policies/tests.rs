//! What the shipped policies say, and what is said of a broken file. Money rules are tested in `ledger`.
use super::reading::load;
use super::shape::decimal;
use super::shipped::SHIPPED;
use super::*;
use ledger::event::policy::Policy;
use ledger::money::{Day, Fen};
use std::collections::BTreeSet;
use uuid::Uuid;

fn in_force(programme: &str, day: &str) -> Policy {
    let day: Day = day.parse().expect("a day");
    let all = shipped().expect("the shipped files");
    let mine = all.into_iter().filter(|(from, policy)| policy.programme == programme && *from <= day);
    mine.max_by_key(|(from, policy)| (*from, policy.version)).expect("a version").1
}

fn amounts(policy: &Policy) -> Vec<(u32, Fen, Fen)> {
    policy.bands.iter().map(|band| (band.number, band.min_fen, band.max_fen)).collect()
}

#[test]
fn the_year_2021_has_shaanxi_bands_and_sharing() {
    let sh = in_force("SH-GRANT", "2021-09-01");
    assert_eq!(amounts(&sh), [(1, 150_000, 150_000), (2, 250_000, 250_000)]);
    assert!(sh.sharing.iter().all(|share| share.central_ppm == 800_000) && sh.sharing.len() == 2);
    let ce = in_force("CE-LIVING", "2021-09-01");
    let yearly: Vec<Fen> = ce.bands.iter().map(|band| band.max_fen).collect();
    assert_eq!(yearly, [100_000, 125_000, 50_000, 62_500]);
    let ug = in_force("UG-GRANT", "2021-09-01");
    assert_eq!(amounts(&ug), [(1, 200_000, 450_000), (9, 330_000, 330_000)]);
    assert_eq!(ug.sharing.iter().map(|share| share.central_ppm).collect::<Vec<_>>(), [1_000_000, 800_000]);
}

#[test]
fn a_new_standard_starts_on_its_day() {
    assert_eq!(amounts(&in_force("SH-GRANT", "2025-02-28"))[0].1, 150_000);
    assert_eq!(amounts(&in_force("SH-GRANT", "2025-03-01"))[0].1, 180_000);
    assert_eq!(amounts(&in_force("VS-GRANT", "2018-08-31")), [(1, 200_000, 200_000)]);
    assert_eq!(amounts(&in_force("CE-LIVING", "2024-03-01"))[0].1, 125_000);
    assert_eq!(amounts(&in_force("UG-GRANT", "2024-09-01"))[1].1, 370_000);
}

#[test]
fn adoption_ids_differ_and_never_change() {
    let events = events().expect("the shipped files");
    let ids: BTreeSet<Uuid> = events.iter().map(|event| event.id).collect();
    assert_eq!((events.len(), ids.len()), (18, 18));
    assert_eq!(events[0].id.get_version_num(), 8);
    assert_eq!(events[0].id.to_string(), "6807957b-963d-8672-ad8e-07cb4c5066a9");
}

#[test]
fn errors_name_place_and_remedy() {
    let good = SHIPPED[1].1;
    let cases = [
        ("max_yuan = 3000", "max_yuan = 3000.5", "whole number"),
        ("max_yuan = 3000", "max_yuan = \"3000.505\"", "whole number"),
        ("max_yuan = 3000", "max_yuan = 999", "least of a band"),
        ("max_yuan = 3000", "most_yuan = 3000", "most_yuan"),
        ("from = \"2015-03-01\"", "from = \"2015-02-29\"", "no such day"),
        ("from = \"2015-03-01\"", "from = \"2021-03-01\"", "before the one above"),
        ("version = 3\n", "version = 4\n", "1, 2, 3"),
        ("central_percent = 80", "central_percent = \"100.0001\"", "above 100"),
        ("document = \"国办发〔2018〕6号\"", "document = \" \"", "without a document"),
        ("status = \"S\"\ndoubtful = { exclusions = \"K\" }", "status = \"K\"", "no doubtful field"),
    ];
    for (from, to, says) in cases {
        assert!(good.contains(from), "{from}");
        let error = load("x.toml", &good.replacen(from, to, 1)).expect_err(to);
        assert!(error.what.contains(says), "{to}: {error}");
        assert!(error.line > 20 && !error.remedy.is_empty(), "{error}");
    }
}

#[test]
fn an_error_points_at_the_character() {
    let text = SHIPPED[1].1.replacen("min_yuan = 1000", "min_yuan = -1", 1);
    let error = load("a.toml", &text).expect_err("negative");
    let line = text.lines().nth(error.line - 1).unwrap_or_default();
    let rest: String = line.chars().skip(error.column - 1).collect();
    assert!(rest.starts_with("-1"), "{error}: {rest}");
    assert!(error.to_string().starts_with("a.toml:"), "{error}");
}

#[test]
fn what_was_taken_back_is_said_in_its_next_edition() {
    let terms = include_str!("../../../policies/loans/origin.toml");
    for text in [SHIPPED[0].1, terms] {
        let first = loans::toml_events("x.toml", text).expect("the shipped file");
        let anew = text.replacen("version = 1\n", "version = 1\nedition = 1\n", 1);
        let anew = loans::toml_events("x.toml", &anew).expect("an edition");
        assert_eq!((anew[0].id, anew[0].edition), (first[0].id_of_edition(1), 1));
        assert_eq!(anew[1..], first[1..]);
        assert!(
            loans::toml_events("x.toml", &text.replacen("version = 1\n", "version = 1\nedition = -1\n", 1)).is_err()
        );
    }
}

#[test]
fn decimals_are_exact() {
    assert_eq!(decimal("0.1", 2), Some(10));
    assert_eq!(decimal("12.50", 2), Some(1250));
    assert_eq!(decimal("33.3333", 4), Some(333_333));
    for bad in ["", ".", "1.", ".5", "-1", "1e3", "1,000", "0.001", "99999999999999999999"] {
        assert_eq!(decimal(bad, 2), None, "{bad}");
    }
}

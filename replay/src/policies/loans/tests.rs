//! What the shipped terms say, and what is said of a broken file. What terms decide is tested in `ledger`.
use super::adopting::TERMS;
use super::reading::load;
use super::*;
use ledger::event::conventions::MovesOlder;
use ledger::event::loan_terms::LoanTerms;
use ledger::event::{LoanKind, Payer, RateIndex, StudyLevel, Subordination};
use ledger::money::Day;

fn in_force(kind: LoanKind, day: &str) -> LoanTerms {
    let day: Day = day.parse().expect("a day");
    let (file, text) = TERMS[kind as usize];
    let all = load(file, text).expect("the shipped file");
    let mine = all.into_iter().filter(|(from, _)| *from <= day);
    mine.max_by_key(|(from, terms)| (*from, terms.version)).expect("a version").1
}

#[test]
fn rate_grace_and_term_follow_the_notices() {
    let rate = |day| {
        let terms = in_force(LoanKind::Origin, day);
        (terms.index, terms.spread_bp, terms.moves_older)
    };
    assert_eq!(rate("2019-12-31"), (RateIndex::Benchmark5y, 0, MovesOlder::No));
    assert_eq!(rate("2020-01-01"), (RateIndex::Lpr5y, -30, MovesOlder::No));
    assert_eq!(rate("2023-09-11"), (RateIndex::Lpr5y, -30, MovesOlder::No));
    assert_eq!(rate("2023-09-12"), (RateIndex::Lpr5y, -60, MovesOlder::Yes));
    assert_eq!(rate("2024-10-30"), (RateIndex::Lpr5y, -60, MovesOlder::No));
    assert_eq!(rate("2024-10-31"), (RateIndex::Lpr5y, -70, MovesOlder::No));
    for kind in LoanKind::ALL {
        let years = |day| {
            let terms = in_force(kind, day);
            (terms.grace_years, terms.years_after_study, terms.years_at_most)
        };
        assert_eq!((years("2015-07-01"), years("2020-01-01")), ((3, 13, 20), (5, 15, 22)));
        assert_eq!(years("2015-06-30").0, 2);
    }
}

#[test]
fn ceilings_follow_the_autumns() {
    for kind in LoanKind::ALL {
        let most = |day, level| in_force(kind, day).ceiling(level).expect("a ceiling").max_fen / 100;
        let (ug, pg) = (StudyLevel::Undergraduate, StudyLevel::Postgraduate);
        let days = ["2014-08-31", "2014-09-01", "2021-09-01", "2023-09-01", "2024-09-01"];
        assert_eq!(days.map(|day| most(day, ug)), [6_000, 8_000, 12_000, 16_000, 20_000]);
        assert_eq!(days.map(|day| most(day, pg)), [6_000, 12_000, 16_000, 20_000, 25_000]);
    }
}

#[test]
fn risk_and_shortfall_follow_their_dates() {
    let origin = |day| in_force(LoanKind::Origin, day);
    assert_eq!((origin("2021-08-31").risk_ratio_ppm, origin("2021-09-01").risk_ratio_ppm), (150_000, 50_000));
    let shortfall = |day| origin(day).shortfall.iter().map(|part| (part.payer, part.ppm)).collect::<Vec<_>>();
    assert_eq!(shortfall("2022-01-06"), [(Payer::Lender, 500_000), (Payer::County, 500_000)]);
    assert_eq!(shortfall("2022-01-07"), [(Payer::Lender, 1_000_000)]);
    let campus = in_force(LoanKind::Campus, "2024-09-01");
    assert_eq!((campus.risk_ratio_ppm, campus.default_bands[0].part_ppm), (150_000, 500_000));
    let uses: Vec<_> = origin("2022-01-07").reward_uses.into_iter().map(|one| one.purpose).collect();
    assert_eq!((uses.len(), uses[0].as_str()), (7, "relief"));
}

#[test]
fn subsidies_are_shared_by_university_and_tier() {
    let shared = |day: &str, subordination, division| {
        let terms = in_force(LoanKind::Origin, day);
        LoanTerms::parts(&terms.subsidy, subordination, division).expect("shares")[0]
    };
    assert_eq!(shared("2024-09-01", Subordination::Central, 110_000).ppm, 1_000_000);
    let parts = [610_100, 410_000, 210_000, 320_000, 310_000]
        .map(|division| shared("2024-09-01", Subordination::Local, division).ppm / 10_000);
    assert_eq!(parts, [80, 60, 50, 30, 10]);
    assert_eq!(shared("2020-09-01", Subordination::Local, 610_100).payer, Payer::Province);
    assert_eq!(shared("2020-09-01", Subordination::Local, 320_000).payer, Payer::Central);
}

#[test]
fn every_shipped_event_can_be_written_down() {
    for event in events().expect("the shipped files") {
        assert_eq!(proto::event::admit(&proto::event::encode(&event)).as_ref(), Ok(&event));
    }
}

#[test]
fn errors_name_place_and_remedy() {
    let good = TERMS[0].1;
    let cases = [
        ("payer = \"county\", percent = 50", "payer = \"county\", percent = 51", "100 %"),
        ("payer = \"county\"", "payer = \"village\"", "village"),
        ("reset = \"12-21\"", "reset = \"02-29\"", "every year"),
        ("penalty_percent = 130\n", "", "does not say `penalty_percent`"),
        ("max_yuan = 6000", "max_yuan = 600", "below the least"),
        ("provinces = [61]", "provinces = [0]", "fits first"),
        ("from = \"2014-06-01\"", "from = \"2007-07-01\"", "before the one above"),
        ("document = \"财教〔2014〕16号\"", "document = \"\"", "without a document"),
        ("moves_older = false", "moves_old = false", "moves_old"),
    ];
    for (from, to, says) in cases {
        assert!(good.contains(from), "{from}");
        let error = load("x.toml", &good.replacen(from, to, 1)).expect_err(to);
        assert!(error.what.contains(says), "{to}: {error}");
        assert!(error.line > 15 && !error.remedy.is_empty(), "{error}");
    }
}

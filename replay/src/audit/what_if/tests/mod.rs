//! Hypotheticals against sums made by hand. Those over whole histories are in `histories`.

use ledger::entry::{Entry, Proof};
use ledger::event::policy::{Band, Policy, Rule};
use ledger::event::*;
use ledger::money::{Day, Fen, FenSum};
use ledger::outcome::Outcome;
use ledger::state::State;
use uuid::Uuid;

use super::compare::compared;
use super::folding::{self, Pair};
use super::hypothesis::Subject;
use super::*;

mod histories;

const SCHOOLS: [u128; 2] = [3, 5];
const PLACES: [u32; 2] = [610_322, 610_702];
const HOMES: [u32; 2] = [619_901, 619_902];
const PERSON: u128 = 20;
const PAID: Fen = 125_000;

fn thing(number: u128) -> Uuid {
    Uuid::from_u128(0x7700_0000_0000_0000_0000_0000_0000_0000 + number)
}

fn day(yyyymmdd: u32) -> Day {
    Day::from_yyyymmdd(yyyymmdd).expect("a day")
}

/// Something that was said.
struct Said {
    principal: String,
    content: Vec<u8>,
    event: Event,
}

/// A history being told; the state knows the hashes that approvals name.
#[derive(Default)]
struct Story {
    state: State,
    said: Vec<Said>,
}

fn fold(state: &mut State, said: &Said, event: &Event) -> Outcome {
    let (index, recorded_ms, proof) = (state.entries, proto::samples::LATE_MS, Proof::Named);
    let (principal, content) = (&said.principal, &said.content);
    let entry = Entry { index, recorded_ms, principal, proof, again: None, content, event };
    state.fold(&entry).expect("in order")
}

impl Story {
    /// Two schools in two places. The first awards 1,500 and 2,500 yuan, of which half of the second is credited; the other
    /// awards 1,500 twice.
    fn told(policies: &[(Day, Policy)]) -> Self {
        let mut story = Self::default();
        for (from, policy) in policies {
            story.event("office", crate::policies::shipped::adoption(*from, policy.clone()));
        }
        story.place(1, OrgRole::Finance, None, 610_000);
        story.place(4, OrgRole::Bank, None, 610_000);
        for (school, place) in SCHOOLS.into_iter().zip(PLACES) {
            story.place(school, OrgRole::School, Some(1), place);
        }
        for at in 0..4 {
            let (person, school) = (thing(PERSON + at), thing(SCHOOLS[at as usize / 2]));
            let origin = HOMES[at as usize % 2];
            story.say("office", Kind::PersonRegistered(PersonRegistered { person, origin }));
            let status = Status::Enrolled;
            story.say("office", Kind::StatusChanged(StatusChanged { person, status, school }));
            story.say(
                "office",
                Kind::CardBound(CardBound { person, card: thing(30 + at), relation: CardRelation::Own }),
            );
        }
        story.issue();
        story.roster(0, [(1, 150_000), (2, 250_000)]);
        story.roster(1, [(1, 150_000), (1, 150_000)]);
        story.pay();
        story
    }

    fn say(&mut self, principal: &str, kind: Kind) {
        self.event(principal, Event::said(day(20_210_901), kind));
    }

    fn event(&mut self, principal: &str, event: Event) {
        let said = Said { principal: principal.to_owned(), content: proto::event::encode(&event), event };
        let outcome = fold(&mut self.state, &said, &said.event);
        assert!(matches!(outcome, Outcome::Posted { .. }), "{} {outcome:?}", said.event.kind.name());
        self.said.push(said);
    }

    fn place(&mut self, org: u128, role: OrgRole, parent: Option<u128>, division: u32) {
        let level = if role == OrgRole::School { Level::School } else { Level::Province };
        let (number, name) = (format!("U{org}"), format!("单位{org}"));
        let (org, parent, subordination) = (thing(org), parent.map(thing), Subordination::Local);
        self.say(
            "office",
            Kind::OrgRegistered(OrgRegistered { org, number, name, level, role, parent, division, subordination }),
        );
    }

    fn issue(&mut self) {
        let event = LineIssued {
            line: thing(10),
            document: "财教〔2021〕10号".into(),
            parent_document: String::new(),
            unit: thing(1),
            fiscal_year: 2021,
            programme: "SH-GRANT".into(),
            source: Source::Central,
            item: "2050204".into(),
            project: String::new(),
            direct: true,
            advance: false,
            fen: 1_000_000,
        };
        self.say("office", Kind::LineIssued(event));
    }

    fn roster(&mut self, at: usize, lines: [(u32, Fen); 2]) {
        let (roster, school) = (thing(40 + at as u128), thing(SCHOOLS[at]));
        let due = vec![day(20_210_901), day(20_220_301)];
        let programme = "SH-GRANT".to_owned();
        let event = RosterPrepared { roster, school, programme, academic_year: 2021, due, replaces: None };
        self.say("school", Kind::RosterPrepared(event));
        for (line, (band, fen)) in lines.into_iter().enumerate() {
            let number = u32::try_from(line).expect("small") + 1;
            let place = (2 * at + line) as u128;
            let (award, person) = (thing(50 + place), thing(PERSON + place));
            self.say("school", Kind::RosterLineAdded(RosterLineAdded { roster, number, award, person, band, fen }));
        }
        let set = self.state.rosters.by_id(roster).expect("prepared").1.set.clone();
        let (count, fen, hash) = (set.count, set.fen, set.hash);
        self.say("school", Kind::RosterSealed(SetSealed { set: roster, count, fen, hash }));
        self.say("reviewer", Kind::RosterReviewed(SetDecided { set: roster, hash }));
        self.say("approver", Kind::RosterApproved(SetDecided { set: roster, hash }));
    }

    /// The first instalment of the second award reaches the card.
    fn pay(&mut self) {
        let (application, payout, fen) = (thing(60), thing(61), PAID);
        let draws = vec![Draw { line: thing(10), fen }];
        self.say(
            "unit",
            Kind::ApplicationPrepared(ApplicationPrepared {
                application,
                unit: thing(1),
                fiscal_year: 2021,
                replaces: None,
            }),
        );
        let line = ApplicationLineAdded {
            application,
            number: 1,
            payout,
            award: thing(51),
            instalment: 1,
            card: thing(31),
            reissue_of: None,
            draws: draws.clone(),
        };
        self.say("unit", Kind::ApplicationLineAdded(line));
        let hash = self.state.applications.by_id(application).expect("prepared").1.set.hash;
        self.say("unit", Kind::ApplicationSealed(SetSealed { set: application, count: 1, fen, hash }));
        self.say("approver", Kind::ApplicationApproved(SetDecided { set: application, hash }));
        let (voucher, number) = (thing(62), "凭1".to_owned());
        self.say("treasury", Kind::VoucherIssued(VoucherIssued { voucher, number, application, draws }));
        self.say("treasury", Kind::VoucherCleared(VoucherCleared { voucher, fen: 0, serial: String::new() }));
        let (batch, bank) = (thing(63), thing(4));
        self.say("unit", Kind::BatchSent(BatchSent { batch, application, bank, count: 1, fen, hash }));
        self.say("bank", Kind::PayoutCredited(PayoutCredited { payout, fen, serial: String::new() }));
    }

    fn index_of(&self, kind: &str) -> u64 {
        let at = self.said.iter().position(|said| said.event.kind.name() == kind).expect("said");
        at as u64
    }
}

fn policy(version: u32, most: Fen) -> Policy {
    let band = |number, min_fen, max_fen| Band { number, name: format!("{number} 档"), min_fen, max_fen };
    Policy {
        programme: "SH-GRANT".into(),
        version,
        name: "普通高中国家助学金".into(),
        document: "财教〔2019〕19号".into(),
        stage: "senior_high".into(),
        bands: vec![band(1, 150_000, 150_000), band(2, 100_000, most)],
        exclusions: Vec::new(),
        sharing: Vec::new(),
        flagged: Vec::new(),
        sharing_tolerance_fen: 0,
    }
}

fn one_policy() -> [(Day, Policy); 1] {
    [(day(20_210_101), policy(1, 250_000))]
}

fn assume(subject: Subject, versions: Vec<Event>) -> Hypothesis {
    Hypothesis { versions: [(subject, versions)].into(), ..Hypothesis::default() }
}

fn other_policy(policies: &[(Day, Policy)]) -> Hypothesis {
    let versions = policies.iter().map(|(from, policy)| crate::policies::shipped::adoption(*from, policy.clone()));
    assume(Subject::Programme("SH-GRANT".into()), versions.collect())
}

fn without(index: u64) -> Hypothesis {
    let mut hypothesis = Hypothesis::default();
    hypothesis.without(Without::Index(index));
    hypothesis
}

/// Both states and what was seen, as over a record of these entries.
fn folded(said: &[Said], hypothesis: &Hypothesis) -> Result<(State, State, folding::Folded), WhatIfError> {
    let mut pair = Pair::new(hypothesis, usize::MAX);
    for (index, said) in (0..).zip(said) {
        let (principal, content, event) = (&said.principal, &said.content, &said.event);
        let recorded_ms = proto::samples::LATE_MS;
        pair.take(&Entry { index, recorded_ms, principal, proof: Proof::Named, again: None, content, event })?;
    }
    Ok(pair.end()?)
}

fn told(said: &[Said], hypothesis: &Hypothesis) -> WhatIf {
    let (as_is, changed, folded) = folded(said, hypothesis).expect("fits");
    compared(&as_is, &changed, folded, usize::MAX)
}

fn own(told: &WhatIf) -> Vec<(u64, &'static str)> {
    told.outcomes.first[Cause::Policy as usize].iter().map(|row| (row.index, row.after.name())).collect()
}

#[test]
fn a_lower_band_refuses_its_line_and_what_leans_on_it() {
    let story = Story::told(&one_policy());
    let told = told(&story.said, &other_policy(&[(day(20_210_101), policy(1, 200_000))]));
    let line = story.index_of("roster_line_added") + 1;
    assert_eq!(own(&told), [(line, "off_band")]);
    let leaning: Vec<&str> = told.outcomes.first[1].iter().map(|row| row.kind).collect();
    let payment = ["application_line_added", "application_sealed", "application_approved"];
    let roster = ["roster_sealed", "roster_reviewed", "roster_approved"];
    assert_eq!(leaning[..6], [roster, payment].concat()[..], "{leaning:?}");
    assert_eq!(leaning.last(), Some(&"payout_credited"), "posted all the same, to suspense");
    let row = |group, key: &str| told.rows.iter().find(|row| row.group == group && row.key == key).expect("a row");
    let sums = |of: &Figures| (of.awards, of.awarded_fen.held(), of.refused, of.credited_fen.held());
    // 1,500 + 2,500 + 1,500 + 1,500 yuan, less the roster of the first school.
    let all = row(Group::Programme, "SH-GRANT");
    assert_eq!((sums(&all.before), sums(&all.after)), ((4, 700_000, 0, PAID), (2, 300_000, 1, 0)));
    assert_eq!((all.turned_away, all.let_in), ((1, 250_000), (0, 0)));
    let school = row(Group::School, "610322");
    assert_eq!((sums(&school.before), sums(&school.after)), ((2, 400_000, 0, PAID), (0, 0, 1, 0)));
    assert!(told.rows.iter().all(|row| row.key != "610702"), "the other school loses nothing");
    let homes = HOMES.map(|home| row(Group::Home, &home.to_string()));
    let awarded = homes.map(|row| [row.before.awarded_fen, row.after.awarded_fen].map(FenSum::held));
    assert_eq!(awarded, [[300_000, 150_000], [400_000, 150_000]]);
    assert_eq!(homes.map(|row| row.turned_away.0), [0, 1]);
    let programmes = told.rows.iter().filter(|row| row.group == Group::Programme);
    let suspense: Fen = programmes.map(|row| row.after.suspense_fen.held()).sum();
    assert_eq!(suspense, PAID, "what the bank credited stands in suspense");
    let person = |row: &PersonDiff| {
        (row.person, (row.after.awarded_fen - row.before.awarded_fen).held(), row.before.credited_fen.held())
    };
    let persons: Vec<_> = told.persons.iter().map(person).collect();
    assert_eq!(persons, [(thing(PERSON + 1), -250_000, PAID), (thing(PERSON), -150_000, 0)]);
    assert!(told.findings.iter().any(|(kind, counts)| *kind == "unknown_credit" && *counts == [0, 1]));
}

#[test]
fn what_was_recovered_of_a_payment_is_with_nobody() {
    let mut story = Story::told(&one_policy());
    let (reason, document) = ("离校".to_owned(), "追1".to_owned());
    story.say("unit", Kind::RecoveryOrdered(RecoveryOrdered { payout: thing(61), fen: 300, reason, document }));
    let debt = story.said.last().expect("said").event.id;
    let back = RecoveryReceived { debt, unit: thing(1), fen: 100, serial: "回1".to_owned() };
    story.say("treasury", Kind::RecoveryReceived(back));
    let told = told(&story.said, &other_policy(&[(day(20_210_101), policy(1, 200_000))]));
    let rows = told.rows.iter().filter(|row| row.group == Group::Programme).map(|row| row.before.credited_fen.held());
    let credited = told.persons.iter().map(|row| row.before.credited_fen.held());
    assert_eq!([rows.sum::<Fen>(), credited.sum()], [PAID - 100; 2]);
}

#[test]
fn a_wider_band_lets_in_what_was_refused() {
    let mut story = Story::told(&one_policy());
    let line = RosterLineAdded {
        roster: thing(70),
        number: 1,
        award: thing(71),
        person: thing(PERSON),
        band: 2,
        fen: 260_000,
    };
    let due = vec![day(20_220_901)];
    let (roster, school, programme) = (thing(70), thing(3), "SH-GRANT".to_owned());
    story.say(
        "school",
        Kind::RosterPrepared(RosterPrepared { roster, school, programme, academic_year: 2022, due, replaces: None }),
    );
    let event = Event::said(day(20_210_901), Kind::RosterLineAdded(line));
    let said = Said { principal: "school".to_owned(), content: proto::event::encode(&event), event };
    assert!(matches!(fold(&mut story.state, &said, &said.event), Outcome::Refused(_)));
    story.said.push(said);
    let told = told(&story.said, &other_policy(&[(day(20_210_101), policy(1, 300_000))]));
    assert_eq!(own(&told), [(story.said.len() as u64 - 1, "posted")]);
    assert_eq!((told.outcomes.count, told.persons.len()), (1, 0), "nobody approved the roster");
    assert_eq!(told.rows[0].let_in, (1, 260_000));
}

#[test]
fn a_rule_that_only_flags_gives_findings() {
    let story = Story::told(&one_policy());
    let lenient = Policy { flagged: vec![Rule::Band], ..policy(1, 200_000) };
    let told = told(&story.said, &other_policy(&[(day(20_210_101), lenient)]));
    assert_eq!(own(&told), [(story.index_of("roster_line_added") + 1, "posted")]);
    assert_eq!((told.outcomes.count, told.outcomes.first[0][0].sort), (1, DiffersIn::Findings));
    let findings: Vec<_> = told.rows.iter().map(|row| (row.before.findings, row.after.findings)).collect();
    assert_eq!((findings, told.persons.len()), (vec![(0, 1); 3], 0));
}

#[test]
fn the_policy_adopted_and_what_changes_nothing_give_no_difference() {
    let two = [(day(20_150_301), policy(1, 250_000)), (day(20_210_101), policy(2, 250_000))];
    let story = Story::told(&two);
    assert!(told(&story.said, &other_policy(&two)).is_same());
    // Its later version alone, and versions numbered otherwise, say the same for the days of this history.
    assert!(told(&story.said, &other_policy(&two[1..])).is_same());
    assert!(!told(&story.said, &other_policy(&[(day(20_210_101), policy(1, 249_999))])).is_same());
    // A later version that is not in force yet decides nothing.
    assert!(told(&story.said, &without(0)).is_same());
    let mut more = Story::told(&one_policy());
    more.event("office", crate::policies::shipped::adoption(day(20_250_101), policy(2, 1)));
    assert!(told(&more.said, &without(more.said.len() as u64 - 1)).is_same());
}

#[test]
fn what_was_judged_by_a_policy_taken_back_is_told_apart() {
    let mut story = Story::told(&one_policy());
    let (entry, from) = (story.said[0].event.id, story.said[0].event.effective);
    let (reason, document) = (Reason::Mistyped, "更1".to_owned());
    let withdrawn = EntryWithdrawn { entry, content: 0, reason, document };
    story.event("office", Event::said(from, Kind::EntryWithdrawn(withdrawn)));
    // What it judged stands, so it is otherwise without it; what stands in for it is not taken back.
    let bare = told(&story.said, &without(0));
    let lost: FenSum = bare.persons.iter().map(|row| row.before.awarded_fen - row.after.awarded_fen).sum();
    assert_eq!((lost.held(), bare.withheld.as_slice()), (700_000, &[0][..]));
    let stands = told(&story.said, &other_policy(&one_policy()));
    assert_eq!((stands.outcomes.count, stands.persons.len()), (0, 0));
    assert_eq!(stands.findings, [("policy_withdrawn", [1, 0])], "of what stands nothing is found");
}

#[test]
fn without_an_approval_the_awards_and_their_payment_are_gone() {
    let story = Story::told(&one_policy());
    let approval = story.index_of("roster_approved");
    for hypothesis in [without(approval), {
        let mut hypothesis = Hypothesis::default();
        hypothesis.without(Without::Event(story.said[approval as usize].event.id));
        hypothesis
    }] {
        let told = told(&story.said, &hypothesis);
        assert_eq!((told.withheld.as_slice(), told.outcomes.own()), (&[approval][..], 0));
        assert!(told.outcomes.first[1].iter().all(|row| row.index > approval), "only later entries lean on it");
        assert_eq!(told.outcomes.first[1][0].kind, "application_line_added");
        let lost: FenSum = told.persons.iter().map(|row| row.before.awarded_fen - row.after.awarded_fen).sum();
        assert_eq!((lost.held(), told.persons.len()), (400_000, 2));
    }
}

#[test]
fn what_does_not_fit_the_record_is_said() {
    let story = Story::told(&one_policy());
    let misfit = |hypothesis: &Hypothesis| folded(&story.said, hypothesis).err().expect("does not fit").to_string();
    let other = assume(
        Subject::Programme("UG-GRANT".into()),
        vec![crate::policies::shipped::adoption(
            day(20_210_101),
            Policy { programme: "UG-GRANT".into(), ..policy(1, 1) },
        )],
    );
    let text = misfit(&other);
    assert!(text.contains("never adopts a policy of UG-GRANT") && text.contains("SH-GRANT"), "{text}");
    let text = misfit(&without(story.said.len() as u64));
    assert!(text.contains(&format!("no entry {} among the {0} entries", story.said.len())), "{text}");
    assert_eq!(Hypothesis::default().check(), Err(HypothesisError::Nothing));
    let mut twice = Hypothesis::default();
    let file = include_str!("../../../../../policies/sh-grant.toml");
    twice.policy("a.toml", file).expect("the shipped file");
    assert!(matches!(twice.policy("b.toml", file), Err(HypothesisError::Twice { .. })));
    assert!(matches!(twice.policy("c.toml", "programme = 1"), Err(HypothesisError::File(_))));
}

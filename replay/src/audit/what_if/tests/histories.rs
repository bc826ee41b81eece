//! Hypotheticals over the histories kept with the tests, against plain loops over an edited list of events.

use std::path::Path;

use ledger::finding::FindingKind;
use ledger::handle::Handle;
use ledger::money::FenSum;
use ledger::outcome::Code;

use super::*;

/// A history kept with the tests.
fn frozen(name: &str) -> Vec<Said> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/histories").join(name);
    let text = std::fs::read_to_string(file).expect("a history");
    let said = text.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (principal, _, content) = (words.next()?, words.next()?, words.next()?);
        let byte = |at: usize| u8::from_str_radix(&content[at..at + 2], 16).expect("hex");
        let content: Vec<u8> = (0..content.len()).step_by(2).map(byte).collect();
        let event = proto::event::decode(&content).expect("an event");
        Some(Said { principal: principal.to_owned(), content, event })
    });
    said.collect()
}

/// A plain loop: each entry folded, folded as another event, or left out.
fn plain(said: &[Said], edit: &mut dyn FnMut(u64, &Event) -> Option<Event>) -> (State, Vec<Option<Verdict>>) {
    let mut state = State::default();
    let came = (0..).zip(said).map(|(index, said)| match edit(index, &said.event) {
        Some(event) => Some(Verdict::of(&fold(&mut state, said, &event))),
        None => {
            let (principal, content, event) = (&said.principal, &said.content, &said.event);
            let recorded_ms = proto::samples::LATE_MS;
            state
                .withhold(&Entry {
                    index,
                    recorded_ms,
                    principal,
                    proof: ledger::entry::Proof::Named,
                    again: None,
                    content,
                    event,
                })
                .expect("in order");
            None
        }
    });
    let came = came.collect();
    (state, came)
}

fn verdicts_differing(told: &OutcomeChanges) -> u64 {
    told.counts.iter().filter(|(key, _)| key.sort == DiffersIn::Verdict).map(|(_, count)| count).sum()
}

#[test]
fn leaving_any_entry_out_is_a_fold_without_it() {
    for name in ["rules-1.hex", "loans-1.hex"] {
        let said = frozen(name);
        let (_, as_is) = plain(&said, &mut |_, event| Some(event.clone()));
        for left_out in (3..said.len() as u64).step_by(29) {
            let (one, other, seen) = folded(&said, &without(left_out)).expect("fits");
            let (state, came) = plain(&said, &mut |index, event| (index != left_out).then(|| event.clone()));
            assert_eq!(other.digest(), state.digest(), "{name} without {left_out}");
            let pairs = as_is.iter().zip(&came).filter(|(one, other)| other.is_some() && one != other);
            assert_eq!(verdicts_differing(&seen.outcomes), pairs.count() as u64, "{name} without {left_out}");
            let told = compared(&one, &other, seen, 5);
            let sum = |group| -> FenSum {
                let rows = told.rows.iter().filter(|row| row.group == group);
                rows.map(|row| row.after.awarded_fen - row.before.awarded_fen).sum()
            };
            let persons: FenSum = told.persons.iter().map(|row| row.after.awarded_fen - row.before.awarded_fen).sum();
            assert_eq!(Group::ALL.map(sum), [persons; 3], "{name} without {left_out}: sums of rows and of persons");
        }
    }
}

#[test]
fn another_policy_is_a_fold_of_the_edited_history() {
    const MOST: Fen = 250_000;
    let said = frozen("rules-1.hex");
    // A policy that only flags, made one that refuses what lies outside a lower band.
    let stricter = |event: &Event| {
        let Kind::PolicyAdopted(policy) = &event.kind else { return None };
        let mut policy = policy.clone();
        policy.bands.iter_mut().filter(|band| band.number == 2).for_each(|band| band.max_fen = MOST);
        policy.flagged.retain(|rule| *rule != Rule::Band);
        (policy.programme == "VS-GRANT").then(|| Event { kind: Kind::PolicyAdopted(policy), ..event.clone() })
    };
    let first = said.iter().find_map(|said| stricter(&said.event)).expect("adopted");
    let hypothesis = assume(Subject::Programme("VS-GRANT".into()), vec![first]);
    let (_, other, seen) = folded(&said, &hypothesis).expect("fits");
    let mut adopted = false;
    let (state, _) = plain(&said, &mut |_, event| match (stricter(event), adopted) {
        (None, _) => Some(event.clone()),
        (Some(_), true) => None,
        (Some(other), false) => {
            adopted = true;
            Some(other)
        }
    });
    assert_eq!(other.digest(), state.digest());
    // The lines the policy itself refuses: posted as it is, in the second band above its new most, or flagged for their band.
    let (mut as_is, mut wanted) = (State::default(), Vec::new());
    for (index, said) in (0..).zip(&said) {
        let outcome = fold(&mut as_is, said, &said.event);
        let Outcome::Posted { findings, .. } = outcome else { continue };
        let off_band = |number: &u32| as_is.findings.get(Handle::new(*number)).kind == FindingKind::Policy(Rule::Band);
        let flagged = findings.iter().any(off_band);
        let Kind::RosterLineAdded(line) = &said.event.kind else { continue };
        let Some((_, roster)) = as_is.rosters.by_id(line.roster) else { continue };
        let ours = as_is.programmes.get(roster.programme).code == "VS-GRANT";
        if ours && (flagged || (line.band == 2 && line.fen > MOST)) {
            wanted.push((index, Code::OffBand.name()));
        }
    }
    let policy = seen.outcomes.first[Cause::Policy as usize].iter();
    let lines = policy.filter(|row| row.kind == "roster_line_added" && row.before == Verdict::Posted);
    let refused: Vec<_> = lines.map(|row| (row.index, row.after.name())).collect();
    assert!(wanted.len() >= 3, "the history has {} lines above the new most", wanted.len());
    assert_eq!(refused, wanted);
}

/// The terms of a history, changed.
fn other_terms(said: &[Said], change: fn(&mut ledger::event::loan_terms::LoanTerms)) -> Hypothesis {
    let mut hypothesis = Hypothesis::default();
    for said in said {
        let Kind::LoanTermsAdopted(terms) = &said.event.kind else { continue };
        let mut terms = terms.clone();
        change(&mut terms);
        let versions = hypothesis.versions.entry(Subject::Terms(terms.kind as usize)).or_default();
        let known = |event: &Event| matches!(&event.kind, Kind::LoanTermsAdopted(old) if old.version == terms.version);
        if !versions.iter().any(known) {
            versions.push(Event { kind: Kind::LoanTermsAdopted(terms), ..said.event.clone() });
        }
    }
    hypothesis
}

/// The history with only the first version of each kind of terms: something else is said in place of the others.
fn with_first_terms(mut said: Vec<Said>) -> Vec<Said> {
    let mut kinds = Vec::new();
    for said in &mut said {
        let Kind::LoanTermsAdopted(terms) = &said.event.kind else { continue };
        if kinds.contains(&terms.kind) {
            said.event.kind = Kind::PersonRegistered(PersonRegistered { person: said.event.id, origin: 610_000 });
            said.content = proto::event::encode(&said.event);
        } else {
            kinds.push(terms.kind);
        }
    }
    said
}

#[test]
fn the_loan_terms_adopted_give_no_difference() {
    let said = with_first_terms(frozen("loans-1.hex"));
    let hypothesis = other_terms(&said, |_| {});
    assert_eq!(hypothesis.versions.len(), 2);
    let same = told(&said, &hypothesis);
    assert!(same.is_same(), "{:?}", same.outcomes.counts);
}

#[test]
fn other_loan_terms_change_interest_and_what_was_accrued_by_them() {
    let said = frozen("loans-1.hex");
    // Both assume all versions from the first adoption on, so that they differ in the penalty alone.
    let [all, dearer] =
        [told(&said, &other_terms(&said, |_| {})), told(&said, &other_terms(&said, |terms| terms.penalty_ppm *= 2))];
    let [single, double] = [all.lending.by_terms[1], dearer.lending.by_terms[1]];
    let rounding = i128::from(dearer.entries);
    // Twice the penalty rate is twice the penalty at least: what is repaid goes to the penalty first.
    assert!(single.penalty > rounding && double.penalty >= 2 * single.penalty - rounding, "{single:?} {double:?}");
    assert_eq!(single.subsidy, double.subsidy, "nobody is overdue in study");
    for told in [&all, &dearer] {
        let [before, after] = told.lending.by_terms;
        let persons = told.persons.iter().map(|row| i128::from(row.after.borne_fen - row.before.borne_fen));
        assert_eq!(persons.sum::<i128>(), after.penalty - before.penalty + after.borrower - before.borrower);
    }
    let refused = |told: &WhatIf, kind: &str| -> Vec<&'static str> {
        let all = told.outcomes.first[Cause::Policy as usize].iter();
        all.filter(|row| row.kind == kind && row.before == Verdict::Posted).map(|row| row.after.name()).collect()
    };
    assert!(refused(&dearer, "interest_accrued").contains(&"penalty_differs"), "{:?}", own(&dearer));
    let ratio = told(&said, &other_terms(&said, |terms| terms.risk_ratio_ppm *= 2));
    assert!(refused(&ratio, "compensation_accrued").contains(&"compensation_differs"), "{:?}", own(&ratio));
    // Relief that was paid out of a reward of the compensation fund is gone with it, subsidy is not.
    assert_eq!(ratio.lending.by_terms[1].subsidy, single.subsidy);
    assert!(ratio.lending.payers.iter().any(|row| row.before.compensation.owed > row.after.compensation.owed));
}

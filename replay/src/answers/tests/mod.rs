//! Random histories of payments: whatever the bank says and the officials try, every report adds up after every entry.

pub(crate) mod world;

use super::calendar_year::{YearFilter, by_year};
use super::tests::world::{COUNTY, EACH, LINE, World, day, thing};
use super::{execution, trace};
use ledger::account::Class;
use ledger::event::*;
use ledger::handle::Handle;
use ledger::money::{Fen, FenSum};
use ledger::state::State;
use ledger::state::debt_rows::{Debt, DebtSide, DebtWord};
use ledger::state::rows::Payout;
use ledger::state::rows::{Line, Org};
use ledger::state::stage::{Progress, Stage};
use uuid::Uuid;

/// Handle of the spare line, issued after the four of the small history.
const SPARE: Handle<Line> = Handle::new(4);

/// Numbers by chance, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(limit)).expect("below a u32")
    }
}

#[test]
fn every_report_adds_up_after_every_entry() {
    let mut kinds_met = std::collections::BTreeSet::new();
    for seed in 0..150 {
        let mut dice = Dice(seed * 7919 + 1);
        let mut world = World::paid();
        let mut credits = Vec::new();
        world.spare_line();
        for _ in 0..60 {
            step(&mut world, &mut dice, &mut credits, seed % 2 == 0);
            check(&world.state);
        }
        kinds_met.extend(world.state.findings.iter().map(|(_, finding)| finding.kind.name()));
        let applications = world.state.applications.iter();
        kinds_met.extend(applications.map(|(_, application)| application.set.stage.name()));
        // Only an accepted credit draws on the spare line.
        let accepted = world.state.draws.iter().any(|(_, draw)| draw.line == SPARE);
        kinds_met.extend(accepted.then_some("accepted"));
        let recovered = by_year(&world.state, &YearFilter::default()).sum.recovered_fen > 0;
        kinds_met.extend(recovered.then_some("recovered"));
        let corrected = |row: &&Payout| world.state.pieces_of(row).iter().any(|piece| piece.told != piece.line);
        let payouts = world.state.payouts.iter().map(|(_, row)| row).filter(corrected);
        kinds_met.extend(payouts.map(|row| match row.progress {
            Progress::Returned => "corrected and returned",
            _ => "corrected",
        }));
    }
    // The walk is worth something only if it came to the places where reports could go wrong.
    let results = ["double_credit", "late_credit", "early_credit", "unexpected_return", "accepted"];
    for kind in results.into_iter().chain(["sent", "cancelled", "recovered", "corrected", "corrected and returned"]) {
        assert!(kinds_met.contains(kind), "never met {kind}: {kinds_met:?}");
    }
}

/// What is recovered goes to the lines that had paid when it was decided, so a history has either recoveries or credits accepted for
/// other lines.
fn step(world: &mut World, dice: &mut Dice, credits: &mut Vec<Uuid>, recovers: bool) {
    let on = if dice.below(4) == 0 { 20_220_110 } else { 20_211_210 };
    let payout = world.state.payouts.get(Handle::new(dice.below(world.state.payouts.next().number()))).id;
    let serial = world.next_serial();
    match dice.below(11) {
        0 | 1 => {
            let fen = if dice.below(6) == 0 { EACH / 2 } else { EACH };
            credits.push(world.credited(payout, fen, on));
        }
        2 | 3 => drop(world.returned(payout, 1 + dice.below(14), on)),
        4 => drop(world.say(on, Kind::PayoutUnknown(PayoutUnknown { payout, serial }))),
        5 if !credits.is_empty() && !recovers => {
            let credit = credits[dice.below(u32::try_from(credits.len()).expect("few")) as usize];
            let accepted = Clearing::Accepted(vec![Draw { line: thing(LINE + 9), fen: EACH }]);
            let how = if dice.below(3) == 0 { Clearing::Recoverable(None) } else { accepted };
            // It may well be refused; all must add up then, too.
            let _ = world.told(
                "preparer",
                on,
                Kind::SuspenseCleared(SuspenseCleared { item: credit, number: 1, fen: EACH, how }),
            );
        }
        6 => order(world, dice),
        8 | 9 if recovers => recover(world, dice, payout, on),
        10 => correct(world, dice),
        _ => advance(world, dice),
    }
}

/// Has some of a payment paid back, or says that some came in of the last such decision, or is not asked for any more.
fn recover(world: &mut World, dice: &mut Dice, payout: Uuid, on: u32) {
    let (fen, reason, document) = (EACH / 4, "离校".to_owned(), "追1".to_owned());
    let decided = world.state.debts.iter().map(|(_, debt)| debt).filter(|debt| debt.payout.handle().is_some());
    let Some(debt) = decided.last().map(|debt| debt.id).filter(|_| dice.below(3) > 0) else {
        let ordered = RecoveryOrdered { payout, fen: 2 * fen, reason, document };
        return drop(world.told("preparer", on, Kind::RecoveryOrdered(ordered)));
    };
    if dice.below(4) == 0 {
        let waived = RecoveryWaived { debt, fen, reason, document };
        return drop(world.told("preparer", on, Kind::RecoveryWaived(waived)));
    }
    let (unit, serial) = (thing(COUNTY), world.next_serial());
    world.say(on, Kind::RecoveryReceived(RecoveryReceived { debt, unit, fen, serial }));
}

/// Tries to order some instalment, as a reissue of its latest payment or as if for the first time.
fn order(world: &mut World, dice: &mut Dice) {
    let (award, instalment) = (dice.below(2), 1 + dice.below(2));
    let at = world.state.awards.get(Handle::new(award)).instalments.plus(instalment - 1);
    let latest = world.state.instalments.get(at).payout;
    let reissue_of = latest.handle().map(|latest| world.state.payouts.get(latest).id);
    let number = u128::from(world.state.applications.next().number());
    world.order(number, u128::from(award), instalment, reissue_of);
}

/// What an application takes from a line it takes from the spare one, or back.
fn correct(world: &mut World, dice: &mut Dice) {
    let (_, row) = world.state.applications.iter().last().expect("there is one");
    let count = u32::try_from(row.parts.len()).expect("few");
    let Some(part) = row.parts.get(dice.below(count.max(1)) as usize) else { return };
    let (from, to) = if dice.below(4) == 0 { (SPARE, part.line) } else { (part.line, SPARE) };
    let [from, to] = [from, to].map(|line| world.state.lines.get(line).id);
    let (application, fen, document) = (row.id, EACH / i64::from(2 + dice.below(3)), world.next_serial());
    let corrected = DrawsCorrected { application, from, to, fen, document };
    let _ = world.told("preparer", 20_211_210, Kind::DrawsCorrected(corrected));
}

/// Takes the next step of an application, or gives it up.
fn advance(world: &mut World, dice: &mut Dice) {
    let (_, row) = world.state.applications.iter().last().expect("there is one");
    let (id, stage) = (row.id, row.set.stage);
    let cleared = row.parts.iter().all(|part| part.cleared == part.fen);
    if dice.below(6) == 0 {
        let _ = world.told("preparer", 20_211_215, Kind::ApplicationCancelled(SetCancelled { set: id }));
        return;
    }
    match stage {
        Stage::Sealed => world.approve(id, 20_211_215),
        Stage::Approved if cleared => world.send(id, 20_211_215),
        Stage::Approved => world.clear(id, 20_211_215),
        _ => {}
    }
}

fn check(state: &State) {
    let on = |class| -> Fen {
        let rows = state.accounts.iter().filter(|(_, row)| row.class == class);
        rows.map(|(_, row)| Fen::try_from(row.balance).expect("an amount")).sum()
    };
    let all = by_year(state, &YearFilter::default()).sum;
    let paid = |payout: &Payout| payout.fen * Fen::from(state.times_paid(payout));
    let paid: Fen = state.payouts.iter().map(|(_, payout)| paid(payout)).sum();
    // What is to be recovered of payments is on no payee's account any more, and what came in of it is recovered.
    let owed = |debt: &Debt| debt.is_due() && debt.owed == DebtSide::ToUnit && debt.payout.handle().is_some();
    let debts: Vec<&Debt> = state.debts.iter().map(|(_, debt)| debt).filter(|debt| owed(debt)).collect();
    let told = |debt: &Debt, what| Fen::try_from(debt.told(what)).expect("an amount");
    let left = |debt: &&Debt| debt.fen - told(debt, DebtWord::Waived);
    assert_eq!(paid + all.suspense_fen.held(), on(Class::Payee) + debts.iter().map(left).sum::<Fen>());
    let came = |debt: &&Debt| told(debt, DebtWord::Received).min(left(debt));
    assert_eq!(all.recovered_fen, debts.iter().map(came).sum::<Fen>());
    let net = paid + all.transit_fen.held() - all.recovered_fen.held();
    assert_eq!((all.credited_fen.held(), all.net_fen().held()), (paid, net));
    // An instalment paid twice is settled once.
    assert!(paid >= on(Class::Settled));
    for (line, _) in state.lines.iter() {
        let executed = execution::execution(state, line);
        assert!(holds(&executed), "{executed:?}");
        let forward = trace::forward(state, line, day(20_221_231), None, usize::MAX);
        assert_eq!(forward.totals.expect("first page").unexplained_fen, 0, "{forward:?}");
    }
    // The three issued lines together have paid for everything.
    let issued = [Handle::new(0), Handle::new(1), SPARE]
        .map(|line| trace::forward(state, line, day(20_221_231), None, 0).totals);
    let issued: Vec<_> = issued.into_iter().map(|totals| totals.expect("first page")).collect();
    assert_eq!(issued.iter().map(|totals| totals.credited_fen).sum::<FenSum>(), all.credited_fen - all.recovered_fen);
    assert_eq!(issued.iter().map(|totals| totals.transit_fen).sum::<FenSum>(), all.transit_fen);
    for (unit, _) in state.orgs.iter() {
        assert_eq!(due_to_finance_off(state, unit), 0);
    }
    for (payout, _) in state.payouts.iter() {
        let back = trace::back(state, payout, day(20_221_231));
        let times = state.times_paid(state.payouts.get(payout)).max(1);
        assert_eq!(back.total_fen, back.fen * Fen::from(times));
    }
}

/// Whether nothing of a line is missing and nothing too much.
pub(crate) fn holds(executed: &execution::Execution) -> bool {
    let (available, spent) = (executed.available_fen, executed.spent_fen);
    let parts = [available, executed.applied_fen, spent, executed.passed_down_fen, executed.to_finance_fen];
    let owed = executed.short_fen + executed.withheld_fen;
    parts.iter().all(|fen| *fen >= 0)
        && (executed.short_fen <= 0 && executed.withheld_fen >= 0)
        && parts.iter().copied().sum::<FenSum>() + owed == executed.received_fen
        && executed.children_received_fen == executed.passed_down_fen
}

/// What the lines of a unit say is due to finance less what its account says; zero, always.
pub(crate) fn due_to_finance_off(state: &State, unit: Handle<Org>) -> FenSum {
    let lines = state.lines.iter().filter(|(_, line)| line.unit == unit);
    let due: FenSum = lines.map(|(line, _)| execution::execution(state, line).to_finance_fen).sum();
    let stands = |class| state.balance(state.org_account(unit, class));
    due - stands(Class::DueToFinance) - stands(Class::Surrendered) - stands(Class::SurrenderSource)
}

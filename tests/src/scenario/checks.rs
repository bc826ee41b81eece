//! Checks of a scenario: lines that say what must stand in the state.

use super::choices::{LOAN_KINDS, PAYERS};
use super::fields::{amount, chosen, pair};
use crate::desk::labelled;
use anyhow::{Context, Result, bail, ensure};
use ledger::account::{AccountNo, Class, Owner};
use ledger::finding::FindingKind;
use ledger::handle::Handle;
use ledger::loan::portfolio_id;
use ledger::money::yuan;
use ledger::state::rows::Payout;
use ledger::state::{Standing, State};
use uuid::Uuid;

const OWNERS: &[(&str, Owner)] = &[
    ("org", Owner::Org),
    ("line", Owner::Line),
    ("roster", Owner::Roster),
    ("application", Owner::Application),
    ("loan", Owner::Loan),
    ("portfolio", Owner::Portfolio),
    ("claim", Owner::Claim),
    ("reward", Owner::Reward),
];

/// Whether a line that begins so is a check.
pub(super) fn knows(word: &str) -> bool {
    [
        "balance",
        "standing",
        "open",
        "verdict",
        "remittance",
        "accrued",
        "called",
        "named_only",
        "found",
        "stage",
        "owes",
    ]
    .contains(&word)
}

pub(super) fn check(state: &State, word: &str, words: &[&str]) -> Result<()> {
    match (word, words) {
        ("balance", [owner, label, class, fen]) => balance(state, owner, label, class, fen),
        ("standing", [award, instalment, rest @ ..]) => standing(state, award, instalment, rest),
        ("open", ["findings", number]) => open_findings(state, number),
        ("open", ["kinds", expected @ ..]) => open_kinds(state, expected),
        ("open", ["disputes", number]) => open_disputes(state, number),
        ("verdict", [claim, number, verdict]) => self::verdict(state, claim, number, verdict),
        ("owes", [claim, payer, province, fen]) => owes(state, claim, payer, province, fen),
        ("remittance", [label, stage]) => remittance(state, label, stage),
        ("accrued", [loan, through]) => accrued(state, loan, through),
        ("called", [org, name]) => called(state, org, name),
        ("stage", [entry, kind, subject, stage]) => stage_of(state, entry, kind, subject, stage),
        ("found", [kind, number]) => found(state, kind, number),
        ("named_only", [number]) => named_only(state, number),
        _ => bail!("no such check"),
    }
}

fn account(state: &State, owner: &str, label: &str, class: Class) -> Result<Option<AccountNo>> {
    let owner = chosen(owner, OWNERS)?;
    ensure!(class.owner() == owner, "an account of this class belongs to another");
    let id = if owner == Owner::Portfolio { portfolio(label)? } else { labelled(label) };
    let base = state.accounts_of(owner, id);
    Ok(base.map(|base| State::account_at(base, class)))
}

/// A lender's loans of one kind, written `lender/kind`.
fn portfolio(label: &str) -> Result<Uuid> {
    let (lender, kind) = pair(label, '/')?;
    Ok(portfolio_id(labelled(lender), chosen(kind, LOAN_KINDS)?))
}

fn balance(state: &State, owner: &str, label: &str, class: &str, expected: &str) -> Result<()> {
    let class = Class::ALL.iter().find(|known| known.name() == class).context("no such class of account")?;
    let account = account(state, owner, label, *class)?;
    let found = state.balance(account.context("the owner is not known")?);
    ensure!(found == amount(expected)?, "the balance is {}", yuan(i128::from(found)));
    Ok(())
}

fn standing(state: &State, award: &str, instalment: &str, expected: &[&str]) -> Result<()> {
    let (_, award) = state.awards.by_id(labelled(award)).context("no such award")?;
    let at: u32 = instalment.parse()?;
    let payout = |handle: Handle<Payout>| Some(state.payouts.get(handle).id);
    let found = match state.standing(award.instalments.plus(at.saturating_sub(1))) {
        Standing::Free => ("free", None),
        Standing::Ordered(handle) => ("ordered", payout(handle)),
        Standing::Settled(handle) => ("settled", payout(handle)),
        Standing::Returned(handle) => ("returned", payout(handle)),
    };
    let expected = match expected {
        [word] => (*word, None),
        [word, payout] => (*word, Some(labelled(payout))),
        _ => bail!("a standing is a word and a payment"),
    };
    ensure!(found == expected, "it stands {} {:?}", found.0, found.1);
    Ok(())
}

/// So many findings of a kind are open.
fn found(state: &State, kind: &str, expected: &str) -> Result<()> {
    let found = state.findings.iter().filter(|(_, finding)| finding.stands() && finding.kind.name() == kind).count();
    ensure!(found == expected.parse::<usize>()?, "{found} are open");
    Ok(())
}

/// How far a finding has come, named by the entry that opened it, its kind and what it is about.
fn stage_of(state: &State, entry: &str, kind: &str, subject: &str, expected: &str) -> Result<()> {
    let kind = FindingKind::named(kind).context("no such kind of finding")?;
    let entry = Uuid::try_parse(pair(entry, '=')?.1)?;
    let found = state.finding_named(entry, kind, labelled(subject)).context("no such finding")?;
    let (stage, _) = state.stage_of(found).words();
    ensure!(stage == expected, "it is {stage}");
    Ok(())
}

/// The kinds of all findings still open, with or without money, as they came.
fn open_kinds(state: &State, expected: &[&str]) -> Result<()> {
    let open: Vec<_> = state.findings.iter().filter(|(_, row)| row.open).map(|(_, row)| row.kind.name()).collect();
    ensure!(open == expected, "open are {open:?}");
    Ok(())
}

fn open_findings(state: &State, expected: &str) -> Result<()> {
    let money = |finding: &&ledger::state::rows::Finding| finding.stands() && finding.fen != 0;
    let found = state.findings.iter().filter(|(_, finding)| money(finding)).count();
    ensure!(found == expected.parse::<usize>()?, "{found} findings with money are open");
    Ok(())
}

/// What an organisation is shown as.
fn called(state: &State, org: &str, expected: &str) -> Result<()> {
    let (_, org) = state.orgs.by_id(labelled(org)).context("no report named it")?;
    ensure!(org.name() == expected, "it is called {}", org.name());
    Ok(())
}

/// How many organisations reports have named and nobody has registered: each has its open finding, and no other has.
fn named_only(state: &State, expected: &str) -> Result<()> {
    let named = state.orgs.iter().filter(|(_, org)| !org.known && !org.id.is_nil()).count();
    let open = state.orgs.iter().filter_map(|(_, org)| org.early.handle()).map(|at| state.findings.get(at).open);
    let open = open.filter(|open| *open).count();
    ensure!((named, open) == (expected.parse()?, named), "{named} are named only, {open} findings are open");
    Ok(())
}

/// Findings that something was told and does not count.
fn open_disputes(state: &State, expected: &str) -> Result<()> {
    use FindingKind::{EditionOutOfOrder, ManyVersions, ToldOtherwise};
    let told = |kind| matches!(kind, ToldOtherwise | ManyVersions | EditionOutOfOrder);
    let found = state.findings.iter().filter(|(_, finding)| finding.stands() && told(finding.kind)).count();
    ensure!(found == expected.parse::<usize>()?, "{found} of them are open");
    Ok(())
}

/// What became of a line of a claim.
fn verdict(state: &State, claim: &str, number: &str, expected: &str) -> Result<()> {
    let (handle, _) = state.claims.by_id(labelled(claim)).context("no such claim")?;
    let number: u32 = number.parse()?;
    let row = state.claim_lines.iter().find(|(_, row)| row.claim == handle && row.number == number);
    let found = row.context("no such line")?.1.verdict.words().0;
    ensure!(found == expected, "the verdict is {found}");
    Ok(())
}

/// What a payer of a province owes for a claim; province 0 where it is of none.
fn owes(state: &State, claim: &str, payer: &str, province: &str, expected: &str) -> Result<()> {
    let (_, row) = state.claims.by_id(labelled(claim)).context("no such claim")?;
    let (payer, province): (_, u32) = (chosen(payer, PAYERS)?, province.parse()?);
    let found = row.payers.iter().find(|row| (row.payer, row.province) == (payer, province));
    let found = found.map_or(0, |row| row.owed);
    ensure!(found == amount(expected)?, "it owes {}", yuan(found.into()));
    Ok(())
}

/// How far a payment to a lender has come.
fn remittance(state: &State, label: &str, expected: &str) -> Result<()> {
    let (_, row) = state.remittances.by_id(labelled(label)).context("no such payment to a lender")?;
    ensure!(row.stage.name() == expected, "it is {}", row.stage.name());
    Ok(())
}

/// How far the interest of a loan is posted.
fn accrued(state: &State, loan: &str, expected: &str) -> Result<()> {
    let (_, row) = state.loans.by_id(labelled(loan)).context("no such loan")?;
    ensure!(row.through.to_string() == expected, "interest is posted through {}", row.through);
    Ok(())
}

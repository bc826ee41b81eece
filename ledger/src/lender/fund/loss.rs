//! Losses recovered: back to the stock where the terms say so, else to those who bore them. How a loss first falls on the
//! stock and on others is in `loan::fund_effect`.

use super::change::FundChange;
use crate::account::Class;
use crate::change::{Case, Change, Judged, NewFinding};
use crate::event::LossRecovered;
use crate::finding::FindingKind;
use crate::loan::contract::find;
use crate::loan::counting::{counting, is_before_contract};
use crate::loan::fund_effect::{balance, bearers, posting, shortfall, stock, terms};

/// What comes in on a loss goes back to the stock where the terms say so (财教〔2022〕1号), the rest to who bore it.
pub(crate) fn judge_loss_recovered(case: &Case<'_>, event: &LossRecovered) -> Judged<FundChange> {
    let (state, on) = (case.state, case.on());
    let found = find(state, event.loan);
    let Some(loan) = found.handle.filter(|_| found.row.known) else {
        return Ok(Change::only(NewFinding::about(FindingKind::UnknownSubject, event.loan)));
    };
    if is_before_contract(&found.row, on) {
        return Ok(Change::only(NewFinding::about(FindingKind::BeforeSubject, event.loan)));
    }
    let fen = event.fen;
    if fen <= 0 {
        return Ok(Change::only(NewFinding::about(FindingKind::AmountDiffers, event.loan)));
    }
    let (fund, row) = (&found.portfolio, &found.row);
    let to_stock = terms(state, fund.kind, on).is_some_and(|terms| terms.recovery_to_stock);
    let used = if to_stock { fen.min(balance(state, fund, Class::StockUsed)) } else { 0 };
    let borne = (fen - used).min(row.borne).min(balance(state, fund, Class::LossBorne));
    let mut change = Change::of(FundChange::Recover { loan, fen, borne });
    change.postings.push(posting(state, on, fund, Class::Collected, Class::Loss, fen));
    if used > 0 {
        change.postings.push(stock(state, on, fund, -used));
    }
    if borne > 0 {
        let parts = bearers(state, fund.kind, counting(row, &row.facts), on);
        change.postings.extend(shortfall(state, on, fund, -borne, parts));
    }
    Ok(change)
}

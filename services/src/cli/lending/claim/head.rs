//! The head of a claim: what it is, how its lines came out, who pays it. Its lines are shown by `claim show`.

use crate::cli::lending::words::{both, zh};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::text::{day, yuan};
use ledger::hash::hex;
use proto::json::id;
use proto::v1;

const COUNTS: &[Column<(&str, u32, i64)>] = &[
    left("", |(name, _, _)| (*name).to_owned()),
    right("行数", |(_, count, _)| count.to_string()),
    right("元 yuan", |(_, _, fen)| yuan(*fen)),
];

const PAYERS: &[Column<v1::PayerDebt>] = &[
    left("承担方 payer", |debt| match debt.province {
        0 => both(&debt.payer),
        province => format!("{} {province}", both(&debt.payer)),
    }),
    right("应付 owed", |debt| yuan(debt.owed_fen)),
    right("已下达 ordered", |debt| yuan(debt.ordered_fen)),
    right("已付 paid", |debt| yuan(debt.paid_fen)),
    right("已退回 returned", |debt| yuan(debt.returned_fen)),
];

/// A claim's head and who pays it.
pub(crate) fn print_claim(claim: &v1::Claim) {
    outln!("  申报 {}  {}  {}", claim.number, id(&claim.claim), both(&claim.stage));
    outln!(
        "  {} {} {}{}: {} — {}",
        claim.lender_name,
        zh(&claim.kind),
        zh(&claim.what),
        if claim.supplementary { " 补报 supplementary" } else { "" },
        day(claim.from),
        day(claim.through)
    );
    outln!("  付款单位 unit {}  编制 {}  批准 {}", claim.unit_name, claim.preparer, dash(&claim.approver));
    outln!("  sealed {}", hex(&claim.hash));
    let counts = [
        ("申报 claimed", claim.count, claim.claimed_fen),
        ("确认 confirmed", claim.confirmed_count, claim.confirmed_fen),
        ("争议 disputed", claim.disputed_count, claim.disputed_fen),
    ];
    outln!("{}", list(COUNTS, &counts));
    if claim.set_off_fen != 0 {
        outln!("  抵扣以前多报 set off against earlier overclaims {}\n", yuan(claim.set_off_fen));
    }
    if claim.payers.is_empty() {
        return;
    }
    outln!("{}", list(PAYERS, &claim.payers));
    if claim.from_advance_fen != 0 || claim.from_stock_fen != 0 {
        let (advance, stock) = (yuan(claim.from_advance_fen), yuan(claim.from_stock_fen));
        outln!("  抵扣预拨 out of advances {advance}  动用补偿金 out of the compensation stock {stock}\n");
    }
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

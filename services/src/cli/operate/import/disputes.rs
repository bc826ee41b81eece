//! Lines of claims that were imported and are not confirmed: on record they count for nothing, so whoever imported them is told, by
//! the number he typed where the ledger knows none. Not here: why a line is disputed, which the ledger decides.

use super::standing::{FileLine, ImportEnding, RowStanding};
use super::tally::RowTally;
use crate::cli::client::Query;
use crate::cli::failure::Failure;
use crate::cli::typed::wire_id;
use ledger::event::KindTag;
use ledger::money::yuan;
use proto::v1;
use std::collections::BTreeMap;
use tokio::runtime::Handle;
use uuid::Uuid;

/// Lines asked for at once.
const PAGE: u32 = 500;

/// What a file said of claims.
#[derive(Default)]
pub(super) struct Disputes {
    /// The lines met since a claim was sealed, in their order.
    lines: Vec<FileLine>,
    claims: BTreeMap<Uuid, Vec<FileLine>>,
}

impl Disputes {
    pub(super) fn meet(&mut self, said: &FileLine, standing: RowStanding) {
        match said.tag {
            KindTag::ClaimLineAdded => self.lines.push(said.clone()),
            KindTag::ClaimSealed => {
                let lines = std::mem::take(&mut self.lines);
                if let Some(claim) = said.set.filter(|_| standing.ending() < ImportEnding::Fails) {
                    self.claims.insert(claim, lines);
                }
            }
            _ => {}
        }
    }

    pub(super) fn name(self, handle: &Handle, query: &Query, tally: &mut RowTally) -> Result<(), Failure> {
        for (claim, lines) in self.claims {
            let only = v1::ClaimLines::Disputed.into();
            let mut request =
                v1::GetClaimRequest { claim: wire_id(claim), only, page_size: PAGE, ..v1::GetClaimRequest::default() };
            loop {
                let answer = handle.block_on(query.clone().get_claim(request.clone()))?.into_inner();
                for line in &answer.lines {
                    let at = usize::try_from(line.number).unwrap_or(usize::MAX).checked_sub(1);
                    if let Some(said) = at.and_then(|at| lines.get(at)) {
                        tally.dispute(said.clone(), words(said, line));
                    }
                }
                if answer.next_page_token.is_empty() {
                    break;
                }
                request.page_token = answer.next_page_token;
            }
        }
        Ok(())
    }
}

fn words(said: &FileLine, line: &v1::ClaimLine) -> String {
    let fen = |figure: &Option<v1::ClaimFigure>| yuan(figure.as_ref().map_or(0, |figure| figure.fen).into());
    let (claimed, ours, loan) = (fen(&line.claimed), fen(&line.ours), &said.words);
    let remedy = match &line.verdict[..] {
        "claimed_twice" => {
            "；先报的申报有误的，先撤销它，再把本申报撤销封存、作废，以下一版次整份重报，才重新认定 if the claim before is wrong, take it back, then \
             this one, and send this whole as its next edition"
        }
        _ => "",
    };
    format!(
        "第 {} 行合同 {loan} {} {}：申报 {claimed} 元，账上 {ours} 元{remedy}",
        line.number, line.verdict_zh, line.verdict
    )
}

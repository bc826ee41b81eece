//! An answer with what it rests on: how many entries, which point in time, what was left out. Shown as JSON, or as the text
//! of its question with a foot below. Absent on purpose: what any answer says.

use super::point::words;
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::print_json;
use proto::v1;
use serde::Serialize;

/// What every answer says of itself.
pub(crate) trait Rests {
    /// Entries it rests on.
    fn as_of(&self) -> u64;

    /// What it leaves out, if it was asked about a day.
    fn basis(&self) -> Option<v1::Basis> {
        None
    }

    /// Whether more rows follow.
    fn more(&self) -> bool {
        false
    }
}

macro_rules! rests {
    ($($answer:ident: $($part:ident)*;)*) => {
        $(impl Rests for v1::$answer {
            fn as_of(&self) -> u64 {
                self.as_of
            }
            $(rests!(@ $part);)*
        })*
    };
    (@ basis) => {
        fn basis(&self) -> Option<v1::Basis> {
            self.basis
        }
    };
    (@ pages) => {
        fn more(&self) -> bool {
            !self.next_page_token.is_empty()
        }
    };
}

rests! {
    GetStatusResponse: basis;
    ListBalancesResponse: basis pages;
    ListEntriesResponse: pages;
    GetLineResponse: basis;
    GetAwardResponse: basis pages;
    GetBatchResponse: basis pages;
    GetPayoutResponse: basis;
    ListFindingsResponse: basis pages;
    ListDebtsResponse: basis pages;
    ListRefusalsResponse: basis pages;
    ListWithdrawalsResponse: basis pages;
    GetTotalsResponse: basis pages;
    GetLoanResponse: basis pages;
    ListLoansResponse: basis pages;
    QuoteLoanResponse:;
    GetPositionResponse: basis;
    GetForecastResponse:;
    ListClaimsResponse: basis pages;
    GetClaimResponse: basis pages;
    ListRemittancesResponse: basis pages;
    GetFundResponse: basis pages;
    ExplainResponse: pages;
    ListGrantsResponse: pages;
    CheckRightResponse:;
}

impl Rests for v1::TraceResponse {
    fn as_of(&self) -> u64 {
        self.as_of
    }

    fn basis(&self) -> Option<v1::Basis> {
        self.basis
    }

    fn more(&self) -> bool {
        use v1::trace_response::Trace;
        let next = match &self.trace {
            Some(Trace::Forward(trace)) => &trace.next_page_token,
            Some(Trace::Remittance(trace)) => &trace.next_page_token,
            Some(Trace::Claim(trace)) => &trace.next_page_token,
            Some(Trace::Back(trace)) => &trace.next_page_token,
            Some(Trace::Loan(trace)) => &trace.next_page_token,
            None => return false,
        };
        !next.is_empty()
    }
}

/// What a server answered, and how it is wanted.
pub(crate) struct Answer<T> {
    /// The answer itself.
    pub(crate) said: T,
    at: Option<v1::Point>,
    json: bool,
}

impl<T: Rests> Answer<T> {
    /// The answer about this point in time.
    pub(crate) fn new(target: &Target, at: Option<v1::Point>, said: T) -> Self {
        Self { said, at, json: target.json }
    }

    /// Shows it as it is to machines, and to people what `text` prints of it.
    pub(crate) fn show(&self, text: impl FnOnce(&T)) -> Result<(), Failure>
    where
        T: Serialize,
    {
        self.show_as(&self.said, text)
    }

    /// Shows to machines what was made of it.
    pub(crate) fn show_as(&self, shown: &impl Serialize, text: impl FnOnce(&T)) -> Result<(), Failure> {
        if !self.json {
            text(&self.said);
            self.foot();
            return Ok(());
        }
        let mut shown = serde_json::to_value(shown)?;
        shown["as_of"] = self.said.as_of().into();
        if let Some(at) = &self.at {
            shown["at"] = serde_json::to_value(at)?;
        }
        if let Some(basis) = &self.said.basis() {
            shown["basis"] = serde_json::to_value(basis)?;
        }
        print_json(&shown)
    }

    /// Says below a table what it rests on.
    fn foot(&self) {
        let rest = if self.said.more() { "; more rows follow, see --limit" } else { "" };
        outln!("  as of entry {}{rest}", self.said.as_of());
        if let Some(at) = &self.at {
            outln!("  时点 at: {}", words(at).join("; "));
        }
        if let Some(basis) = &self.said.basis() {
            outln!("  {} entries of later days are left out 未计入", basis.withheld);
            if basis.changed > 0 {
                let changed = basis.changed;
                outln!(
                    "  ! 其中 {changed} 条因此结果不同 came out differently without them: figures lean on later facts"
                );
            }
        }
    }
}

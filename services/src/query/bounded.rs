//! No answer is larger than a bound: one whose page came out larger is asked for again with fewer rows. How pages follow each other is
//! in `page` and `window`.

use super::QueryError;
use crate::wire::MAX_ANSWER_BYTES;
use prost::Message;

/// A question, which may say how many rows it wants.
pub trait Question: Sized {
    /// The rows it wants at most; none if its answer has no pages.
    fn rows(&self) -> Option<u32> {
        None
    }

    /// The same with fewer rows.
    #[must_use]
    fn with_rows(&self, rows: u32) -> Option<Self> {
        let _ = rows;
        None
    }
}

/// Questions whose answers are small by nature, or that are asked about one entry.
macro_rules! whole {
    ($($request:ident)*) => {
        $(impl Question for proto::v1::$request {})*
    };
}

whole! {
    GetStatusRequest GetBalanceRequest GetLineRequest GetPayoutRequest QuoteLoanRequest GetPositionRequest GetForecastRequest
    GetRecordedRequest GetOutcomeRequest CheckRightRequest
}

/// The answer, with as many rows as fit.
///
/// # Errors
/// The question's own, or one row alone is too large.
pub fn bounded<Q: Question, A: Message>(
    request: &Q,
    answer: impl Fn(&Q) -> Result<A, QueryError>,
) -> Result<A, QueryError> {
    let mut given = answer(request)?;
    let mut rows = request.rows();
    while given.encoded_len() > MAX_ANSWER_BYTES {
        let too_large = || QueryError::TooLarge { bytes: given.encoded_len(), most: MAX_ANSWER_BYTES };
        let wanted = rows.filter(|rows| *rows > 1).ok_or_else(too_large)?;
        // Somewhat less than what would just fit, as rows differ.
        let fitting = (wanted as usize).saturating_mul(MAX_ANSWER_BYTES / 10 * 9) / given.encoded_len();
        let fewer = u32::try_from(fitting).unwrap_or(wanted).clamp(1, wanted - 1);
        let smaller = request.with_rows(fewer).ok_or_else(too_large)?;
        (given, rows) = (answer(&smaller)?, Some(fewer));
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::v1;

    fn answered(request: &v1::ListFindingsRequest, each: usize, all: u32) -> v1::ListFindingsResponse {
        let finding = v1::Finding { sentence_zh: "x".repeat(each), ..v1::Finding::default() };
        let findings = vec![finding; request.page_size.min(all) as usize];
        v1::ListFindingsResponse { findings, ..v1::ListFindingsResponse::default() }
    }

    #[test]
    fn rows_are_left_for_the_next_page_until_the_answer_fits() -> Result<(), QueryError> {
        let request = v1::ListFindingsRequest { page_size: 1_000, ..v1::ListFindingsRequest::default() };
        for (each, all) in [(10, 1_000), (1_000, 1_000), (10_000, 300), (100_000, 1_000), (200_000, 2)] {
            let answer = bounded(&request, |request| Ok(answered(request, each, all)))?;
            assert!(answer.encoded_len() <= MAX_ANSWER_BYTES);
            let most = (MAX_ANSWER_BYTES / (each + 50)).min(all as usize);
            assert!(answer.findings.len() * 2 > most, "{} of {most}", answer.findings.len());
        }
        let one = bounded(&request, |request| Ok(answered(request, MAX_ANSWER_BYTES, 5)));
        assert!(matches!(one, Err(QueryError::TooLarge { .. })));
        Ok(())
    }
}

//! Which loan somebody means: an id, a lender with a number, or a contract number alone.

use crate::cli::client::Query;
use crate::cli::failure::Failure;
use crate::intake::import::ids;
use proto::v1;
use uuid::Uuid;

/// How loans are named on the command line.
pub(super) const LOAN_HELP: &str = "The loan: its id, LENDER/NUMBER as files name it, or a contract number alone";

/// The loan somebody typed.
pub(super) async fn loan_id(query: &mut Query, text: &str) -> Result<Uuid, Failure> {
    if let Ok(id) = Uuid::try_parse(text) {
        return Ok(id);
    }
    if let Some((lender, number)) = text.split_once('/') {
        return Ok(ids::loan(lender, number));
    }
    let request = v1::ListLoansRequest { number: text.to_owned(), page_size: 2, ..Default::default() };
    let answer = query.list_loans(request).await?.into_inner();
    match answer.loans.as_slice() {
        [loan] => Ok(Uuid::from_slice(&loan.loan).unwrap_or_default()),
        [] => Err(Failure::NotFound(format!("no loan has the contract number {text}"))),
        _ => Err(Failure::Usage(format!("several lenders have a loan {text}; write LENDER/{text}"))),
    }
}

//! Whose number somebody typed. A number belongs to who gave it, so it is typed as OFFICE/NUMBER, or with the office beside it.

use crate::cli::failure::Failure;
use crate::cli::typed::number_typed;
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct OfficeArg {
    /// Who gave the number, where it is typed alone: the same as OFFICE/NUMBER
    #[arg(long, value_name = "NUMBER", value_parser = number_typed)]
    office: Option<String>,
}

impl OfficeArg {
    /// Who gave the number, and the number. With the flag all that was typed is the number, whatever is in it.
    pub(crate) fn giver<'a>(&'a self, typed: &'a str, who: &str) -> Result<(&'a str, &'a str), Failure> {
        let named = self.office.as_deref().map(|office| (office, typed)).or_else(|| typed.split_once('/'));
        named.ok_or_else(|| {
            Failure::Usage(format!(
                "{typed} may be a number of several offices: say whose, as OFFICE/{typed} or --office OFFICE ({who})"
            ))
        })
    }
}

//! The binary `mingzhang`. Everything it does stands in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    services::cli::run()
}

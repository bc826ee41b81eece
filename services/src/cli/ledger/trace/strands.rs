//! Strands of money: from a document line drawn on up to the one issued.

use crate::cli::shown::text::yuan;
use proto::json::id;
use proto::v1;

/// Strands, each from the line drawn on up to the one issued.
pub(super) fn print(strands: &[v1::Strand]) {
    for strand in strands {
        outln!("  ├ {} 元", yuan(strand.fen));
        for (depth, line) in strand.lines.iter().enumerate() {
            let indent = "  ".repeat(depth);
            outln!("  │ {indent}└ {} {} {} {}", line.document, line.unit_name, line.programme, id(&line.line));
        }
        if !strand.corrected_from.is_empty() {
            outln!("  │ 更正自原指标 corrected from {}", id(&strand.corrected_from));
        }
    }
}

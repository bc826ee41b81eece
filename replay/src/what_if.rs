//! The same history under another policy, or without some entries: folded beside the real one and compared. Read-only;
//! what it says is hypothetical and marked as such.

//! Ctrl-c and the progress bar of jobs that may be ended in order: the first ctrl-c is noted, the second ends at once.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

static CAME: AtomicBool = AtomicBool::new(false);

/// Notes the first ctrl-c from now on.
pub fn heed() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("interrupts".to_owned()).spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            CAME.store(true, Ordering::Relaxed);
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                std::process::exit(3);
            }
        }
    })?;
    Ok(())
}

/// Whether there was one.
pub fn came() -> bool {
    CAME.load(Ordering::Relaxed)
}

/// A bar that counts entries, where somebody looks.
pub fn bar(job: &'static str, json: bool) -> anyhow::Result<ProgressBar> {
    if json || !std::io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{prefix} {spinner} {human_pos} entries, {per_sec}")?;
    Ok(ProgressBar::new_spinner().with_prefix(job).with_style(style))
}

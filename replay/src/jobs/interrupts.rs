//! Ctrl-c in jobs that may be ended in order: the first is noted and the job ends when it next asks; the second ends the
//! process at once. What is kept of a job that was ended is for the job.

use std::sync::atomic::{AtomicBool, Ordering};

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

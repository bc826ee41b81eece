//! Bars that show on standard error how far a job or a command has come. What is counted, and whether anybody wants to
//! see it, is for the caller to say.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error; where that is no terminal it draws nothing.
pub type Bar = ProgressBar;

/// A bar drawn as a template of `indicatif` says, without a length until it is given one; hidden unless `shown`.
#[must_use]
pub fn bar(template: &str, shown: bool) -> Bar {
    if !shown {
        return Bar::hidden();
    }
    let bar = Bar::new_spinner();
    draw_as(&bar, template);
    bar
}

/// A bar that counts the entries of a record under the name of a job, with a message behind the figures.
#[must_use]
pub fn entries(job: &'static str, shown: bool) -> Bar {
    bar("{prefix} {spinner} {human_pos} entries, {per_sec} {msg}", shown).with_prefix(job)
}

/// Has a bar drawn as another template says from now on.
pub fn draw_as(bar: &Bar, template: &str) {
    // A bar that cannot be drawn so is no reason to stop the job: it is then drawn as usual.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

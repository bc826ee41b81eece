//! `replay repair`: what is asked for and what is printed. Finding and mending damage is in the library's `repair`.

use replay::record::log::{is_written, nats_address};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use replay::proof::key_files;
use replay::record::log::NatsOptions;
use replay::terminal::progress;
use replay::terminal::text_table::{Align, Table};
use replay::upkeep::repair::{Copy, Examination, RepairError, RepairOptions, Repaired, examine, repair};

use super::failed;
use super::source::{Ledger, ledger_typed};

/// Find what is damaged in stream and archive, and restore the one from the other
///
/// Looks at every copy frame by frame: checksums, order, roots, epochs, and for the stream its settings and whether it is
/// still the one the archive belongs to. What continues the chain of roots is the record, whichever copy has it, so two
/// copies damaged in different places make one that is whole; checkpoints under --data must all fit it. If nothing can be
/// proved, nothing is changed. What only --from has must be signed over, in its checkpoints or in those here; without --key, and behind
/// the last checkpoint, it is copied all the same, and said not to be proved.
///
/// A damaged archive is written anew and the old one kept as record.damaged-1. A damaged stream keeps its messages under a
/// subject of its own, and a new stream (MINGZHANG-2) takes the usual subject and every frame. While this goes on the file
/// `repairing` keeps the ledger from opening; a run that was cut short is taken up by running it again. Stop the server
/// first. Without --key the checkpoints are compared but their signatures are not.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  replay repair --data ./ledger --nats nats://127.0.0.1:4222 --dry-run\n  \
    replay repair --data ./ledger --nats nats://127.0.0.1:4222 --key ledger.key.pub\n  \
    replay repair --data ./ledger --from /backup/ledger --key ledger.key.pub\n\n\
    Exit codes: 0 sound or repaired, 1 damaged and not repaired, 2 usage,\n  \
    4 repaired, but some of it was copied from --from and nothing proves it")]
pub struct RepairArgs {
    /// Directory of the ledger
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The NATS server of its stream, if it has one
    #[arg(long, value_name = "URL|@FILE", value_parser = nats_address)]
    nats: Option<String>,
    /// Name of the stream, if it is not the one that has the usual subject
    #[arg(long, value_name = "NAME", requires = "nats")]
    stream: Option<String>,
    /// Another directory with a copy of the record, such as a backup; it is only read
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Public key the checkpoints must be signed by: its text or its file. Several after a change of keys
    #[arg(long = "key", value_name = "PUB")]
    keys: Vec<String>,
    /// Which ledger it must be: 16 characters, or 32 hexadecimal digits
    #[arg(long, value_name = "ID", value_parser = ledger_typed, default_value = "mingzhang-ledger")]
    ledger: Ledger,
    /// Leave a last frame behind that is wrong and that no copy has, though it may have been acknowledged: it is kept with the
    /// damaged record
    #[arg(long)]
    give_up_end: bool,
    /// Repair here though this is a follower's copy, as the writer's archive is lost: from now on it is this one
    #[arg(long)]
    follower: bool,
    /// Only say what is wrong
    #[arg(long)]
    dry_run: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Repairs, or only looks, and reports.
pub fn run(args: &RepairArgs) -> anyhow::Result<ExitCode> {
    let keys = args.keys.iter().map(|key| key_files::public(key)).collect::<Result<_, _>>()?;
    let (data, from) = (args.data.clone(), args.from.clone());
    let (give_up_end, follower) = (args.give_up_end, args.follower);
    let mut options =
        RepairOptions { ledger: args.ledger, keys, from, give_up_end, follower, ..RepairOptions::file(data) };
    if let Some(url) = &args.nats {
        let mut nats = NatsOptions::new(url, &args.data.join("record"));
        nats.stream.clone_from(&args.stream);
        options.nats = Some(nats);
        // Both would make the stream anew under each other.
        if !args.dry_run && is_written(url)? {
            anyhow::bail!("另有账本正在写入此流 a ledger writes this stream now; stop it, then repair");
        }
    }
    let bar = progress::bar("repair {spinner} {msg} {human_pos}/{human_len} frames", !args.json);
    let mut progress = |doing: &'static str, done: u64, all: u64| {
        bar.set_message(doing);
        bar.set_length(all.max(done));
        bar.set_position(done);
    };
    let told = if args.dry_run {
        examine(&options, &mut progress).map(|found| u8::from(!say_found(args, &found)))
    } else {
        repair(&options, &mut progress).map(|repaired| say_repaired(args, &repaired))
    };
    bar.finish_and_clear();
    match told {
        Ok(code) => Ok(ExitCode::from(code)),
        Err(RepairError::Refused(found)) => {
            say_found(args, &found);
            Ok(ExitCode::from(1))
        }
        Err(error @ (RepairError::NoLedger(_) | RepairError::Follower { .. })) => Ok(failed(2, error)),
        Err(error) => Err(error.into()),
    }
}

/// Says what was found; answers whether all is sound.
fn say_found(args: &RepairArgs, found: &Examination) -> bool {
    if args.json {
        outln!("{}", serde_json::json!({ "sound": found.is_sound(), "found": found }));
        return found.is_sound();
    }
    out!("{}", table(&found.copies));
    found.copies.iter().for_each(say_copy);
    say_proof(found);
    match &found.refusal {
        Some(why) => outln!("\n不能修复 cannot be repaired: {why}"),
        None if found.is_sound() => outln!("\n完好 sound"),
        None if found.begun => outln!("\n修复未完 a repair has not come to its end: run it again without --dry-run"),
        None => outln!("\n可以修复 can be repaired: run it again without --dry-run"),
    }
    found.is_sound()
}

fn table(copies: &[Copy]) -> Table {
    let (left, right) = (Align::Left, Align::Right);
    let columns = [
        ("副本 copy", left),
        ("完好帧 whole frames", right),
        ("完好条目 whole entries", right),
        ("坏帧 bad frames", right),
        ("结果 result", left),
    ];
    let mut table = Table::new(&columns);
    for copy in copies {
        let result = match copy.findings.first() {
            Some(finding) => finding.fault.words(),
            None => "完好 sound",
        };
        let figures = [copy.whole_frames, copy.whole_entries, copy.bad_frames].map(|figure| figure.to_string());
        table.row([copy.name.clone()].into_iter().chain(figures).chain([result.to_owned()]));
    }
    table
}

fn say_copy(copy: &Copy) {
    for finding in &copy.findings {
        outln!("\n  {}: {}", finding.fault.words(), finding.place);
        outln!("    首个坏索引 first bad index {}, frame {}: {}", finding.index, finding.frame, finding.why);
    }
    for note in &copy.notes {
        outln!("\n  说明 note: {}: {note}", copy.name);
    }
}

fn say_proof(found: &Examination) {
    outln!("\n  记录 record   {} frames, {} entries", found.frames, found.entries);
    outln!("  根 root       {}", found.root);
    match found.signed_entries {
        Some(size) => {
            let checked = if found.signatures_checked { "signatures checked" } else { "signatures not checked" };
            outln!("  检查点 signed {size} entries, {} checkpoints, {checked}", found.checkpoints);
        }
        None => outln!("  检查点 signed nothing: there are no checkpoints"),
    }
    if let Some(index) = found.unproved_from {
        outln!(
            "  未经证明 not proved: entries from index {index} on are in --from alone, and nothing signed is over them"
        );
    }
    for why in &found.passed_over {
        outln!("  检查点 passed over: {why}");
    }
}

/// Says what was done; answers how to exit.
fn say_repaired(args: &RepairArgs, repaired: &Repaired) -> u8 {
    let unproved = repaired.unproved_from();
    let code = if unproved.is_some() { 4 } else { 0 };
    if args.json {
        outln!("{}", serde_json::json!({ "sound": true, "unproved_from": unproved, "repaired": repaired }));
        return code;
    }
    say_found_before(repaired);
    if let Some(kept) = &repaired.archive_kept {
        outln!("  归档 archive made anew; the damaged one is kept in {}", kept.display());
    }
    if repaired.caught_up > 0 {
        outln!("  归档 archive caught up by {} frames", repaired.caught_up);
    }
    if let Some((name, subject)) = &repaired.stream_kept {
        outln!("  流 stream {name} is kept for evidence under the subject {subject}");
    }
    if let Some(name) = &repaired.stream {
        outln!("  流 stream {name} holds every frame");
    }
    match unproved {
        Some(index) => {
            outln!("\n已复制，未经证明 copied, not proved: nothing signed is over the entries from index {index} on");
        }
        None if repaired.changed() => outln!("\n已修复，逐帧相同 repaired and proved equal"),
        None => outln!("\n完好 sound"),
    }
    code
}

fn say_found_before(repaired: &Repaired) {
    out!("{}", table(&repaired.found.copies));
    repaired.found.copies.iter().for_each(say_copy);
    say_proof(&repaired.found);
    out!("\n");
}

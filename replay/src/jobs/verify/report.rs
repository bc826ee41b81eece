//! What a run of `replay verify` tells, to people and to programs.

use ledger::hash::hex;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ledger::account::Book;
use ledger::hash::Hash;
use replay::proof::signed_note::Verifier;
use replay::terminal::shown_text::one_line;
use serde_json::{Value, json};

use super::asked_service::Live;
use super::contradiction::KeptNotes;
use super::evidence::{FirstDifference, TornEnd};
use super::expected::Books;
use super::reading::End;
use super::refold::Refold;
use super::second_reader::Checker;
use super::witnesses::WitnessedThrough;

/// All there is to tell.
#[derive(Debug, Default)]
pub struct Report {
    entries: u64,
    /// Entries read by this run: all but those an interrupted run has read before.
    read: u64,
    frames: u64,
    root: Hash,
    roots_compared: u64,
    signed_through: u64,
    torn: Option<TornEnd>,
    difference: Option<Box<FirstDifference>>,
    interrupted: bool,
    seconds: f64,
    outcomes: Option<(Hash, Books)>,
    digest: Option<Hash>,
    /// Whether the checkpoints had to be signed by a named key.
    pub signatures_checked: bool,
    /// The entries that announced the keys followed beyond those named.
    pub followed: Vec<u64>,
    /// The keys that the record announces for the ledger of those named, trusted or not.
    pub announced: Vec<Verifier>,
    /// What enough of the witnesses named have seen.
    pub witnessed: Option<WitnessedThrough>,
    /// How many signed outcomes and expected digests fitted.
    pub outcomes_compared: u64,
    /// First entry that was folded; none if nothing was.
    pub folded_from: Option<u64>,
    /// The running service that was compared with.
    pub live: Option<Live>,
    /// Files of checkpoints that say nothing, and why.
    pub set_aside: Vec<String>,
    /// Two signed notes that do not go together, where there are such.
    pub contradiction: Option<KeptNotes>,
    /// Where an interrupted run can be taken up.
    pub kept_in: Option<PathBuf>,
}

impl Report {
    /// What reading came to.
    pub fn of(checker: &Checker<'_>, end: End) -> Self {
        let mut report = Self {
            entries: checker.tip.next_index(),
            read: checker.tip.next_index() - checker.began,
            frames: checker.tip.frames,
            root: checker.tip.frontier.root(),
            roots_compared: checker.compared,
            signed_through: checker.signed,
            ..Self::default()
        };
        match end {
            End::Whole(torn) => report.torn = torn,
            End::Differs(difference) => report.difference = Some(difference),
            End::Stopped | End::Interrupted => report.interrupted = true,
        }
        report
    }

    /// How many were read, by this run and those before it.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// A checkpoint that nobody trusted has signed is a difference too.
    pub fn untrusted(&mut self, found: Option<FirstDifference>) {
        self.difference = found.map(Box::new);
    }

    /// The first difference, if there is one.
    pub fn difference(&self) -> Option<&FirstDifference> {
        self.difference.as_deref()
    }

    /// What folding came to; computes the digest.
    pub fn results(&mut self, refold: &mut Refold<'_>) {
        self.outcomes = Some((refold.tally().tree().root(), *refold.tally().books()));
        self.digest = Some(refold.state.digest());
    }

    /// How long it took.
    pub fn took(&mut self, time: Duration) {
        self.seconds = time.as_secs_f64();
    }

    /// Whether the caller ended it.
    pub fn was_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Whether everything was read and nothing differs.
    pub fn is_same(&self) -> bool {
        self.difference.is_none() && !self.interrupted
    }

    /// As the help says.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match (&self.difference, self.interrupted) {
            (Some(_), _) => 1,
            (None, true) => 3,
            (None, false) if !self.set_aside.is_empty() => 4,
            (None, false) => 0,
        })
    }

    fn verdict(&self) -> &'static str {
        match (&self.difference, self.interrupted) {
            (Some(_), _) => "differs",
            (None, true) => "interrupted",
            (None, false) => "same",
        }
    }

    fn per_second(&self) -> u64 {
        (self.read as f64 / self.seconds.max(f64::EPSILON)) as u64
    }

    /// Prints it.
    pub fn print(&self, as_json: bool) -> anyhow::Result<()> {
        if as_json {
            outln!("{}", self.json());
            return Ok(());
        }
        outln!("entries            {}\nframes             {}", self.entries, self.frames);
        outln!("root               {}", hex(&self.root));
        self.print_folded();
        outln!("checkpoints        {}", self.checkpoints());
        if !self.followed.is_empty() {
            let entries: Vec<String> = self.followed.iter().map(ToString::to_string).collect();
            outln!("keys followed      announced by entry {}; `replay explain` says by whom", entries.join(", "));
        }
        if let Some(WitnessedThrough { entries, by }) = &self.witnessed {
            let names: Vec<String> = by.iter().map(|seen| one_line(&seen.name).into_owned()).collect();
            outln!("witnessed through  {entries}, cosigned by {}", names.join(", "));
        }
        for file in &self.set_aside {
            outln!("not compared       {file}; take it from a copy");
        }
        if let Some(live) = self.live.as_ref().filter(|_| self.is_same()) {
            let checkpoint = live.checkpoint_at.map(|at| format!(", its checkpoint over {at}"));
            let checkpoint = checkpoint.unwrap_or_else(|| ", it signs no checkpoints".to_owned());
            outln!("live service       {}: state digest at {} entries{checkpoint}", live.server, live.digest_at);
        }
        if let Some(TornEnd { file, offset, bytes, why }) = &self.torn {
            outln!("torn end           {} at byte {offset}: {bytes} bytes, {why}", file.display());
            outln!("                   no damage: an unfinished frame, which nobody was told is recorded");
        }
        outln!("seconds            {:.2}\nentries per second {}", self.seconds, self.per_second());
        if let Some(file) = &self.kept_in {
            outln!("take it up with    --hashes-only --resume {}", file.display());
        }
        match &self.difference {
            Some(difference) => out!("{difference}"),
            None => outln!("{}", self.verdict()),
        }
        if let Some(KeptNotes { dir, command, contradict }) = &self.contradiction {
            let which = if *contradict {
                "two signed notes that do not go together"
            } else {
                "the signed note it differs from and another of the ledger, which need not contradict each other,"
            };
            outln!("  evidence    {which} are kept in {}", dir.display());
            outln!("              what they prove to anybody who has the ledger's key, says\n  {command}");
        }
        Ok(())
    }

    fn print_folded(&self) {
        let Some(from) = self.folded_from else { return };
        if from > 0 {
            outln!("folded from        {from}, the state before it taken from the pages");
        }
        if let Some((root, books)) = &self.outcomes {
            outln!("outcome root       {}", hex(root));
            for (book, sums) in Book::ALL.iter().zip(books) {
                let (name, debits, credits) = (book.name(), sums.debits, sums.credits);
                outln!("book {name:<13} debits {debits} credits {credits} fen");
            }
        }
        if let Some(digest) = &self.digest {
            outln!("state digest       {}", hex(digest));
        }
    }

    fn checkpoints(&self) -> String {
        let compared = self.roots_compared + self.outcomes_compared;
        if compared == 0 {
            return "none; the record agrees with itself, but nothing was compared with it".to_owned();
        }
        let signatures = if self.signatures_checked { "checked" } else { "not checked, name the key with --key" };
        let (roots, outcomes, through) = (self.roots_compared, self.outcomes_compared, self.signed_through);
        format!("{roots} roots, {outcomes} outcomes and digests fit; roots through {through}; signatures {signatures}")
    }

    fn json(&self) -> Value {
        let books = self.outcomes.map(|(_, books)| {
            let row = |(book, sums): (&Book, &replay::proof::tally::Turnover)| {
                json!({ "book": book.name(), "debits": sums.debits.to_string(), "credits": sums.credits.to_string() })
            };
            Book::ALL.iter().zip(&books).map(row).collect::<Vec<_>>()
        });
        json!({
            "verdict": self.verdict(),
            "entries": self.entries,
            "frames": self.frames,
            "root": hex(&self.root),
            "folded_from": self.folded_from,
            "outcome_root": self.outcomes.map(|(root, _)| hex(&root)),
            "books": books,
            "state_digest": self.digest.map(|digest| hex(&digest)),
            "roots_compared": self.roots_compared,
            "outcomes_compared": self.outcomes_compared,
            "signed_through": self.signed_through,
            "signatures_checked": self.signatures_checked,
            "keys_followed": self.followed,
            "witnessed": self.witnessed.as_ref().map(|WitnessedThrough { entries, by }| {
                let by: Vec<_> = by.iter().map(|seen| json!({ "name": seen.name, "seen_ms": seen.at_ms })).collect();
                json!({ "through": entries, "by": by })
            }),
            "set_aside": self.set_aside,
            "live": self.live,
            "torn": self.torn,
            "difference": self.difference,
            "evidence": self.contradiction,
            "resume": self.kept_in,
            "seconds": self.seconds,
            "entries_per_second": self.per_second(),
        })
    }
}

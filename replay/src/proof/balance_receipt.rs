//! Receipts of a balance: one small text by which anybody who knows the ledger's key confirms, offline, how an account stood after some
//! entry, or that there was none. It names the account and what opens the seal in its leaf, then comes the checkpoint over these entries, then
//! the proof of the leaf; where there is no account, proofs of the leaves on both sides of its place, of which nothing is opened.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::tree::balances::{AccountKey, BalanceLeaf, BalanceProof, PlacedLeaf, SealOpening};
use uuid::Uuid;

use crate::proof::balance_note::BalanceRoot;
use crate::proof::checkpoint::{Checkpoint, CheckpointError};
use crate::proof::log_proof::{HEADER as PROOF, LogProof};
use crate::proof::receipt::ReceiptError;
use crate::proof::signed_note::{Note, Verifier};

/// The first line.
pub const HEADER: &str = "mingzhang-balance@v1";

/// What the second line begins with.
const ACCOUNT: &str = "account ";

/// What the line behind it begins with, where there is such an account.
const OPENED: &str = "opened ";

/// How an account stood, with what proves it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BalanceReceipt {
    /// Which account.
    pub account: AccountKey,
    /// What opens its leaf; nothing where there is no such account.
    pub opening: Option<SealOpening>,
    /// The signed checkpoint over the entries.
    pub checkpoint: Note,
    /// Its leaf, or those beside its place.
    pub proofs: Vec<LogProof>,
}

/// What a receipt of a balance proves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProvedBalance {
    /// The checkpoint over the entries.
    pub checkpoint: Checkpoint,
    /// How many accounts there were.
    pub accounts: u64,
    /// What stood on the account; nothing if there was none.
    pub balance: Option<i128>,
    /// When the ledger says that it signed the balances, in seconds since 1970.
    pub signed_at: Option<u64>,
}

impl BalanceReceipt {
    /// Of a proof, under these two notes.
    #[must_use]
    pub fn new(account: AccountKey, proof: BalanceProof, checkpoint: Note, balances: &Note) -> Self {
        let signed = |PlacedLeaf { leaf, index, path }: PlacedLeaf| {
            let checkpoint = balances.clone();
            LogProof { data: leaf.bytes().to_vec(), index, path, checkpoint }
        };
        let proofs = proof.places.into_iter().map(signed).collect();
        Self { account, opening: proof.opening, checkpoint, proofs }
    }

    /// The text people keep.
    #[must_use]
    pub fn text(&self) -> String {
        let (class, owner) = self.account;
        let opened = self.opening.map(|opening| format!("{OPENED}{}\n", STANDARD.encode(opening.bytes())));
        let opened = opened.unwrap_or_default();
        let mut text = format!("{HEADER}\n{ACCOUNT}{class} {owner}\n{opened}\n{}", self.checkpoint);
        for proof in &self.proofs {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{}", proof.text());
        }
        text
    }

    /// Reads such a receipt; proves nothing yet.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let malformed = ReceiptError::Malformed;
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let between = format!("\n\n{PROOF}\n");
        let mut parts = text.split(&between);
        let first = format!("{}\n", parts.next().unwrap_or_default());
        let (head, note) = first.split_once("\n\n").ok_or(malformed("it has no checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(malformed("its first line should read mingzhang-balance@v1"));
        }
        let account = lines.next().and_then(named).ok_or(malformed("its second line should name an account"))?;
        let opening = lines.next().map(|line| opened(line).ok_or(malformed("its third line should open a leaf")));
        let opening = opening.transpose()?;
        if lines.next().is_some() {
            return Err(malformed("it says more before the checkpoint than it should"));
        }
        let checkpoint = Note::parse(note.as_bytes()).map_err(CheckpointError::from)?;
        let parts: Vec<&str> = parts.collect();
        let last = parts.len().saturating_sub(1);
        let whole = |(at, part): (usize, &&str)| format!("{PROOF}\n{part}{}", if at < last { "\n" } else { "" });
        let proofs = parts.iter().enumerate().map(|part| LogProof::parse(&whole(part))).collect::<Result<_, _>>()?;
        Ok(Self { account, opening, checkpoint, proofs })
    }

    /// What it proves, if everything fits: the ledger's key signed the checkpoint, each of these witnesses too, and the key signed the
    /// balances after the same entries, among which the account's leaf is or has no place.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self, ledger: &Verifier, witnesses: &[Verifier]) -> Result<ProvedBalance, ReceiptError> {
        let checkpoint = Checkpoint::verified(&self.checkpoint, ledger)?;
        for witness in witnesses {
            self.checkpoint.verified_by(witness).map_err(ReceiptError::Witness)?;
        }
        self.checkpoint.signed_at(ledger).map_err(CheckpointError::from)?;
        let mut signed_at = None;
        for proof in &self.proofs {
            BalanceRoot::verified(&proof.checkpoint, ledger)?;
            signed_at = proof.checkpoint.signed_at(ledger).map_err(CheckpointError::from)?;
        }
        Ok(ProvedBalance { signed_at, ..self.stands(checkpoint)? })
    }

    /// What it proves of the notes in it, whoever signed them.
    ///
    /// # Errors
    /// What does not fit.
    pub fn fits(&self) -> Result<ProvedBalance, ReceiptError> {
        self.stands(Checkpoint::parse(self.checkpoint.unverified_text())?)
    }

    fn stands(&self, checkpoint: Checkpoint) -> Result<ProvedBalance, ReceiptError> {
        let [first, ..] = &self.proofs[..] else { return Err(ReceiptError::Malformed("it holds no proof")) };
        let root = BalanceRoot::parse(first.checkpoint.unverified_text())?;
        if (root.entries, &root.origin) != (checkpoint.size, &checkpoint.origin) {
            return Err(ReceiptError::OtherEntries { entries: root.entries, size: checkpoint.size });
        }
        let tree = Checkpoint { origin: root.origin.clone(), size: root.accounts, root: root.root };
        let mut leaves = Vec::new();
        for proof in &self.proofs {
            if BalanceRoot::parse(proof.checkpoint.unverified_text())? != root {
                return Err(ReceiptError::Malformed("its proofs are under two roots"));
            }
            if !proof.is_in(&tree) {
                return Err(ReceiptError::BalanceNotIncluded { index: proof.index, size: root.accounts });
            }
            let leaf = BalanceLeaf::read(&proof.data).ok_or(ReceiptError::UnknownForm)?;
            leaves.push((proof.index, leaf));
        }
        let leaf = said(self.account, &leaves, root.accounts).ok_or(ReceiptError::OtherAccount)?;
        if leaf.map(|leaf| leaf.seal) != self.opening.map(|opening| opening.seal()) {
            return Err(ReceiptError::OtherOpening);
        }
        let balance = self.opening.map(|opening| opening.balance);
        Ok(ProvedBalance { checkpoint, accounts: root.accounts, balance, signed_at: None })
    }
}

/// What leaves of the tree say of an account: its own, or that it has none; nothing if they say nothing of it.
fn said(account: AccountKey, leaves: &[(u64, BalanceLeaf)], accounts: u64) -> Option<Option<BalanceLeaf>> {
    match *leaves {
        [(_, leaf)] if leaf.key == account => Some(Some(leaf)),
        [(0, leaf)] if account < leaf.key => Some(None),
        [(at, leaf)] if leaf.key < account && at + 1 == accounts => Some(None),
        [(at, left), (next, right)] if left.key < account && account < right.key && at + 1 == next => Some(None),
        _ => None,
    }
}

/// The account that a line names, in its one spelling.
fn named(line: &str) -> Option<AccountKey> {
    let (class, owner) = line.strip_prefix(ACCOUNT)?.split_once(' ')?;
    let account = (class.parse().ok().filter(|class| *class > 0)?, Uuid::try_parse(owner).ok()?);
    (line == format!("{ACCOUNT}{} {}", account.0, account.1)).then_some(account)
}

/// What opens a leaf, in its one spelling.
fn opened(line: &str) -> Option<SealOpening> {
    SealOpening::read(&STANDARD.decode(line.strip_prefix(OPENED)?).ok()?)
}

#[cfg(test)]
#[path = "balance_receipt_tests.rs"]
mod tests;

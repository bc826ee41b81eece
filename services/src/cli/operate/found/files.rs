//! What founding reads: the files of an office, as an import takes them, and which key is whose in 凭据.csv, which is written before
//! anything is said of it.

use super::saying::SaidKind;
use super::{FoundArgs, failed};
use crate::cli::failure::Failure;
use crate::intake::authority::Authority;
use crate::intake::identity::Identity;
use crate::intake::import::{FileKind, Importer, Report, Said};
use ledger::event::{CredentialBound, CredentialWay, Event, FingerprintDigest, Kind, RightsFounded};
use ledger::hash::{hex, sha256};
use ledger::money::Day;
use proto::text;
use replay::files::small::{TEXT_BYTES, text_at_most};
use replay::policies::rights::{rights_events, shipped_rights};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file that says which key is whose.
pub(super) const CREDENTIALS: &str = "凭据.csv";

/// A document number in its one spelling.
pub(super) fn documented(typed: &str) -> Result<String, String> {
    text::document(typed).ok_or_else(|| format!("{typed} is no document number; write it like 示权〔2026〕1号"))
}

/// All that is told, but for credentials.
pub(super) struct Told {
    orgs: Vec<Event>,
    rights: Vec<Event>,
    people: Vec<Event>,
    grants: Vec<Event>,
    /// Credentials of a run before.
    bound: Vec<Event>,
    file: PathBuf,
}

impl Told {
    pub(super) fn read(of: &FoundArgs, identity: &Identity) -> Result<Self, Failure> {
        let read = |path: &Path, kind| events(path, kind, identity);
        let file = of.out.join(CREDENTIALS);
        Ok(Self {
            orgs: of.orgs.as_deref().map_or(Ok(Vec::new()), |path| read(path, FileKind::Orgs))?,
            rights: of.rights.as_deref().map_or_else(|| shipped_rights().map_err(failed), table)?,
            people: read(&of.people, FileKind::People)?,
            grants: read(&of.grants, FileKind::Grants)?,
            bound: if file.exists() { read(&file, FileKind::Credentials)? } else { Vec::new() },
            file,
        })
    }

    /// Everything in the order in which it is said.
    pub(super) fn events(&self, credentials: &[Event], document: &str) -> Vec<Event> {
        let document = document.to_owned();
        let founded = Event::said(undated(), Kind::RightsFounded(RightsFounded { document }));
        let parts = [&self.orgs[..], &self.rights, &self.people, credentials, &self.grants, &[founded]];
        parts.concat()
    }

    /// How many of each there are.
    pub(super) fn counted(&self) -> Vec<SaidKind> {
        let events = self.events(&self.planned(undated(), ""), "");
        SaidKind::of(events.iter().map(|event| (event.kind.tag(), None)))
    }

    /// Credentials as they would be: those of a run before, and for others a stand-in.
    pub(super) fn planned(&self, until: Day, document: &str) -> Vec<Event> {
        let stand_in = |holder: &String| bound(holder, sha256([holder.as_bytes()]), until, document);
        self.bound.iter().cloned().chain(self.unbound().map(stand_in)).collect()
    }

    /// A credential for everybody who had none, made and noted in the file; and those of a run before.
    pub(super) fn credentials(&self, authority: &Authority, until: Day, document: &str) -> Result<Vec<Event>, Failure> {
        let mut all = self.bound.clone();
        for holder in self.unbound() {
            let fingerprint = authority.client(holder, until).map_err(failed)?;
            let event = bound(holder, fingerprint, until, document);
            self.note(&event)?;
            all.push(event);
        }
        Ok(all)
    }

    fn unbound(&self) -> impl Iterator<Item = &String> {
        let has = |holder: &String| self.bound.iter().any(|event| holder_of(event) == Some(holder));
        self.people.iter().filter_map(holder_of).filter(move |holder| !has(holder))
    }

    /// A row more in the file, with a header if it is the first.
    fn note(&self, event: &Event) -> Result<(), Failure> {
        let Kind::CredentialBound(said) = &event.kind else { return Ok(()) };
        let CredentialBound { holder, fingerprint, until, document, .. } = said;
        let header = if self.file.exists() { "" } else { "主体,凭据方式,指纹,截止日,文号\n" };
        let row = format!("{header}{holder},证书,{},{until},{document}\n", hex(fingerprint));
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.file);
        let written = file.and_then(|mut file| file.write_all(row.as_bytes()).and_then(|()| file.sync_all()));
        written.map_err(|error| Failure::Failed(format!("writing {}: {error}", self.file.display())))
    }
}

fn holder_of(event: &Event) -> Option<&String> {
    match &event.kind {
        Kind::PrincipalRegistered(said) => Some(&said.holder),
        Kind::CredentialBound(said) => Some(&said.holder),
        _ => None,
    }
}

fn bound(holder: &str, fingerprint: ledger::hash::Hash, until: Day, document: &str) -> Event {
    let (way, digest) = (CredentialWay::KeyPair, FingerprintDigest::Sha256);
    let (holder, document) = (holder.to_owned(), document.to_owned());
    Event::said(undated(), Kind::CredentialBound(CredentialBound { holder, way, digest, fingerprint, until, document }))
}

/// The day of what counts from its recording on.
fn undated() -> Day {
    Day::new(1900, 1, 1).unwrap_or_default()
}

fn table(path: &Path) -> Result<Vec<Event>, Failure> {
    let cannot = |error: std::io::Error| Failure::Failed(format!("cannot read {}: {error}", path.display()));
    rights_events(&path.display().to_string(), &text_at_most(path, TEXT_BYTES).map_err(cannot)?).map_err(failed)
}

/// What a file says, all of it right.
fn events(path: &Path, kind: FileKind, identity: &Identity) -> Result<Vec<Event>, Failure> {
    let mut events = Vec::new();
    let mut sink = |said: Said| {
        events.push(said.event);
        Ok(())
    };
    let report = Importer::new(identity.clone()).import_file(path, "founding", &mut sink).map_err(failed)?;
    whole(path, kind, &report)?;
    Ok(events)
}

fn whole(path: &Path, kind: FileKind, report: &Report) -> Result<(), Failure> {
    for problem in &report.problems {
        replay::terminal::printed::say(format_args!("{problem}"));
    }
    if report.problem_count > 0 {
        let count = report.problem_count;
        return Err(Failure::Failed(format!("{}: {count} 处有误 problems; nothing was made or said", path.display())));
    }
    if report.kind != Some(kind) {
        let found = report.kind.map_or("?", FileKind::zh);
        let (zh, en) = (kind.zh(), kind.en());
        return Err(Failure::Usage(format!("{} is a file of {found}, not of {zh} {en}", path.display())));
    }
    Ok(())
}

//! Who calls. A call shows a credential, which the record says whose it is: that is asked at every call, so that one that ends is worth
//! nothing from then on, also on a connection that is open. Names that callers give themselves are believed on this machine alone, as
//! long as nobody has founded the ledger, or where whoever serves it says so. Not here: what somebody may say or ask.
//!
//! A credential in the call itself goes before that of its connection, which may be of a gateway that passes on the calls of many.

use super::tls::{Presented, Tls};
use crate::principal;
use crate::principal::PRINCIPAL_HEADER;
use ledger::entry::Proof;
use ledger::event::CredentialWay;
use ledger::hash::{Hash, hex};
use ledger::money::Day;
use ledger::state::State;
use replay::dial::api_key::ApiKey;
use replay::engine::{Engine, Speaker};
use std::sync::Arc;
use tonic::metadata::MetadataMap;

/// How callers are let in.
#[derive(Clone, Default)]
pub struct Access {
    /// How connections are secured; without it none is.
    pub tls: Option<Arc<Tls>>,
    /// Whether names are believed although the ledger is founded.
    pub believe_names: bool,
}

/// Who makes a call.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Whoever a credential shows.
    Known(Speaker),
    /// Somebody who may name himself.
    Named,
}

/// Why nobody is known to call.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Stranger {
    /// Nothing shows who it is.
    #[error(
        "未出示凭据：本台账已启用权限，请出示接口密钥或客户端证书（--me 文件） no credential was shown: this ledger is founded; show an API \
         key or a client certificate (--me FILE)"
    )]
    Nobody,
    /// What is shown is worth nothing. Why stands in the server's log alone.
    #[error(
        "凭据无效：未绑定、已作废或已到期，请向安全管理员查询 the credential is unknown, or ended, or expired; ask a security administrator"
    )]
    Unknown,
    /// He calls himself otherwise than what he shows.
    #[error(
        "凭据属于 {0}，不能以他人名义报送 the credential is of {0}, and the call names another; leave the name out"
    )]
    OtherName(Arc<str>),
}

impl Stranger {
    /// Stable reason for machines.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Nobody => "NO_CREDENTIAL",
            Self::Unknown => "UNKNOWN_CREDENTIAL",
            Self::OtherName(_) => "OTHER_NAME",
        }
    }
}

/// Knows callers by what they show.
#[derive(Clone)]
pub(super) struct Porter {
    engine: Engine,
    believe_names: bool,
}

/// What a call shows.
struct Shown {
    way: CredentialWay,
    proof: Proof,
    fingerprint: Hash,
}

impl Porter {
    pub fn new(engine: Engine, believe_names: bool) -> Self {
        Self { engine, believe_names }
    }

    /// Who makes a call with these headers, on a connection that showed this.
    pub fn caller(&self, presented: Option<&Presented>, headers: &MetadataMap) -> Result<Caller, Stranger> {
        let shown = shown(presented, headers).map_err(|why| unknown(&why, None))?;
        let state = self.engine.read();
        let Some(shown) = shown else {
            let may_name_himself = self.believe_names || !state.is_founded();
            return if may_name_himself { Ok(Caller::Named) } else { Err(Stranger::Nobody) };
        };
        let on = Day::in_beijing(self.engine.now_ms(&state));
        let holder = holder(&state, &shown, on).map_err(|why| unknown(why, Some(&shown.fingerprint)))?;
        for name in headers.get_all(PRINCIPAL_HEADER) {
            let named = principal::heard([name.as_bytes()]);
            if named.is_err() || named.is_ok_and(|named| named != holder) {
                return Err(Stranger::OtherName(holder));
            }
        }
        Ok(Caller::Known(Speaker { principal: holder, proof: shown.proof }))
    }
}

/// What a call shows, or why that is nothing.
fn shown(presented: Option<&Presented>, headers: &MetadataMap) -> Result<Option<Shown>, String> {
    let mut given = headers.get_all("authorization").iter();
    let Some(value) = given.next() else {
        let Some(presented) = presented else { return Ok(None) };
        presented.check()?;
        let (way, proof, fingerprint) = (CredentialWay::KeyPair, Proof::Certificate, presented.fingerprint());
        return Ok(Some(Shown { way, proof, fingerprint }));
    };
    if given.next().is_some() {
        return Err("it stands more than once".to_owned());
    }
    let text = value.to_str().map_err(|_| "it is no text".to_owned())?;
    let text = text.strip_prefix("Bearer ").ok_or_else(|| "it is no bearer's".to_owned())?;
    let key = ApiKey::parse(text).ok_or_else(|| "it is no API key, or was mistyped".to_owned())?;
    Ok(Some(Shown { way: CredentialWay::Secret, proof: Proof::Key, fingerprint: key.fingerprint() }))
}

/// Whoever signed a call with the key of this fingerprint, by the clock of now.
pub(super) fn signer(engine: &Engine, fingerprint: &Hash, now_ms: i64) -> Option<Speaker> {
    let (way, proof) = (CredentialWay::KeyPair, Proof::Signed);
    let shown = Shown { way, proof, fingerprint: *fingerprint };
    let holder = holder(&engine.read(), &shown, Day::in_beijing(now_ms));
    let principal = holder.map_err(|why| unknown(why, Some(fingerprint))).ok()?;
    Some(Speaker { principal, proof })
}

/// Whose it is on a day, or why it is nobody's.
fn holder(state: &State, shown: &Shown, on: Day) -> Result<Arc<str>, &'static str> {
    let (_, credential) = state.credential(&shown.fingerprint).ok_or("it is bound to nobody")?;
    let principal = state.principals.get(credential.principal);
    if credential.way != shown.way {
        Err("it is bound as another kind of credential")
    } else if credential.ended {
        Err("it was ended")
    } else if !credential.holds(on) {
        Err("its last day is over")
    } else if principal.ended {
        Err("its holder was ended")
    } else {
        Ok(Arc::from(&principal.name[..]))
    }
}

/// Says why to whoever reads the log, and to nobody else.
fn unknown(why: &str, fingerprint: Option<&Hash>) -> Stranger {
    let known = fingerprint.map(|fingerprint| hex(&fingerprint[..8])).unwrap_or_default();
    tracing::warn!(credential = known, "a call was turned away for its credential: {why}");
    Stranger::Unknown
}

//! An entry: one event with who submitted it and when it was recorded, at its place in the record.

use crate::event::Event;
use serde::{Deserialize, Serialize};

/// How whoever submitted an entry showed that it is he, as the server saw that recorded it. The numbers are those in the bytes of
/// entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[repr(u8)]
pub enum Proof {
    /// He said so 自报: on a ledger that is not founded, or of a demonstration.
    #[default]
    Named = 1,
    /// A long random secret of a job or an office 接口密钥.
    Key = 2,
    /// A token of an identity provider 令牌.
    Token = 3,
    /// The same, of a login with a second factor 双因素令牌.
    Token2 = 4,
    /// A client certificate 证书.
    Certificate = 5,
    /// His own signature under the call 签名.
    Signed = 6,
    /// The ledger's own job, inside its process 本台账.
    Own = 7,
}

impl Proof {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Named, Self::Key, Self::Token, Self::Token2, Self::Certificate, Self::Signed, Self::Own];

    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Key => "key",
            Self::Token => "token",
            Self::Token2 => "token2",
            Self::Certificate => "certificate",
            Self::Signed => "signed",
            Self::Own => "own",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proof| proof.name() == name)
    }

    /// Chinese name.
    #[must_use]
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::Named => "自报",
            Self::Key => "接口密钥",
            Self::Token => "令牌",
            Self::Token2 => "双因素令牌",
            Self::Certificate => "证书",
            Self::Signed => "签名",
            Self::Own => "本台账",
        }
    }
}

impl TryFrom<u8> for Proof {
    type Error = ();

    fn try_from(number: u8) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|proof| *proof as u8 == number).ok_or(())
    }
}

/// One event at its place in the record, ready to be folded.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Position in the record, dense from 0.
    pub index: u64,
    /// The writer's clock, milliseconds since 1970; never falls. Judging sees its Beijing day and nothing finer.
    pub recorded_ms: i64,
    /// Who submitted it.
    pub principal: &'a str,
    /// How he showed that it is he.
    pub proof: Proof,
    /// The refused entry of the same id that its submitter knows of and says again on purpose.
    pub again: Option<u64>,
    /// The event as bytes, exactly as received: content hash and set chains are taken over them.
    pub content: &'a [u8],
    /// The event, decoded.
    pub event: &'a Event,
}

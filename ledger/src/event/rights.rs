//! What can be said of who may say what: principals, how they are known, their grants, the table of roles. What it means is in the
//! wing `rights`. All of it counts from its recording on, whatever day it names: nobody had a right before it was given.

use crate::hash::Hash;
use crate::money::{Day, Fen};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody who may be authenticated 主体登记 (D): a person with an account of his unit, or a system of it. A name is never given anew.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrincipalRegistered {
    /// `UNIT/ACCOUNT`, the unit's own number and an account in it 工号; for example `610303CZ/p2`.
    pub holder: String,
    /// Who he is, made from his identity number: two accounts of one human are one wherever persons are counted. None for a system,
    /// which never signs.
    pub human: Option<Uuid>,
    /// The organisation he acts for.
    pub unit: Uuid,
    /// Document number of the decision.
    pub document: String,
}

/// A principal says nothing any more 主体注销 (D): all his grants and credentials end with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrincipalEnded {
    /// Whose name.
    pub holder: String,
    /// Document number of the decision.
    pub document: String,
}

/// How somebody shows who he is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CredentialWay {
    /// By a key pair: a client certificate, or his own signature under a call. Known by its SubjectPublicKeyInfo.
    KeyPair,
    /// By a token of an identity provider. Known by `oidc`, a zero byte, issuer, a zero byte, subject.
    Token,
    /// By a random secret 接口密钥. Known by the secret.
    Secret,
}

/// How a fingerprint was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum FingerprintDigest {
    /// SHA-256 (FIPS 180-4).
    Sha256,
}

/// By this a principal is known from now on 绑定凭据 (D). A fingerprint is one principal's for ever.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CredentialBound {
    /// Whose.
    pub holder: String,
    /// What it is of.
    pub way: CredentialWay,
    /// How the fingerprint was made.
    pub digest: FingerprintDigest,
    /// Digest of what it is known by.
    pub fingerprint: Hash,
    /// Its last day, some 13 months ahead at most.
    pub until: Day,
    /// Document number of the decision.
    pub document: String,
}

/// A credential is worth nothing any more 凭据作废 (D): lost, given up, suspected. Its holder may say so himself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CredentialEnded {
    /// Its fingerprint.
    pub fingerprint: Hash,
    /// Why.
    pub reason: String,
}

/// For what a role is held: a closed list, which a question names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Duty {
    /// The office's own work 履职.
    Work,
    /// Supervision from above 监管.
    Supervise,
    /// An audit 审计.
    Audit,
    /// An inspection 核查.
    Inspect,
    /// Settlement with banks and lenders 结算.
    Settle,
    /// Answering a student 答复.
    Answer,
    /// Running the ledger 运维.
    Operate,
    /// An emergency 应急.
    Emergency,
}

/// A post 岗位: a principal has a role at a unit, for a time (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoleGranted {
    /// Number of the grant, in this ledger.
    pub grant: String,
    /// To whom.
    pub holder: String,
    /// Which role, by its code in the table in force.
    pub role: String,
    /// At which unit, and all below it; none is the whole ledger 全账.
    pub unit: Option<Uuid>,
    /// For what.
    pub duty: Duty,
    /// Its first day, if later than that of its recording.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// Document number of the decision.
    pub document: String,
}

/// A grant ends 收回岗位 (D), from the next entry on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoleEnded {
    /// Number of the grant.
    pub grant: String,
    /// Document number of the decision.
    pub document: String,
}

/// Who may hold a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Holders {
    /// Persons.
    Persons,
    /// Systems.
    Systems,
    /// Either.
    Both,
}

/// How much of single persons a role shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum PersonDetail {
    /// Nothing of the ledger's money.
    None,
    /// Sums.
    Totals,
    /// Heads and sums of sets.
    Units,
    /// One person, by his number.
    OnePerson,
    /// Every person of the unit.
    Persons,
}

/// A role: what its holders may say, sign and ask, at their unit and below it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RoleRow {
    /// For example `finance_clerk`.
    pub code: String,
    /// What officials call it.
    pub name: String,
    /// Kinds of events its holders may say, by name. One that this program does not know is said by nobody until it does.
    pub says: Vec<String>,
    /// Kinds that they may sign, by name.
    pub signs: Vec<String>,
    /// Groups of questions that they may ask, by name.
    pub asks: Vec<String>,
    /// How much of persons they see.
    pub detail: PersonDetail,
    /// Who may hold it.
    pub holders: Holders,
    /// Days a grant of it may last.
    pub longest_days: u32,
    /// Roles that nobody holds besides it, under any account; `*` is every other.
    pub excludes: Vec<String>,
}

/// The table of roles 权限表, whole (D): from the next entry on it is this one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rights {
    /// Above that of the one in force.
    pub version: u32,
    /// Document number 文号.
    pub document: String,
    /// All roles.
    pub roles: Vec<RoleRow>,
    /// What counts only once others signed it.
    pub signing: Vec<SigningRule>,
}

/// How strong the proof behind a signature must be at least. What is named later is stronger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Strength {
    /// Any.
    Any,
    /// A secret, or better.
    Secret,
    /// A token, or better.
    Token,
    /// Two factors: a token that shows both, a certificate, an own signature.
    TwoFactors,
}

/// A kind counts only once so many persons signed it 签署规则. Of the rules of a kind that reach its amount the one from the largest counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SigningRule {
    /// The kind, by name.
    pub kind: String,
    /// From this amount on, in fen; 0 for every one, and for kinds without an amount.
    pub from_fen: Fen,
    /// Persons who sign. Whoever says an approval of what others prepared is one of them.
    pub count: u32,
    /// Units that they are of, at least.
    pub units: u32,
    /// None of them is of the unit of whoever prepared it.
    pub other_unit: bool,
    /// None of them reviewed it either.
    pub apart_reviewers: bool,
    /// What stands behind each signature.
    pub strength: Strength,
    /// Days for which a signature is good.
    pub days: u32,
}

/// Somebody signs what is to be said 签署 (D), or was sealed: these very bytes, and no others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endorsed {
    /// Who; nobody signs for another.
    pub holder: String,
    /// The set, or the id of the event that is to be said.
    pub subject: Uuid,
    /// The hash the set was sealed with, or SHA-256 of the event's bytes.
    pub hash: Hash,
    /// Which word of his about it this is, from 1 on. The last one counts.
    pub number: u32,
}

/// Somebody objects to it 提出异议 (D): it does not count until he signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objected {
    /// Who.
    pub holder: String,
    /// As of a signature.
    pub subject: Uuid,
    /// As of a signature.
    pub hash: Hash,
    /// As of a signature.
    pub number: u32,
    /// Why.
    pub reason: String,
}

/// From the next entry on nobody says anything without a right 启用权限 (D), for good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RightsFounded {
    /// Document number of the decision.
    pub document: String,
}

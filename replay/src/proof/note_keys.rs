//! Keys of notes (Ed25519), as text and as what they sign: that of an author, which signs a text as it is or with the time, and that of
//! a witness. Which lines a note has is in `signed_note`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Kind of a key that signs the text as it is.
const ED25519: u8 = 1;
/// Kind of a key that signs a checkpoint together with the time it was seen (C2SP tlog-cosignature).
const COSIGNATURE: u8 = 4;

/// Why a note or key is not what it should be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Not a note at all.
    #[error("this is no signed note: {0}")]
    Malformed(&'static str),
    /// Not a key.
    #[error("this is no {kind}: {why}")]
    Key {
        /// Which kind of key was wanted.
        kind: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No signature by this key.
    #[error("the note is not signed by {0}")]
    NotSigned(String),
    /// A signature by this key that does not fit the text.
    #[error("the signature of {0} does not fit the text: the note was changed or forged")]
    Forged(String),
    /// The system gives no random bytes.
    #[error("cannot read random bytes: {0}")]
    Random(String),
}

/// What a key vouches for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The text, as its author: a ledger.
    Author,
    /// That a checkpoint was seen at some time and continues those seen before: a witness.
    Witness,
}

impl Role {
    fn byte(self) -> u8 {
        match self {
            Self::Author => ED25519,
            Self::Witness => COSIGNATURE,
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [Self::Author, Self::Witness].into_iter().find(|role| role.byte() == byte)
    }
}

/// A public key with its name, as in `name+id+key`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verifier {
    name: String,
    role: Role,
    id: u32,
    key: VerifyingKey,
}

impl Verifier {
    fn new(name: &str, role: Role, key: VerifyingKey) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Key { kind: "key name", why: "it is empty or has a space or a plus sign" });
        }
        if key.is_weak() {
            // Nobody has its secret, or everybody: some signatures fit any message.
            return Err(NoteError::Key {
                kind: "public key",
                why: "it is a point of small order, which is nobody's key",
            });
        }
        Ok(Self { name: name.to_owned(), role, id: key_id(name, role, &key), key })
    }

    /// A public key under a name.
    ///
    /// # Errors
    /// The name is none, or these bytes are no Ed25519 key.
    pub(crate) fn from_bytes(name: &str, role: Role, key: &[u8; 32]) -> Result<Self, NoteError> {
        let bad = |_| NoteError::Key { kind: "public key", why: "these bytes are no Ed25519 key" };
        Self::new(name, role, VerifyingKey::from_bytes(key).map_err(bad)?)
    }

    /// Reads a public key as text.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let bad = |why| NoteError::Key { kind: "public key", why };
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("it should read name+id+key"));
        };
        let (role, key) = decode_key(key).ok_or(bad("its last part is no Ed25519 key in base64"))?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| bad("its last part is no Ed25519 key"))?;
        let verifier = Self::new(name, role, key)?;
        if id != format!("{:08x}", verifier.id) {
            return Err(bad("its id does not fit name and key; a letter may be wrong"));
        }
        Ok(verifier)
    }

    /// The same key under a longer name: that of another log which it signs too.
    #[must_use]
    pub(crate) fn named_with(&self, ending: &str) -> Self {
        let name = format!("{}{ending}", self.name);
        Self { id: key_id(&name, self.role, &self.key), name, ..self.clone() }
    }

    /// The same key as it signs a checkpoint with the time, which gives it another id.
    #[must_use]
    pub(crate) fn timed(&self) -> Self {
        Self { role: Role::Witness, id: key_id(&self.name, Role::Witness, &self.key), ..self.clone() }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it vouches for.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The id signatures name it by.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The key itself.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    pub(crate) fn fits(&self, text: &str, signature: &[u8]) -> bool {
        let (message, signature) = match (self.role, signature.split_first_chunk::<8>()) {
            (Role::Author, _) => (text.to_owned(), signature),
            (Role::Witness, Some((time, rest))) => (seen(text, u64::from_be_bytes(*time)), rest),
            (Role::Witness, None) => return false,
        };
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        self.key.verify_strict(message.as_bytes(), &signature).is_ok()
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id, encode_key(self.role, &self.key.to_bytes()))
    }
}

/// A secret key with its name. It shows itself only where it is asked to.
#[derive(Clone)]
pub struct Signer {
    verifier: Verifier,
    key: SigningKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}

impl Signer {
    /// A new key of the system's randomness.
    ///
    /// # Errors
    /// The name will not do, or the system gives no random bytes.
    pub fn generate(name: &str, role: Role) -> Result<Self, NoteError> {
        use std::io::Read;
        let mut seed = [0; 32];
        let read = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut seed));
        read.map_err(|error| NoteError::Random(error.to_string()))?;
        Self::from_seed(name, role, &seed)
    }

    /// The key of a seed: the same seed, the same key.
    ///
    /// # Errors
    /// The name will not do.
    pub fn from_seed(name: &str, role: Role, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(seed);
        Ok(Self { verifier: Verifier::new(name, role, key.verifying_key())?, key })
    }

    /// Reads a secret key as text.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let bad = |why| NoteError::Key { kind: "secret key", why };
        let rest = text.trim().strip_prefix("PRIVATE+KEY+").ok_or(bad("it should begin with PRIVATE+KEY+"))?;
        let mut parts = rest.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("it should read PRIVATE+KEY+name+id+key"));
        };
        let (role, seed) = decode_key(key).ok_or(bad("its last part is no Ed25519 seed in base64"))?;
        let signer = Self::from_seed(name, role, &seed)?;
        if u32::from_str_radix(id, 16) != Ok(signer.verifier.id) {
            return Err(bad("its id does not fit name and key"));
        }
        Ok(signer)
    }

    /// The secret key as text, for its file and nothing else.
    #[must_use]
    pub(crate) fn secret_text(&self) -> String {
        let Verifier { name, role, id, .. } = &self.verifier;
        format!("PRIVATE+KEY+{name}+{id:08x}+{}", encode_key(*role, self.key.as_bytes()))
    }

    /// The public part.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The same key under a longer name.
    #[must_use]
    pub(crate) fn named_with(&self, ending: &str) -> Self {
        Self { verifier: self.verifier.named_with(ending), key: self.key.clone() }
    }

    /// A signature line over a text, as an author.
    #[must_use]
    pub fn sign(&self, text: &str) -> SignatureLine {
        self.line(self.key.sign(text.as_bytes()).to_bytes().to_vec())
    }

    /// A signature line over a checkpoint seen at some time, in seconds since 1970, as a witness.
    #[must_use]
    pub fn cosign(&self, text: &str, time: u64) -> SignatureLine {
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend(self.key.sign(seen(text, time).as_bytes()).to_bytes());
        self.line(bytes)
    }

    /// A signature line of an author over a checkpoint with the time, in seconds since 1970, to stand beside the plain one.
    #[must_use]
    pub fn sign_at(&self, text: &str, time: u64) -> SignatureLine {
        Self { verifier: self.verifier.timed(), key: self.key.clone() }.cosign(text, time)
    }

    fn line(&self, bytes: Vec<u8>) -> SignatureLine {
        SignatureLine { name: self.verifier.name.clone(), id: self.verifier.id, bytes }
    }
}

/// One signature of a note.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignatureLine {
    /// Name of the key.
    pub name: String,
    /// Id of the key.
    pub id: u32,
    /// The signature; a witness's begins with the time.
    pub bytes: Vec<u8>,
}

/// What a witness signs.
fn seen(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// The first four bytes of SHA-256 over name, newline, kind and key.
fn key_id(name: &str, role: Role, key: &VerifyingKey) -> u32 {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', role.byte()]);
    hasher.update(key.as_bytes());
    let hash: [u8; 32] = hasher.finalize().into();
    hash.first_chunk().map_or(0, |id| u32::from_be_bytes(*id))
}

fn encode_key(role: Role, key: &[u8; 32]) -> String {
    let mut bytes = vec![role.byte()];
    bytes.extend_from_slice(key);
    STANDARD.encode(bytes)
}

fn decode_key(text: &str) -> Option<(Role, [u8; 32])> {
    let bytes = STANDARD.decode(text).ok()?;
    let (kind, key) = bytes.split_first()?;
    Some((Role::of(*kind)?, key.try_into().ok()?))
}

//! In whose name somebody speaks: the one spelling of a name, and the header of a call that says it, in which names of any
//! script pass as ASCII. Both faces read it here, so one person has one name. Whether the name is one to be believed is not
//! known here.

use proto::limits::MAX_PRINCIPAL_BYTES;
use proto::text;
use proto::text::TextFault;
use std::sync::Arc;
use tonic::Request;
use tonic::metadata::MetadataValue;

/// Name of the request header in which callers name themselves.
pub const PRINCIPAL_HEADER: &str = "x-mingzhang-principal";

/// Why nobody is known to speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PrincipalFault {
    /// Nobody is named.
    #[error("it is missing; fill it in 未写明何人")]
    Missing,
    /// Somebody is named twice, and it might be another.
    #[error("it stands more than once; name one principal 何人写了多次")]
    Twice,
    /// What is named is no text.
    #[error("it is no UTF-8")]
    NotText,
    /// The name is longer than an entry can keep.
    #[error("it has {0} bytes, more than {MAX_PRINCIPAL_BYTES}; shorten it 姓名太长")]
    TooLong(usize),
    /// The name has no spelling of its own.
    #[error("it {0}")]
    Text(#[from] TextFault),
}

impl PrincipalFault {
    /// Stable reason for machines, the same over every face.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Missing => "PRINCIPAL_MISSING",
            Self::Twice | Self::NotText | Self::TooLong(_) | Self::Text(_) => "PRINCIPAL_REFUSED",
        }
    }
}

/// The one spelling of a principal's name.
///
/// # Errors
/// It is empty, too long, or holds what no name may.
pub fn principal(text: &str) -> Result<Arc<str>, PrincipalFault> {
    let name = match text::name(text) {
        Err(TextFault::Empty) => return Err(PrincipalFault::Missing),
        name => name?,
    };
    if name.len() > MAX_PRINCIPAL_BYTES {
        return Err(PrincipalFault::TooLong(name.len()));
    }
    Ok(Arc::from(name))
}

/// The principal that the headers of this name say, percent-encoded or as it is.
///
/// # Errors
/// There is not exactly one, or it is no name.
pub(crate) fn heard<'a>(headers: impl IntoIterator<Item = &'a [u8]>) -> Result<Arc<str>, PrincipalFault> {
    let mut headers = headers.into_iter();
    let header = headers.next().ok_or(PrincipalFault::Missing)?;
    if headers.next().is_some() {
        return Err(PrincipalFault::Twice);
    }
    principal(std::str::from_utf8(&percent_decoded(header)).map_err(|_| PrincipalFault::NotText)?)
}

/// A request that names its principal; where no name is given, whoever calls shows who he is in another way.
pub fn named<T>(message: T, principal: &str) -> Request<T> {
    let mut request = Request::new(message);
    if principal.is_empty() {
        return request;
    }
    // Percent-encoding leaves only characters that a header takes.
    if let Ok(value) = MetadataValue::try_from(percent_encoded(principal)) {
        request.metadata_mut().insert(PRINCIPAL_HEADER, value);
    }
    request
}

/// The text with every byte that is not a plain ASCII character as `%XX`.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'!'..=b'$' | b'&'..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The bytes with every `%XX` replaced by the byte it means; anything else stays as it is.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    while let Some((&first, tail)) = rest.split_first() {
        let hex = match tail {
            [high, low, ..] if first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        let byte;
        (byte, rest) = match hex {
            Some((high, low)) => (high * 16 + low, &tail[2..]),
            None => (first, tail),
        };
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_pass_through_an_ascii_header() {
        let encoded = percent_encoded("西安市 100%");
        assert!(encoded.is_ascii());
        assert_eq!(percent_decoded(encoded.as_bytes()), "西安市 100%".as_bytes());
        assert_eq!(percent_decoded(b"%zz%4%+1"), b"%zz%4%+1");
    }

    #[test]
    fn what_looks_the_same_is_one_principal_or_none() {
        let heard = |text: &str| super::heard([text.as_bytes()]).map(|name| name.to_string());
        for text in ["Zo\u{e9}", "Zoe\u{301}", " Zo\u{e9}\u{3000}", "Zo%C3%A9", "Zoe%CC%81%20", "\tZo\u{e9}\t"] {
            assert_eq!(heard(text).as_deref(), Ok("Zo\u{e9}"), "{text:?}");
        }
        assert_eq!(heard("韩城市教育局\u{3000}\u{3000}制表").as_deref(), Ok("韩城市教育局 制表"));
        for empty in ["", " ", "\u{3000}", "%20"] {
            assert_eq!(heard(empty), Err(PrincipalFault::Missing), "{empty:?}");
        }
        let unseen = |character, at| Err(PrincipalFault::Text(TextFault::Unseen { character, at }));
        assert_eq!(heard("制表\u{200b}"), unseen('\u{200b}', 3));
        assert_eq!(heard("\u{200b}"), unseen('\u{200b}', 1));
        assert_eq!(heard("制%E2%80%AE表"), unseen('\u{202e}', 2));
        assert_eq!(heard("991000200901019101"), Err(PrincipalFault::Text(TextFault::IdentityNumber)));
        assert_eq!(heard(&"长".repeat(22)), Err(PrincipalFault::TooLong(66)));
        assert_eq!(super::heard([&b"%ff"[..]]), Err(PrincipalFault::NotText));
        assert_eq!(super::heard([&b"one"[..], b"other"]), Err(PrincipalFault::Twice));
        assert_eq!(super::heard([]), Err(PrincipalFault::Missing));
    }
}

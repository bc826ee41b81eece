//! In whose name somebody speaks: the header of a call that says it, in which names of any script pass as ASCII. Whether
//! the name is one to be believed is not known here.

use tonic::Request;
use tonic::metadata::MetadataValue;

/// Name of the request header in which callers name themselves.
pub const PRINCIPAL_HEADER: &str = "x-mingzhang-principal";

/// A request that names its principal.
pub fn named<T>(message: T, principal: &str) -> Request<T> {
    let mut request = Request::new(message);
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
pub(crate) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                out.push(byte);
                rest = &tail[2..];
            }
            None => {
                out.push(first);
                rest = tail;
            }
        }
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
        assert_eq!(percent_decoded(b"%zz%4"), b"%zz%4");
    }
}

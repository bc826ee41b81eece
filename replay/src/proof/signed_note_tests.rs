//! Notes there and back, the example of the reference implementation, and every kind of tampering.

use super::*;

const TEXT: &str = "example.gov.cn/ledger\n3\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n";

fn signer(name: &str, role: Role, seed: u8) -> Signer {
    Signer::from_seed(name, role, &[seed; 32]).unwrap()
}

/// When a witness says it saw the text, in seconds since 1970.
fn seen_at(note: &Note, witness: &Verifier) -> Option<u64> {
    note.line_of(witness)?.bytes.first_chunk().map(|time| u64::from_be_bytes(*time))
}

#[test]
fn the_example_of_the_reference_implementation_is_read() {
    let key = Verifier::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let signed = format!(
        "{text}\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    );
    let note = Note::parse(signed.as_bytes()).unwrap();
    assert_eq!(note.verified_by(&key).unwrap(), text);
    assert_eq!(note.to_string(), signed);
    let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let signer = Signer::parse(secret).unwrap();
    assert_eq!(signer.secret_text(), secret);
    assert_eq!(Note::signed(text.to_owned(), &signer).to_string(), signed);
}

#[test]
fn a_note_comes_back_with_all_its_signatures() {
    let (author, witness) = (signer("ledger", Role::Author, 1), signer("witness", Role::Witness, 2));
    let mut note = Note::signed(TEXT.to_owned(), &author);
    note.add(witness.cosign(TEXT, 1_700_000_000));
    let again = Note::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(again, note);
    assert_eq!(again.verified_by(author.verifier()), Ok(TEXT));
    assert_eq!(again.verified_by(witness.verifier()), Ok(TEXT));
    assert_eq!(seen_at(&again, witness.verifier()), Some(1_700_000_000));
    note.add(witness.cosign(TEXT, 1_700_000_009));
    assert_eq!(note.signatures.len(), 2);
}

#[test]
fn a_changed_text_name_time_or_signature_does_not_fit() {
    let (author, witness) = (signer("ledger", Role::Author, 1), signer("witness", Role::Witness, 2));
    let mut note = Note::signed(TEXT.to_owned(), &author);
    note.add(witness.cosign(TEXT, 7));
    let changed = note.to_string().replacen("\n3\n", "\n4\n", 1);
    let changed = Note::parse(changed.as_bytes()).unwrap();
    assert_eq!(changed.verified_by(author.verifier()), Err(NoteError::Forged("ledger".to_owned())));
    assert_eq!(changed.verified_by(witness.verifier()), Err(NoteError::Forged("witness".to_owned())));
    for at in 0..72 {
        let mut bent = note.clone();
        bent.signatures[1].bytes[at] ^= 1;
        assert!(bent.verified_by(witness.verifier()).is_err(), "byte {at}");
    }
    let other = signer("ledger", Role::Author, 3);
    assert_eq!(
        note.verified_by(other.verifier()),
        Err(NoteError::NotSigned(format!("ledger+{:08x}", other.verifier().id())))
    );
    let renamed = signer("other", Role::Author, 1);
    assert!(note.verified_by(renamed.verifier()).is_err());
    // A witness's signature may not stand for the author's: the keys differ in kind, so in id.
    let same = signer("ledger", Role::Witness, 1);
    assert!(note.verified_by(same.verifier()).is_err());
}

#[test]
fn what_is_no_note_is_refused() {
    let whole = Note::signed(TEXT.to_owned(), &signer("ledger", Role::Author, 1)).to_string();
    let bad = [
        String::new(),
        TEXT.to_owned(),
        whole.trim_end().to_owned(),
        whole.replacen("\n\n", "\n", 1),
        whole.replace('\u{2014}', "-"),
        whole.replacen("ledger\n3", "ledger\r\n3", 1),
        format!("{whole}more\n"),
        format!("{TEXT}\n\u{2014} ledger AAAA\n"),
        format!("{TEXT}\n\u{2014} ledger no-base64\n"),
    ];
    for text in bad {
        assert!(Note::parse(text.as_bytes()).is_err(), "{text:?}");
    }
    assert!(Note::parse(&[0xff, b'\n', b'\n']).is_err());
}

#[test]
fn keys_come_back_and_a_wrong_letter_shows() {
    for role in [Role::Author, Role::Witness] {
        let signer = signer("example.gov.cn/ledger", role, 9);
        let text = signer.verifier().to_string();
        assert_eq!(&Verifier::parse(&text).unwrap(), signer.verifier());
        assert!(Verifier::parse(&text.replace("ledger", "ledgor")).is_err());
        assert!(Signer::parse(&text).is_err());
        assert!(!format!("{signer:?}").contains("PRIVATE"));
    }
    assert!(Verifier::parse("ledger").is_err());
    assert!(Signer::from_seed("with space", Role::Author, &[1; 32]).is_err());
    assert!(Signer::from_seed("with+plus", Role::Author, &[1; 32]).is_err());
    assert!(Signer::generate("ledger", Role::Author).is_ok());
}

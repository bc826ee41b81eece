//! The one spelling of names, numbers and texts: what it is, that it is one, and that no text field of any event takes
//! another.

use proto::event::{admit, decode, encode};
use proto::samples::samples;
use proto::text::personal::{check_digit, is_bank_card, is_identity_number};
use proto::text::{Class, TextFault, document, is_formula, name, number};

fn canonical(class: Class, text: &str) -> Result<String, TextFault> {
    class.canonical(text).map(Into::into)
}

#[test]
fn names_have_one_spelling() {
    for (text, spelt) in [
        ("省财政厅/制单", "省财政厅/制单"),
        ("  省财政厅\u{3000}", "省财政厅"),
        ("\t省财政厅\t", "省财政厅"),
        ("省财政厅\u{3000}\u{a0} 制单", "省财政厅 制单"),
        ("Zoe\u{301}", "Zo\u{e9}"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("\u{f900}", "\u{8c48}"),
        ("财教（2021）", "财教（2021）"),
        ("ཀ་ཁ", "ཀ་ཁ"),
        ("ئۇيغۇر", "ئۇيغۇر"),
        ("𠮷野", "𠮷野"),
        ("2021-09-01 2022-03-01", "2021-09-01 2022-03-01"),
    ] {
        assert_eq!(name(text).as_deref(), Ok(spelt), "{text:?}");
    }
}

#[test]
fn numbers_have_one_spelling_or_none() {
    for (text, spelt) in [
        ("GK6120210000010", "GK6120210000010"),
        ("'612021000000000001", "612021000000000001"),
        ("‘612021", "612021"),
        ("＇612021", "612021"),
        ("ＧＫ－１２", "GK-12"),
        (" GK1\t", "GK1"),
        ("示库〔2021〕5", "示库〔2021〕5"),
        ("12E", "12E"),
        ("AE+17", "AE+17"),
        ("1.5", "1.5"),
        ("V1.0", "V1.0"),
        ("00012", "00012"),
        ("1381234567812345", "1381234567812345"),
        ("13812345678", "13812345678"),
        ("610581-20210901-0001", "610581-20210901-0001"),
    ] {
        assert_eq!(number(text).as_deref(), Ok(spelt), "{text:?}");
    }
    for (text, fault) in [
        ("", TextFault::Empty),
        ("\u{3000} ", TextFault::Empty),
        ("'", TextFault::Empty),
        ("''1", TextFault::Apostrophe),
        (" GK 1", TextFault::Blank { at: 4 }),
        ("GK\u{2003}1", TextFault::Blank { at: 3 }),
        ("GK\u{a8}1", TextFault::Blank { at: 3 }),
        ("6.12021E+17", TextFault::Rounded),
        ("６.１２Ｅ＋１７", TextFault::Rounded),
        ("6.1e17", TextFault::Rounded),
        ("6E17", TextFault::Rounded),
        ("'6.12021E+17", TextFault::Rounded),
        ("612021.0", TextFault::Fraction),
        ("612021.00", TextFault::Fraction),
        ("991000200901019101", TextFault::IdentityNumber),
        ("'９９１０００２００９０１０１９１０１", TextFault::IdentityNumber),
        ("99100020090101911X", TextFault::IdentityNumber),
        ("99100020090101911x", TextFault::IdentityNumber),
        (" \u{200b}1", TextFault::Unseen { character: '\u{200b}', at: 2 }),
    ] {
        assert_eq!(number(text), Err(fault), "{text:?}");
    }
}

#[test]
fn document_numbers_have_one_spelling() {
    for text in [
        "财教〔2021〕310号",
        "财教【2021】310号",
        "财教[2021]310号",
        "财教（2021） 第0310号",
        "财教(２０２１)310号",
        " 财教〔2021〕\u{3000}310号",
    ] {
        assert_eq!(document(text).as_deref(), Some("财教〔2021〕310号"), "{text}");
        for class in [Class::Document, Class::Notice] {
            assert_eq!(canonical(class, text).as_deref(), Ok("财教〔2021〕310号"), "{text}");
        }
    }
    for bad in ["", "财教2021-310", "〔2021〕310号", "财教〔21〕310号", "财教〔2021〕号", "财教〔2021〕310"]
    {
        assert_eq!(document(bad), None, "{bad}");
    }
    assert_eq!(canonical(Class::Notice, "四部门通知（2023年）").as_deref(), Ok("四部门通知（2023年）"));
    assert_eq!(canonical(Class::Document, "通知 1"), Err(TextFault::Blank { at: 3 }));
}

#[test]
fn nobodys_number_stands_in_a_name() {
    let card = "6299990000000991004";
    assert!(is_bank_card(card.as_bytes()) && is_identity_number(b"991000200901019101"));
    for text in [
        "张三 991000200901019101",
        "991000200901019101 6299990000000991004",
        "991000 20090101 9101",
        "991000-20090101-911X",
        "９９１０００２００９０１０１９１０１",
        "号991000200901019101号",
    ] {
        for class in [Class::Name, Class::Free, Class::Notice] {
            assert_eq!(canonical(class, text), Err(TextFault::IdentityNumber), "{text}");
        }
    }
    for text in [card, "6299 9900 0000 0991 004", "卡6299990000000991004"] {
        assert_eq!(name(text), Err(TextFault::CardNumber), "{text}");
    }
    for text in ["张三13812345678", "138 1234 5678", "138-1234-5678"] {
        assert_eq!(name(text), Err(TextFault::Mobile), "{text}");
    }
    for good in ["6299990000000991005", "991000200913019101", "991000200901019102", "023812345678", "138123456789"] {
        assert_eq!(name(good).as_deref(), Ok(good));
    }
    assert_eq!(check_digit(b"11010519491231002"), b'X');
}

#[test]
fn spreadsheets_run_formulas_in_any_width() {
    for formula in ["=1", "+1", "-1", "@a", "＝1", "＋1", "－1", "＠a", "\ta", "\ra"] {
        assert!(is_formula(formula), "{formula:?}");
    }
    assert!(!is_formula("阿依古丽·买买提") && !is_formula("'=1"));
}

/// One character of every sort that nobody sees.
const UNSEEN: [char; 34] = [
    '\0',
    '\u{7}',
    '\t',
    '\n',
    '\r',
    '\u{1b}',
    '\u{7f}',
    '\u{80}',
    '\u{85}',
    '\u{9b}',
    '\u{ad}',
    '\u{34f}',
    '\u{61c}',
    '\u{115f}',
    '\u{180e}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{202a}',
    '\u{202e}',
    '\u{2028}',
    '\u{2029}',
    '\u{2060}',
    '\u{2066}',
    '\u{3164}',
    '\u{e000}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{fff9}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{378}',
    '\u{e0001}',
    '\u{10fffd}',
];

static SCHEMA: std::sync::LazyLock<prost_types::FileDescriptorSet> =
    std::sync::LazyLock::new(|| prost::Message::decode(proto::FILE_DESCRIPTOR_SET).expect("compiled in"));

/// Goes over the fields of a message as its bytes have them and gives `change` every text, by the compiled schema; what
/// it gives back is put in the text's place, one text at a time.
fn with_each_text(message: &str, bytes: &[u8], change: &mut dyn FnMut(&str, &str) -> Vec<String>) -> Vec<Vec<u8>> {
    use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};
    use prost_types::field_descriptor_proto::Type;
    let shape = SCHEMA.file.iter().flat_map(|file| &file.message_type).find(|one| one.name() == message);
    let shape = shape.expect("a message of the schema");
    let (mut rest, mut out) = (bytes, Vec::new());
    while !rest.is_empty() {
        let before = &bytes[..bytes.len() - rest.len()];
        let (number, wire) = decode_key(&mut rest).expect("a key");
        if wire == WireType::Varint {
            decode_varint(&mut rest).expect("a number");
            continue;
        }
        let length = usize::try_from(decode_varint(&mut rest).expect("a length")).expect("short");
        let (inside, after) = rest.split_at(length);
        rest = after;
        let field = shape.field.iter().find(|field| field.number() as u32 == number).expect("a known field");
        let changed: Vec<Vec<u8>> = match field.r#type() {
            Type::String => {
                let text = std::str::from_utf8(inside).expect("text");
                change(&format!("{message}.{}", field.name()), text).into_iter().map(String::into_bytes).collect()
            }
            Type::Message => {
                let of = field.type_name().rsplit('.').next().expect("a name");
                with_each_text(of, inside, change)
            }
            _ => Vec::new(),
        };
        out.extend(changed.into_iter().map(|inside| {
            let mut whole = before.to_vec();
            encode_key(number, WireType::LengthDelimited, &mut whole);
            encode_varint(inside.len() as u64, &mut whole);
            [whole, inside, after.to_vec()].concat()
        }));
    }
    out
}

/// All text fields an event can have, by the schema.
fn text_fields() -> std::collections::BTreeSet<String> {
    let (mut open, mut seen, mut texts) = (vec!["Event".to_owned()], Vec::new(), std::collections::BTreeSet::new());
    while let Some(message) = open.pop() {
        if seen.contains(&message) {
            continue;
        }
        let shape = SCHEMA.file.iter().flat_map(|file| &file.message_type).find(|one| one.name() == message);
        for field in &shape.expect("a message of the schema").field {
            match field.r#type() {
                prost_types::field_descriptor_proto::Type::Message => {
                    open.push(field.type_name().rsplit('.').next().unwrap_or_default().to_owned());
                }
                prost_types::field_descriptor_proto::Type::String => {
                    texts.insert(format!("{message}.{}", field.name()));
                }
                _ => {}
            }
        }
        seen.push(message);
    }
    texts
}

#[test]
fn no_text_field_of_any_event_takes_what_is_not_in_its_one_spelling() {
    let mut reached = std::collections::BTreeSet::new();
    for event in samples() {
        let bytes = encode(&event);
        assert_eq!(admit(&bytes).as_ref(), Ok(&event));
        let mut spoil = |field: &str, text: &str| -> Vec<String> {
            reached.insert(field.to_owned());
            let unseen = UNSEEN.iter().map(|c| format!("{text}{c}{text}"));
            let end = UNSEEN.iter().map(|c| format!("{text}{c}"));
            let others = [
                format!(" {text}"),
                format!("{text} "),
                format!("{text}\u{3000}"),
                format!("{text}  1"),
                format!("{text}e\u{301}"),
                format!("{text}\u{212b}"),
                "991000200901019101".to_owned(),
                "９９１０００２００９０１０１９１０１".to_owned(),
            ];
            unseen.chain(end).chain(others).collect()
        };
        for spoilt in with_each_text("Event", &bytes, &mut spoil) {
            let kind = event.kind.name();
            assert!(decode(&spoilt).is_ok(), "{kind}: what is recorded is read whatever its texts are");
            let malformed = admit(&spoilt).expect_err(kind);
            assert_eq!(malformed.violations.len(), 1, "{malformed}");
            assert!(malformed.violations[0].field.starts_with(kind), "{malformed}");
        }
    }
    assert_eq!(reached, text_fields(), "a text field that no sample has is not tried");
}

/// A small generator with a fixed seed, so that a failure comes back.
fn random_texts(count: usize) -> impl Iterator<Item = String> {
    let alphabet: Vec<char> = "aE1290.+-'’‘ X\u{3000}\u{a0}\u{2003}\t•・‧·财教〔〕【】（）()[]第号０９Ｅ＋．＇é\u{301}\u{308}\u{a8}\u{b4}\u{212b}\u{f900}\u{1100}\u{1161}㈠①ﬁ\u{200b}\u{378}\u{387}\u{fb2a}\u{2f00}²½…\u{ff9e}ｶ"
        .chars()
        .collect();
    let mut state = 20_210_901_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits")
    };
    (0..count).map(move |_| (0..next() % 12).map(|_| alphabet[next() % alphabet.len()]).collect())
}

#[test]
fn what_came_out_comes_out_the_same_again() {
    let mut taken = 0;
    for text in random_texts(60_000) {
        for class in Class::ALL {
            if let Ok(spelt) = canonical(*class, &text) {
                assert_eq!(canonical(*class, &spelt).as_deref(), Ok(spelt.as_str()), "{class:?} {text:?}");
                taken += 1;
            }
        }
    }
    assert!(taken > 30_000, "{taken}");
    // Planes that have characters; beyond are unassigned ones.
    for c in (0..0x3_4000).chain(0xe_0000..0xe_0200).filter_map(char::from_u32) {
        for text in [format!("a{c}b"), format!("1{c}")] {
            for class in [Class::Name, Class::Number] {
                if let Ok(spelt) = canonical(class, &text) {
                    assert_eq!(
                        canonical(class, &spelt).as_deref(),
                        Ok(spelt.as_str()),
                        "{class:?} U+{:04X}",
                        u32::from(c)
                    );
                }
            }
        }
    }
}

//! Which answers are shown as JSON, and under which keys. How an id, a hash or a choice is written is in `src/json.rs`.

use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use std::collections::{BTreeMap, BTreeSet};
use tonic_prost_build::Builder;

const PACKAGE: &str = "mingzhang.v1";

/// Answers that are shown, and with each all it holds.
const SHOWN: &[&str] = &[
    "GetStatusResponse",
    "ListBalancesResponse",
    "ListEntriesResponse",
    "GetLineResponse",
    "GetAwardResponse",
    "GetBatchResponse",
    "GetPayoutResponse",
    "BankResult",
    "Draw",
    "ListFindingsResponse",
    "ListDebtsResponse",
    "ListRefusalsResponse",
    "ListWithdrawalsResponse",
    "GetTotalsResponse",
    "Back",
    "Forward",
    "RemittanceTrace",
    "ClaimTrace",
    "LoanTrace",
    "GetLoanResponse",
    "ListLoansResponse",
    "QuoteLoanResponse",
    "GetPositionResponse",
    "GetForecastResponse",
    "ListClaimsResponse",
    "GetClaimResponse",
    "ListRemittancesResponse",
    "GetFundResponse",
    "DueCompensation",
    "CompareResponse",
    "ListGrantsResponse",
    "CheckRightResponse",
    "Point",
    "Basis",
];

/// Fields that are not shown, beyond those no answer shows.
const LEFT_OUT: &[&str] = &[
    "ListEntriesResponse.account",
    "AccountEntry.effective",
    "Refusal.remedy",
    "Payout.draws",
    "Payout.results",
    "Line.parent_document",
    "Line.parent",
    "Line.source",
    "Line.item",
    "Line.project",
    "Line.direct",
    "Line.advance",
    "Line.last",
    "Line.level",
    "Flow.person",
    "Flow.reissued_by",
    "Remittance.draws",
    "Remittance.last",
    "Claim.last",
    "GetFundResponse.stated_day",
    "GetFundResponse.stated_fen",
    "GetFundResponse.stated_ours_fen",
    "GetFundResponse.stated_difference_fen",
    "DueCompensation.subordination",
    "DueCompensation.due",
];

/// Fields that follow no rule, with what serde is told of them.
const OTHERWISE: &[(&str, &str)] = &[
    ("RefusedEvent.refusal", r#"flatten, serialize_with = "crate::json::or_nought""#),
    ("BalanceDifference.account", r#"flatten, serialize_with = "crate::json::as_whose""#),
    ("EntityDifference.not_looked_for", r#"rename = "looked_for", serialize_with = "crate::json::as_not""#),
    ("GetClaimResponse.next_page_token", r#"rename = "more", serialize_with = "crate::json::as_any""#),
    ("CompareResponse.next_page_token", r#"rename = "more", serialize_with = "crate::json::as_any""#),
    ("ListRemittancesResponse.remittances", r#"rename = "payments""#),
    ("RemittanceTrace.funded", r#"rename = "remittance""#),
    ("Loan.index_name", r#"rename = "index""#),
    ("DueCompensation.accrued", r#"rename = "accrued_before""#),
];

/// The same of choices: an entry without an outcome on one side of a comparison does not count there.
const OUTCOME: (&str, &str) = ("Outcome.OUTCOME_UNSPECIFIED", r#"rename = "left_out""#);

/// Bytes that are hashes; all others are ids.
const HASHES: &[&str] = &["state_digest", "hash", "contract", "identity_key", "fingerprint"];

/// Messages that are nothing but figures: where one is absent, its figures are nought.
const FIGURES: &[&str] =
    &["CountFen", "ForwardTotals", "InterestByPayer", "ClaimFigure", "ComparedSide", "SomeEntries"];

/// Messages that show a thing by its id and by its name; all others call it by its name alone.
const BY_ID_AND_NAME: &[&str] = &["Account", "DueCompensation"];

/// Derives `Serialize` for everything that is shown.
pub fn shown(mut config: Builder, files: &FileDescriptorSet) -> Builder {
    let messages = files.file.iter().flat_map(|file| &file.message_type);
    let messages: BTreeMap<&str, &DescriptorProto> = messages.map(|message| (message.name(), message)).collect();
    let (mut open, mut seen) = (SHOWN.to_vec(), BTreeSet::new());
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        config = config.type_attribute(path(name), "#[derive(serde::Serialize)]");
        let Some(message) = messages.get(name) else {
            // What is no message is a choice.
            config = config.type_attribute(path(name), r#"#[serde(rename_all = "snake_case")]"#);
            continue;
        };
        for field in &message.field {
            let told = told(message, field);
            open.extend(named(field).filter(|_| told != "skip"));
            if !told.is_empty() {
                let field = format!("{name}.{}", field.name());
                config = config.field_attribute(path(&field), format!("#[serde({told})]"));
            }
        }
    }
    config.field_attribute(path(OUTCOME.0), format!("#[serde({})]", OUTCOME.1))
}

fn path(name: &str) -> String {
    format!(".{PACKAGE}.{name}")
}

/// The message or choice a field holds.
fn named(field: &FieldDescriptorProto) -> Option<&str> {
    field.type_name().rsplit('.').next().filter(|name| !name.is_empty())
}

/// What serde is told of a field; nothing if it is shown as it is.
fn told(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let name = field.name();
    let full = format!("{}.{name}", message.name());
    if let Some((_, told)) = OTHERWISE.iter().find(|(path, _)| *path == full) {
        return (*told).to_owned();
    }
    let has = |name: &str| message.field.iter().any(|field| field.name() == name);
    let by_name = !BY_ID_AND_NAME.contains(&message.name());
    if is_left_out(field) || LEFT_OUT.contains(&full.as_str()) || (by_name && has(&format!("{name}_name"))) {
        return "skip".to_owned();
    }
    if let Some(thing) = name.strip_suffix("_name").filter(|thing| by_name && has(thing)) {
        return format!("rename = {thing:?}");
    }
    let way = match field.r#type() {
        Type::Bytes if HASHES.contains(&name) => "as_hex",
        Type::Bytes if is_list(field) => "as_ids",
        Type::Bytes => "as_id",
        Type::Enum => {
            return format!("serialize_with = \"crate::json::as_choice::<{}, _>\"", named(field).unwrap_or(""));
        }
        Type::Message if named(field).is_some_and(|of| FIGURES.contains(&of)) && !is_list(field) => "or_nought",
        _ => return String::new(),
    };
    format!("serialize_with = \"crate::json::{way}\"")
}

/// What no answer shows: sentences, which are for people, and what every command says of its answer in the same way.
fn is_left_out(field: &FieldDescriptorProto) -> bool {
    let name = field.name();
    let sentence = name.ends_with("_zh") || name.ends_with("_en");
    sentence || ["as_of", "next_page_token"].contains(&name) || named(field) == Some("Basis")
}

fn is_list(field: &FieldDescriptorProto) -> bool {
    field.label() == prost_types::field_descriptor_proto::Label::Repeated
}

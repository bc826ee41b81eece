//! The settings a stream must have to be the record, as the server names them, and the comparison with what
//! it has. One list serves for creating and for checking, so they cannot drift apart.

use serde_json::{Map, Value, json};

use crate::limits::{MAX_FRAME_BYTES, MESSAGE_OVERHEAD_BYTES};

/// `(name, value)`; a server leaves a value out when it is the zero of its kind.
fn required(subject: &str) -> Vec<(&'static str, Value)> {
    let message_bytes = MAX_FRAME_BYTES + MESSAGE_OVERHEAD_BYTES;
    vec![
        ("subjects", json!([subject])),
        ("storage", json!("file")),
        ("retention", json!("limits")),
        ("discard", json!("new")),
        ("discard_new_per_subject", json!(false)),
        ("max_msgs", json!(-1)),
        ("max_msgs_per_subject", json!(-1)),
        ("max_age", json!(0)),
        ("max_msg_size", json!(message_bytes)),
        ("deny_delete", json!(true)),
        ("deny_purge", json!(true)),
        ("allow_rollup_hdrs", json!(false)),
        ("allow_msg_ttl", json!(false)),
        ("allow_msg_schedules", json!(false)),
        ("allow_msg_counter", json!(false)),
        ("allow_direct", json!(true)),
        ("allow_atomic", json!(true)),
        ("allow_batched", json!(false)),
        ("compression", json!("none")),
        ("no_ack", json!(false)),
        ("sealed", json!(false)),
        ("first_seq", json!(0)),
    ]
}

/// Settings that must not be there at all: each would change, copy in or hide messages.
const ABSENT: [&str; 5] = ["mirror", "sources", "subject_transform", "republish", "subject_delete_marker_ttl"];

/// What a stream is created with.
pub(crate) fn creation(name: &str, subject: &str, max_bytes: i64, replicas: u32) -> Value {
    let mut config: Map<String, Value> =
        required(subject).into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    config.insert("name".to_owned(), json!(name));
    config.insert("description".to_owned(), json!("Mingzhang: the record. One message is one frame."));
    config.insert("max_bytes".to_owned(), json!(max_bytes));
    config.insert("num_replicas".to_owned(), json!(replicas));
    config.insert("max_consumers".to_owned(), json!(-1));
    config.insert("duplicate_window".to_owned(), json!(120_000_000_000_i64));
    Value::Object(config)
}

/// One sentence for each setting that is not as required.
pub(crate) fn differences(config: &Value, subject: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (key, wanted) in required(subject) {
        let value = config.get(key).unwrap_or(&Value::Null);
        let left_out = value.is_null() && is_zero(&wanted);
        if value != &wanted && !left_out {
            found.push(format!("{key} is {value}, required is {wanted}"));
        }
    }
    for key in ABSENT {
        if config.get(key).is_some_and(|value| !value.is_null()) {
            found.push(format!("{key} is set and must not be"));
        }
    }
    if config.get("max_bytes").and_then(Value::as_i64).is_none_or(|bytes| bytes <= 0) {
        found.push("max_bytes is unlimited, required is a limit".to_owned());
    }
    // `async` switches the sync before each acknowledgement off for this stream.
    if let Some(mode) = config.get("persist_mode").filter(|mode| *mode != "default") {
        found.push(format!("persist_mode is {mode}, required is \"default\""));
    }
    found
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Bool(set) => !set,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text == "none",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_created_is_what_is_required() {
        assert_eq!(differences(&creation("N", "s", 1 << 30, 1), "s"), Vec::<String>::new());
    }

    #[test]
    fn every_drift_is_named() {
        let mut config = creation("N", "s", 1 << 30, 1);
        for (key, value) in [
            ("discard", json!("old")),
            ("max_msgs", json!(2)),
            ("persist_mode", json!("async")),
            ("max_bytes", json!(-1)),
            ("mirror", json!({"name": "X"})),
            ("allow_msg_ttl", json!(true)),
        ] {
            config[key] = value;
        }
        config.as_object_mut().unwrap().remove("deny_purge");
        let found = differences(&config, "s").join("; ");
        for key in ["discard", "max_msgs", "persist_mode", "max_bytes", "mirror", "allow_msg_ttl", "deny_purge"] {
            assert!(found.contains(key), "{key} in {found}");
        }
    }
}

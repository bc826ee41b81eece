//! What is done to the stream behind a running ledger ends its writer: nothing more is recorded, what it answers stays
//! right, and a repair brings everything back.

use std::time::{Duration, Instant};

use crate::corruption::injure::{Kind, Random, administer, cut_end, flip_archive, flip_block, use_again};
use crate::corruption::ledger::{self, Place, Templates};
use replay::engine::{Engine, Options};
use replay::record::log::{NatsOptions, ProvisionOptions, provision};
use replay::upkeep::repair::repair;

/// Far more than it takes, for slow machines.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn halts(engine: &Engine) -> String {
    let since = Instant::now();
    loop {
        match engine.alive() {
            Err(error) => return error.to_string(),
            Ok(()) => assert!(since.elapsed() < PATIENCE, "nobody noticed"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Lets `harm` be done to the stream of a running ledger; the ledger ends with words that have one of `whys` in them.
fn harmed(templates: &Templates, whys: &[&str], harm: impl FnOnce(&mut Place)) {
    let mut place = templates.clean.copy();
    place.start();
    let engine = place.open().unwrap();
    harm(&mut place);
    let said = halts(&engine);
    assert!(whys.iter().any(|why| said.contains(why)) && said.contains("replay repair"), "{said}");
    assert!(engine.submit("tester", ledger::events(9_000, 1)).is_err(), "nothing more is recorded");
    assert_eq!(engine.digest(), (templates.truth.entries.len() as u64, templates.truth.digest));
    assert!(engine.stop().is_err());
    drop(engine);
    repair(&place.repair_options(), &mut |_, _, _| {}).unwrap();
    assert_eq!(place.compare(&templates.truth), Ok(()), "{whys:?}");
}

fn behind_its_back(place: &mut Place, harm: impl FnOnce(&Place)) {
    let mut server = place.server.take().unwrap();
    server.kill();
    harm(place);
    server.restart().unwrap();
    place.server = Some(server);
}

#[test]
fn a_running_ledger_halts_whatever_is_done_to_its_homes() {
    let templates = Templates::make();
    let random = || Random(3);
    harmed(&templates, &["discard is"], |place| administer(place, Kind::DiscardOld, &mut random()));
    harmed(&templates, &["does not exist"], |place| administer(place, Kind::Deleted, &mut random()));
    // Between the two the stream is not there, which may be what is seen.
    harmed(&templates, &["created at", "does not exist"], |place| administer(place, Kind::Recreated, &mut random()));
    harmed(&templates, &["lost what it acknowledged"], |place| {
        behind_its_back(place, |place| flip_block(place, &mut random(), true, |number| number < 12));
    });
    harmed(&templates, &["damage at"], |place| {
        behind_its_back(place, |place| assert!(flip_archive(place, &mut random(), 3) > 0));
    });
    harmed(&templates, &["lost what it acknowledged"], |place| {
        behind_its_back(place, |place| cut_end(place, &mut random()));
        use_again(place, 20);
    });
}

/// The end of the stream is as it was, so only reading all of it can show what is wrong.
#[test]
fn a_bit_that_flipped_in_the_middle_is_found_while_the_ledger_serves() {
    let templates = Templates::make();
    let mut place = templates.clean.copy();
    flip_block(&place, &mut Random(8), true, |number| number == 20);
    place.start();
    let engine = place.open().unwrap();
    let said = halts(&engine);
    // Sequence 20 holds the entries of the fifteenth call, as five frames open the ledger.
    assert!(said.contains("sequence 20") && said.contains("first bad index 420"), "{said}");
}

/// Its writer may be elsewhere and sound; what a follower answers from is its own copy.
#[test]
fn a_follower_whose_copy_is_harmed_halts_too() {
    let templates = Templates::make();
    let mut place = templates.clean.copy();
    place.start();
    let follower = Engine::open(&Options::follow(place.data(), &place.url(), None), &mut |_| {}).unwrap();
    assert_eq!(follower.digest(), (templates.truth.entries.len() as u64, templates.truth.digest));
    behind_its_back(&mut place, |place| assert!(flip_archive(place, &mut Random(3), 3) > 0));
    let said = halts(&follower);
    assert!(said.contains("damage at"), "{said}");
    assert!(follower.answers().is_err(), "nothing is answered from it");
}

/// Some settings can never be taken back; a new stream does not have them.
#[test]
fn a_stream_set_wrongly_for_good_is_replaced() {
    let templates = Templates::make();
    for (name, value) in [("sealed", serde_json::json!(true)), ("allow_msg_ttl", serde_json::json!(true))] {
        let mut place = templates.clean.copy();
        place.start();
        let mut config = place.admin("STREAM.INFO.MINGZHANG", serde_json::Value::Null)["config"].take();
        config[name] = value;
        let answer = place.admin("STREAM.UPDATE.MINGZHANG", config);
        assert!(answer.get("error").is_none(), "{answer}");
        let refused = place.open().map(drop).unwrap_err();
        assert!(refused.contains(name) && refused.contains("replay repair"), "{refused}");
        let repaired = repair(&place.repair_options(), &mut |_, _, _| {}).unwrap();
        assert_eq!(repaired.stream.as_deref(), Some("MINGZHANG-2"), "{name}");
        let nats = NatsOptions::new(&place.url(), &place.record());
        assert_eq!(provision(&ProvisionOptions::new(nats)).unwrap().stream, "MINGZHANG-2", "{name}");
        assert_eq!(place.compare(&templates.truth), Ok(()), "{name}");
    }
}

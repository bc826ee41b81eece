//! That ids never change, that an import of the tables says the same, and what a broken table is told.
use super::*;
use std::collections::BTreeSet;
use uuid::Uuid;

#[test]
fn shipped_ids_differ_and_an_import_of_the_tables_says_the_same() {
    let events = shipped_events().expect("the shipped files");
    let ids: BTreeSet<Uuid> = events.iter().map(|event| event.id).collect();
    assert_eq!((events.len(), ids.len()), (3 + 11 + 9 + 29 + 12 + 4, 68));
    assert_eq!(events[3].id.to_string(), "e03acb03-31d9-8596-a3bb-0d94edd7f552");
    let mut importer = crate::intake::import::Importer::new(crate::intake::identity::Identity::new(b"key"));
    for table in ["benchmark5y", "lpr5y", "waivers"] {
        let path = format!("{}/../policies/loans/{table}.csv", env!("CARGO_MANIFEST_DIR"));
        let mut sink = |said: crate::intake::import::Said| -> Result<(), crate::intake::import::SinkError> {
            assert!(ids.contains(&said.event.id), "{table}: {:?}", said.event);
            Ok(())
        };
        let report = importer.import_file(path.as_ref(), "tester", &mut sink).expect("the file can be read");
        assert!(report.problem_count == 0 && report.events > 3, "{:?}", report.problems);
    }
}

#[test]
fn every_event_shipped_can_be_written_down() {
    for event in shipped_events().expect("the shipped files") {
        assert_eq!(proto::event::admit(&proto::event::encode(&event)).as_ref(), Ok(&event));
    }
}

#[test]
fn a_broken_table_is_told_its_place() {
    let error = table_events("x.csv", "rate_index,effective_day,rate,remark\nLPR5Y,2020-01-20,4.8%,\n").expect_err("%");
    assert_eq!((error.line, error.column), (2, 3), "{error}");
}

//! Every kind of damage to stream and archive, at random places, under a real nats-server: found before a wrong answer is
//! given, mended with nothing lost. `MINGZHANG_CORRUPTIONS=300 cargo test -p replay --test it corruption:: -- --nocapture`

pub mod injure;
pub mod ledger;

use std::time::{Duration, Instant};

use injure::{Kind, Random, injured};
use ledger::{Place, Templates, Truth};
use replay::terminal::text_table::{Align, Table};
use replay::upkeep::repair::{examine, repair};

/// How long a ledger that opened is watched: longer than the pause between two looks at the stream's settings.
const WATCHED: Duration = Duration::from_millis(2_600);

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    injected: u32,
    no_server: u32,
    at_open: u32,
    serving: u32,
    by_repair: u32,
    detected: u32,
    harmless: u32,
    repaired: u32,
    lost: u32,
}

/// Opens the damaged ledger as an operator might; answers whether it was refused or halted. It may answer nothing wrong.
fn serve(place: &Place, truth: &Truth, damaged: bool, row: &mut Row) {
    let engine = match place.open() {
        Ok(engine) => engine,
        Err(_) => {
            row.at_open += 1;
            return;
        }
    };
    let since = Instant::now();
    let watched = if damaged { WATCHED } else { WATCHED / 8 };
    while since.elapsed() < watched && engine.alive().is_ok() {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(engine.digest(), (truth.entries.len() as u64, truth.digest), "a wrong answer");
    row.serving += u32::from(engine.alive().is_err());
    // A ledger that has halted says so once more.
    let _ = engine.stop();
}

fn inject(templates: &Templates, kind: Kind, random: &mut Random, row: &mut Row) {
    let (mut place, ready) = injured(templates, kind, random);
    let before = *row;
    row.injected += 1;
    if !ready {
        // No server, no answers; its operator takes the stream away.
        row.no_server += 1;
        place.start_without_stream();
    }
    let named = examine(&place.repair_options(), &mut |_, _, _| {}).unwrap();
    row.by_repair += u32::from(!named.is_sound());
    serve(&place, &templates.truth, !named.is_sound(), row);
    let seen = |row: &Row| row.no_server + row.at_open + row.serving + row.by_repair;
    let found = seen(row) > seen(&before);
    row.detected += u32::from(found);
    row.harmless += u32::from(!found);
    let repaired = repair(&place.repair_options(), &mut |_, _, _| {})
        .unwrap_or_else(|error| panic!("{}: {error}\n{named:#?}", kind.name()));
    let again = examine(&place.repair_options(), &mut |_, _, _| {}).unwrap();
    assert!(again.is_sound(), "{}: {again:#?}\nafter {repaired:#?}", kind.name());
    match place.compare(&templates.truth) {
        Ok(()) => row.repaired += u32::from(found),
        Err(why) => {
            println!("{}: {why}\nfound {named:#?}\ndone {repaired:#?}", kind.name());
            row.lost += 1;
        }
    }
}

#[test]
fn every_damage_is_found_and_mended_with_nothing_lost() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let count = usize::try_from(number("MINGZHANG_CORRUPTIONS").unwrap_or(40)).unwrap();
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64;
    let seed = number("MINGZHANG_SEED").unwrap_or(clock);
    println!("MINGZHANG_SEED={seed}");
    let templates = Templates::make();
    let mut rows = [Row::default(); Kind::ALL.len()];
    for number in 0..count {
        let at = number % Kind::ALL.len();
        // Of its own, so that one injection can be done again without those before it.
        let mut random = Random(seed.wrapping_add(number as u64 * 7_919));
        println!("{number:4} {}", Kind::ALL[at].name());
        inject(&templates, Kind::ALL[at], &mut random, &mut rows[at]);
    }
    print!("{}", table(&rows));
    for (kind, row) in Kind::ALL.iter().zip(rows) {
        assert_eq!(row.lost, 0, "{}", kind.name());
        assert_eq!(row.repaired, row.detected, "{}", kind.name());
        assert_eq!(row.detected + row.harmless, row.injected, "{}", kind.name());
        // Only a server decides which of its bytes mean nothing; an archive has none of these.
        let dead_bytes = matches!(kind, Kind::Payload(_) | Kind::Header(_) | Kind::BlockCut(_));
        assert!(dead_bytes || row.harmless == 0, "{}: {row:?}", kind.name());
    }
}

fn table(rows: &[Row]) -> Table {
    let right = Align::Right;
    let columns = [
        ("kind", Align::Left),
        ("injected", right),
        ("harmless", right),
        ("detected", right),
        ("no server", right),
        ("at open", right),
        ("while serving", right),
        ("by repair", right),
        ("repaired", right),
        ("lost", right),
    ];
    let mut table = Table::new(&columns);
    let mut sum = Row::default();
    let cells = |row: &Row| {
        [
            row.injected,
            row.harmless,
            row.detected,
            row.no_server,
            row.at_open,
            row.serving,
            row.by_repair,
            row.repaired,
            row.lost,
        ]
        .map(|figure| figure.to_string())
    };
    for (kind, row) in Kind::ALL.iter().zip(rows) {
        table.row([kind.name().to_owned()].into_iter().chain(cells(row)));
        sum.injected += row.injected;
        sum.harmless += row.harmless;
        sum.detected += row.detected;
        sum.no_server += row.no_server;
        sum.at_open += row.at_open;
        sum.serving += row.serving;
        sum.by_repair += row.by_repair;
        sum.repaired += row.repaired;
        sum.lost += row.lost;
    }
    table.row(["all".to_owned()].into_iter().chain(cells(&sum)));
    table
}

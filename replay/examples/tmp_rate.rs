use replay::log::*;
use replay::writer::*;
use std::sync::Arc;
use std::time::Instant;
#[path = "../tests/support/mod.rs"]
mod support;
fn main() {
    let n: u64 = 3_000_000;
    let batch: u64 = std::env::args().nth(2).map_or(1000, |s| s.parse().unwrap());
    let mode = std::env::args().nth(1).unwrap();
    let dir = tempfile::tempdir_in("/work/main/target").unwrap();
    let cluster;
    let log = if mode == "nats" {
        cluster = Some(support::Cluster::start(8 << 30));
        cluster.as_ref().unwrap().open("archive").unwrap()
    } else {
        cluster = None;
        Log::open_file(dir.path(), &support::options(), &mut |_| Ok(())).unwrap()
    };
    let (tx, rx) = std::sync::mpsc::channel();
    let w = Writer::start(log, WriterOptions::new(support::encode), move |o| {
        if let Outcome::Settled(s) = o {
            tx.send(s.items.len()).unwrap();
        } else {
            panic!("{o:?}")
        }
    })
    .unwrap();
    let who: Arc<str> = Arc::from("tester");
    let body = bytes::Bytes::from(vec![7u8; 135]);
    let n = if batch == 1 { 100_000 } else { n };
    let t = Instant::now();
    let mut i = 0;
    while i < n {
        let items: Vec<_> =
            (i..i + batch).map(|k| Item { principal: who.clone(), content: body.clone(), tag: k }).collect();
        let mut items = items;
        loop {
            match w.submit(items) {
                Ok(()) => break,
                Err(SubmitError::Full(back)) => {
                    items = back;
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                Err(e) => panic!("{e:?}"),
            }
        }
        i += batch;
    }
    w.stop().unwrap();
    let total: usize = rx.iter().sum();
    assert_eq!(total as u64, n);
    let s = t.elapsed().as_secs_f64();
    println!("{mode} batch {batch}: {:.0}/s", n as f64 / s);
    let d = cluster.as_ref().map_or(dir.path().to_path_buf(), |c| c.archive("archive"));
    let t = Instant::now();
    let mut r = Reader::open(&d, support::LEDGER).unwrap();
    let (mut b, mut f) = (0, 0);
    while let Some(fr) = r.next_frame().unwrap() {
        b += fr.bytes().len();
        f += 1;
    }
    println!(
        "read {f} frames {:.0} MB/s, {:.0} entries/s",
        b as f64 / 1e6 / t.elapsed().as_secs_f64(),
        r.tip().next_index() as f64 / t.elapsed().as_secs_f64()
    );
}

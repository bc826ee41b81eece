//! Ledger and broker as real processes, killed with SIGKILL at random moments under load, again and again.
//! Projections are rebuilt again and again meanwhile. Afterwards: nothing acknowledged is missing, nothing is doubled, and the digest is that of a clean replay.
//!
//! `MINGZHANG_KILLS=100 cargo test --workspace --test it kill_campaign:: -- --nocapture` is the full campaign;
//! without it a short one runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::process::{Load, Serving, Start, broker, confirm, last_word, rebuild, status_digest};
use replay::record::nats_server::NatsServer;

const CLIENTS: u32 = 8;

/// Random enough, and the same in every run.
fn mixed(seed: u64) -> u64 {
    let z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 16
}

/// Has projections rebuilt for as long as it is not ended, one kind after the other.
async fn rebuild_on(url: String, rebuilt: Arc<AtomicU64>) {
    for only in ["", "entries", "state"].into_iter().cycle() {
        // Whatever it was killed in the middle of is the campaign's business.
        rebuilt.fetch_add(rebuild(&url, only).await.is_ok().into(), Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until calls are answered and a rebuild has come to its end, however the last kill left the service.
async fn come_back(serving: &mut Serving, load: &Load, rebuilt: &AtomicU64) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(60);
    let mut answered = false;
    while !answered || rebuilt.load(Ordering::Relaxed) == 0 {
        anyhow::ensure!(Instant::now() < until, "the service does not come back");
        serving.keep()?;
        answered |= tokio::time::timeout(Duration::from_millis(200), load.go_on(200)).await.is_ok();
    }
    Ok(())
}

async fn campaign(with_nats: bool, kills: u64) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut broker = if with_nats { Some(broker(&dir.path().join("nats")).await?) } else { None };
    let start = Start::new(&dir.path().join("data"), broker.as_ref().map(NatsServer::url))?;
    let mut serving = Serving::start(&start)?;
    let load = Load::start(CLIENTS, &start.url());
    let rebuilt = Arc::<AtomicU64>::default();
    let rebuilding = tokio::spawn(rebuild_on(start.url(), Arc::clone(&rebuilt)));
    for round in 0..kills {
        let wait = 150 + mixed(round + 1) % 600;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        match &mut broker {
            Some(server) if mixed(round * 7 + 3).is_multiple_of(2) => {
                server.kill();
                tokio::time::sleep(Duration::from_millis(mixed(round) % 100)).await;
                server.restart()?;
            }
            _ => serving.kill()?,
        }
        serving.keep()?;
    }
    come_back(&mut serving, &load, &rebuilt).await?;
    let told = load.stop().await?;
    rebuilding.abort();
    let rebuilt = rebuilt.load(Ordering::Relaxed);
    assert!(rebuilt > 0, "no rebuild came to its end");
    last_word(&start.url(), &mut serving).await?;
    let (entries, digest) = status_digest(&start.url()).await?;
    drop(serving);
    drop(broker);
    let told = confirm(&start.data, &told, entries, &digest)?;
    println!(
        "kills {kills}  rebuilt {rebuilt}  acknowledged {told}  missing 0  doubled 0  entries {entries}  digest equal"
    );
    Ok(())
}

fn kills() -> u64 {
    std::env::var("MINGZHANG_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_lose_and_double_nothing() -> anyhow::Result<()> {
    campaign(false, kills()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_and_its_archive_lose_and_double_nothing() -> anyhow::Result<()> {
    campaign(true, kills()).await
}

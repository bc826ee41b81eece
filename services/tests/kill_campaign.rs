//! Ledger and broker as real processes, killed with SIGKILL at random moments under load, again and again.
//! Afterwards: nothing acknowledged is missing, nothing is doubled, and the digest is that of a clean replay.
//!
//! `MINGZHANG_KILLS=100 cargo test --workspace --test kill_campaign -- --nocapture` is the full campaign;
//! without it a short one runs.

mod process;

use std::time::Duration;

use process::{Load, Serving, Start, broker, confirm, last_word, status_digest};
use replay::nats_server::NatsServer;

const CLIENTS: u32 = 8;

/// Random enough, and the same in every run.
fn mixed(seed: u64) -> u64 {
    let z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 16
}

async fn campaign(with_nats: bool, kills: u64) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut broker = if with_nats { Some(broker(&dir.path().join("nats")).await?) } else { None };
    let start = Start::new(&dir.path().join("data"), broker.as_ref().map(NatsServer::url))?;
    let mut serving = Serving::start(&start)?;
    let load = Load::start(CLIENTS, &start.url());
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
    tokio::time::sleep(Duration::from_secs(1)).await;
    serving.keep()?;
    let told = load.stop().await?;
    last_word(&start.url(), &mut serving).await?;
    let (entries, digest) = status_digest(&start.url()).await?;
    drop(serving);
    drop(broker);
    let told = confirm(&start.data, &told, entries, &digest)?;
    println!("kills {kills}  acknowledged {told}  missing 0  doubled 0  entries {entries}  digest equal");
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

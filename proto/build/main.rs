//! Compiles the `.proto` files without protoc. Does not touch the conversions, which are written by hand.

mod json;

use prost::Message;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = ["audit", "event", "ledger", "operate"].map(|file| format!("mingzhang/v1/{file}.proto"));
    let descriptors = protox::compile(files, ["proto"])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("mingzhang.binpb"), descriptors.encode_to_vec())?;
    let config = tonic_prost_build::configure().bytes(".").build_server(true).build_client(true);
    json::shown(config, &descriptors).compile_fds(descriptors)?;
    Ok(())
}

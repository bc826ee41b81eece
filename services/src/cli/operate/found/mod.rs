//! `mingzhang found`: from files of people and posts to a ledger on which nobody says anything without a right. What is read is in
//! `files`, how it is said in `saying`; certificates are made in `intake`.

mod files;
mod saying;

use super::import_key::KeySource;
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::typed::principal_typed;
use crate::cli::{print_json, runtime};
use crate::intake::authority::Authority;
use crate::intake::founding::tried;
use clap::Args;
use files::{CREDENTIALS, Told, documented};
use ledger::event::{Event, Kind};
use ledger::money::Day;
use proto::v1;
use replay::record::log::Clock;
use saying::{SaidKind, say, table};
use serde_json::json;
use std::path::PathBuf;
use tonic::Code;

/// Found a ledger 启用权限: from then on nobody says anything without a right, for good
///
/// Reads the files of organisations 机构 (if the ledger does not know them yet), principals 人员 and their posts 授权, as `import` takes
/// them; tries all of it on an empty ledger; makes into the folder --out a certificate authority, the server's certificate and one for
/// each principal; and says to the running server, which must still be open: the table of roles, principals, credentials, posts, and that the ledger is
/// founded. That needs two security administrators 安全管理员, an audit 审计管理员 and a system administrator 系统管理员, four humans, each with a
/// post for the whole ledger (单位编号 empty).
///
/// Run again it makes and says the same: what is there is left, what was refused is said again. Which key is whose stands in
/// 凭据.csv in the folder, which `import` takes too; whoever is listed there gets no other.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  mingzhang found --orgs 机构.csv --people 人员.csv --grants 授权.csv --key office.key \\\n    \
    --document 示权〔2026〕1号 --out keys --host ledger.example.gov.cn --as 筹备组\n\n\
    Exit codes: 0 founded, now or before; 1 something lacks or was refused; 2 usage; 3 server unreachable"
)]
pub struct FoundArgs {
    /// File of organisations 机构, if the ledger does not know them
    #[arg(long, value_name = "FILE")]
    orgs: Option<PathBuf>,
    /// File of principals 人员: 主体,本人,单位编号,文号
    #[arg(long, value_name = "FILE")]
    people: PathBuf,
    /// File of their posts 授权: 岗位编号,主体,角色,单位编号,事由,起始日,截止日,文号
    #[arg(long, value_name = "FILE")]
    grants: PathBuf,
    /// Table of roles, instead of the shipped policies/rights.toml
    #[arg(long, value_name = "FILE")]
    rights: Option<PathBuf>,
    /// Document number of the decision, for example 示权〔2026〕1号
    #[arg(long, value_name = "NUMBER", value_parser = documented)]
    document: String,
    /// Folder for certificates and keys
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Names and addresses under which the server is reached
    #[arg(long = "host", value_name = "NAME", default_values = ["localhost", "127.0.0.1", "::1"])]
    hosts: Vec<String>,
    /// Days the certificates are good
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=400))]
    days: u16,
    /// Only try it: nothing is made or said
    #[arg(long)]
    dry_run: bool,
    /// File with the key under which people are hashed, made by `mingzhang identity-key`
    #[arg(long, value_name = "FILE", env = "MINGZHANG_KEY_FILE")]
    key: Option<PathBuf>,
    /// Use the key of the demo, which everybody knows
    #[arg(long, conflicts_with = "key")]
    demo_key: bool,
    /// In whose name it is said, while everybody may
    #[arg(long = "as", value_name = "NAME", value_parser = principal_typed)]
    principal: String,
    #[command(flatten)]
    target: Target,
}

impl FoundArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let key = KeySource { file: self.key.as_deref(), demo: self.demo_key };
        let people = [self.people.clone()];
        let identity = key.identity(&people)?;
        let now = Clock::system().now_ms();
        let today = Day::in_beijing(now);
        let until = today.plus(i32::from(self.days));
        if self.dry_run {
            let told = Told::read(self, &identity)?;
            fits(&told.events(&told.planned(until, &self.document), &self.document), now)?;
            return self.show(&told.counted(), None);
        }
        let runtime = runtime()?;
        let (mut query, mut recorder) = runtime
            .block_on(async { Ok::<_, Failure>((self.target.query().await?, self.target.recorder().await?)) })?;
        let status = match runtime.block_on(query.get_status(v1::GetStatusRequest::default())) {
            // Only a founded ledger asks who calls.
            Err(status) if status.code() == Code::Unauthenticated => return self.before(),
            answer => answer?.into_inner(),
        };
        if status.founded {
            return self.show(&[], Some(status.founded_by));
        }
        let told = Told::read(self, &identity)?;
        fits(&told.events(&told.planned(until, &self.document), &self.document), now)?;
        let events = told.events(&self.credentials(&told, today, until)?, &self.document);
        let (said, founded) = runtime.block_on(async {
            key.vouch(&identity, &people, &self.principal, (&mut query, &mut recorder)).await?;
            let said = say(&events, &self.principal, async |request| recorder.record(request).await).await?;
            let founded = said.iter().find_map(SaidKind::founding);
            Ok::<_, Failure>((said, founded))
        })?;
        self.show(&said, founded)?;
        if founded.is_some() && said.iter().all(SaidKind::is_on_record) { Ok(()) } else { Err(Failure::Refused) }
    }

    /// It is founded, and whoever runs this shows nothing by which he could ask when.
    fn before(&self) -> Result<(), Failure> {
        if self.target.json {
            let none: [SaidKind; 0] = [];
            return print_json(&json!({ "said": none, "founded_by": null, "out": self.out, "dry_run": false }));
        }
        outln!(
            "  权限此前已启用，未报送 founded before: nothing was said. `mingzhang status --me FILE` says by which entry"
        );
        Ok(())
    }

    /// Makes what is not there yet: authority, server's certificate, and one for each principal.
    fn credentials(&self, told: &Told, today: Day, until: Day) -> Result<Vec<Event>, Failure> {
        let authority = Authority::open(&self.out, today).map_err(failed)?;
        authority.server(&self.hosts, until).map_err(failed)?;
        told.credentials(&authority, until, &self.document)
    }

    fn show(&self, said: &[SaidKind], founded: Option<u64>) -> Result<(), Failure> {
        if self.target.json {
            return print_json(
                &json!({ "said": said, "founded_by": founded, "out": self.out, "dry_run": self.dry_run }),
            );
        }
        if !said.is_empty() {
            out!("{}", table(said));
        }
        for why in said.iter().flat_map(SaidKind::refusals) {
            replay::terminal::printed::say(format_args!("{why}"));
        }
        match founded {
            None if self.dry_run => outln!("  试算无误，未生成、未报送 tried: it would do; nothing was made or said"),
            None => outln!("  尚未启用 not founded: put right what was refused, then run this again"),
            Some(index) if said.is_empty() => {
                outln!("  权限此前已启用，未报送 founded before, by entry {index}: nothing was said");
            }
            Some(index) => self.next(index),
        }
        Ok(())
    }

    /// What is to be done now.
    fn next(&self, index: u64) {
        let out = self.out.display();
        outln!("  权限已启用 founded by entry {index}. 下一步 next:");
        outln!(
            "  1. 以证书重新启动服务 serve with --tls-cert {out}/server.pem --tls-key {out}/server.key --client-ca {out}/ca.pem"
        );
        outln!(
            "  2. 各人领取自己的证书文件后从此处删除 give each principal his file {out}/UNIT-ACCOUNT.pem and {out}/ca.pem, and delete his here; he \
             calls with --server https://HOST:PORT --server-ca ca.pem --me UNIT-ACCOUNT.pem"
        );
        outln!(
            "  3. {out}/ca.key 离线保存 keep it off line: whoever has it makes certificates, though none counts before it is bound"
        );
        outln!("  4. {out}/{CREDENTIALS} 备查 keep: which key is whose");
    }
}

/// That all of it would be accepted.
fn fits(events: &[Event], now_ms: i64) -> Result<(), Failure> {
    tried(events, now_ms).map_err(|unfit| {
        let about =
            events.get(unfit.at).map_or_else(String::new, |event| format!("{} {}", event.kind.name_zh(), named(event)));
        Failure::Failed(format!("试算未通过，未生成、未报送 nothing was made or said: {about}: {}", unfit.words()))
    })
}

/// Whom or what an event of these is about.
fn named(event: &Event) -> &str {
    match &event.kind {
        Kind::PrincipalRegistered(said) => &said.holder,
        Kind::RoleGranted(said) => &said.grant,
        Kind::CredentialBound(said) => &said.holder,
        Kind::OrgRegistered(said) => &said.number,
        _ => "",
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Failed(error.to_string())
}

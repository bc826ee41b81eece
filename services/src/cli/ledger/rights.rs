//! `mingzhang rights`: who holds which posts, who may say a kind at a unit, and what ends soon.

use crate::cli::client::{Query, Target};
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::ask::ask;
use crate::cli::shown::list::{Column, left, list};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::text::{day, word};
use crate::cli::typed::{moment_typed, number_typed, wire_id};
use crate::ids;
use clap::Args;
use ledger::event::KindTag;
use ledger::hash::hex;
use proto::v1;

/// Who holds which posts 岗位, by which of them somebody may say something, and what ends soon; on any day
///
/// Rights count from their recording on, so a day is what was recorded until its end in Beijing.
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang rights --who 610303CZ/p2 --on 2026-03-31\n  \
    mingzhang rights --may roster_approved --at 610303CZ\n  \
    mingzhang rights --who 610303CZ/p2 --may 花名册批准 --at 610303CZ\n  \
    mingzhang rights --ending 30\n\n{QUESTION_CODES}"))]
pub struct RightsArgs {
    /// Whose, for example 610303CZ/p2
    #[arg(long, value_name = "PRINCIPAL", default_value = "")]
    who: String,
    /// By which this kind of event may be said, Chinese or English; with --who: whether he may
    #[arg(long, value_name = "KIND", value_parser = kind_typed)]
    may: Option<KindTag>,
    /// At the unit with this number; left out: anywhere, and with --who for the whole ledger 全账
    #[arg(long, value_name = "UNIT", value_parser = number_typed, requires = "may")]
    at: Option<String>,
    /// On this day, or at this moment; today if left out
    #[arg(long, value_name = "DAY", value_parser = moment_typed)]
    on: Option<i64>,
    /// Only what ends within so many days, credentials too
    #[arg(long, value_name = "DAYS", conflicts_with = "may")]
    ending: Option<u32>,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: u32,
    #[command(flatten)]
    target: Target,
}

const GRANTS: &[Column<v1::HeldGrant>] = &[
    left("岗位 grant", |row| row.grant.clone()),
    left("主体 holder", |row| row.holder.clone()),
    left("角色 role", |row| format!("{} {}", row.role_name, row.role_code)),
    left("单位 unit", |row| unit(row).to_owned()),
    left("事由 duty", |row| duty(row.duty()).to_owned()),
    left("起 from", |row| day(row.first_day)),
    left("止 until", |row| day(row.last_day)),
    left("文号 document", |row| row.document.clone()),
];

const CREDENTIALS: &[Column<v1::HeldCredential>] = &[
    left("凭据 credential of", |row| row.holder.clone()),
    left("方式 way", |row| word(row.way().as_str_name(), "CREDENTIAL_WAY_")),
    left("止 until", |row| day(row.last_day)),
    left("指纹 fingerprint", |row| hex(&row.fingerprint)),
];

fn unit(row: &v1::HeldGrant) -> &str {
    if row.unit.is_empty() { "全账 whole" } else { &row.unit_name }
}

fn duty(duty: v1::Duty) -> &'static str {
    match duty {
        v1::Duty::Unspecified => "",
        v1::Duty::Work => "履职 work",
        v1::Duty::Supervise => "监管 supervise",
        v1::Duty::Audit => "审计 audit",
        v1::Duty::Inspect => "核查 inspect",
        v1::Duty::Settle => "结算 settle",
        v1::Duty::Answer => "答复 answer",
        v1::Duty::Operate => "运维 operate",
        v1::Duty::Emergency => "应急 emergency",
    }
}

/// A kind by its name or its Chinese one.
fn kind_typed(text: &str) -> Result<KindTag, String> {
    let named = KindTag::ALL.iter().copied().find(|kind| [kind.name(), kind.name_zh()].contains(&text));
    named.ok_or_else(|| format!("no kind of event is called {text}; they are {}", all_kinds()))
}

fn all_kinds() -> String {
    KindTag::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
}

impl RightsArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match self.may {
            Some(kind) if !self.who.is_empty() => self.check(kind),
            may => self.list(may),
        }
    }

    fn point(&self) -> Option<v1::Point> {
        self.on.map(|recorded_until_ms| v1::Point { recorded_until_ms, ..v1::Point::default() })
    }

    fn unit(&self) -> bytes::Bytes {
        self.at.as_ref().map_or_else(Default::default, |number| wire_id(ids::org(number)))
    }

    fn check(&self, kind: KindTag) -> Result<(), Failure> {
        let at = self.point();
        let (holder, unit) = (self.who.clone(), self.unit());
        let request = v1::CheckRightRequest { not_before: 0, at, holder, kind: kind.name().to_owned(), unit };
        let answer = ask(&self.target, at, async |query| query.check_right(request.clone()).await)
            .map_err(|failure| failure.absent(|| self.no_unit()))?;
        answer.show(|answer| {
            let (who, what) = (&self.who, format!("{} {}", kind.name_zh(), kind.name()));
            match (answer.verdict(), &answer.grant) {
                (v1::RightVerdict::Open, _) => {
                    outln!("  {who} 可报 may say {what}: 权限未启用，人人可报 not founded, everybody may");
                }
                (_, Some(grant)) => {
                    outln!("  {who} 可报 may say {what}, by");
                    out!("{}", list(GRANTS, [grant]));
                }
                (_, None) => {
                    let (roles, grantors) = (answer.roles.join("、"), answer.grantors.join("、"));
                    outln!("  {who} 不可报 may not say {what}");
                    outln!("  可报的角色 roles that may: {roles}；授予岗位的安全管理员 who grants them: {grantors}");
                }
            }
        })
    }

    fn list(&self, may: Option<KindTag>) -> Result<(), Failure> {
        let request = v1::ListGrantsRequest {
            at: self.point(),
            holder: self.who.clone(),
            kind: may.map_or_else(String::new, |kind| kind.name().to_owned()),
            unit: self.unit(),
            ending_days: self.ending.unwrap_or(0),
            ..v1::ListGrantsRequest::default()
        };
        let call = async |query: &mut Query, page| query.list_grants(page).await;
        let answer =
            ask_pages(&self.target, request, self.limit, call).map_err(|failure| failure.absent(|| self.no_unit()))?;
        answer.show(|answer| {
            if let Some(principal) = &answer.principal {
                let what = if principal.is_person { "人员 person" } else { "系统 system" };
                let ended = if principal.ended { "，已注销 ended" } else { "" };
                outln!("  {} {what}, {}{ended}", principal.holder, principal.unit_name);
            }
            if !answer.founded {
                outln!("  权限未启用，人人可报 not founded: everybody may say everything");
            }
            out!("{}", list(GRANTS, &answer.grants));
            if !answer.credentials.is_empty() {
                out!("{}", list(CREDENTIALS, &answer.credentials));
            }
            outln!("  {} 在岗 in force, 权限表 table of roles {}", day(answer.day), answer.rights_version);
        })
    }

    fn no_unit(&self) -> String {
        format!("no organisation has the number {}", self.at.as_deref().unwrap_or_default())
    }
}

//! Questions about loans over gRPC: the statement, what is due in pages, a claim, a fund, and the trace both ways.

use crate::lending::{CENTRE, CLAIM, DRAWN, Desk, LENDER, LINE, LOAN, REMITTANCE, SCHOOL, SUBSIDY, thing, wire};
use crate::support::day;
use ledger::event::*;
use ledger::money::Fen;
use proto::v1;
use uuid::Uuid;

fn figure(interest: v1::InterestByPayer) -> Interest {
    let v1::InterestByPayer { subsidy_fen, waiver_fen, borrower_fen, penalty_fen } = interest;
    Interest { subsidy: subsidy_fen, waiver: waiver_fen, borrower: borrower_fen, penalty: penalty_fen }
}

fn subsidy(fen: Fen) -> Interest {
    Interest { subsidy: fen, ..Interest::default() }
}

fn accrued(row: &v1::DueInterest) -> Kind {
    let loan = Uuid::from_slice(&row.loan).expect("an id");
    Kind::InterestAccrued(InterestAccrued { loan, last: row.last, figure: figure(row.addition.expect("due")) })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_comes_in_pages_and_ends_when_it_is_posted() {
    let mut desk = Desk::with_loans(25).await;
    let (rows, pages) = desk.due(20_231_220, 10).await;
    assert_eq!((rows.len(), pages), (25, 3));
    let loans: Vec<_> = rows.iter().map(|row| row.loan.clone()).collect();
    assert_eq!(loans, (0..25).map(|number| wire(LOAN + number)).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.addition.map(figure) == Some(subsidy(SUBSIDY)) && row.correction.is_none()));
    assert_eq!((rows[3].number.as_str(), rows[3].posted_through, rows[3].cause.len()), ("SX2023-0003", 0, 0));
    for row in &rows {
        desk.say(20_231_220, accrued(row)).await;
    }
    assert_eq!(desk.due(20_231_220, 10).await, (Vec::new(), 1));
    let (lender, through) = (wire(77), 20_231_220);
    let unknown = v1::ListDueInterestRequest { lender, through, ..Default::default() };
    let status = desk.server.ask().list_due_interest(unknown).await.expect_err("no such lender");
    assert_eq!(status.code(), tonic::Code::NotFound);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graduation_learnt_late_is_a_correction_with_its_cause() {
    let mut desk = Desk::with_loans(2).await;
    let (rows, _) = desk.due(20_231_220, 10).await;
    for row in &rows {
        desk.say(20_231_220, accrued(row)).await;
    }
    let cause = desk.graduated(1, 20_231_110).await;
    let (rows, _) = desk.due(20_231_220, 10).await;
    let [row] = &rows[..] else { panic!("one loan is to be corrected: {rows:?}") };
    // The borrower pays from 1 December, and the year's interest is waived for who graduated in it: 20 days.
    let moved = Interest { subsidy: -2_400, waiver: 2_400, ..Interest::default() };
    assert_eq!((row.correction.map(figure), row.addition), (Some(moved), None));
    assert_eq!((row.loan.clone(), row.posted_through), (wire(LOAN + 1), 20_231_220));
    assert_eq!(row.cause, cause.as_bytes()[..]);
    let shown = desk.loan(1, 0).await;
    assert_eq!(shown.correction.map(figure), Some(moved));
    let (loan, last) = (thing(LOAN + 1), row.last);
    let adjusted = InterestAdjusted { loan, last, cause, figure: moved };
    desk.say(20_240_110, Kind::InterestAdjusted(adjusted)).await;
    let (rows, _) = desk.due(20_231_220, 10).await;
    assert_eq!(rows, []);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_shows_whose_interest_each_stretch_is() {
    let mut desk = Desk::with_loans(1).await;
    desk.graduated(0, 20_231_110).await;
    let shown = desk.loan(0, 20_240_131).await;
    let loan = shown.loan.clone().expect("set");
    assert_eq!((loan.number.as_str(), loan.basis, loan.lender.clone()), ("SX2023-0000", 360, wire(LENDER)));
    assert_eq!((loan.school_name.as_str(), loan.principal_fen), ("省属大学", DRAWN));
    assert!(!loan.terms_document.is_empty() && loan.terms_version > 0);
    let stretches: Vec<_> = shown.stretches.iter().map(|row| (row.from, row.days, row.payer.as_str())).collect();
    let expected = [
        (20_230_920, 72, "subsidy"),
        (20_231_201, 20, "waiver"),
        // From the reset on; what falls due in 2024 is waived too.
        (20_231_221, 42, "waiver"),
    ];
    assert_eq!(stretches, expected);
    assert_eq!(shown.stretches[0].interest_yuan, "86.4000");
    assert_eq!((shown.stretches[1].waiver_year, shown.stretches[2].waiver_year), (2023, 2024));
    assert!(!shown.stretches[1].waiver_document.is_empty());
    let so_far = shown.stretches[1].so_far.map(figure).expect("set");
    assert_eq!(so_far, Interest { subsidy: 8_640, waiver: 2_400, ..Interest::default() });
    assert_eq!(shown.balances.len(), 7);
    assert_eq!((shown.balances[0].class.as_str(), shown.balances[0].fen), ("principal", DRAWN));
    assert_eq!(
        (shown.facts[0].kind.as_str(), shown.facts[0].fen, shown.facts[0].event.len()),
        ("loan_drawn", DRAWN, 16)
    );
    assert_eq!(shown.standings.iter().map(|row| row.status.as_str()).collect::<Vec<_>>(), ["enrolled", "graduated"]);
    let request = v1::QuoteLoanRequest { not_before: 0, loan: wire(LOAN), on: 20_240_201, fen: 500_000 };
    let quote = desk.server.ask().quote_loan(request).await.expect("known").into_inner();
    assert_eq!((quote.total_fen, quote.principal_fen, quote.interest_fen), (DRAWN, DRAWN, 0));
    assert_eq!(quote.allocation.expect("asked").principal_fen, 500_000);
    let request = v1::ListLoansRequest { number: "SX2023-0000".to_owned(), ..Default::default() };
    let listed = desk.server.ask().list_loans(request).await.expect("a page").into_inner();
    assert_eq!(listed.loans, [loan]);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_shown_beside_our_figures() {
    let mut desk = Desk::with_loans(3).await;
    desk.claims(&[(0, SUBSIDY), (1, SUBSIDY + 1), (2, SUBSIDY), (999, 5)]).await;
    let shown = desk.claim(v1::ClaimLines::All, 3, String::new()).await;
    let head = shown.claim.clone().expect("set");
    assert_eq!((head.count, head.confirmed_count, head.disputed_count), (4, 2, 2));
    assert_eq!((head.confirmed_fen, head.disputed_fen), (2 * SUBSIDY, SUBSIDY + 6));
    assert_eq!((head.stage.as_str(), head.unit_name.as_str()), ("approved", "省资助中心"));
    assert_eq!(head.payers.iter().map(|row| row.owed_fen).sum::<Fen>(), 2 * SUBSIDY);
    assert_eq!((head.parts.len(), head.parts[0].academic_year, head.parts[0].province), (1, 2023, 61));
    let verdicts: Vec<_> = shown.verdicts.iter().map(|row| (row.verdict.as_str(), row.count)).collect();
    assert_eq!(verdicts, [("confirmed", 2), ("unknown_loan", 1), ("wrong_amount", 1)]);
    assert_eq!(shown.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2, 3]);
    let rest = desk.claim(v1::ClaimLines::All, 3, shown.next_page_token).await;
    assert_eq!((rest.lines.len(), rest.lines[0].verdict.as_str(), rest.verdicts.len()), (1, "unknown_loan", 0));
    let disputed = desk.claim(v1::ClaimLines::Disputed, 10, String::new()).await;
    let line = &disputed.lines[0];
    assert_eq!((disputed.lines.len(), line.number, line.loan_number.as_str()), (2, 2, "SX2023-0001"));
    let (claimed, ours) = (line.claimed.expect("set"), line.ours.expect("set"));
    assert_eq!((claimed.fen, ours.fen, ours.days, ours.rate_ppm), (SUBSIDY + 1, SUBSIDY, 92, 36_000));
    let request = v1::ListClaimsRequest { lender: wire(LENDER), ..Default::default() };
    let listed = desk.server.ask().list_claims(request).await.expect("a page").into_inner();
    assert_eq!(listed.claims, [head]);
    desk.server.stop().await;
}

/// The lender's claim of two loans, paid out of one line for each payer.
async fn paid() -> (Desk, Vec<Draw>) {
    let mut desk = Desk::with_loans(2).await;
    desk.claims(&[(0, SUBSIDY), (1, SUBSIDY)]).await;
    let head = desk.claim(v1::ClaimLines::All, 0, String::new()).await.claim.expect("set");
    let mut draws = Vec::new();
    for (at, payer) in (0..).zip(&head.payers) {
        let source = if payer.payer == "central" { Source::Central } else { Source::Province };
        desk.issue(LINE + at, "LOAN-SUBSIDY", source, payer.owed_fen + 1_000).await;
        draws.push(Draw { line: thing(LINE + at), fen: payer.owed_fen });
    }
    desk.remit(Purpose::Claim(thing(CLAIM)), draws.clone()).await;
    (desk, draws)
}

/// Days paid as studied, of a borrower who had graduated by then, are given back by the lender.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_lender_gave_back_of_a_claim_is_said_of_each_payer() {
    let (mut desk, _) = paid().await;
    let (loan, claim, unit, what) = (thing(LOAN), thing(CLAIM), thing(CENTRE), ClaimFor::Subsidy);
    let cause = desk.graduated(0, 20_231_110).await;
    let last = desk.loan(0, 20_231_220).await.loan.expect("set").last;
    let figure = Interest { subsidy: -2_400, waiver: 2_400, ..Interest::default() };
    desk.say(20_240_110, Kind::InterestAdjusted(InterestAdjusted { loan, last, cause, figure })).await;
    let (fen, serial) = (2_400, "退1".to_owned());
    let returned = OverclaimReturned { loan, what, claim: Some(claim), line: 1, unit, fen, serial };
    desk.say(20_240_120, Kind::OverclaimReturned(returned)).await;
    let shown = desk.claim(v1::ClaimLines::All, 0, String::new()).await;
    assert_eq!(shown.lines[0].returned_fen, 2_400);
    let payers = shown.claim.expect("set").payers;
    assert_eq!(payers.iter().map(|row| row.returned_fen).sum::<Fen>(), 2_400);
    assert!(payers.iter().all(|row| (0..=row.paid_fen).contains(&row.returned_fen)), "{payers:?}");
    desk.server.stop().await;
}

async fn trace(desk: &Desk, start: v1::trace_request::Start) -> v1::trace_response::Trace {
    let request = v1::TraceRequest { page_size: 1, start: Some(start), ..Default::default() };
    desk.server.ask().trace(request).await.expect("known").into_inner().trace.expect("set")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_line_is_traced_to_the_loan_days_it_paid_and_back() {
    use v1::trace_request::Start;
    use v1::trace_response::Trace;
    let (desk, draws) = paid().await;
    let Trace::Forward(forward) = trace(&desk, Start::Line(wire(LINE))).await else { panic!("forward was asked for") };
    let totals = forward.totals.expect("first page");
    assert_eq!((totals.remitted_fen, totals.available_fen, totals.gaps_fen), (draws[0].fen, 1_000, 0));
    assert_eq!((totals.remittances, totals.payouts), (1, 0));
    let [flow] = &forward.remittances[..] else { panic!("one payment: {:?}", forward.remittances) };
    assert_eq!((flow.fen, flow.loan_lines, flow.loan_days, flow.days.len()), (draws[0].fen, 2, 184, 2));
    let days = &flow.days[0];
    assert_eq!((days.from, days.through, days.days, days.fen), (20_230_920, 20_231_220, 92, SUBSIDY));
    let remittance = flow.remittance.clone().expect("set");
    assert_eq!((remittance.purpose.as_str(), remittance.stage.as_str()), ("claim", "cleared"));
    assert_eq!((remittance.claim_number.as_str(), remittance.fen), ("SB2023", 2 * SUBSIDY));
    let Trace::Remittance(back) = trace(&desk, Start::Remittance(wire(REMITTANCE))).await else { panic!("by payment") };
    let funded = back.funded.expect("set");
    assert_eq!((funded.total_fen, funded.strands.len()), (2 * SUBSIDY, draws.len()));
    assert_eq!((back.days.len(), back.next_page_token.is_empty()), (1, false));
    let Trace::Claim(claim) = trace(&desk, Start::Claim(wire(CLAIM))).await else { panic!("by claim") };
    assert_eq!((claim.remittances.len(), claim.loan_lines), (1, 2));
    let Trace::Loan(loan) = trace(&desk, Start::Loan(wire(LOAN + 1))).await else { panic!("by loan") };
    let [paid] = &loan.claims[..] else { panic!("one claim line: {:?}", loan.claims) };
    let line = &paid.remittances[0].strands[0].lines[0];
    assert_eq!((paid.line.as_ref().expect("set").number, line.document.as_str()), (2, "陕财教〔2024〕4000号"));
    let request = v1::ListRemittancesRequest { lender: wire(LENDER), ..Default::default() };
    let listed = desk.server.ask().list_remittances(request).await.expect("a page").into_inner();
    assert_eq!(listed.remittances, [funded.remittance.expect("set")]);
    assert_eq!((listed.remittances[0].draws.len(), remittance.draws.len()), (draws.len(), 0));
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_adds_up_loans_and_payers() {
    let (desk, _) = paid().await;
    let request = v1::GetPositionRequest { lender: wire(LENDER), kind: "origin".to_owned(), ..Default::default() };
    let position = desk.server.ask().get_position(request).await.expect("known").into_inner();
    assert_eq!((position.loans, position.open, position.drawn_fen), (2, 2, 2 * DRAWN));
    assert_eq!(position.interest.map(figure), Some(subsidy(2 * SUBSIDY)));
    assert_eq!(position.payers.iter().map(|row| row.claims_paid_fen).sum::<Fen>(), 2 * SUBSIDY);
    let remitted = position.portfolio_balances.iter().find(|row| row.class == "remitted").expect("an account");
    assert_eq!((remitted.fen, remitted.class_zh.as_str()), (2 * SUBSIDY, "已付贷款机构"));
    let (owner, class) = (position.portfolio.clone(), "remitted".to_owned());
    let request = v1::GetBalanceRequest { owner: owner.clone(), class: class.clone(), ..Default::default() };
    let balance = desk.server.ask().get_balance(request).await.expect("known").into_inner().balance.expect("set");
    assert_eq!(balance.fen, remitted.fen);
    let request = v1::ListEntriesRequest { owner, class, ..Default::default() };
    let entries = desk.server.ask().list_entries(request).await.expect("known").into_inner().entries;
    assert_eq!((entries.len(), entries[0].counter.clone().expect("set").owner), (1, wire(CENTRE)));
    for (owner, accounts) in [(LOAN, 1), (CLAIM, 2)] {
        let request = v1::ListBalancesRequest { owner: wire(owner), ..Default::default() };
        let listed = desk.server.ask().list_balances(request).await.expect("a page").into_inner();
        assert_eq!(listed.balances.len(), accounts);
        assert!(!listed.balances[0].account.clone().expect("set").owner_name.is_empty());
    }
    let lender = wire(LENDER);
    let request = v1::GetForecastRequest { not_before: 0, lender, kind: String::new(), year: 2027 };
    let forecast = desk.server.ask().get_forecast(request).await.expect("known").into_inner();
    // The contract foresees the end of study in July, so finance pays through August.
    assert_eq!(forecast.quarters[3].subsidy_fen, 0);
    assert!(forecast.quarters.iter().take(3).all(|row| row.subsidy_fen > 0));
    assert_eq!(forecast.payers.iter().map(|row| row.fen).sum::<Fen>(), forecast.subsidy_fen);
    assert_eq!(forecast.principal_due_fen, 0);
    let request = v1::GetForecastRequest { year: 2033, ..Default::default() };
    let forecast = desk.server.ask().get_forecast(request).await.expect("known").into_inner();
    // Ten settlements from 2032 on, and the maturity in September 2042.
    assert_eq!((forecast.subsidy_fen, forecast.principal_due_fen), (0, 2 * (DRAWN / 11)));
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fund_shows_what_is_owed_and_what_it_holds() {
    let mut desk = Desk::with_loans(2).await;
    let request = v1::ListDueCompensationRequest {
        lender: wire(LENDER),
        kind: "origin".to_owned(),
        year: 2023,
        ..Default::default()
    };
    let due = desk.server.ask().list_due_compensation(request.clone()).await.expect("known").into_inner();
    let [row] = &due.rows[..] else { panic!("one university: {due:?}") };
    assert_eq!((row.school.clone(), row.drawn_fen, row.due), (wire(SCHOOL), 2 * DRAWN, true));
    let payer = |name: &str| if name == "central" { Payer::Central } else { Payer::Province };
    let parts: Vec<_> = row.parts.iter().map(|part| PayerFen { payer: payer(&part.payer), fen: part.fen }).collect();
    let total: Fen = parts.iter().map(|part| part.fen).sum();
    let year = LenderYear { lender: thing(LENDER), kind: LoanKind::Origin, year: 2023 };
    let accrued = CompensationAccrued { year, school: thing(SCHOOL), default_ppm: 0, parts, number: row.next };
    desk.say(20_240_901, Kind::CompensationAccrued(accrued)).await;
    let due = desk.server.ask().list_due_compensation(request).await.expect("known").into_inner();
    assert!(!due.rows[0].due && due.rows[0].accrued == due.rows[0].parts);
    let serial = "补1".to_owned();
    let received = CompensationReceived { year, payer: Payer::Province, fen: 10_000, serial };
    desk.say(20_240_910, Kind::CompensationReceived(received)).await;
    let stated = FundStated { lender: thing(LENDER), kind: LoanKind::Origin, fen: 10_001 };
    desk.say(20_240_930, Kind::FundStated(stated)).await;
    let (lender, kind) = (wire(LENDER), "origin".to_owned());
    let request = v1::GetFundRequest { lender, kind, ..Default::default() };
    let fund = desk.server.ask().get_fund(request).await.expect("known").into_inner();
    assert_eq!((fund.stock_fen, fund.paid_in_fen, fund.drawn_fen), (10_000, 10_000, 2 * DRAWN));
    assert_eq!((fund.stated_day, fund.stated_difference_fen), (day(20_240_930).yyyymmdd(), 1));
    let [year] = &fund.years[..] else { panic!("one risk year: {:?}", fund.years) };
    assert_eq!((year.year, year.drawn_fen, year.schools), (2023, 2 * DRAWN, 1));
    assert_eq!(year.payers.iter().map(|row| row.owed_fen).sum::<Fen>(), total);
    assert_eq!(year.payers.iter().map(|row| row.paid_fen).sum::<Fen>(), 10_000);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_ordered_for_a_lender_is_a_gap_until_it_is_paid_or_comes_back() {
    use v1::trace_request::Start;
    use v1::trace_response::Trace;
    let mut desk = Desk::with_loans(0).await;
    desk.issue(LINE, "LOAN-SUBSIDY", Source::Central, 5_000).await;
    let advance = Purpose::Advance(LenderYear { lender: thing(LENDER), kind: LoanKind::Origin, year: 2024 });
    desk.order(advance, vec![Draw { line: thing(LINE), fen: 3_000 }]).await;
    let remittance = thing(REMITTANCE);
    let forward = async |desk: &Desk| match trace(desk, Start::Line(wire(LINE))).await {
        Trace::Forward(forward) => (forward.totals.expect("first page"), forward.gaps, forward.remittances),
        other => panic!("forward was asked for: {other:?}"),
    };
    let (totals, gaps, flows) = forward(&desk).await;
    assert_eq!((totals.applied_fen, totals.available_fen, totals.gaps_fen), (3_000, 2_000, 0));
    assert_eq!(
        (gaps[0].kind.as_str(), gaps[0].subject.clone(), gaps[0].fen),
        ("not_approved", wire(REMITTANCE), 3_000)
    );
    assert_eq!((flows[0].loan_lines, flows[0].remittance.clone().expect("set").year), (0, 2024));
    let approved = RemittanceApproved { remittance, fen: 3_000 };
    desk.say_as("head", 20_240_113, Kind::RemittanceApproved(approved)).await;
    assert_eq!(forward(&desk).await.1[0].kind, "not_remitted");
    let returned = RemittanceReturned { remittance, fen: 3_000, serial: "退1".to_owned() };
    desk.say(20_240_116, Kind::RemittanceReturned(returned)).await;
    let (totals, gaps, _) = forward(&desk).await;
    assert_eq!((totals.returned_fen, totals.available_fen, totals.remitted_fen, totals.gaps_fen), (3_000, 5_000, 0, 0));
    assert_eq!(gaps, []);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_without_terms_is_shown_and_counted_as_left_out() {
    let mut desk = Desk::with_loans(1).await;
    // No shipped terms are as old as this contract.
    desk.lend(5, 19_990_915).await;
    let (lender, through) = (wire(LENDER), 20_231_220);
    let request = v1::ListDueInterestRequest { lender: lender.clone(), through, ..Default::default() };
    let due = desk.server.ask().list_due_interest(request).await.expect("a page").into_inner();
    assert_eq!((due.rows.len(), due.loans), (1, 2));
    assert_eq!((due.missing[0].missing.as_str(), due.missing[0].loans), ("terms", 1));
    assert_eq!(due.missing[0].example, wire(LOAN + 5));
    let shown = desk.loan(5, 20_231_220).await;
    assert_eq!((shown.missing.as_str(), shown.stretches.len(), shown.facts.len()), ("terms", 0, 1));
    assert_eq!(shown.loan.expect("set").principal_fen, DRAWN);
    let request = v1::QuoteLoanRequest { loan: wire(LOAN + 5), ..Default::default() };
    let status = desk.server.ask().quote_loan(request).await.expect_err("nobody knows what it owes");
    assert_eq!(status.code(), tonic::Code::InvalidArgument);
    let request = v1::GetForecastRequest { lender, year: 2024, ..Default::default() };
    let forecast = desk.server.ask().get_forecast(request).await.expect("known").into_inner();
    assert_eq!((forecast.loans, forecast.missing[0].loans), (1, 1));
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_of_a_day_before_the_contract_are_marked_and_the_others_are_not() {
    let mut desk = Desk::with_loans(1).await;
    let early = LoanDrawn { loan: thing(LOAN), fen: 5_000, serial: "早1".to_owned() };
    desk.say(20_230_914, Kind::LoanDrawn(early)).await;
    let shown = desk.loan(0, 20_231_220).await;
    let marks: Vec<_> = shown.facts.iter().map(|fact| (fact.day, fact.before_contract)).collect();
    assert_eq!(marks, [(20_230_914, true), (20_230_920, false)]);
    let shown = serde_json::to_value(&shown).expect("JSON");
    assert_eq!(shown["facts"][0]["before_contract"], true, "{shown}");
    // Without a contract nobody can say which they are.
    let unsigned = LoanDrawn { loan: thing(LOAN + 7), fen: 5_000, serial: "早2".to_owned() };
    desk.say(20_230_914, Kind::LoanDrawn(unsigned)).await;
    assert!(desk.loan(7, 20_231_220).await.facts.iter().all(|fact| !fact.before_contract));
    desk.server.stop().await;
}

//! Every story in `scenarios/` comes out as written, and together they provoke all the ledger can say.
//! The stories are the tests; nothing is judged here.

use ledger::event::policy::Rule;
use ledger::finding::FindingKind;
use ledger::outcome::Code;
use std::path::{Path, PathBuf};
use tests::scenario::{Provoked, run};

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).expect("the folder of stories").flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    files.sort();
    files
}

#[test]
fn stories_come_out_as_written_and_provoke_everything() {
    let mut provoked = Provoked::default();
    let mut wrong = Vec::new();
    for path in stories() {
        if let Err(error) = run(&path, &mut provoked) {
            wrong.push(format!("{error:#}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let missing: Vec<&str> =
        proto::event::KIND_NAMES.iter().filter(|kind| !provoked.kinds.contains(*kind)).copied().collect();
    assert!(missing.is_empty(), "no story posts {missing:?}");
    let codes = Code::ALL.iter().map(|code| code.name());
    let missing: Vec<&str> = codes.filter(|code| !provoked.codes.contains(code)).collect();
    assert!(missing.is_empty(), "no story is refused for {missing:?}");
    let missing: Vec<&str> = finding_names().into_iter().filter(|name| !provoked.findings.contains(name)).collect();
    assert!(missing.is_empty(), "no story finds {missing:?}");
}

/// Kinds of findings that came later, in their order.
const LATER: &[FindingKind] = &[
    FindingKind::PaidTwice,
    FindingKind::VoucherShort,
    FindingKind::OverSurrendered,
    FindingKind::Overclaimed,
    FindingKind::RemittedShort,
    FindingKind::OverRemitted,
    FindingKind::PaidAfterLeaving,
    FindingKind::OverRecovered,
    FindingKind::OverRefunded,
    FindingKind::OverReturned,
    FindingKind::BeforeOpening,
    FindingKind::PolicyWithdrawn,
    FindingKind::OverCompensated,
    FindingKind::OverRewarded,
];

/// A new kind of finding does not compile here until it is named, and fails above until a story finds it.
fn finding_names() -> Vec<&'static str> {
    use FindingKind as K;
    let mut all = vec![
        K::DoubleCredit,
        K::LateCredit,
        K::EarlyCredit,
        K::AmountDiffers,
        K::UnknownCredit,
        K::UnexpectedReturn,
        K::UnexpectedUnknown,
        K::VoucherUnexpected,
        K::VoucherExceeds,
        K::UnknownSubject,
        K::Repeated,
        K::CardShared,
        K::NoTerms,
        K::OverTerm,
        K::ShortGrace,
        K::BothKinds,
        K::OverCeiling,
        K::DrawnOutOfStudy,
        K::AllocationDiffers,
        K::Overpaid,
        K::WrittenOffAfterRelief,
        K::StatementDiffers,
        K::RemittanceUnexpected,
        K::Shortfall,
        K::OffCycle,
        K::TooManyFacts,
        K::BeforeSubject,
        K::RateJump,
        K::ParentCycle,
        K::ToldOtherwise,
        K::ManyVersions,
        K::EditionOutOfOrder,
    ];
    for kind in &all {
        match kind {
            K::DoubleCredit | K::LateCredit | K::EarlyCredit | K::AmountDiffers | K::UnknownCredit => {}
            K::UnexpectedReturn | K::UnexpectedUnknown | K::VoucherUnexpected | K::VoucherExceeds | K::Overclaimed => {}
            K::UnknownSubject | K::Repeated | K::CardShared | K::Policy(_) | K::OverSurrendered | K::OverRefunded => {}
            K::NoTerms | K::OverTerm | K::ShortGrace | K::BothKinds | K::OverCeiling | K::DrawnOutOfStudy => {}
            K::AllocationDiffers | K::Overpaid | K::WrittenOffAfterRelief => {}
            K::StatementDiffers | K::RemittanceUnexpected | K::Shortfall | K::OffCycle | K::TooManyFacts => {}
            K::BeforeSubject | K::RateJump | K::ParentCycle | K::VoucherShort | K::RemittedShort | K::OverRemitted => {}
            K::ToldOtherwise | K::ManyVersions | K::EditionOutOfOrder | K::AwardedTwice | K::MergeCycle => {}
            K::OverPrincipal | K::OverLoss | K::FundShort | K::LineShort | K::PaidTwice | K::PaidAfterLeaving => {}
            K::OverRecovered | K::BeforeOpening | K::PolicyWithdrawn | K::OverReturned => {}
            K::OverCompensated | K::OverRewarded | K::DueOutsideYear | K::ClearedInVain | K::CorrectedShort => {}
            K::KeyUnfollowed | K::DecidedEarly | K::LineWithdrawn | K::RecoveryUnfounded | K::OffContract => {}
        }
    }
    all.extend([K::AwardedTwice, K::MergeCycle, K::OverPrincipal, K::OverLoss, K::FundShort, K::LineShort]);
    all.extend(LATER);
    all.extend(Rule::ALL.map(K::Policy));
    all.extend([K::DueOutsideYear, K::ClearedInVain, K::CorrectedShort, K::KeyUnfollowed, K::DecidedEarly]);
    all.extend([K::LineWithdrawn, K::RecoveryUnfounded, K::OffContract]);
    assert_eq!(all, K::all(), "the list of kinds that people may ask for");
    all.iter().map(|kind| kind.name()).collect()
}

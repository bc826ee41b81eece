//! Words of closed lists that several files of scenarios read. Lists of one file are kept there.

use ledger::event::{Level, LoanKind, Payer, RateIndex, Reason, StudyLevel, Subordination};

pub(super) const SUBORDINATIONS: &[(&str, Subordination)] =
    &[("central", Subordination::Central), ("local", Subordination::Local)];

pub(super) const LEVELS_OF_ORGS: &[(&str, Level)] = &[
    ("centre", Level::Centre),
    ("province", Level::Province),
    ("city", Level::City),
    ("county", Level::County),
    ("school", Level::School),
];

pub(super) const PAYERS: &[(&str, Payer)] = &[
    ("central", Payer::Central),
    ("province", Payer::Province),
    ("city", Payer::City),
    ("county", Payer::County),
    ("university", Payer::University),
    ("lender", Payer::Lender),
];

pub(super) const LOAN_KINDS: &[(&str, LoanKind)] = &[("origin", LoanKind::Origin), ("campus", LoanKind::Campus)];

pub(super) const LEVELS: &[(&str, StudyLevel)] =
    &[("undergraduate", StudyLevel::Undergraduate), ("postgraduate", StudyLevel::Postgraduate)];

pub(super) const INDEXES: &[(&str, RateIndex)] =
    &[("lpr5y", RateIndex::Lpr5y), ("benchmark5y", RateIndex::Benchmark5y)];

pub(super) const REASONS: &[(&str, Reason)] = &[
    ("mistyped", Reason::Mistyped),
    ("wrong_subject", Reason::WrongSubject),
    ("never_happened", Reason::NeverHappened),
    ("counted_twice", Reason::CountedTwice),
    ("source_corrected", Reason::SourceCorrected),
    ("ordered", Reason::Ordered),
];

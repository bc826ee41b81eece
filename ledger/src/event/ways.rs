//! What becomes of each kind when it is told before what it names, and how what it told is undone: columns of the list of kinds,
//! compared with what the fold does by a test, and printed in `docs/kinds.md`.

use super::KindTag;
use crate::for_each_kind;

/// What becomes of it if what it names is not known yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Early {
    /// It names nothing that must be there.
    Nothing,
    /// What it names is there from then on, and registering fills it in.
    Mentioned,
    /// It is refused for a passing reason and may be said again.
    Refused,
    /// It is on record with a finding and counts for nothing; a mechanism as of the others is not yet there.
    Noted,
}

/// How what it told is undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WayBack {
    /// By `entry_withdrawn`, whatever was recorded since.
    Withdrawn,
    /// By `entry_withdrawn` while nothing rests on it.
    WhileFree,
    /// By the kind that gives its set up.
    Cancelled,
    /// By saying the next of its kind: a later figure, version or state.
    Superseded,
    /// By the kind that ends it.
    Ended,
    /// By no entry.
    Never,
    /// Not yet: it will be.
    NotYet,
}

macro_rules! ways {
    ($($kind:ident($content:ty) $name:literal $zh:literal $said:ident $days:ident $early:ident $back:ident
        ($($key:tt)*) $($about:ident)?;)*) => {
        impl KindTag {
            /// What becomes of it if what it names is not known yet.
            #[must_use]
            pub fn early(self) -> Early {
                match self { $(Self::$kind => Early::$early,)* }
            }

            /// How what it told is undone.
            #[must_use]
            pub fn way_back(self) -> WayBack {
                match self { $(Self::$kind => WayBack::$back,)* }
            }
        }
    };
}

impl KindTag {
    /// Whether it tells a result of a payment.
    #[must_use]
    pub fn tells_result(self) -> bool {
        matches!(self, Self::PayoutUnknown | Self::PayoutCredited | Self::PayoutReturned)
    }

    /// Whether it decides what others prepared, so that saying it is signing it.
    #[must_use]
    pub fn decides(self) -> bool {
        matches!(
            self,
            Self::RosterApproved | Self::ApplicationApproved | Self::RemittanceApproved | Self::ClaimApproved
        )
    }

    /// Whether it may be about whoever says it, which needs no role.
    #[must_use]
    pub fn is_of_oneself(self) -> bool {
        matches!(self, Self::CredentialEnded | Self::Endorsed | Self::Objected)
    }

    /// Whether it tells something of a voucher.
    #[must_use]
    pub fn tells_voucher(self) -> bool {
        matches!(self, Self::VoucherIssued | Self::VoucherCleared | Self::VoucherReturned)
    }
}

for_each_kind!(ways);

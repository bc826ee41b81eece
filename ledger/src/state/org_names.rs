//! What an organisation is called, as answers show it. The row is in `rows`.

use crate::state::rows::Org;

impl Org {
    /// What it is called, by the latest day told of.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.names.last() {
            Some(latest) if self.known => &latest.name,
            _ if self.id.is_nil() => "未知单位",
            _ => "待登记",
        }
    }

    /// Its division code, by the latest day told of; 0 until it is registered.
    #[must_use]
    pub fn division(&self) -> u32 {
        self.names.last().filter(|_| self.known).map_or(0, |latest| latest.division)
    }
}

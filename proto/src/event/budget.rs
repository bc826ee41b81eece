//! Budget document lines between wire and domain. What is available is not asked here.

use super::check::{Check, Choice, Wire, choice, id_bytes};
use crate::limits::MAX_PARTS;
use crate::v1;
use ledger::event::{LineIssued, LinePassedDown, LineRecalled, PassedPart, Source};

choice!(Source = Source { Central Province City County });

impl Wire for v1::LineIssued {
    type Domain = LineIssued;

    fn write(domain: &LineIssued) -> Self {
        Self {
            line: id_bytes(domain.line),
            document: domain.document.clone(),
            parent_document: domain.parent_document.clone(),
            unit: id_bytes(domain.unit),
            fiscal_year: domain.fiscal_year.into(),
            programme: domain.programme.clone(),
            source: domain.source.number(),
            item: domain.item.clone(),
            project: domain.project.clone(),
            direct: domain.direct,
            advance: domain.advance,
            fen: domain.fen,
        }
    }

    fn read(self, check: &mut Check) -> LineIssued {
        LineIssued {
            line: check.id("line", &self.line),
            document: check.name("document", self.document),
            parent_document: check.text("parent_document", self.parent_document),
            unit: check.id("unit", &self.unit),
            fiscal_year: check.year("fiscal_year", self.fiscal_year),
            programme: check.name("programme", self.programme),
            source: check.choice("source", self.source),
            item: check.text("item", self.item),
            project: check.text("project", self.project),
            direct: self.direct,
            advance: self.advance,
            fen: check.fen("fen", self.fen),
        }
    }
}

impl Wire for v1::LinePassedDown {
    type Domain = LinePassedDown;

    fn write(domain: &LinePassedDown) -> Self {
        Self { document: domain.document.clone(), parts: domain.parts.iter().map(Wire::write).collect() }
    }

    fn read(self, check: &mut Check) -> LinePassedDown {
        LinePassedDown {
            document: check.name("document", self.document),
            parts: check.parts("parts", self.parts, 1..=MAX_PARTS, Wire::read),
        }
    }
}

impl Wire for v1::PassedPart {
    type Domain = PassedPart;

    fn write(domain: &PassedPart) -> Self {
        Self { from: id_bytes(domain.from), to: id_bytes(domain.to), unit: id_bytes(domain.unit), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> PassedPart {
        PassedPart {
            from: check.id("from", &self.from),
            to: check.id("to", &self.to),
            unit: check.id("unit", &self.unit),
            fen: check.fen("fen", self.fen),
        }
    }
}

impl Wire for v1::LineRecalled {
    type Domain = LineRecalled;

    fn write(domain: &LineRecalled) -> Self {
        Self { line: id_bytes(domain.line), document: domain.document.clone(), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> LineRecalled {
        LineRecalled {
            line: check.id("line", &self.line),
            document: check.name("document", self.document),
            fen: check.fen("fen", self.fen),
        }
    }
}

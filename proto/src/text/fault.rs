//! Why a text has no canonical spelling. Says the character and its place, never the text: it may hold a person's number.

use std::fmt;

/// Why a text cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextFault {
    /// It says nothing.
    Empty,
    /// It holds a character nobody sees, or one that turns the direction of writing.
    Unseen {
        /// The character.
        character: char,
        /// Which of the text's characters it is, from 1.
        at: usize,
    },
    /// It holds a character that the tables of this program do not know.
    Unassigned {
        /// The character.
        character: char,
        /// Which of the text's characters it is, from 1.
        at: usize,
    },
    /// A number with a blank inside.
    Blank {
        /// Which of the text's characters it is, from 1.
        at: usize,
    },
    /// A number behind more than one apostrophe.
    Apostrophe,
    /// A number a spreadsheet has rounded: `6.12021E+17`.
    Rounded,
    /// A number a spreadsheet has taken for an amount: `612021.0`.
    Fraction,
    /// The number of a person's identity card.
    IdentityNumber,
    /// The number of a bank card.
    CardNumber,
    /// The number of a mobile telephone.
    Mobile,
}

impl TextFault {
    /// Stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::Unseen { .. } => "unseen_character",
            Self::Unassigned { .. } => "unknown_character",
            Self::Blank { .. } | Self::Apostrophe => "bad_number",
            Self::Rounded | Self::Fraction => "spoilt_by_spreadsheet",
            Self::IdentityNumber | Self::CardNumber | Self::Mobile => "personal_number",
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn what(self) -> String {
        match self {
            Self::Empty => "is empty 为空".to_owned(),
            Self::Unseen { character, at } => {
                format!("character {at} is U+{:04X}, which nobody sees 第 {at} 字为不可见字符", u32::from(character))
            }
            Self::Unassigned { character, at } => {
                format!("character {at} is U+{:04X}, which is not known here 第 {at} 字未知", u32::from(character))
            }
            Self::Blank { at } => format!("a number with a blank in it: character {at} 编号第 {at} 字为空格"),
            Self::Apostrophe => "a number behind several apostrophes 编号前有多个撇号".to_owned(),
            Self::Rounded => "a number a spreadsheet has rounded, as 1.23E+17 编号已被表格软件舍入".to_owned(),
            Self::Fraction => "a number a spreadsheet has made an amount, as 123.0 编号已被表格软件改为小数".to_owned(),
            Self::IdentityNumber => "holds the number of an identity card 含身份证号".to_owned(),
            Self::CardNumber => "holds the number of a bank card 含银行卡号".to_owned(),
            Self::Mobile => "holds the number of a mobile telephone 含手机号".to_owned(),
        }
    }

    /// What to do.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Empty => "补填 fill it in",
            Self::Unseen { .. } => "删去该字符，或重新键入 delete the character, or type the text anew",
            Self::Unassigned { .. } => "换一种写法，或改用新版程序 write it otherwise, or use a newer program",
            Self::Blank { .. } | Self::Apostrophe => "照原编号写 write the number as issued",
            Self::Rounded | Self::Fraction => {
                "表格软件中已没有原编号：在源文件中把此栏设为文本，重新导出 the spreadsheet no longer has the number: format the column as text 文本 in the source and export again"
            }
            Self::IdentityNumber | Self::CardNumber | Self::Mobile => {
                "删去：账上记录永久保存，不得含有个人号码 leave it out: what is recorded stays for ever, and holds no numbers of persons"
            }
        }
    }
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what(), self.remedy())
    }
}

impl std::error::Error for TextFault {}

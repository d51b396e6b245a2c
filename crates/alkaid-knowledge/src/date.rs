//! Dates of facts, as exact as the source gives them.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A day, a month or a year of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Date {
    year: u16,
    /// 1 to 12.
    month: Option<u8>,
    /// 1 to 31; only with a month.
    day: Option<u8>,
}

/// Text that is no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date; write it as 2026-11-27, 2026-11 or 2026")]
pub struct DateError(String);

impl Date {
    /// A day that is known to exist.
    pub(crate) const fn day(year: u16, month: u8, day: u8) -> Self {
        Self {
            year,
            month: Some(month),
            day: Some(day),
        }
    }

    /// The year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Whether all of this date has passed by the end of `day`: a month or a year counts from its last day on.
    ///
    /// `day` itself is taken at its last day if it is a month or a year.
    pub fn has_passed_by(self, day: Self) -> bool {
        self.last_day() <= day.last_day()
    }

    /// Whether the date begins after the end of `day`.
    pub fn begins_after(self, day: Self) -> bool {
        self.first_day() > day.last_day()
    }

    /// Year, month, day of its first day.
    pub fn first_day(self) -> (u16, u8, u8) {
        (self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }

    /// Year, month, day of its last day.
    pub fn last_day(self) -> (u16, u8, u8) {
        let month = self.month.unwrap_or(12);
        (
            self.year,
            month,
            self.day.unwrap_or_else(|| days_in(self.year, month)),
        )
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let wrong = || DateError(text.to_owned());
        let mut parts = text.split('-');
        let year = number(parts.next(), 4).ok_or_else(wrong)?;
        let month = optional(parts.next(), 1..=12).map_err(|()| wrong())?;
        let longest = month.map_or(31, |month| days_in(year, month));
        let day = optional(parts.next(), 1..=longest).map_err(|()| wrong())?;
        if parts.next().is_some() || year < 1900 {
            return Err(wrong());
        }
        Ok(Self { year, month, day })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in [self.month, self.day].into_iter().flatten() {
            write!(f, "-{part:02}")?;
        }
        Ok(())
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A number of exactly this many digits.
fn number(text: Option<&str>, digits: usize) -> Option<u16> {
    text.filter(|text| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
}

/// A two-digit number within a range, where there is one.
fn optional(text: Option<&str>, range: std::ops::RangeInclusive<u8>) -> Result<Option<u8>, ()> {
    let Some(text) = text else {
        return Ok(None);
    };
    number(Some(text), 2)
        .and_then(|number| u8::try_from(number).ok())
        .filter(|number| range.contains(number))
        .map(Some)
        .ok_or(())
}

const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn reads_what_it_writes() {
        for text in ["2026", "2026-11", "2026-11-27", "2024-02-29"] {
            assert_eq!(date(text).to_string(), text);
        }
        for text in [
            "",
            "26",
            "2026-13",
            "2026-00",
            "2025-02-29",
            "2026-11-31",
            "2026-1-1",
            "2026/11/27",
            "2026-11-27-1",
            "0026",
            "+2026",
            "2026-",
            "20266",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_counts_when_all_of_it_has_passed() {
        assert!(date("2026-11-22").has_passed_by(date("2026-11-22")));
        assert!(!date("2026-11-27").has_passed_by(date("2026-11-22")));
        assert!(!date("2026-11").has_passed_by(date("2026-11-22")));
        assert!(date("2026-10").has_passed_by(date("2026-11-22")));
        assert!(date("2026-11").has_passed_by(date("2026-11")));
        assert!(date("2026-11-27").begins_after(date("2026-11-22")));
        assert!(!date("2026").begins_after(date("2026-11-22")));
    }

    proptest! {
        #[test]
        fn never_panics(text in "[0-9-]{0,12}") {
            if let Ok(date) = text.parse::<Date>() {
                prop_assert_eq!(date.to_string(), text);
                prop_assert!(date.first_day() <= date.last_day());
            }
        }
    }
}

//! Days.

use std::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::Error;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a day has no more to it")]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A date of TOML, or its text in quotes.
impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a date, such as 2030-06-01")]
        enum Either {
            Bare(toml::value::Datetime),
            Quoted(String),
        }
        let read = match Either::deserialize(deserializer)? {
            Either::Bare(date) => date,
            Either::Quoted(text) => text.parse().map_err(D::Error::custom)?,
        };
        match read.date {
            Some(date) if read.time.is_none() => Ok(Self {
                year: date.year,
                month: date.month,
                day: date.day,
            }),
            _ => Err(D::Error::custom(format!(
                "{read} is not a day, such as 2030-06-01"
            ))),
        }
    }
}

//! Times as people write them.

/// The last second of the last year that has four digits.
const LAST: u64 = 253_402_300_799;

/// The day of a time, in the calendar of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day {
    year: u32,
    /// From 0.
    month: u32,
    /// From 1.
    day: u32,
}

/// Howard Hinnant's `civil_from_days`, for days that are not before 1970.
fn day_of(days: u32) -> Day {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march_month = (5 * of_year + 2) / 153;
    let month = (march_month + 2) % 12;
    Day {
        year: year + era * 400 + u32::from(month < 2),
        month,
        day: of_year - (153 * march_month + 2) / 5 + 1,
    }
}

/// The day of a time (seconds since 1970) by ISO 8601: `2026-11-21`. No year of five digits is told, whatever a damaged file says.
#[must_use]
pub fn day(time: u64) -> String {
    // So many days fit.
    let days = u32::try_from(time.min(LAST) / 86_400).unwrap_or(u32::MAX);
    let Day { year, month, day } = day_of(days);
    format!("{year}-{:02}-{day:02}", month + 1)
}

/// A time (seconds since 1970) by RFC 5322, as changelogs of Debian have it.
#[must_use]
pub fn mail_date(time: u32) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (days, seconds) = (time / 86_400, time % 86_400);
    let Day { year, month, day } = day_of(days);
    format!(
        "{}, {day:02} {} {year} {} +0000",
        DAYS[days as usize % 7],
        MONTHS[month as usize],
        clock(seconds)
    )
}

/// A time (seconds since 1970) by ISO 8601, as SPDX has it.
#[must_use]
pub fn iso_date(time: u32) -> String {
    format!("{}T{}Z", day(time.into()), clock(time % 86_400))
}

fn clock(seconds: u32) -> String {
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        // By `date -u -d @SECONDS`.
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_763_683_200, "2025-11-21"),
            (1_767_225_599, "2025-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(day(seconds), expected);
        }
        assert_eq!(day(u64::MAX).len(), 10);
    }

    #[test]
    fn times_are_those_of_date() {
        for time in [
            0,
            1,
            951_782_399,
            951_782_400,
            1_709_164_800,
            1_764_363_661,
            u32::MAX,
        ] {
            let date = |format: &str| {
                let mut command = std::process::Command::new("date");
                command.args(["-u", "-d", &format!("@{time}"), format]);
                let printed = command.env("LC_ALL", "C").output().expect("date").stdout;
                String::from_utf8(printed).expect("ASCII").trim().to_owned()
            };
            assert_eq!(mail_date(time), date("+%a, %d %b %Y %H:%M:%S +0000"));
            assert_eq!(iso_date(time), date("+%Y-%m-%dT%H:%M:%SZ"));
        }
    }
}

//! Calendars as folders of `.ics` files.

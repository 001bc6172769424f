//! Where we differ from another implementation, and the sentence that makes our answer right.

/// Cases with one reason.
pub(crate) struct Exception {
    /// The sentence.
    pub(crate) because: &'static str,
    /// The cases' names in their corpus.
    pub(crate) cases: &'static [&'static str],
}

/// All of them; one that no longer differs fails the test.
pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
        because: "RFC 5545 3.3.10 has no BYEASTER in its grammar: what it was meant to say is not known, and the series is uncertain.",
        cases: &[
            "dateutil/testYearlyByEaster/0",
            "dateutil/testYearlyByEasterPos/0",
            "dateutil/testYearlyByEasterNeg/0",
            "dateutil/testMonthlyByEaster/0",
            "dateutil/testMonthlyByEasterPos/0",
            "dateutil/testMonthlyByEasterNeg/0",
            "dateutil/testWeeklyByEaster/0",
            "dateutil/testWeeklyByEasterPos/0",
            "dateutil/testWeeklyByEasterNeg/0",
            "dateutil/testDailyByEaster/0",
            "dateutil/testDailyByEasterPos/0",
            "dateutil/testDailyByEasterNeg/0",
            "dateutil/testHourlyByEaster/0",
            "dateutil/testHourlyByEasterPos/0",
            "dateutil/testHourlyByEasterNeg/0",
            "dateutil/testMinutelyByEaster/0",
            "dateutil/testMinutelyByEasterPos/0",
            "dateutil/testMinutelyByEasterNeg/0",
            "dateutil/testSecondlyByEaster/0",
            "dateutil/testSecondlyByEasterPos/0",
            "dateutil/testSecondlyByEasterNeg/0",
        ],
    },
    Exception {
        because: "RFC 7529 leaves it open which RSCALE is supported beside GREGORIAN and lets the others be rejected: the first instance stays, as uncertain.",
        cases: &[
            "libical/rscale_withicu/L3",
            "libical/rscale_withicu/L8",
            "libical/rscale_withicu/L13",
            "libical/rscale_withicu/L18",
            "libical/rscale_withicu/L23",
            "libical/rscale_withicu/L28",
            "libical/rscale_withicu/L33",
            "libical/rscale_withicu/L37",
            "libical/rscale_withicu/L42",
            "libical/rscale_withicu/L47",
            "libical/rscale_withicu/L52",
            "libical/rscale_withicu/L57",
            "libical/rscale_withicu/L63",
            "libical/rscale_withicu/L68",
            "libical/rscale_withicu/L73",
            "libical/rscale_withicu/L78",
            "libical/rscale_withicu/L83",
            "libical/rscale_withicu/L88",
            "libical/rscale_withicu/L93",
            "libical/rscale_withicu_dangi/L3",
        ],
    },
    Exception {
        because: "RFC 5545 3.3.10: \"Information, not contained in the rule, necessary to determine the various recurrence instance start time and dates are derived from the Start Time (DTSTART)\": a month that BYMONTHDAY leaves open is the start's, and so is the weekday that BYWEEKNO leaves open; libical, ical4j, ical.js and ical.net agree.",
        cases: &[
            "dateutil/testYearlyByMonthDay/0",
            "dateutil/testYearlyByMonthDayAndWeekDay/0",
            "dateutil/testYearlyByWeekNo/0",
            "dateutil/testYearlyBySetPos/0",
        ],
    },
    Exception {
        because: "RFC 5545 3.8.5.3: \"The recurrence set generated with a DTSTART property value not synchronized with the recurrence rule is undefined\"; libical and dateutil count only what the rule makes, and an instance too many is read rather than one too few.",
        cases: &["ical.js/recur_iterator/95", "ical.js/recur_iterator/96"],
    },
    Exception {
        because: "RFC 7529 4.1 has SKIP put aside dates that a month or year does not have, and a week is no date. Others differ on it, and the series is uncertain.",
        cases: &[
            "lib-recur/RScaleTest/L87",
            "lib-recur/RScaleTest/L92",
            "lib-recur/RScaleTest/L106",
            "lib-recur/RScaleTest/L111",
        ],
    },
    Exception {
        because: "RFC 5545 3.3.10: without COUNT and UNTIL a rule \"is considered to repeat forever\"; the window ends it, and that is no error.",
        cases: &["ical.net/RecurrenceTestCases/L118"],
    },
    Exception {
        because: "RFC 5545 3.3.4 has years of four digits: the calendar ends with 9999, and what lies before its end is right.",
        cases: &[
            "ical.net/RecurrenceTestCases/L129",
            "ical.net/RecurrenceTestCases/L141",
            "ical.net/RecurrenceTestCases/L148",
            "ical.net/RecurrenceTestCases/L154",
            "ical.net/RecurrenceTestCases/L160",
        ],
    },
    Exception {
        because: "RFC 5545 3.3.10: \"Recurrence rules may generate recurrence instances with an invalid date\", and \"such recurrence instances MUST be ignored\": a sixth Monday never is, and that is no error.",
        cases: &["ical.net/RecurrenceTestCases/L220", "ical.net/RecurrenceTestCases/L232"],
    },
    Exception {
        because: "RFC 5545 3.3.10 forbids the part in this frequency and leaves open what a reader does: a number then means nothing, and another part takes days away, as dateutil reads it.",
        cases: &[
            "ical.net/RecurrenceTestCases/L404",
            "ical.net/RecurrenceTestCases/L430",
            "ical.net/RecurrenceTestCases/L436",
            "ical.net/RecurrenceTestCases/L442",
        ],
    },
    Exception {
        because: "RFC 5545 3.3.10 has BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY applied in that order; the corpus calls this one not implemented, ical.net has the same rule and agrees with us.",
        cases: &["libical/icalrecur_test/L405"],
    },
    Exception {
        because: "RFC 5545 3.3.5 reads a time in the gap with the offset before it, which makes it the hour after; 3.8.5.3: \"Duplicate instances are ignored\".",
        cases: &["tz/Europe_Dublin/hourly"],
    },
    Exception {
        because: "RFC 5545 3.3.10: \"The FREQ rule part is REQUIRED\": a rule without any part says nothing of recurrence, as forms leave it that were not filled in; the event itself stands.",
        cases: &["ical4j/invalid/4"],
    },
];

"""What two other readers find in calendars: recurring-ical-events in whole ones, dateutil in series without changes.

Arguments: JSON files, each with an iCalendar text (`ics`), a window (`from`, `to`: seconds since 1970) and the
reader's zone (`home`), in which dates and floating times count. Writes the release of the zones, and one object for
each file: lists of [uid, start, end, all-day, title], without what is called off. Run with PYTHONTZPATH="" so that zones come from the
tzdata package. The part on dateutil reads the text itself: it shares no code with the other but dateutil.
"""

import json
import re
import sys
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
import tzdata
from dateutil.rrule import rrulestr

UTC = timezone.utc
MARGIN = timedelta(days=3)


def seconds(moment, home):
    """The instant of a date, a floating time or one with a zone; zoneinfo reads gaps and overlaps as RFC 5545 3.3.5."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=home)
    return int(moment.timestamp())


def touches(start, end, window):
    return window[0] <= start < window[1] if start == end else start < window[1] and window[0] < end


def by_recurring_ical_events(ics, window, home):
    calendar = icalendar.Calendar.from_ical(ics)
    found = []
    # A time without a zone counts in the question's zone there, so more is asked and the rest cut off.
    asked = [datetime.fromtimestamp(at, UTC) for at in window]
    for event in recurring_ical_events.of(calendar).between(asked[0] - MARGIN, asked[1] + MARGIN):
        if event.get("STATUS") == "CANCELLED":
            continue
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        line = [str(event["UID"]), seconds(start, home), seconds(end, home), not isinstance(start, datetime)]
        if touches(line[1], line[2], window):
            found.append([*line, str(event["SUMMARY"])])
    return found


def moment(value, parameters, home):
    """A wall time and its zone, and whether it is a date."""
    if "VALUE=DATE" in parameters:
        return datetime.strptime(value, "%Y%m%d"), home
    zone = next((ZoneInfo(name[5:]) for name in parameters if name.startswith("TZID=")), home)
    if value.endswith("Z"):
        value, zone = value[:-1], UTC
    return datetime.strptime(value, "%Y%m%dT%H%M%S"), zone


def duration(text):
    """Nominal days and exact seconds."""
    weeks, days, hours, minutes = re.fullmatch(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", text).groups("0")
    return timedelta(days=7 * int(weeks) + int(days)), 3600 * int(hours) + 60 * int(minutes)


def by_dateutil(lines, window, home):
    """The occurrences of one VEVENT that no other changes."""
    one, many = {}, []
    for line in lines:
        (name, *parameters), value = (lambda head, value: (head.split(";"), value))(*line.split(":", 1))
        many.append((name, parameters, value))
        one[name] = (value, parameters)
    if one.get("STATUS") == ("CANCELLED", []):
        return []
    first, zone = moment(*one["DTSTART"], home)
    is_date = "VALUE=DATE" in one["DTSTART"][1]
    local = lambda at: datetime.fromtimestamp(at, zone).replace(tzinfo=None)
    starts = {seconds(first.replace(tzinfo=zone), home): (first, None)}
    last = local(window[1]) + MARGIN
    if "RRULE" in one:
        rule = one["RRULE"][0]
        until = re.search(r"UNTIL=(\w+Z)", rule)
        if until:
            at = seconds(datetime.strptime(until[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), home)
            rule = rule.replace(until[1], local(at).strftime("%Y%m%dT%H%M%S"))
        for wall in rrulestr(rule, dtstart=first):
            if wall > last:
                break
            starts[seconds(wall.replace(tzinfo=zone), home)] = (wall, None)
    for name, parameters, value in many:
        if name in ("RDATE", "EXDATE"):
            for item in value.split(","):
                item, _, period = item.partition("/")
                wall, own = moment(item, parameters, home)
                at = seconds(wall.replace(tzinfo=own), home)
                if name == "RDATE":
                    starts[at] = (wall if is_date else local(at), period or None)
    for name, parameters, value in many:
        if name == "EXDATE":
            for item in value.split(","):
                wall, own = moment(item, parameters, home)
                if "VALUE=DATE" in parameters:
                    starts = {at: start for at, start in starts.items() if start[0].date() != wall.date()}
                starts.pop(seconds(wall.replace(tzinfo=own), home), None)
    title = re.sub(r"\\(.)", r"\1", one["SUMMARY"][0])
    found = []
    for start, (wall, period) in starts.items():
        length = period or one.get("DURATION", [None])[0]
        if length:
            days, exact = duration(length)
            end = seconds((wall + days).replace(tzinfo=zone), home) + exact
        elif "DTEND" in one and is_date:
            days = moment(*one["DTEND"], home)[0] - first
            end = seconds((wall + days).replace(tzinfo=zone), home)
        elif "DTEND" in one:
            to, other = moment(*one["DTEND"], home)
            exact = seconds(to.replace(tzinfo=other), home) - seconds(first.replace(tzinfo=zone), home)
            if exact < 0 and str(other) == str(zone):
                # The clocks skip the first start, past its own end: the length is what they show.
                exact = (to - first).total_seconds()
            end = start + int(exact)
        else:
            end = seconds((wall + timedelta(days=1)).replace(tzinfo=zone), home) if is_date else start
        start, end = min(start, end), max(start, end)
        if touches(start, end, window):
            found.append([one["UID"][0], start, end, is_date, title])
    return found


def plain_series(ics):
    """The lines of each VEVENT whose UID is there once, and that changes no instance of another."""
    changes = lambda lines: any(line.startswith("RECURRENCE-ID") for line in lines)
    events = {}
    for text in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", ics.replace("\r\n ", ""), re.S):
        lines = text.split("\r\n")[:-1]
        uid = next(line for line in lines if line.startswith("UID:"))
        events.setdefault(uid, []).append(lines)
    return [found[0] for found in events.values() if len(found) == 1 and not changes(found[0])]


def main():
    answers = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            asked = json.load(file)
        window, home = (asked["from"], asked["to"]), ZoneInfo(asked["home"])
        plain = plain_series(asked["ics"])
        answers.append(
            {
                "recurring_ical_events": by_recurring_ical_events(asked["ics"], window, home),
                "dateutil": [one for lines in plain for one in by_dateutil(lines, window, home)],
                "plain": [next(line[4:] for line in lines if line.startswith("UID:")) for lines in plain],
            }
        )
    json.dump({"zones": tzdata.IANA_VERSION, "answers": answers}, sys.stdout)


main()

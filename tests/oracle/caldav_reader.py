"""What Python's `caldav` finds of seawall's in a calendar: [[start, end, title, text]...], times in UTC.

    caldav_reader.py FILE       JSON: url, user, password, digest, ca, calendar

It looks for the calendar itself, from the address that a user would give it.
"""

import datetime
import json
import sys

import caldav
from requests.auth import HTTPDigestAuth


def stamp(time):
    return time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def main(asked):
    proof = {"username": asked["user"], "password": asked["password"]}
    if asked["digest"]:
        proof = {"auth": HTTPDigestAuth(asked["user"], asked["password"])}
    with caldav.DAVClient(url=asked["url"], ssl_verify_cert=asked["ca"] or True, **proof) as client:
        calendars = {str(one.url).rstrip("/"): one for one in client.principal().calendars()}
        calendar = calendars[asked["calendar"].rstrip("/")]
        rows = []
        for found in calendar.events():
            event = found.icalendar_component
            if str(event["UID"]).startswith("sea0"):
                start, end = event.decoded("DTSTART"), event.decoded("DTEND")
                rows.append([stamp(start), stamp(end), str(event["SUMMARY"]), str(event["DESCRIPTION"])])
    print(json.dumps(sorted(rows)))


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        main(json.load(file))

"""Google's own Python client against the service named in the environment: writes, preconditions, pages, sync tokens.
Prints a line for each step; tests/it/google_fake/clients.rs knows what they must be."""

import os

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

credentials = Credentials(
    None,
    refresh_token=os.environ["GCAL_REFRESH_TOKEN"],
    token_uri=os.environ["GCAL_TOKEN_URL"],
    client_id=os.environ["GCAL_CLIENT_ID"],
    client_secret=os.environ["GCAL_CLIENT_SECRET"],
)
service = build(
    "calendar",
    "v3",
    credentials=credentials,
    static_discovery=True,
    client_options={"api_endpoint": os.environ["GCAL_ENDPOINT"]},
)
events = service.events()
HERE = {"calendarId": "primary"}


def refused(request):
    """What a request is refused with."""
    try:
        request.execute()
    except HttpError as error:
        return f"{error.resp.status} {error.error_details[0]['reason']}"
    raise SystemExit(f"not refused: {request.uri}")


def since(token):
    """What changed since a token, and the next one."""
    page = events.list(**HERE, syncToken=token).execute()
    print("since then:", *(f"{item['id']} {item['status']}" for item in page["items"]))
    return page["nextSyncToken"]


def with_etag(request, etag):
    request.headers["If-Match"] = etag
    return request


calendars = service.calendarList().list().execute()["items"]
print("calendars:", *(calendar["summary"] for calendar in calendars))

body = {
    "id": "sea0client",
    "summary": "Focus",
    "start": {"dateTime": "2026-11-24T09:00:00+01:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-11-24T12:00:00+01:00", "timeZone": "Europe/Berlin"},
    "extendedProperties": {"private": {"seawall": "v1"}},
}
made = events.insert(**HERE, body=body, sendUpdates="none").execute()
print("inserted:", made["status"])
print("again:", refused(events.insert(**HERE, body=body)))

request, pages, found = events.list(**HERE, maxResults=3), 0, []
while request is not None:
    page = request.execute()
    pages, found = pages + 1, found + page["items"]
    request = events.list_next(request, page)
print(f"pages: {pages} of {len(found)} events")

token = events.list(**HERE).execute()["nextSyncToken"]
named = {**HERE, "eventId": "sea0client"}
changed = with_etag(events.patch(**named, body={"summary": "Deep work"}), made["etag"]).execute()
print("patched:", changed["summary"])
print("patched with an old etag:", refused(with_etag(events.patch(**named, body={"summary": "no"}), made["etag"])))
token = since(token)
print("deleted with an old etag:", refused(with_etag(events.delete(**named), made["etag"])))
with_etag(events.delete(**named), changed["etag"]).execute()
print("deleted")
print("deleted again:", refused(events.delete(**named)))
token = since(token)
print("it stays:", events.get(**named).execute()["status"])
print("inserted again:", refused(events.insert(**HERE, body=body)))

series = {key: value for key, value in body.items() if key != "id"} | {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]}
series = events.insert(**HERE, body=series).execute()
print("instances:", len(events.instances(**HERE, eventId=series["id"]).execute()["items"]))

print("token at its end:", refused(events.list(**HERE, syncToken="x" + token)))

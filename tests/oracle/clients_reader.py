"""What `vdirsyncer` fetches of a calendar and `khal` shows of it: [[start, end, title, text]...], times in UTC.

    clients_reader.py FILE      JSON: url, user, password, digest, ca, calendar, folder, from

Both run as their users run them, with configs of their own in that folder.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
VDIRSYNCER = """\
[general]
status_path = "{folder}/status/"
[pair r]
a = "local"
b = "remote"
collections = [["work", "work", {segment}]]
conflict_resolution = null
[storage local]
type = "filesystem"
path = "{folder}/cals/"
fileext = ".ics"
[storage remote]
type = "caldav"
url = {url}
username = {user}
password = {password}
{more}
"""
KHAL = """\
[calendars]
[[work]]
path = {folder}/cals/work
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M
longdatetimeformat = %Y-%m-%dT%H:%M
[sqlite]
path = {folder}/khal.db
"""
def run(*command, **more):
    answer = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **more)
    if answer.returncode:
        sys.exit(f"{command[0]}: {answer.returncode}\n{answer.stdout}\n{answer.stderr}")
    return answer.stdout


def main(asked):
    folder = asked["folder"]
    more = 'auth = "digest"\n' if asked["digest"] else ""
    if asked["ca"]:
        more += f'verify = "{asked["ca"]}"\n'
    segment = json.dumps(asked["calendar"].rstrip("/").rsplit("/", 1)[1])
    quoted = {name: json.dumps(asked[name]) for name in ("url", "user", "password")}
    config = Path(folder, "vdirsyncer.conf")
    config.write_text(VDIRSYNCER.format(folder=folder, segment=segment, more=more, **quoted))
    config.chmod(0o600)
    home = {**os.environ, "HOME": folder, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    # It asks whether to make the folder.
    run(BIN / "vdirsyncer", "-c", config, "discover", "r", env=home, input="y\n" * 9)
    run(BIN / "vdirsyncer", "-c", config, "sync", "r", env=home)

    config = Path(folder, "khal.conf")
    config.write_text(KHAL.format(folder=folder))
    fields = ["uid", "start-long-full", "end-long-full", "title", "description"]
    words = [word for field in fields for word in ("--json", field)]
    # A line of JSON a day.
    days = run(BIN / "khal", "-c", config, "list", "--once", *words, asked["from"], "30d", env=home)
    events = [event for day in days.splitlines() if day.strip() for event in json.loads(day)]
    own = [[event[field] for field in fields[1:]] for event in events if event["uid"].startswith("sea0")]
    print(json.dumps(sorted([f"{start}:00Z", f"{end}:00Z", title, text] for start, end, title, text in own)))


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        main(json.load(file))

"""What the steps share: the machine, a CalDAV server, a service that gives tokens and then hangs, and what
deploy/README.md says, so that a step can follow it to the letter."""

import http.server
import json
import re
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

from machine import Failed, Machine, expect, until

PROJECT = Path(__file__).resolve().parents[2]
UNIT = "/usr/lib/systemd/system/seawall.service"
STATE = "/var/lib/private/seawall"
CONFIG = """\
timezone = "UTC"
[hours]
work = [{{ days = "mon-sun", from = "00:00", to = "24:00" }}]
[focus]
recovery = "0m"
[[role]]
name = "deep"
blocks = [{{ name = "Block", days = "mon-sun", from = "09:00", to = "12:00" }}]
[summary]
at = "{at}"
refresh = 100
[[account]]
name = "work"
provider = "caldav"
url = "{url}"
username = "{user}"
password = {password}
calendars = [{{ name = "Personal", use = "read+hold" }}]
"""
GOOGLE = """
[[account]]
name = "company"
provider = "google"
client_id = "1234-abcd.apps.googleusercontent.com"
endpoint = "{url}/calendar/v3"
auth_url = "{url}/auth"
token_url = "{url}/token"
calendars = [{{ name = "primary", use = "read" }}]
"""
SCOPES = ["calendar.events.readonly", "calendar.calendarlist.readonly"]


class Lab:
    """One server of tests/lab."""

    def __init__(self):
        program = [sys.executable, "-B", PROJECT / "tests/lab/lab.py", "radicale"]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self._answer()["url"]

    def _answer(self):
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def ask(self, do, **question):
        self.process.stdin.write(json.dumps({"do": do, **question}) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def calendar(self, user):
        """A person with the password of all, and a calendar; gives a function that lists its objects."""
        home = self.ask("person", name=user, password=f"{user}-s3cret")["home"]
        who = [user, f"{user}-s3cret"]
        url = self.ask("calendar", **{"as": who}, url=home, segment="personal", name="Personal")["url"]
        return lambda: self.ask("list", **{"as": who}, url=url)["objects"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


class Silent:
    """A stand-in for Google that gives a token to whoever asks, and no answer to any other question."""

    def __init__(self):
        self.is_asked = threading.Event()
        self.is_over = threading.Event()
        silent = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                scope = " ".join(f"https://www.googleapis.com/auth/{name}" for name in SCOPES)
                token = {"access_token": "ya29.s3cret", "expires_in": 3600, "token_type": "Bearer", "scope": scope}
                body = json.dumps(token).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                silent.is_asked.set()
                silent.is_over.wait()
                self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.is_over.set()
        self.server.shutdown()


class Readme:
    """The commands of deploy/README.md, each of which some step has to follow."""

    def __init__(self):
        self.text = (PROJECT / "deploy/README.md").read_text()
        blocks = re.findall(r"^```console\n(.*?)^```", self.text, re.S | re.M)
        lines = [re.sub(r"^[$#] |\s\s+# .*", "", line) for block in blocks for line in block.splitlines()]
        expect(len(lines) > 20, lines)
        self.left = dict.fromkeys(lines)
        self.said = set(lines)

    def take(self, line):
        expect(line in self.said, f"deploy/README.md does not say: {line}")
        self.left.pop(line, None)
        return line


class World:
    """What the steps share."""

    def __init__(self, root, package, newer, own):
        self.package, self.newer, self.own = Path(package), Path(newer), Path(own)
        self.readme = Readme()
        self.line = " ".join(re.search(r"systemd-run .*?(?= COMMAND)", self.readme.text, re.S)[0].replace("\\\n", " ").split())
        self.silent = Silent()
        self.lab = Lab()
        self.machine = Machine(root)
        self.holds_of_service = self.lab.calendar("server")
        self.holds_of_anna = self.lab.calendar("anna")
        self.due = None
        self.due_soon()

    def due_soon(self):
        """From now on configs have the week's summary due in some minutes, on the minute, and in this week."""
        def in_some_minutes():
            return datetime.now(timezone.utc).replace(second=0, microsecond=0) + timedelta(minutes=2)

        def same_week():
            return in_some_minutes().isocalendar()[:2] == datetime.now(timezone.utc).isocalendar()[:2]

        until(same_week, "the week does not end", 600)
        self.due = in_some_minutes()

    def config(self, user="server", password='{ credential = "seawall_work" }'):
        return CONFIG.format(at=f"{self.due:%a %H:%M}".lower(), url=self.lab.url, user=user, password=password)

    def configure(self, text=None):
        """Writes the config of the service: the right one, or this."""
        self.machine.write("/etc/seawall/seawall.toml", text or self.config())

    def google(self):
        return GOOGLE.format(url=self.silent.url)

    def answers(self, user, secret):
        """What one types into `seawall init`: an account on the server, blocks of every day, and nothing written."""
        block = ["mon-sun", "09:00", "12:00"]
        typed = ["UTC", "caldav", self.lab.url, user, secret, "Personal=read+hold", *block, *block, "", "no"]
        return [("]: ", f"{line}\n") for line in typed]

    def as_service(self, command, more="", talk=()):
        """A command by the documented line."""
        line = self.line.replace(" seawall", f" {more} seawall", 1) if more else self.line
        return self.machine.terminal(f"{line} {command}", talk)

    def follow(self, line, user=None, talk=()):
        """A command of deploy/README.md, to the letter; in a terminal where somebody types."""
        self.readme.take(line)
        if talk:
            return self.machine.terminal(line, talk, check=True, user=user)
        return self.machine.run("bash", "-c", line, user=user)

    def status(self):
        told = self.as_service("status --json")
        expect(told.returncode == 0, told)
        try:
            return json.loads(told.stdout)
        except ValueError as error:
            raise Failed(f"{error}: {told}") from error

    def pid(self):
        return self.machine.show("MainPID")

    def is_new(self, before):
        """Whether it runs, as another process than before."""
        return self.pid() not in ("0", before) and self.machine.show("ActiveState") == "active"

    def close(self):
        self.machine.close()
        self.lab.close()
        self.silent.close()


def holds(objects):
    return {name: body for name, body in objects.items() if "X-SEAWALL" in body and "SUMMARY:Focus" in body}


def summaries(objects):
    return [body for body in objects.values() if "X-SEAWALL" in body and "SUMMARY:Week" in body]

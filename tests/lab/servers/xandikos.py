"""Xandikos: TLS with a certificate that it signs itself for `localhost`, Basic, and scheduling (RFC 6638)."""

import base64
import hashlib
import sys
from importlib.metadata import version

from client import Client, expect
from servers import Base

PRINCIPAL = """\
[scheduling]
default-calendar-url = /{user}/calendars/calendar
addresses = mailto:{user}@example.com
"""


class Server(Base):
    def start(self):
        port = self.place.port()
        # By name: the certificate is for the name it listens on, and has no address in it.
        self.url = f"https://localhost:{port}/"
        self.ca = self.place.folder / "state/certs/selfsigned.crt"
        self.users = self.place.make("users", "", mode=0o600)
        self.data = self.place.make("data")
        self.place.spawn(
            sys.executable, "-m", "xandikos", "multi-user", "-d", self.data, "--defaults", "-l", "localhost", "-p", port,
            "--state-dir", self.place.make("state"), "--autocert", "--htpasswd", self.users,
        )
        self.place.wait(port)

    def add_user(self, name, password):
        digest = base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()
        with open(self.users, "a") as users:
            users.write(f"{name}:{{SHA}}{digest}\n")
        # The first request makes the principal, which reads its address from its file at each request.
        expect(Client(self, name, password).request("PROPFIND", self.home(name), {"Depth": "0"}), 207)
        self.place.make(f"data/{name}/.xandikos", PRINCIPAL.format(user=name))

    def home(self, user):
        return f"/{user}/calendars/"

    def version(self):
        return version("xandikos")

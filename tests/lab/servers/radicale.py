"""Radicale: plain HTTP, Basic; a user's principal is also the home."""

import sys
from importlib.metadata import version

from servers import Base

CONFIG = """\
[server]
hosts = 127.0.0.1:{port}
max_content_length = 100000000
timeout = 30
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}/data
[logging]
level = info
"""


class Server(Base):
    def start(self):
        port = self.place.port()
        self.url = f"http://127.0.0.1:{port}/"
        self.users = self.place.make("users", "", mode=0o600)
        config = self.place.make("config", CONFIG.format(port=port, folder=self.place.folder))
        self.place.spawn(sys.executable, "-m", "radicale", "--config", config)
        self.place.wait(port)

    def add_user(self, name, password):
        with open(self.users, "a") as users:
            users.write(f"{name}:{password}\n")

    def home(self, user):
        return f"/{user}/"

    def version(self):
        return version("radicale")

"""A PostgreSQL cluster of its own for the servers that keep their data in one."""

import signal
import subprocess
from pathlib import Path


class Postgres:
    """Listens on loopback and trusts everybody there."""

    def __init__(self, place):
        self.place = place
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.port = place.port()

    def start(self):
        home = self.place.make("pg", user="postgres", mode=0o700)
        self.run(self.bin / "initdb", "-D", home / "data", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": home, "fsync": "off"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        self.place.spawn(self.bin / "postgres", "-D", home / "data", *options, user="postgres", stop=signal.SIGINT)
        # It listens before it lets anybody in.
        ready = [self.bin / "pg_isready", "-q", "-U", "postgres", "-h", "127.0.0.1", "-p", str(self.port)]
        self.place.until(lambda: subprocess.run(ready).returncode == 0, "PostgreSQL lets nobody in")

    def run(self, *command):
        self.place.run(*command, user="postgres", PGHOST="127.0.0.1", PGPORT=str(self.port))

    def sql(self, database, *statements):
        commands = [word for statement in statements for word in ("-c", statement)]
        self.run(self.bin / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", database, *commands)

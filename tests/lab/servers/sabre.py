"""SabreDAV as Debian ships it, on PHP's own web server and SQLite: Digest only, no sync-collection."""

import hashlib
import sqlite3
from pathlib import Path

from servers import Base

EXAMPLES = Path("/usr/share/doc/php-sabre-dav/examples/sql")
SCRIPT = """\
<?php
// Released for an older PHP, whose notices it would take for failures.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_NOTICE & ~E_WARNING); ini_set('display_errors', '0'); ini_set('log_errors', '1');
date_default_timezone_set('UTC');
$pdo = new \\PDO('sqlite:{database}');
$pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
require_once 'Sabre/autoload.php';
$principals = new \\Sabre\\DAVACL\\PrincipalBackend\\PDO($pdo);
$calendars = new \\Sabre\\CalDAV\\Backend\\PDO($pdo);
$server = new \\Sabre\\DAV\\Server([
    new \\Sabre\\CalDAV\\Principal\\Collection($principals), new \\Sabre\\CalDAV\\CalendarRootNode($principals, $calendars)]);
$server->setBaseUri('/');
$server->addPlugin(new \\Sabre\\DAV\\Auth\\Plugin(new \\Sabre\\DAV\\Auth\\Backend\\PDO($pdo), 'SabreDAV'));
$server->addPlugin(new \\Sabre\\DAVACL\\Plugin());
$server->addPlugin(new \\Sabre\\CalDAV\\Plugin());
$server->exec();
"""


class Server(Base):
    auth = "digest"
    package = "php-sabre-dav"

    def start(self):
        place = self.place
        folder = place.make("sabre", user="www-data")
        self.database = place.make("sabre/db.sqlite", "", user="www-data")
        with sqlite3.connect(self.database) as database:
            for name in ("calendars", "principals", "users", "locks"):
                database.executescript((EXAMPLES / f"sqlite.{name}.sql").read_text())
            database.execute("DELETE FROM users")
            database.execute("DELETE FROM principals")
        port = place.port()
        self.url = f"http://127.0.0.1:{port}/"
        script = place.make("server.php", SCRIPT.format(database=self.database))
        # Several workers, so that a client that hangs up late keeps nobody waiting.
        place.spawn(
            "/usr/bin/php", "-S", f"127.0.0.1:{port}", "-t", folder, script, user="www-data", PHP_CLI_SERVER_WORKERS="4"
        )
        place.wait(port)

    def add_user(self, name, password):
        digest = hashlib.md5(f"{name}:SabreDAV:{password}".encode()).hexdigest()
        with sqlite3.connect(self.database, timeout=30) as database:
            database.execute("INSERT INTO users(username,digesta1) VALUES(?,?)", (name, digest))
            principal = (f"principals/{name}", f"{name}@example.com", name)
            database.execute("INSERT INTO principals(uri,email,displayname) VALUES(?,?,?)", principal)

    def home(self, user):
        return f"/calendars/{user}/"

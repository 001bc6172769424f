"""Starts one real CalDAV server on loopback with data of its own, and stops it when its standard input ends.

    lab.py SERVER       radicale | xandikos | cyrus | davical | sogo | sabre

Speaks JSON, a line an answer. The first line says where the server is; each line of input is a question:
    {"do": "person", "name": N, "password": P}                     -> {"home": url}
    {"do": "calendar", "as": [N, P], "segment": S, "name": TEXT}   -> {"url"}
    {"do": "calendars", "as": [N, P]}                              -> {"members": {url: display name}}
    {"do": "list", "as": [N, P], "url": U}                         -> {"objects": {name: body}}
    {"do": "put", "as": [N, P], "url": U, "name": S, "body": TEXT, "headers": {}}    -> {"status", ...}
    {"do": "delete", "as": [N, P], "url": U, "name": S}            -> {"status", ...}
    {"do": "request", "as": [N, P], "method": M, "url": U, "headers": {}, "body": TEXT or null}
                                                                   -> {"status", "headers", "body"}
An answer {"error": TEXT} means that it did not work. By hand: start it, ask, and end it with Ctrl-D.
"""

import importlib
import json
import os
import signal
import sys
import time
from urllib.parse import urljoin

from client import Client
from place import Place


class Desk:
    """Answers questions about one server."""

    def __init__(self, server):
        self.server = server
        self.clients = {}
        self.can = {
            "person": self.person,
            "calendar": lambda client, url, segment, name: {"url": client.make_calendar(segment, name)},
            "calendars": lambda client, url: {"members": client.members(client.home)},
            "list": lambda client, url: {"objects": client.list(url)},
            "put": lambda client, url, name, body, headers: told(client.put(url, name, body, headers)),
            "delete": lambda client, url, name: told(client.delete(url, name)),
            "request": lambda client, url, method, headers, body: told(client.request(method, url, headers, body)),
        }

    def person(self, client, url, name, password):
        self.server.add_user(name, password)
        return {"home": urljoin(self.server.url, self.server.home(name))}

    def answer(self, question):
        do, who, url = question.pop("do"), question.pop("as", None), question.pop("url", None)
        if who and tuple(who) not in self.clients:
            self.clients[tuple(who)] = Client(self.server, *who)
        return self.can[do](self.clients.get(tuple(who or ())), url, **question)


def told(answer):
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return {"status": answer.status_code, "headers": headers, "body": answer.content.decode("utf-8", "replace")}


def say(answer):
    print(json.dumps(answer), flush=True)


def started(name, place):
    """The server, once it answers a first user."""
    server = importlib.import_module(f"servers.{name}").Server(place)
    if server.package and os.geteuid() != 0:
        raise RuntimeError("it needs root, to install its Debian packages and to run as its own user: tests/run --all")
    try:
        server.start()
    except FileNotFoundError as error:
        raise RuntimeError(f"{error}; tests/run --all installs what is missing") from error
    server.add_user("probe", "probepw")
    client = Client(server, "probe", "probepw")
    answers = []

    def answers_well():
        try:
            answers.append(client.request("PROPFIND", client.home, {"Depth": "0"}).status_code)
        except OSError as error:
            answers.append(error)
        return answers[-1] == 207

    try:
        place.until(answers_well, "no answer to a PROPFIND")
    except RuntimeError as error:
        raise RuntimeError(f"{error}; its last answer: {answers[-1:]}") from error
    return server


def main(name):
    # Its own session: Ctrl-C in the tests' terminal ends the tests, and that closes the standard input here.
    if not sys.stdin.isatty():
        os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    place = Place(name)
    try:
        begin = time.monotonic()
        server = started(name, place)
        say({
            "url": server.url, "auth": server.auth, "ca": str(server.ca) if server.ca else None,
            "version": server.version(), "folder": str(place.folder), "seconds": round(time.monotonic() - begin, 2),
        })
        desk = Desk(server)
        for line in sys.stdin:
            try:
                answer = desk.answer(json.loads(line))
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            say(answer)
    except BrokenPipeError:
        return 1  # who asked was killed
    except Exception as error:
        log = place.log.read_text(errors="replace")
        say({"error": f"{name} did not start: {error}\nThe end of its log:\n{log[-4000:]}"})
        return 1
    finally:
        place.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

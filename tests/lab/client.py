"""Eyes and hands of the tests on a server, with nothing of seawall in them: requests and an XML parser of Python's."""

from urllib.parse import quote, unquote, urljoin
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

MKCALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><D:displayname>{}</D:displayname>\
<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>\
</D:prop></D:set></C:mkcalendar>"""
PROPFIND = """<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:displayname/></D:prop></D:propfind>"""
CALENDAR = "text/calendar; charset=utf-8"
XML = "application/xml; charset=utf-8"


class Client:
    """One user of one server."""

    def __init__(self, server, user, password):
        self.url = server.url
        self.home = urljoin(server.url, server.home(user))
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy and no .netrc on loopback
        self.session.verify = str(server.ca) if server.ca else True
        self.session.auth = {"basic": HTTPBasicAuth, "digest": HTTPDigestAuth}[server.auth](user, password)
        self.session.headers = {"User-Agent": "seawall-laboratory", "Connection": "close"}

    def request(self, method, url, headers=None, body=None):
        body = body.encode() if isinstance(body, str) else body
        return self.session.request(
            method, urljoin(self.url, url), headers=headers, data=body, allow_redirects=False, timeout=60
        )

    def make_calendar(self, segment, name):
        """A calendar for events with that last segment and display name; its address."""
        url = f"{self.home}{quote(segment)}/"
        expect(self.request("MKCALENDAR", url, {"Content-Type": XML}, MKCALENDAR.format(escape(name))), 201)
        return url

    def members(self, url, depth=1):
        """The members of a collection: address -> display name, without the collection itself."""
        answer = expect(self.request("PROPFIND", url, {"Content-Type": XML, "Depth": str(depth)}, PROPFIND), 207)
        found = {}
        for response in ElementTree.fromstring(answer.content).findall("{DAV:}response"):
            address = urljoin(url, response.findtext("{DAV:}href").strip())
            if unquote(address).rstrip("/") != unquote(url).rstrip("/"):
                found[address] = response.findtext(".//{DAV:}displayname")
        return found

    def list(self, url):
        """Every object of a calendar, read one by one: last segment, decoded -> body."""
        names = {unquote(address.rsplit("/", 1)[1]): address for address in self.members(url)}
        return {name: expect(self.request("GET", address), 200).content.decode() for name, address in names.items()}

    def put(self, url, name, body, headers):
        return self.request("PUT", url + quote(name), {"Content-Type": CALENDAR, **headers}, body)

    def delete(self, url, name):
        return self.request("DELETE", url + quote(name))


def expect(answer, status):
    if answer.status_code != status:
        request = answer.request
        raise RuntimeError(f"{request.method} {request.url}: {answer.status_code} {answer.text[:2000]}")
    return answer

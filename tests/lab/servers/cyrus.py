"""Cyrus IMAP's CalDAV: Basic (and Digest), the strictest of them, with all of scheduling (RFC 6638) and sync (RFC 6578)."""

import imaplib

from servers import Base

IMAPD = """\
configdirectory: {folder}/conf
partition-default: {folder}/spool
defaultpartition: default
proc_path: {folder}/run/proc
mboxname_lockpath: {folder}/run/lock
idlesocket: {folder}/sock/idle
notifysocket: {folder}/sock/notify
lmtpsocket: {folder}/sock/lmtp
sievedir: {folder}/sieve
unixhierarchysep: no
altnamespace: no
admins: cyrus
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: PLAIN LOGIN DIGEST-MD5
sasl_reauth_timeout: 60
servername: localhost
defaultdomain: example.com
virtdomains: off
httpmodules: caldav
calendar_user_address_set: example.com
caldav_create_default: yes
caldav_allowscheduling: on
caldav_allowcalendaradmin: yes
autocreate_users: anyone
autocreate_quota: 100000
autocreate_post: yes
httpallowcompress: yes
umask: 077
"""
MASTER = """\
START {{
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C {config} -r"
}}
SERVICES {{
  imap cmd="/usr/lib/cyrus/bin/imapd -C {config} -U 30" listen="127.0.0.1:{imap}" proto="tcp4" prefork=0
  http cmd="/usr/lib/cyrus/bin/httpd -C {config} -U 30" listen="127.0.0.1:{http}" proto="tcp4" prefork=0
}}
EVENTS {{
  checkpoint cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C {config} -c" period=30
}}
"""
# Without these its databases fail in silence.
CONF = "db socket log msg proc quota user lock ptclient backup".split()


class Server(Base):
    package = "cyrus-imapd"

    def start(self):
        place = self.place
        self.imap, http = place.port(), place.port()
        self.url = f"http://127.0.0.1:{http}/dav/calendars/"
        names = ["", "spool", "run", "run/proc", "run/lock", "sieve", "sock", "conf", *(f"conf/{name}" for name in CONF)]
        self.folder = [place.make(f"cyrus/{name}", user="cyrus", mode=0o711) for name in names][0]
        config = place.make("imapd.conf", IMAPD.format(folder=self.folder))
        master = place.make("cyrus.conf", MASTER.format(config=config, imap=self.imap, http=http))
        # Its errors go to syslog only, unless it is told to be verbose: then also to the log that a failure shows.
        place.spawn(
            "/usr/lib/cyrus/bin/master", "-C", config, "-M", master, "-p", self.folder / "master.pid", "-D",
            user="cyrus", CYRUS_VERBOSE="1",
        )
        place.wait(http)
        place.wait(self.imap)

    def add_user(self, name, password):
        file = self.folder / "sasldb2"
        self.place.run("saslpasswd2", "-p", "-c", "-f", file, "-u", "localhost", name, user="cyrus", text=password)
        # The first IMAP login makes the user's mailboxes; before it every DAV request fails.
        with imaplib.IMAP4("127.0.0.1", self.imap) as imap:
            imap.login(name, password)

    def home(self, user):
        return f"/dav/calendars/user/{user}/"

"""SOGo behind Apache, as its users run it, on a PostgreSQL and a memcached of its own; Basic."""

import signal

from servers import Base, apache
from servers.postgres import Postgres

SITE = """\
ProxyRequests Off
SetEnv proxy-nokeepalive 1
ProxyPreserveHost On
RequestHeader set "x-webobjects-server-port" "@PORT@"
RequestHeader set "x-webobjects-server-name" "127.0.0.1"
RequestHeader set "x-webobjects-server-url" "http://127.0.0.1:@PORT@"
RequestHeader set "x-webobjects-server-protocol" "HTTP/1.0"
ProxyPass /SOGo http://127.0.0.1:{port}/SOGo retry=0 nocanon
RedirectMatch 301 ^/\\.well-known/caldav$ /SOGo/dav/
"""
USERS = """\
CREATE TABLE sogo_users (c_uid VARCHAR(128) PRIMARY KEY, c_name VARCHAR(128), c_password VARCHAR(256),
  c_cn VARCHAR(256), mail VARCHAR(256))"""
SOURCE = (
    '({{type=sql;id=directory;viewURL="{db}/sogo_users";canAuthenticate=YES;isAddressBook=YES;'
    'userPasswordAlgorithm=plain;displayName="Users";}})'
)


class Server(Base):
    package = "sogo"

    def start(self):
        place = self.place
        self.postgres = Postgres(place)
        self.postgres.start()
        self.postgres.sql("postgres", "CREATE USER sogo PASSWORD 'sogo'", "CREATE DATABASE sogo OWNER sogo")
        self.postgres.sql("sogo", "SET ROLE sogo", USERS)
        memory = place.port()
        place.spawn("/usr/bin/memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", memory, "-m", "32", user="nobody")
        place.wait(memory)
        port = place.port()
        home = place.make("sogo", user="sogo", mode=0o700)
        words = [word for pair in self.settings(port, memory, home).items() for word in pair]
        # Everything on the command line: no file of the host's is read or written.
        script = '. /usr/share/GNUstep/Makefiles/GNUstep.sh; exec /usr/sbin/sogod "$@"'
        # It lingers for seconds when asked to end.
        place.spawn("/bin/bash", "-c", script, "sogod", *words, user="sogo", stop=signal.SIGKILL, HOME=str(home))
        place.wait(port)
        port = apache.start(place, SITE.format(port=port))
        self.url = f"http://127.0.0.1:{port}/SOGo/dav/"

    def settings(self, port, memory, home):
        db = f"postgresql://sogo:sogo@127.0.0.1:{self.postgres.port}/sogo"
        tables = {
            "-SOGoProfileURL": "sogo_user_profile", "-OCSFolderInfoURL": "sogo_folder_info",
            "-OCSSessionsFolderURL": "sogo_sessions_folder", "-OCSEMailAlarmsFolderURL": "sogo_alarms_folder",
            "-OCSStoreURL": "sogo_store", "-OCSAclURL": "sogo_acl", "-OCSCacheFolderURL": "sogo_cache_folder",
        }
        return {
            "-WOWorkersCount": 3, "-WOPort": f"127.0.0.1:{port}", "-WONoDetach": "YES", "-WOLogFile": "-",
            "-WOPidFile": home / "sogo.pid", **{name: f"{db}/{table}" for name, table in tables.items()},
            "-SOGoMemcachedHost": f"127.0.0.1:{memory}", "-SOGoTimeZone": "UTC", "-SOGoMailDomain": "example.com",
            "-SOGoAppointmentSendEMailNotifications": "NO", "-SOGoEnablePublicAccess": "NO", "-SxVMemLimit": 512,
            "-WOListenQueueSize": 300, "-SOGoUserSources": SOURCE.format(db=db),
        }

    def add_user(self, name, password):
        row = f"'{name}','{name}','{password}','{name}','{name}@example.com'"
        self.postgres.sql("sogo", f"INSERT INTO sogo_users VALUES ({row})")

    def home(self, user):
        return f"/SOGo/dav/{user}/Calendar/"

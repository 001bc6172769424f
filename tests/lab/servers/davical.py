"""DAViCal in Apache, on a PostgreSQL of its own; Basic."""

from servers import Base, apache
from servers.postgres import Postgres

SETTINGS = """\
<?php
$_SERVER['SERVER_NAME'] = '127.0.0.1';
$c->domain_name = "127.0.0.1"; $c->admin_email = 'admin@example.com'; $c->system_name = "DAViCal";
$c->pg_connect[] = "dbname=davical user=davical_app host=127.0.0.1 port={port}";
$c->default_locale = "en"; $c->enable_auto_schedule = true;
$c->home_calendar_name = 'calendar'; $c->home_addressbook_name = null;
"""
# DAViCal looks for its settings in /etc/davical/SERVER_NAME-conf.php only. The name leads to this server's folder, so
# that nothing of the host's changes; the settings put the real name back.
PRELUDE = "<?php $_SERVER['SERVER_NAME'] = '../..{folder}/davical';\n"
SITE = """\
DocumentRoot /usr/share/davical/htdocs
DirectoryIndex index.php
SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1
RewriteEngine On
RewriteRule ^/\\.well-known/(.*)$ /caldav.php/.well-known/$1 [PT]
<Directory /usr/share/davical/htdocs>
  AllowOverride None
  Require all granted
  AcceptPathInfo On
  <FilesMatch "\\.php$">
    SetHandler application/x-httpd-php
  </FilesMatch>
  php_value auto_prepend_file {folder}/prelude.php
  php_value include_path /usr/share/davical/inc:/usr/share/awl/inc
  php_value error_reporting 4437
  php_value default_charset utf-8
  php_flag display_errors Off
</Directory>
"""
USER = """\
INSERT INTO usr(username,password,fullname,email,active,email_ok)
  VALUES('{user}','**{password}','{user}','{user}@example.com',true,now())"""
# With the rights that let others schedule to the user.
PRINCIPAL = """\
INSERT INTO principal(type_id,user_no,displayname,default_privileges)
  SELECT 1,user_no,fullname,(512+1024+2048+4096)::int::BIT(24) FROM usr WHERE username='{user}'"""


class Server(Base):
    package = "davical"

    def start(self):
        place = self.place
        self.postgres = Postgres(place)
        self.postgres.start()
        self.postgres.run("/usr/share/davical/dba/create-database.sh", "davical", "adminpw")
        place.make("davical-conf.php", SETTINGS.format(port=self.postgres.port))
        place.make("prelude.php", PRELUDE.format(folder=place.folder))
        port = apache.start(place, SITE.format(folder=place.folder), php=True)
        self.url = f"http://127.0.0.1:{port}/caldav.php/"

    def add_user(self, name, password):
        self.postgres.sql("davical", *(text.format(user=name, password=password) for text in (USER, PRINCIPAL)))

    def home(self, user):
        return f"/caldav.php/{user}/"

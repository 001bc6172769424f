"""Apache with nothing of the host's settings, as one virtual host on a port of its own."""

CONFIG = """\
ServerRoot /etc/apache2
ServerName 127.0.0.1
PidFile {folder}/httpd.pid
Mutex file:{folder} default
ErrorLog /proc/self/fd/2
TypesConfig /etc/mime.types
StartServers 4
{modules}
Listen 127.0.0.1:{port}
{site}
"""
MODULES = "mpm_prefork authz_core dir mime alias rewrite headers env setenvif proxy proxy_http"


def start(place, site, php=False):
    """Starts it with that site and waits for it; gives its port."""
    port = place.port()
    lines = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES.split()]
    if php:
        lines.append("LoadModule php_module /usr/lib/apache2/modules/libphp8.2.so")
    folder = place.make("apache", user="www-data")
    config = CONFIG.format(folder=folder, modules="\n".join(lines), port=port, site=site.replace("@PORT@", str(port)))
    path = place.make("httpd.conf", config)
    place.spawn("/usr/sbin/apache2", "-f", path, "-DFOREGROUND", user="www-data")
    place.wait(port)
    return port

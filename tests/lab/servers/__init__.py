"""The servers, a module each with a class `Server`: start(), add_user(name, password), home(user), url, auth, ca, version()."""

import subprocess


class Base:
    """What most of them have in common."""

    auth = "basic"
    ca = None
    package = None

    def __init__(self, place):
        self.place = place

    def version(self):
        """The release that runs, as its package says."""
        command = ["dpkg-query", "--show", "--showformat", "${Version}", self.package]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

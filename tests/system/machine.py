"""A Debian that boots in a container on a copy of a folder, and ends with this process. Shares the host's network."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 120  # seconds until what must happen has happened, on a busy machine too


class Failed(Exception):
    """Something is not as it must be."""


class Machine:
    def __init__(self, root):
        self.folder = Path(tempfile.mkdtemp(prefix="seawall-system-", dir=Path(root).parent))
        self.root = self.folder / "root"
        subprocess.run(["cp", "--archive", "--reflink=auto", root, self.root], check=True)
        # Each machine has an identity of its own, made when it boots.
        (self.root / "etc/machine-id").write_text("")
        self.log = open(self.folder / "boot.log", "wb")
        self.container = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--directory", self.root, "--boot",
             "--console=pipe", "--link-journal=no", f"--machine=seawall-{os.getpid()}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True,
        )
        try:
            self.init = until(self._init, "the container has no init")
            until(self._is_up, "the system does not come up")
        except Failed as error:
            told = (self.folder / "boot.log").read_text(errors="replace")
            self.close()
            raise Failed(f"{error}\n{told[-4000:]}") from error

    def _is_up(self):
        return self.run("systemctl", "is-system-running", "--wait", check=False).stdout.strip() == "running"

    def _init(self):
        if self.container.poll() is not None:
            raise Failed(f"the container ended with {self.container.returncode}")
        children = Path(f"/proc/{self.container.pid}/task/{self.container.pid}/children").read_text().split()
        ready = [child for child in children if Path(f"/proc/{child}/comm").read_text().strip() == "systemd"]
        return ready[0] if ready else None

    def run(self, *command, check=True, text=None, user=None):
        """Runs a command inside; as a user who is logged in for good, with that user's service manager."""
        words = [str(word) for word in command]
        if user:
            uid = self.run("id", "--user", user).stdout.strip()
            words = ["runuser", "--user", user, "--", "env", f"HOME=/home/{user}", f"XDG_RUNTIME_DIR=/run/user/{uid}", *words]
        enter = ["nsenter", "--target", self.init, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        environment |= {"HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
        # systemd-nspawn keeps the rest of the host away; the command gets none of this process's environment.
        ran = subprocess.run(
            enter + words, input=text, stdin=None if text is not None else subprocess.DEVNULL, capture_output=True,
            text=True, env=environment, timeout=PATIENCE,
        )
        if check and ran.returncode != 0:
            raise Failed(f"{' '.join(words)}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran

    def terminal(self, line):
        """Runs a line of shell in a pseudo-terminal inside, as a person would."""
        ran = self.run("script", "--quiet", "--return", "--command", line, "/dev/null", check=False)
        ran.stdout = ran.stdout.replace("^@", "")  # the echo of the end of input
        return ran

    def write(self, path, text, mode=0o644):
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def show(self, what, *manager, unit="seawall.service", user=None):
        """A property of the unit."""
        return self.run("systemctl", *manager, "show", unit, "--property", what, "--value", user=user).stdout.strip()

    def journal(self, *more):
        return self.run("journalctl", "--no-pager", "--output=cat", *more, check=False).stdout

    def close(self):
        if self.container.poll() is None:
            init = getattr(self, "init", None)
            if init:
                os.kill(int(init), signal.SIGRTMIN + 4)  # power off
            try:
                self.container.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.container.kill()
                self.container.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def until(holds, otherwise, patience=PATIENCE):
    """Waits until that is true, and gives what it gave."""
    end = time.monotonic() + patience
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"{otherwise} after {patience} s")
        time.sleep(0.2)


def expect(holds, otherwise):
    if not holds:
        raise Failed(str(otherwise))

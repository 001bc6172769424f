"""Where one server of the laboratory lives: a folder of its own, ports of its own, and its processes, which end with it."""

import ctypes
import errno
import grp
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PORTS = range(10_000, 32_000)  # below what the kernel gives to outgoing connections
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 60  # seconds until a server must have answered, on a busy machine too


class Place:
    """A folder that other users may pass through but not list, and the processes started for it."""

    def __init__(self, name):
        # Below /tmp whatever TMPDIR says: the servers' own users must get there, and socket paths must be short.
        self.folder = Path(tempfile.mkdtemp(prefix=f"seawall-{name}-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.log = self.folder / "log"
        self.log.touch()
        self.log.chmod(0o666)
        self.processes = []
        self.reserved = []
        if os.path.exists("/proc"):
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def make(self, name, text=None, user=None, mode=None):
        """A file with that text, or a folder, that belongs to that user."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.mkdir()
        else:
            path.write_text(text)
        path.chmod(mode or (0o755 if text is None else 0o644))
        if user:
            shutil.chown(path, user)
        return path

    def port(self):
        """A port that nobody listens on, reserved among all laboratories of this machine until this one ends."""
        for _ in range(1000):
            port = random.choice(PORTS)
            if self._reserve(port) and all(is_free(port, host) for host in ("127.0.0.1", "::1")):
                return port
        raise RuntimeError("no free port on loopback")

    def _reserve(self, port):
        if not os.path.exists("/proc"):
            return True
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0seawall-laboratory-port-{port}")
        except OSError:
            return False
        self.reserved.append(name)
        return True

    def environment(self, **more):
        """What every process gets: nothing of the caller's, no proxy, no locale."""
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": path, "HOME": str(self.folder), "LANG": "C.UTF-8", "TZ": "UTC", **more}

    def run(self, *command, user=None, text=None, **more):
        """Runs a command to its end."""
        with open(self.log, "a") as log:
            subprocess.run(
                [str(word) for word in command], check=True, input=text, text=True, stdout=log, stderr=log,
                cwd=self.folder, env=self.environment(**more), timeout=PATIENCE, **as_user(user),
            )

    def spawn(self, *command, user=None, stop=signal.SIGTERM, **more):
        """Starts a process in a session of its own; `stop` ends it."""
        with open(self.log, "a") as log:
            process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, env=self.environment(**more), start_new_session=True, **as_user(user),
            )
        self.processes.append((process, stop))

    def wait(self, port):
        """Waits until somebody listens on that port."""
        def listens():
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0

        self.until(listens, f"nobody listens on port {port}")

    def until(self, holds, otherwise):
        """Waits until that holds, as long as every process lives."""
        end = time.monotonic() + PATIENCE
        while not holds():
            for process, _ in self.processes:
                if process.poll() is not None:
                    raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
            if time.monotonic() > end:
                raise RuntimeError(f"{otherwise} after {PATIENCE} s")
            time.sleep(0.02)

    def close(self):
        """Ends every process, the last started first, and removes the folder."""
        for process, stop in reversed(self.processes):
            # What PostgreSQL does on SIGINT means something else to its workers, so it goes to the one process.
            tell(process.pid, stop, group=stop != signal.SIGINT)
            try:
                process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                pass
            tell(process.pid, signal.SIGKILL, group=True)
            process.wait()
        # Descendants that outlived their parents are this process's children now, whatever session they are in.
        while left := children():
            for child in left:
                tell(child, signal.SIGKILL, group=False)
                os.waitpid(child, 0)
        shutil.rmtree(self.folder, ignore_errors=True)


def as_user(user):
    if user is None:
        return {}
    record = pwd.getpwnam(user)
    groups = [group.gr_gid for group in grp.getgrall() if user in group.gr_mem]
    return {"user": record.pw_uid, "group": record.pw_gid, "extra_groups": groups}


def is_free(port, host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as server:
            server.bind((host, port))
    except OSError as error:
        return error.errno != errno.EADDRINUSE  # a machine without IPv6 has nobody there
    return True


def tell(pid, number, group):
    try:
        os.killpg(pid, number) if group else os.kill(pid, number)
    except ProcessLookupError:
        pass


def children():
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:  # no Linux
        return []

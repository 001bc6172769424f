"""A Debian that boots in a container on a copy of a folder, and ends with this process. Shares the host's network."""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

PATIENCE = 120  # seconds until what must happen has happened, on a busy machine too
PREFIX = "seawall-system-"
DIES_WITH_THIS = ["setpriv", "--pdeathsig", "KILL"]
PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000  # linux/ptrace.h, linux/wait.h


class Failed(Exception):
    """Something is not as it must be."""


class Machine:
    def __init__(self, root):
        beside = Path(root).parent
        self.alone = open(beside / "lock", "w")
        try:
            fcntl.flock(self.alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Failed(f"another run has {beside}") from error
        # A run that was killed left its folder.
        for left in beside.glob(f"{PREFIX}*"):
            shutil.rmtree(left)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=beside))
        self.root = self.folder / "root"
        subprocess.run([*DIES_WITH_THIS, "cp", "--archive", "--reflink=auto", root, self.root], check=True)
        # Each machine has an identity of its own, made when it boots.
        (self.root / "etc/machine-id").write_text("")
        self.log = open(self.folder / "boot.log", "wb")
        # However this process ends: with the first of their namespace all processes of the container go.
        bound = [*DIES_WITH_THIS, "unshare", "--pid", "--mount-proc", "--fork", "--kill-child"]
        self.container = subprocess.Popen(
            [*bound, "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--directory", self.root, "--boot",
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
        # unshare, systemd-nspawn, systemd: each the child of the one before.
        pid = str(self.container.pid)
        while pid and Path(f"/proc/{pid}/comm").read_text() != "systemd\n":
            pid = next(iter(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()), None)
        return pid

    def _inside(self, command, user):
        """How a command is started inside, with nothing of this process's environment."""
        words = [str(word) for word in command]
        if user:
            uid = self.run("id", "--user", user).stdout.strip()
            login = [f"HOME=/home/{user}", f"USER={user}", f"XDG_RUNTIME_DIR=/run/user/{uid}"]
            words = ["runuser", "--user", user, "--", "env", f"--chdir=/home/{user}", *login, *words]
        enter = ["nsenter", "--target", self.init, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        environment |= {"HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", "SHELL": "/bin/sh"}
        return {"args": enter + words, "env": environment}

    def run(self, *command, check=True, user=None):
        """Runs a command inside; as a user who is logged in for good, with that user's service manager."""
        inside = self._inside(command, user)
        ran = subprocess.run(**inside, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        return well(ran) if check else ran

    def terminal(self, line, talk=(), check=False, user=None):
        """Runs a line of shell in a pseudo-terminal inside, as a person would, who waits for each word and types the
        answer to it."""
        inside = self._inside(["script", "--quiet", "--return", "--command", line, "/dev/null"], user)
        person = subprocess.PIPE if talk else subprocess.DEVNULL
        process = subprocess.Popen(**inside, stdin=person, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        end = threading.Timer(PATIENCE, process.kill)
        end.start()
        said, heard = b"", 0
        try:
            for word, answer in talk:
                while (at := said.find(word.encode(), heard)) < 0:
                    more = os.read(process.stdout.fileno(), 4096)
                    if not more:
                        raise Failed(f"{line} does not say {word!r}: {said.decode(errors='replace')}")
                    said += more
                heard = at + len(word)
                os.write(process.stdin.fileno(), answer.encode())
            said += process.stdout.read()
        finally:
            end.cancel()
            process.kill()
        # Where nobody types, the end of input shows.
        told = said.decode(errors="replace").replace("^@", "")
        ran = subprocess.CompletedProcess(line, process.wait(), told, "")
        return well(ran) if check else ran

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

    def seen_from_outside(self, pid):
        """The number on the host of a process that has this one inside."""
        space = os.readlink(f"/proc/{self.init}/ns/pid")
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                ids = next(line for line in status.read_text().splitlines() if line.startswith("NSpid:")).split()[1:]
                if ids[-1] == str(pid) and os.readlink(status.parent / "ns/pid") == space:
                    return int(ids[0])
            except (OSError, StopIteration):
                continue  # it ended meanwhile
        raise Failed(f"no process {pid}")

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
        self.alone.close()


class HeldThread:
    """A thread that stands still from now on, while the others of its process go on; as one that hangs."""

    def __init__(self, thread):
        self.thread = thread
        for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
            if ctypes.CDLL(None, use_errno=True).ptrace(request, thread, None, None) != 0:
                raise Failed(f"thread {thread} can't be held: {os.strerror(ctypes.get_errno())}")

    def has_ended(self):
        """Its end is seen here first; its parent hears of it only then."""
        ended, status = os.waitpid(self.thread, os.WNOHANG | WALL)
        return ended != 0 and not os.WIFSTOPPED(status)


def well(ran):
    if ran.returncode != 0:
        raise Failed(ran)
    return ran


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

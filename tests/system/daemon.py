"""The installed package on a real systemd, against a real CalDAV server: daemon.py ROOT DEB, as root.

Each function below is one thing that must hold; they run in this order on one machine, for each builds on what came
before. The first that does not hold ends the run, with the journal.
"""

import json
import re
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from machine import Failed, Machine, expect, until

PROJECT = Path(__file__).resolve().parents[2]
BINARY_BYTES_MAX = 12_000_000
EXPOSURE_MAX = 1.2
STOP_SECONDS_MAX = 5
LIBRARIES = {"linux-vdso.so.1", "libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
CONFIG = """\
timezone = "UTC"
[hours]
work = [{{ days = "mon-sun", from = "00:00", to = "24:00" }}]
[focus]
recovery = "0m"
[[role]]
name = "deep"
blocks = [{{ name = "Block", days = "mon-sun", from = "09:00", to = "12:00" }}]
[summary]
at = "{at}"
refresh = 100
[[account]]
name = "work"
provider = "caldav"
url = "{url}"
username = "{user}"
password = {password}
calendars = [{{ name = "Personal", use = "read+hold" }}]
"""


class Lab:
    """One server of tests/lab."""

    def __init__(self):
        program = [sys.executable, "-B", PROJECT / "tests/lab/lab.py", "radicale"]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self._answer()["url"]

    def _answer(self):
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def ask(self, do, **question):
        self.process.stdin.write(json.dumps({"do": do, **question}) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def calendar(self, user):
        """A person with the password of all, and a calendar; gives a function that lists its objects."""
        home = self.ask("person", name=user, password=f"{user}-s3cret")["home"]
        who = [user, f"{user}-s3cret"]
        url = self.ask("calendar", **{"as": who}, url=home, segment="personal", name="Personal")["url"]
        return lambda: self.ask("list", **{"as": who}, url=url)["objects"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


class World:
    """What the steps share."""

    def __init__(self, root, package):
        self.package = Path(package)
        self.lab = Lab()
        self.machine = Machine(root)
        self.holds_of_service = self.lab.calendar("server")
        self.holds_of_anna = self.lab.calendar("anna")
        readme = (PROJECT / "deploy/README.md").read_text()
        self.line = " ".join(re.search(r"systemd-run .*?(?= COMMAND)", readme, re.S)[0].replace("\\\n", " ").split())
        self.due = None
        self.due_soon()

    def due_soon(self):
        """From now on configs have the week's summary due in some minutes, on the minute, and in this week."""
        def in_some_minutes():
            return datetime.now(timezone.utc).replace(second=0, microsecond=0) + timedelta(minutes=2)

        def same_week():
            return in_some_minutes().isocalendar()[:2] == datetime.now(timezone.utc).isocalendar()[:2]

        until(same_week, "the week does not end", 600)
        self.due = in_some_minutes()

    def config(self, user, password):
        return CONFIG.format(at=f"{self.due:%a %H:%M}".lower(), url=self.lab.url, user=user, password=password)

    def as_service(self, command, more=""):
        """A command by the documented line."""
        line = self.line.replace(" seawall", f" {more} seawall", 1) if more else self.line
        return self.machine.terminal(f"{line} {command}")

    def status(self):
        told = self.as_service("status --json")
        expect(told.returncode == 0, told)
        try:
            return json.loads(told.stdout)
        except ValueError as error:
            raise Failed(f"{error}: {told}") from error

    def pid(self):
        return self.machine.show("MainPID")

    def close(self):
        self.machine.close()
        self.lab.close()


def holds(objects):
    return {name: body for name, body in objects.items() if "kind=hold" in body or "X-SEAWALL" in body and "SUMMARY:Focus" in body}


def summaries(objects):
    return [body for body in objects.values() if "X-SEAWALL" in body and "SUMMARY:Week" in body]


# --- The package -----------------------------------------------------------------------------------------------------

def the_program_is_small_and_needs_little(world):
    binary = PROJECT / "target/release/seawall"
    size = binary.stat().st_size
    print(f"      {size / 1e6:.1f} MB; package {world.package.stat().st_size / 1e6:.1f} MB")
    expect(size <= BINARY_BYTES_MAX, f"{size} bytes")
    libraries = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    needed = {line.split()[0].rsplit("/", 1)[-1] for line in libraries.splitlines()}
    expect(needed <= LIBRARIES, needed)


def it_installs_and_starts_nothing(world):
    machine = world.machine
    (machine.root / "root/seawall.deb").write_bytes(world.package.read_bytes())
    machine.run("dpkg", "--install", "/root/seawall.deb")
    expect(machine.run("dpkg-query", "--show", "--showformat=${Conffiles}", "seawall").stdout.strip() == "", "conffiles")
    expect(machine.show("ActiveState") == "inactive" and machine.show("UnitFileState") == "disabled", "it started")
    expect(machine.run("stat", "--format=%a %U", "/etc/seawall/credentials").stdout == "700 root\n", "credentials")
    # Formatted as man does it, but for the copy that man would keep.
    page = machine.run("sh", "-c", "zcat $(man --where seawall) | groff -man -Tutf8 -ww")
    expect(page.stderr == "" and "EXIT" in page.stdout and "take-over" in page.stdout, page)
    machine.run("bash", "-c", ". /usr/share/bash-completion/completions/seawall && complete -p seawall")


def the_units_have_no_fault_and_a_tight_sandbox(world):
    machine = world.machine
    for manager in [[], ["--user"]]:
        verified = machine.run("env", "XDG_RUNTIME_DIR=/run", "systemd-analyze", *manager, "verify", "seawall.service", check=False)
        expect(verified.returncode == 0 and verified.stdout + verified.stderr == "", verified)
    told = machine.run("systemd-analyze", "security", "--offline=true", "--no-pager", "/usr/lib/systemd/system/seawall.service")
    figure = float(re.search(r"exposure level for \S+: ([0-9.]+)", told.stdout)[1])
    print(f"      exposure {figure}")
    expect(figure <= EXPOSURE_MAX, told.stdout)


# --- The system service ----------------------------------------------------------------------------------------------

def with_no_config_it_fails_and_is_not_tried_again(world):
    machine = world.machine
    machine.run("systemctl", "start", "seawall", check=False)
    expect(machine.show("ExecMainStatus") == "78" and machine.show("NRestarts") == "0", machine.journal("-u", "seawall"))
    machine.run("systemctl", "reset-failed", "seawall")


def a_command_without_the_line_prints_it(world):
    machine = world.machine
    machine.write("/etc/seawall/seawall.toml", world.config("server", '{ credential = "seawall_work" }'))
    machine.write("/etc/seawall/credentials/work", "server-s3cret\n", 0o600)
    machine.run("useradd", "--create-home", "anna")
    for command in [["seawall"], ["runuser", "-u", "anna", "--", "env", "HOME=/home/anna", "seawall"]]:
        ran = machine.run(*command, "plan", check=False)
        expect(ran.returncode == 64 and world.line in ran.stderr, ran)


def commands_work_by_the_documented_line(world):
    checked = world.as_service("check")
    expect(checked.returncode == 0 and "Personal" in checked.stdout, checked)
    expect("warn" not in checked.stdout.lower(), checked)
    planned = world.as_service("plan")
    expect(planned.returncode == 0 and "Focus: Block" in planned.stdout, planned)
    expect(holds(world.holds_of_service()) == {}, "plan wrote")
    expect(world.as_service("week nonsense").returncode == 64, "the exit code is lost on the way")


def the_service_starts_and_holds_appear(world):
    machine = world.machine
    # What is waited for below, in seconds rather than minutes.
    machine.write("/etc/systemd/system/seawall.service.d/soon.conf", "[Service]\nWatchdogSec=6s\nRestartSec=1s\nTimeoutAbortSec=2s\n")
    machine.run("systemctl", "daemon-reload")
    world.due_soon()
    machine.write("/etc/seawall/seawall.toml", world.config("server", '{ credential = "seawall_work" }'))
    machine.run("systemctl", "enable", "--now", "seawall")
    expect(machine.show("ActiveState") == "active", machine.journal("-u", "seawall"))
    found = until(lambda: holds(world.holds_of_service()), "no hold appears")
    expect(all("TRANSP:OPAQUE" in body or "TRANSP:TRANSPARENT" in body for body in found.values()), found)
    account = world.status()["accounts"][0]
    expect(account["name"] == "work" and account["failures"] == 0, account)
    expect(machine.show("StatusText") != "", "no word on how it goes")


def its_user_and_its_files_are_its_own(world):
    machine = world.machine
    owner = int(machine.run("stat", "--format=%u", f"/proc/{world.pid()}").stdout)
    expect(61184 <= owner <= 65519, f"user {owner} is none of systemd's dynamic ones")
    for path in ["/var/lib/private/seawall", "/run/private/seawall"]:
        expect(machine.run("stat", "--format=%a", path).stdout == "700\n", path)
    socket = machine.run("find", "/run/private/seawall/", "-type", "s", "-printf", "%m").stdout
    expect(socket == "600", socket)
    expect(machine.run("runuser", "-u", "anna", "--", "ls", "/var/lib/seawall/", check=False).returncode != 0, "anna looks in")


def a_reload_with_a_wrong_config_keeps_the_old_one(world):
    machine, before = world.machine, world.pid()
    right = world.config("server", '{ credential = "seawall_work" }')
    machine.write("/etc/seawall/seawall.toml", right.replace("[hours]", "[horus]"))
    machine.run("systemctl", "reload", "seawall")
    until(lambda: "the new config is wrong" in machine.journal("-u", "seawall"), "the fault is not told")
    expect("config" in machine.show("StatusText"), machine.show("StatusText"))
    expect(world.pid() == before and machine.show("ActiveState") == "active", "it ended")
    machine.write("/etc/seawall/seawall.toml", right)
    machine.run("systemctl", "reload", "seawall")
    until(lambda: world.status()["config_fault"] is None, "the right config is not taken")
    expect(world.pid() == before, "it started anew")


def killed_it_is_restarted_and_doubles_nothing(world):
    machine, before = world.machine, world.pid()
    known = set(holds(world.holds_of_service()))
    machine.run("systemctl", "kill", "--signal=KILL", "seawall")
    until(lambda: world.pid() not in ("0", before) and machine.show("ActiveState") == "active", "it stays away")
    until(lambda: world.status()["last_cycle"], "no cycle")
    expect(set(holds(world.holds_of_service())) == known, "other holds")


def hung_it_is_restarted_by_the_watchdog(world):
    machine, before = world.machine, world.pid()
    machine.run("systemctl", "kill", "--signal=STOP", "seawall")
    until(lambda: world.pid() not in ("0", before) and machine.show("ActiveState") == "active", "nobody noticed")
    expect("Watchdog timeout" in machine.journal("-u", "seawall"), machine.journal("-u", "seawall"))


def a_working_one_is_let_live_by_the_watchdog(world):
    machine, before = world.machine, world.pid()
    time.sleep(14)
    expect(world.pid() == before, machine.journal("-u", "seawall"))


def a_backup_can_be_made_beside_it(world):
    made = world.as_service("backup /var/lib/seawall/copy.sqlite")
    expect(made.returncode == 0, made)
    world.machine.run("rm", "/var/lib/private/seawall/copy.sqlite")


def an_encrypted_credential_is_taken(world):
    machine = world.machine
    encrypt = "printf server-s3cret | systemd-creds encrypt --with-key=host --name=work - /etc/seawall/work.cred"
    machine.run("sh", "-c", encrypt)
    right = world.config("server", '{ credential = "seawall_work" }')
    machine.write("/etc/seawall/seawall.toml", right.replace("seawall_work", "work"))
    checked = world.as_service("check", "-p LoadCredentialEncrypted=work:/etc/seawall/work.cred")
    machine.write("/etc/seawall/seawall.toml", right)
    expect(checked.returncode == 0, checked)


def the_summary_appears_when_its_time_comes(world):
    left = (world.due - datetime.now(timezone.utc)).total_seconds()
    if left > 0:
        expect(not any("final=1" in body for body in summaries(world.holds_of_service())), "final before its time")
    until(lambda: any("final=1" in body for body in summaries(world.holds_of_service())), "no summary", left + 120)
    expect(len(summaries(world.holds_of_service())) == 1, "more than one")


def the_log_has_no_secret_and_no_title(world):
    journal = world.machine.journal("-u", "seawall", "-o", "json")
    expect("MESSAGE_ID" in journal, journal[:500])
    for word in ["s3cret", "Focus: Block"]:
        expect(word not in journal, [line for line in journal.splitlines() if word in line][:3])


def an_upgrade_restarts_it(world):
    before = world.pid()
    world.machine.run("dpkg", "--install", "/root/seawall.deb")
    until(lambda: world.pid() not in ("0", before), "it was not restarted")


def it_stops_at_once(world):
    until(lambda: world.status()["last_cycle"], "no cycle")
    begin = time.monotonic()
    world.machine.run("systemctl", "stop", "seawall")
    seconds = time.monotonic() - begin
    print(f"      {seconds:.1f} s")
    expect(seconds < STOP_SECONDS_MAX, seconds)
    expect(world.machine.show("Result") == "success", world.machine.show("Result"))


def undo_takes_every_hold_away(world):
    done = world.as_service("undo --yes")
    expect(done.returncode == 0, done)
    expect(holds(world.holds_of_service()) == {}, done)


# --- The user service ------------------------------------------------------------------------------------------------

def it_works_for_a_user_who_is_not_logged_in(world):
    machine = world.machine
    machine.run("loginctl", "enable-linger", "anna")
    uid = machine.run("id", "-u", "anna").stdout.strip()
    until(lambda: (machine.root / f"run/user/{uid}/bus").exists() or machine.run("test", "-S", f"/run/user/{uid}/bus", check=False).returncode == 0,
          "anna has no service manager")
    machine.write("/home/anna/.config/seawall/seawall.toml", world.config("anna", '{ file = "work.secret" }'))
    machine.write("/home/anna/.config/seawall/work.secret", "anna-s3cret\n", 0o600)
    machine.run("chown", "-R", "anna:anna", "/home/anna/.config")
    machine.run("systemctl", "--user", "enable", "--now", "seawall", user="anna")
    until(lambda: holds(world.holds_of_anna()), "no hold appears")
    status = json.loads(machine.run("seawall", "status", "--json", user="anna").stdout)
    expect(status["config"] == "/home/anna/.config/seawall/seawall.toml", status)
    before = machine.show("MainPID", "--user", user="anna")
    machine.run("systemctl", "--user", "kill", "--signal=KILL", "seawall", user="anna")
    until(lambda: machine.show("MainPID", "--user", user="anna") not in ("0", before), "it stays away")
    machine.run("systemctl", "--user", "reload", "seawall", user="anna")
    machine.run("systemctl", "--user", "disable", "--now", "seawall", user="anna")
    machine.run("seawall", "undo", "--yes", user="anna")
    expect(holds(world.holds_of_anna()) == {}, "undo left holds")
    expect(machine.run("test", "-d", "/home/anna/.local/state/seawall").returncode == 0, "its state is elsewhere")


# --- The end ---------------------------------------------------------------------------------------------------------

def removed_it_keeps_its_state_and_purged_it_leaves_nothing(world):
    machine = world.machine
    machine.run("systemctl", "start", "seawall")
    machine.run("dpkg", "--remove", "seawall")
    expect(machine.show("ActiveState") in ("inactive", ""), "it still runs")
    expect(machine.run("test", "-e", "/var/lib/private/seawall/seawall.sqlite", check=False).returncode == 0, "state is gone")
    machine.run("dpkg", "--purge", "seawall")
    machine.run("rm", "-r", "/etc/systemd/system/seawall.service.d", "/root/seawall.deb")
    places = ["/etc", "/usr", "/var", "/run", "/root", "/opt"]
    left = machine.run("find", *places, "-xdev", "-name", "*seawall*").stdout.split()
    expect(left == [], left)
    expect("seawall" not in machine.run("systemctl", "list-unit-files").stdout, "a unit is left")


STEPS = [
    the_program_is_small_and_needs_little,
    it_installs_and_starts_nothing,
    the_units_have_no_fault_and_a_tight_sandbox,
    with_no_config_it_fails_and_is_not_tried_again,
    a_command_without_the_line_prints_it,
    commands_work_by_the_documented_line,
    the_service_starts_and_holds_appear,
    its_user_and_its_files_are_its_own,
    a_reload_with_a_wrong_config_keeps_the_old_one,
    killed_it_is_restarted_and_doubles_nothing,
    hung_it_is_restarted_by_the_watchdog,
    a_working_one_is_let_live_by_the_watchdog,
    a_backup_can_be_made_beside_it,
    an_encrypted_credential_is_taken,
    an_upgrade_restarts_it,
    the_summary_appears_when_its_time_comes,
    the_log_has_no_secret_and_no_title,
    it_stops_at_once,
    undo_takes_every_hold_away,
    it_works_for_a_user_who_is_not_logged_in,
    removed_it_keeps_its_state_and_purged_it_leaves_nothing,
]


def main(root, package):
    whole = time.monotonic()
    world = World(root, package)
    try:
        for step in STEPS:
            begin = time.monotonic()
            try:
                step(world)
            except Exception as error:
                print(f"FAIL  {step.__name__.replace('_', ' ')}\n{type(error).__name__}: {error}", flush=True)
                print(world.machine.journal("--lines=40"), flush=True)
                return 1
            print(f"ok    {step.__name__.replace('_', ' ')} ({time.monotonic() - begin:.1f} s)", flush=True)
    finally:
        world.close()
    print(f"tests/system: {len(STEPS)} steps passed in {time.monotonic() - whole:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The system service: what deploy/README.md tells of it, and what a service manager does to it."""

import json
import time
from datetime import datetime, timezone

from machine import HeldThread, expect, until
from world import STATE, holds, summaries

WATCHDOG = 6  # seconds, in place of the unit's minutes
STOP_SECONDS_MAX = 5
SOON = f"[Service]\nWatchdogSec={WATCHDOG}s\nRestartSec=1s\nTimeoutAbortSec=2s\n"
IMPORT = "login company --import"


def with_no_config_it_fails_and_is_not_tried_again(world):
    machine = world.machine
    machine.run("systemctl", "start", "seawall", check=False)
    expect(machine.show("ExecMainStatus") == "78" and machine.show("NRestarts") == "0", machine.journal("-u", "seawall"))
    machine.run("systemctl", "reset-failed", "seawall")


def its_config_is_made_by_answers_and_its_secret_by_hand(world):
    made = world.follow(
        "seawall --config /etc/seawall/seawall.toml init", talk=world.answers("server", "credential seawall_work")
    )
    expect("Next: `seawall check`" in made.stdout, made)
    world.follow("install -m 600 /dev/stdin /etc/seawall/credentials/work", talk=[("", "server-s3cret\n\x04")])
    checked = world.as_service("check")
    expect(checked.returncode == 0 and "Personal" in checked.stdout and "/var/lib/seawall" in checked.stdout, checked)


def a_command_without_the_line_prints_it(world):
    machine = world.machine
    world.configure()
    for command in [["seawall"], ["runuser", "-u", "anna", "--", "env", "HOME=/home/anna", "seawall"]]:
        ran = machine.run(*command, "plan", check=False)
        expect(ran.returncode == 64 and world.line in ran.stderr, ran)
    ran = machine.run("runuser", "-u", "anna", "--", "env", "HOME=/home/anna", "seawall", "status", check=False)
    expect(ran.returncode == 64 and world.line in ran.stderr, ran)


def commands_work_by_the_documented_line(world):
    checked = world.as_service("check")
    expect(checked.returncode == 0 and "Personal" in checked.stdout, checked)
    expect("warn" not in checked.stdout.lower(), checked)
    planned = world.as_service("plan")
    expect(planned.returncode == 0 and "Focus: Block" in planned.stdout, planned)
    expect(holds(world.holds_of_service()) == {}, "plan wrote")
    expect(world.as_service("week nonsense").returncode == 64, "the exit code is lost on the way")
    expect(world.as_service("status").returncode == 1, "there is no service to ask")


def the_service_starts_and_holds_appear(world):
    machine = world.machine
    # What is waited for below, in seconds rather than minutes.
    machine.write("/etc/systemd/system/seawall.service.d/soon.conf", SOON)
    machine.run("systemctl", "daemon-reload")
    world.due_soon()
    world.configure()
    world.follow("systemctl enable --now seawall")
    expect(machine.show("ActiveState") == "active", machine.journal("-u", "seawall"))
    found = until(lambda: holds(world.holds_of_service()), "no hold appears")
    expect(all("TRANSP:OPAQUE" in body or "TRANSP:TRANSPARENT" in body for body in found.values()), found)
    account = world.status()["accounts"][0]
    expect(account["name"] == "work" and account["failures"] == 0, account)
    expect(machine.show("StatusText") != "", "no word on how it goes")


def commands_beside_it_leave_it_its_folders(world):
    for command in ["status", "plan", "sync", "status"]:
        ran = world.as_service(command)
        expect(ran.returncode == 0, ran)


def its_user_and_its_files_are_its_own(world):
    machine = world.machine
    owner = int(machine.run("stat", "--format=%u", f"/proc/{world.pid()}").stdout)
    expect(61184 <= owner <= 65519, f"user {owner} is none of systemd's dynamic ones")
    for path in [STATE, "/run/private/seawall"]:
        expect(machine.run("stat", "--format=%a", path).stdout == "700\n", path)
    socket = machine.run("find", "/run/private/seawall/", "-type", "s", "-printf", "%m").stdout
    expect(socket == "600", socket)
    expect(machine.run("runuser", "-u", "anna", "--", "ls", "/var/lib/seawall/", check=False).returncode != 0, "anna looks in")


def a_reload_with_a_wrong_config_keeps_the_old_one(world):
    machine, before = world.machine, world.pid()
    world.configure(world.config().replace("[hours]", "[horus]"))
    world.follow("systemctl reload seawall")
    until(lambda: "the new config is wrong" in machine.journal("-u", "seawall"), "the fault is not told")
    expect("config" in machine.show("StatusText"), machine.show("StatusText"))
    expect(world.pid() == before and machine.show("ActiveState") == "active", "it ended")
    world.configure()
    world.follow("systemctl reload seawall")
    until(lambda: world.status()["config_fault"] is None, "the right config is not taken")
    expect(world.pid() == before, "it started anew")


def killed_it_is_restarted_and_doubles_nothing(world):
    machine, before = world.machine, world.pid()
    known = set(holds(world.holds_of_service()))
    machine.run("systemctl", "kill", "--signal=KILL", "seawall")
    until(lambda: world.is_new(before), "it stays away")
    until(lambda: world.status()["last_cycle"], "no cycle")
    expect(set(holds(world.holds_of_service())) == known, "other holds")


def hung_it_is_restarted_by_the_watchdog(world):
    machine, before = world.machine, world.pid()
    known = bites(world)
    machine.run("systemctl", "kill", "--signal=STOP", "seawall")
    until(lambda: world.is_new(before), "nobody noticed")
    expect(bites(world) == known + 1, machine.journal("-u", "seawall"))


def hung_in_its_loop_alone_it_is_restarted_too(world):
    """The watchdog is fed by what the loop does: no other thread may feed it in its place."""
    before, known = world.pid(), bites(world)
    loop = HeldThread(world.machine.seen_from_outside(before))
    until(loop.has_ended, "nobody noticed")
    until(lambda: world.is_new(before), "it stays away")
    expect(bites(world) == known + 1, world.machine.journal("-u", "seawall"))


def a_login_goes_through_the_line(world):
    machine = world.machine
    world.configure(world.config() + world.google())
    wanting = world.as_service("check")
    expect(wanting.returncode == 77, wanting)
    expect(f"`{IMPORT}`" in world.readme.text, "the README says it otherwise")
    made = world.as_service(IMPORT, talk=[("Paste the refresh token", "1//refresh-s3cret\n\x04")])
    expect(made.returncode == 0, made)
    token = machine.run("find", STATE, "-name", "*company.token", "-printf", "%m").stdout
    expect(token == "600", token)


def working_or_waiting_for_a_server_that_hangs_it_lives(world):
    machine, before = world.machine, world.pid()
    known = bites(world)
    machine.run("systemctl", "reload", "seawall")
    until(world.silent.is_asked.is_set, "the account that was logged in to is not read")
    time.sleep(2.5 * WATCHDOG)
    expect(world.pid() == before and bites(world) == known, machine.journal("-u", "seawall"))
    expect(world.status()["accounts"][1]["name"] == "company", world.status())


def in_the_middle_of_that_request_it_stops_at_once(world):
    machine = world.machine
    world.silent.is_asked.clear()
    machine.run("systemctl", "restart", "seawall")
    until(world.silent.is_asked.is_set, "the account is not read")
    stops(world)
    machine.run("sh", "-c", f"rm {STATE}/*company*")
    world.configure()
    machine.run("systemctl", "start", "seawall")


def a_backup_can_be_made_beside_it_and_takes_the_place_of_the_state(world):
    machine = world.machine
    known = set(holds(world.holds_of_service()))
    made = world.as_service("backup /var/lib/seawall/copy.sqlite")
    expect(made.returncode == 0, made)
    machine.run("systemctl", "stop", "seawall")
    machine.run("mv", f"{STATE}/copy.sqlite", f"{STATE}/seawall.sqlite")
    machine.run("rm", "-f", f"{STATE}/seawall.sqlite-wal", f"{STATE}/seawall.sqlite-shm")
    machine.run("systemctl", "start", "seawall")
    until(lambda: world.status()["last_cycle"], "no cycle")
    expect(set(holds(world.holds_of_service())) == known, "other holds")


def an_encrypted_credential_is_taken(world):
    machine, before = world.machine, world.pid()
    # Without a TPM the key is the host's own.
    encrypt = "systemd-ask-password -n | systemd-creds encrypt --name=work - /etc/seawall/work.cred"
    world.follow(encrypt, talk=[("Password:", "server-s3cret\n")])
    more = "-p LoadCredentialEncrypted=work:/etc/seawall/work.cred"
    expect(f"`{more}`" in world.readme.text, "the README says it otherwise")
    # Typed between the two comments that an editor opens with; newer ones tell it the line, too.
    typed = "2a [Service]\\nLoadCredentialEncrypted=work:/etc/seawall/work.cred"
    machine.write("/root/editor", f"#!/bin/sh\nfor file; do :; done\nexec sed -i '{typed}' \"$file\"\n", 0o755)
    world.configure(world.config(password='{ credential = "work" }'))
    checked = world.as_service("check", more)
    expect(checked.returncode == 0, checked)
    world.readme.take("systemctl edit seawall")
    machine.terminal("SYSTEMD_EDITOR=/root/editor systemctl edit seawall", check=True)
    world.follow("systemctl restart seawall")
    expect(world.is_new(before), "it does not start")
    until(lambda: world.status()["accounts"][0]["last_poll"], "no poll")
    expect(world.status()["accounts"][0]["failures"] == 0, world.status())
    machine.run("rm", "/root/editor", "/etc/systemd/system/seawall.service.d/override.conf")
    world.configure()
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "seawall")


def the_summary_appears_when_its_time_comes(world):
    left = (world.due - datetime.now(timezone.utc)).total_seconds()
    if left > 0:
        expect(not any("final=1" in body for body in summaries(world.holds_of_service())), "final before its time")
    until(lambda: any("final=1" in body for body in summaries(world.holds_of_service())), "no summary", max(left, 0) + 120)
    expect(datetime.now(timezone.utc) >= world.due, "final before its time")
    expect(len(summaries(world.holds_of_service())) == 1, "more than one")


def the_log_has_no_secret_and_no_title(world):
    expect("create hold" in world.follow("journalctl -u seawall").stdout, "it does not tell what it did")
    # The entries of what it wrote, by the number that is theirs alone.
    written = world.machine.journal("MESSAGE_ID=820442573725411785e6fae8f7d0a1d2", "-o", "json").splitlines()
    entries = [json.loads(line) for line in written]
    creates = [one for one in entries if one["SEAWALL_OP"] == "create" and one["SEAWALL_ACCOUNT"] == "work"]
    expect(creates and all(one["SEAWALL_UID"].startswith("sea0") and one["PRIORITY"] == "6" for one in creates), entries[:2])
    journal = world.machine.journal("-u", "seawall", "-o", "json")
    for word in ["s3cret", "Focus: Block"]:
        expect(word not in journal, [line for line in journal.splitlines() if word in line][:3])


def it_stops_at_once(world):
    until(lambda: world.status()["last_cycle"], "no cycle")
    stops(world)


def undo_takes_every_hold_away(world):
    done = world.as_service("undo", talk=[("[y/N]", "y\n")])
    expect(done.returncode == 0, done)
    expect(holds(world.holds_of_service()) == {}, done)


def stops(world):
    begin = time.monotonic()
    world.machine.run("systemctl", "stop", "seawall")
    seconds = time.monotonic() - begin
    print(f"      {seconds:.1f} s, less than {STOP_SECONDS_MAX}")
    expect(seconds < STOP_SECONDS_MAX, seconds)
    expect(world.machine.show("Result") == "success", world.machine.show("Result"))


def bites(world):
    """How often the watchdog ended it so far."""
    return world.machine.journal("-u", "seawall").count("Watchdog timeout")

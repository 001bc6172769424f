"""The user service, as deploy/README.md tells it, from the first line to the last, for anna, who is never logged in."""

import json

from machine import expect, until
from package import has_a_manager, installs
from world import holds

STATE = "/home/anna/.local/state/seawall"


def a_user_makes_a_config_and_looks_first(world):
    machine = world.machine
    machine.run("mkdir", "-p", "-m", "700", "/home/anna/.config/seawall")
    machine.write("/home/anna/.config/seawall/work.secret", "anna-s3cret\n", 0o600)
    machine.run("chown", "-R", "anna:anna", "/home/anna/.config")
    made = world.follow("seawall init", user="anna", talk=world.answers("anna", "file work.secret"))
    expect("Next: `seawall check`" in made.stdout, made)
    checked = world.follow("seawall check", user="anna")
    expect("Personal" in checked.stdout and STATE in checked.stdout, checked)
    planned = world.follow("seawall plan", user="anna")
    expect("nothing written yet" in planned.stdout and "Focus: Deep work" in planned.stdout, planned)
    expect(holds(world.holds_of_anna()) == {}, "a plan wrote")


def it_works_for_a_user_who_is_not_logged_in(world):
    machine = world.machine
    world.follow('sudo loginctl enable-linger "$USER"', user="anna")
    has_a_manager(world, "anna")
    machine.run("sed", "-i", "s/^write = false/write = true/", "/home/anna/.config/seawall/seawall.toml")
    world.follow("systemctl --user enable --now seawall", user="anna")
    until(lambda: holds(world.holds_of_anna()), "no hold appears")
    told = world.follow("seawall status", user="anna")
    expect("work" in told.stdout and "holds this week" in told.stdout, told)
    status = json.loads(machine.run("seawall", "status", "--json", user="anna").stdout)
    expect(status["config"] == "/home/anna/.config/seawall/seawall.toml", status)
    log = "journalctl --user -u seawall"
    until(lambda: "create hold" in world.follow(log, user="anna").stdout, "the log does not tell what it did")
    expect("s3cret" not in world.follow(log, user="anna").stdout, "a secret is in the log")


def killed_it_comes_back_to_its_user(world):
    machine = world.machine
    before = machine.show("MainPID", "--user", user="anna")
    machine.run("systemctl", "--user", "kill", "--signal=KILL", "seawall", user="anna")
    until(lambda: runs_anew(world, before), "it stays away")
    world.follow("systemctl --user reload seawall", user="anna")
    expect(machine.show("ActiveState", "--user", user="anna") == "active", "it ended")


def a_user_upgrades(world):
    machine = world.machine
    world.follow("seawall backup before.sqlite", user="anna")
    expect(machine.run("stat", "--format=%a", "/home/anna/before.sqlite").stdout == "600\n", "others can read the backup")
    before = machine.show("MainPID", "--user", user="anna")
    world.follow("systemctl --user stop seawall", user="anna")
    installs(world)
    world.follow("systemctl --user daemon-reload", user="anna")
    world.follow("systemctl --user start seawall", user="anna")
    expect(runs_anew(world, before), "it does not run")


def a_user_takes_it_all_back(world):
    machine = world.machine
    done = world.follow("seawall undo", user="anna", talk=[("[y/N]", "y\n")])
    expect(holds(world.holds_of_anna()) == {}, done)
    world.follow("systemctl --user disable --now seawall", user="anna")


def a_user_wipes_the_rest(world):
    machine = world.machine
    world.follow("rm -r ~/.config/seawall ~/.local/state/seawall", user="anna")
    left = machine.run("find", "/home/anna", "-name", "*seawall*", "-not", "-path", "/home/anna/target/*").stdout
    expect(left == "", left)


def runs_anew(world, before):
    state = world.machine.run("systemctl", "--user", "show", "seawall", "--property=MainPID,ActiveState", user="anna").stdout
    pid = next(line for line in state.splitlines() if line.startswith("MainPID=")).removeprefix("MainPID=")
    return pid not in ("0", before) and "ActiveState=active" in state

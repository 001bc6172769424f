"""What the package brings, and how it goes; and the program that somebody built by hand."""

import re
import subprocess

from machine import expect, until
from world import PROJECT, STATE, UNIT

BINARY_BYTES_MAX = 12_000_000
EXPOSURE_MAX = 1.2
LIBRARIES = {"linux-vdso.so.1", "libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def the_program_is_small_and_needs_little(world):
    world.readme.take("deploy/package")
    binary = PROJECT / "target/release/seawall"
    size = binary.stat().st_size
    print(f"      {size} bytes, at most {BINARY_BYTES_MAX}; package {world.package.stat().st_size} bytes")
    expect(size <= BINARY_BYTES_MAX, f"{size} bytes")
    libraries = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    needed = {line.split()[0].rsplit("/", 1)[-1] for line in libraries.splitlines()}
    expect("libc.so.6" in needed and needed <= LIBRARIES, needed)


def built_by_hand_it_runs_with_the_unit_of_a_user(world):
    machine = world.machine
    world.readme.take("cargo install --locked --path .")  # tests/system/run did
    machine.run("useradd", "--create-home", "--shell", "/bin/bash", "ben")
    lingers(world, "ben")
    program = machine.root / "home/ben/.cargo/bin/seawall"
    program.parent.mkdir(parents=True)
    program.write_bytes(world.own.read_bytes())
    program.chmod(0o755)
    unit = "deploy/systemd/user/seawall.service"
    machine.write(f"/home/ben/{unit}", (PROJECT / unit).read_text())
    machine.write("/home/ben/.config/seawall/seawall.toml", world.config("ben", '{ file = "work.secret" }'))
    machine.write("/home/ben/.config/seawall/work.secret", "of a user whom the server does not know\n", 0o600)
    machine.run("chown", "-R", "ben:ben", "/home/ben")
    world.follow("mkdir -p ~/.config/systemd/user", user="ben")
    there = "~/.config/systemd/user/seawall.service"
    world.follow(f'sed "s|/usr/bin/seawall|$HOME/.cargo/bin/seawall|" {unit} > {there}', user="ben")
    world.follow("systemctl --user daemon-reload", user="ben")
    verified = machine.run("systemd-analyze", "--user", "--man=no", "verify", "seawall.service", user="ben")
    expect(verified.stdout + verified.stderr == "", verified)
    machine.run("systemctl", "--user", "start", "seawall", user="ben")
    until(lambda: "needs login" in machine.show("StatusText", "--user", user="ben"), "it does not tell what is wrong")
    expect(machine.show("ActiveState", "--user", user="ben") == "active", "a wrong password is no reason to end")
    machine.run("systemctl", "--user", "stop", "seawall", user="ben")
    machine.run("loginctl", "disable-linger", "ben")


def it_installs_and_starts_nothing(world):
    machine = world.machine
    machine.run("useradd", "--create-home", "--shell", "/bin/bash", "anna")
    machine.write("/etc/sudoers.d/anna", "anna ALL=(ALL:ALL) NOPASSWD: ALL\n", 0o440)
    lays_out(world, world.package)
    installs(world)
    expect(machine.run("dpkg-query", "--show", "--showformat=${Conffiles}", "seawall").stdout.strip() == "", "conffiles")
    expect(machine.show("ActiveState") == "inactive" and machine.show("UnitFileState") == "disabled", "it started")
    expect(machine.run("stat", "--format=%a %U", "/etc/seawall/credentials").stdout == "700 root\n", "credentials")


def the_papers_are_where_programs_look_for_them(world):
    machine = world.machine
    # Formatted as man does it, but for the copy that man would keep.
    page = machine.run("sh", "-c", "zcat $(man --where seawall) | groff -man -Tutf8 -ww")
    plain = re.sub(".\b", "", page.stdout)  # bold is a letter twice in one place
    expect(page.stderr == "" and "EXIT STATUS" in plain and "--take-over" in plain, f"{plain}{page.stderr}")
    machine.run("bash", "-c", ". /usr/share/bash-completion/completions/seawall && complete -p seawall")
    files = machine.run("dpkg-query", "--listfiles", "seawall").stdout.split()
    for path in [
        "/usr/share/zsh/vendor-completions/_seawall",
        "/usr/share/fish/vendor_completions.d/seawall.fish",
        "/usr/share/seawall/seawall.schema.json",
        "/usr/share/doc/seawall/examples/seawall.example.toml",
        "/usr/share/doc/seawall/copyright",
    ]:
        expect(path in files, files)
        expect(machine.run("test", "-s", path, check=False).returncode == 0, f"{path} is empty")
    named = re.search(r"#:schema (\S+\.json)", world.readme.text)[1]
    printed = machine.run("seawall", "schema").stdout
    expect(machine.run("cat", named).stdout == printed and '"poll"' in printed, "another schema is installed")
    for shell in re.search(r"`seawall completions (\S+)`", world.readme.text)[1].split("|"):
        expect("seawall" in machine.run("seawall", "completions", shell).stdout, shell)


def the_units_have_no_fault_and_a_tight_sandbox(world):
    machine = world.machine
    for manager in [[], ["--user"]]:
        verified = machine.run("env", "XDG_RUNTIME_DIR=/run", "systemd-analyze", *manager, "verify", "seawall.service", check=False)
        expect(verified.returncode == 0 and verified.stdout + verified.stderr == "", verified)
    # It looks for the page by `man`, which keeps a formatted copy of its own.
    machine.run("rm", "-f", "/var/cache/man/cat1/seawall.1.gz")
    told = machine.run("systemd-analyze", "security", "--offline=true", "--no-pager", UNIT)
    figure = float(re.search(r"exposure level for \S+: ([0-9.]+)", told.stdout)[1])
    print(f"      exposure {figure}, at most {EXPOSURE_MAX}")
    expect(figure <= EXPOSURE_MAX, told.stdout)


def an_upgrade_restarts_it(world):
    before = world.pid()
    lays_out(world, world.newer)
    installs(world)
    expect(machine_has(world) == "99.0.0-1", machine_has(world))
    until(lambda: world.is_new(before), "it was not restarted")


def removed_it_keeps_its_state(world):
    machine = world.machine
    machine.run("systemctl", "start", "seawall")
    machine.run("apt-get", "remove", "--yes", "seawall")
    expect(machine.show("ActiveState") in ("inactive", ""), "it still runs")
    expect(machine.run("test", "-e", f"{STATE}/seawall.sqlite", check=False).returncode == 0, "state is gone")
    installs(world)
    machine.run("systemctl", "enable", "--now", "seawall")


def purged_it_leaves_nothing(world):
    machine = world.machine
    world.follow("sudo apt purge seawall", user="anna", talk=[("[Y/n]", "y\n")])
    expect(machine.show("ActiveState") in ("inactive", ""), "it still runs")
    machine.run("rm", "-r", "/etc/systemd/system/seawall.service.d")  # an administrator's own
    left = machine.run("find", "/etc", "/usr", "/var", "/run", "/root", "/opt", "-xdev", "-name", "*seawall*").stdout.split()
    expect(left == [], left)
    machine.run("systemctl", "daemon-reload")
    expect("seawall" not in machine.run("systemctl", "list-unit-files").stdout, "a unit is left")
    expect(machine.run("getent", "passwd", "seawall", check=False).returncode == 2, "a user is left")


def nothing_in_the_readme_was_left_out(world):
    expect(not world.readme.left, f"no step follows these lines of deploy/README.md: {list(world.readme.left)}")


def lays_out(world, package):
    """The package as deploy/package leaves it, below anna's home."""
    folder = world.machine.root / "home/anna/target/package"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    (folder / package.name).write_bytes(package.read_bytes())


def installs(world):
    world.follow("sudo apt install ./target/package/seawall_*.deb", user="anna")


def machine_has(world):
    return world.machine.run("dpkg-query", "--show", "--showformat=${Version}", "seawall").stdout


def lingers(world, user):
    """From now on the user has a service manager without being logged in."""
    world.machine.run("loginctl", "enable-linger", user)
    has_a_manager(world, user)


def has_a_manager(world, user):
    bus = f"/run/user/{world.machine.run('id', '--user', user).stdout.strip()}/bus"
    until(lambda: world.machine.run("test", "-S", bus, check=False).returncode == 0, f"{user} has no service manager")

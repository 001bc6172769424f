"""The installed package on a real systemd, against a real CalDAV server: daemon.py ROOT DEB NEWER OWN, as root. NEWER is
the same package by a higher version, OWN the program that `cargo install` made.

Each step is one thing that must hold; they run in this order on one machine, for each builds on what came before. The
first that does not hold ends the run, with the journal.
"""

import sys
import time

import package
import person
import service
from world import World

STEPS = [
    package.the_program_is_small_and_needs_little,
    package.built_by_hand_it_runs_with_the_unit_of_a_user,
    package.it_installs_and_starts_nothing,
    package.the_papers_are_where_programs_look_for_them,
    package.the_units_have_no_fault_and_a_tight_sandbox,
    service.with_no_config_it_fails_and_is_not_tried_again,
    service.its_config_is_made_by_answers_and_its_secret_by_hand,
    service.a_command_without_the_line_prints_it,
    service.commands_work_by_the_documented_line,
    service.the_service_starts_and_holds_appear,
    service.commands_beside_it_leave_it_its_folders,
    service.its_user_and_its_files_are_its_own,
    service.a_reload_with_a_wrong_config_keeps_the_old_one,
    service.killed_it_is_restarted_and_doubles_nothing,
    service.hung_it_is_restarted_by_the_watchdog,
    service.hung_in_its_loop_alone_it_is_restarted_too,
    service.a_login_goes_through_the_line,
    service.working_or_waiting_for_a_server_that_hangs_it_lives,
    service.in_the_middle_of_that_request_it_stops_at_once,
    service.a_backup_can_be_made_beside_it_and_takes_the_place_of_the_state,
    service.an_encrypted_credential_is_taken,
    package.an_upgrade_restarts_it,
    service.the_summary_appears_when_its_time_comes,
    service.the_log_has_no_secret_and_no_title,
    service.it_stops_at_once,
    service.undo_takes_every_hold_away,
    package.removed_it_keeps_its_state,
    person.a_user_makes_a_config_and_looks_first,
    person.it_works_for_a_user_who_is_not_logged_in,
    person.killed_it_comes_back_to_its_user,
    person.a_user_upgrades,
    person.a_user_takes_it_all_back,
    package.purged_it_leaves_nothing,
    person.a_user_wipes_the_rest,
    package.nothing_in_the_readme_was_left_out,
]


def main(*where):
    whole = time.monotonic()
    world = World(*where)
    try:
        for step in STEPS:
            begin = time.monotonic()
            try:
                step(world)
            except Exception as error:
                print(f"FAIL  {step.__name__.replace('_', ' ')}\n{type(error).__name__}: {str(error)[-4000:]}", flush=True)
                print(world.machine.journal("--lines=40"), flush=True)
                return 1
            print(f"ok    {step.__name__.replace('_', ' ')} ({time.monotonic() - begin:.1f} s)", flush=True)
    finally:
        world.close()
    print(f"tests/system: {len(STEPS)} steps passed in {time.monotonic() - whole:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

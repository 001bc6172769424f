"""Expands the series of a file with dateutil, for tests/bench/recurrence.rs: instances and nanoseconds of one round."""
import sys
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr


def wall(text):
    return datetime.strptime(text, "%Y%m%dT%H%M%S")


series = []
for line in open(sys.argv[1], encoding="utf-8"):
    zone, start, rule, exdates = line.rstrip("\n").split("|")
    rules = rruleset()
    rules.rrule(rrulestr(rule, dtstart=wall(start)))
    for exdate in filter(None, exdates.split(",")):
        rules.exdate(wall(exdate))
    series.append((ZoneInfo(zone), rules))
begin = time.perf_counter_ns()
instances = total = 0
for zone, rules in series:
    for at in rules.between(datetime(2026, 1, 1), datetime(2026, 12, 31, 23, 59, 59), inc=True):
        total += int(at.replace(tzinfo=zone).timestamp())
        instances += 1
print(instances, time.perf_counter_ns() - begin, total)

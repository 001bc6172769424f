"""The planner's week as a CP-SAT model, written from the design's words alone: an oracle for the solver's seven values.

Usage: planner_cpsat.py PROBLEMS.json [WORKERS]. The file is a list of problems; printed is a list of
{"objective": [seven values], "seconds": time of the solves}. Needs ortools 9.15.6755.

Every place where a hold may lie is a boolean. The holds of a day are the steps of one walk through its grid, where a
hold steps over its own time and the break after it: so no two holds come too close. The seven values are optimised
one after another, each fixed before the next.
"""

import json
import sys
import time

from ortools.sat.python import cp_model


def common(spans, start, end):
    return sum(max(0, min(end, span[1]) - max(start, span[0])) for span in spans)


def union_length(spans):
    return len({minute for start, end in spans for minute in range(start, end)})


def candidates(problem, day):
    """Every hold that is allowed on its own."""
    grid, gap, origin = problem["grid"], problem["break_between"], day["midnight"]
    for room_start, room_end in day["room"]:
        first = origin + -(-(room_start - origin) // grid) * grid
        for start in range(first, room_end, grid):
            for end in range(start + grid, min(room_end, start + problem["max_session"]) + 1, grid):
                long_enough = end - start >= problem["min_session"]
                if long_enough and all(end + gap <= a or b + gap <= start for a, b in day["taken"]):
                    yield start, end


def add_day(model, problem, day):
    """Adds a day's booleans: a list of (start, end, literal)."""
    grid, gap = problem["grid"], problem["break_between"]
    possible = list(candidates(problem, day))
    if not possible:
        return []
    low = min(start for start, _ in possible)
    high = max(end for _, end in possible)
    places = range(low, high + 1, grid)
    leaving = {place: [] for place in places}
    entering = {place: [] for place in places}

    def step(start, end, literal):
        leaving[start].append(literal)
        entering[min(end, high)].append(literal)

    for place in places:
        if place < high:
            step(place, place + grid, model.new_bool_var(""))
    holds = []
    for start, end in possible:
        literal = model.new_bool_var("")
        step(start, end + -(-gap // grid) * grid, literal)
        holds.append((start, end, literal))
    for place in places:
        if place == low:
            model.add_exactly_one(leaving[place])
        elif place == high:
            model.add_exactly_one(entering[place])
        else:
            model.add(sum(entering[place]) == sum(leaving[place]))
    left = max(0, problem["daily_max"] - union_length(day["taken"]))
    model.add(sum((end - start) * literal for start, end, literal in holds) <= left)
    return holds


def values(problem, model, holds):
    """The seven values as expressions, each with +1 (most is best) or -1."""
    target, least = problem["target"], problem["min_session"]
    most = problem["fixed_total"] + sum(problem["daily_max"] for _ in problem["days"])

    def total_of(value):
        return sum(value(day, start, end) * literal for day, start, end, literal in holds)

    covered = problem["fixed_covered"] + total_of(lambda day, start, end: common(day["worth"], start, end))
    total = model.new_int_var(0, most, "total")
    model.add(total == problem["fixed_total"] + total_of(lambda day, start, end: end - start))
    close = model.new_bool_var("close")
    model.add(2 * total > 2 * target - least).only_enforce_if(close)
    model.add(2 * total <= 2 * target - least).only_enforce_if(~close)
    reached = model.new_int_var(min(0, target), max(most, target), "reached")
    model.add(reached == target).only_enforce_if(close)
    model.add(reached == total).only_enforce_if(~close)
    return [
        (covered, 1),
        (reached, 1),
        (total, -1),
        (total_of(lambda day, start, end: int([start, end] in day["existing"])), 1),
        (total_of(lambda day, start, end: 1), -1),
        (total_of(lambda day, start, end: common(day["preferred"], start, end)), 1),
        (total_of(lambda day, start, end: start), -1),
    ]


def solve(problem, workers):
    model = cp_model.CpModel()
    holds = [(day, *hold) for day in problem["days"] for hold in add_day(model, problem, day)]
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.linearization_level = 2
    solver.parameters.symmetry_level = 0
    optimum, seconds = [], 0.0
    for expression, sign in values(problem, model, holds):
        if sign > 0:
            model.maximize(expression)
        else:
            model.minimize(expression)
        before = time.perf_counter()
        status = solver.solve(model)
        seconds += time.perf_counter() - before
        assert status == cp_model.OPTIMAL, solver.status_name(status)
        optimum.append(round(solver.value(expression)))
        model.add(expression == optimum[-1])
        model.clear_hints()
        for *_, literal in holds:
            model.add_hint(literal, solver.value(literal))
    return {"objective": optimum, "seconds": seconds}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        problems = json.load(file)
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(json.dumps([solve(problem, workers) for problem in problems]))


if __name__ == "__main__":
    main()

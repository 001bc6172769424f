//! The solver against a CP-SAT model on realistic weeks: another formulation and another solver, the same seven values.

use seawall::focus::solver::solve;

use crate::support::planning;

#[test]
fn realistic_weeks_have_the_values_that_cp_sat_finds() {
    let python =
        planning::python().expect("no Python with ortools: tests/run makes tests/.venv, or set SEAWALL_PYTHON");
    let coarse = (0..160).map(|seed| planning::week(seed, 15, [5, 10, 20, 30][seed as usize / 2 % 4], seed % 2 == 1));
    let fine = (160..172).map(|seed| planning::week(seed, 5, [20, 5][seed as usize / 2 % 2], seed % 2 == 1));
    let problems: Vec<_> = coarse.chain(fine).collect();
    let answers = planning::oracle(&python, &problems, 2).unwrap();
    for (seed, (problem, answer)) in problems.iter().zip(&answers).enumerate() {
        let expected: Vec<i64> = serde_json::from_value(answer["objective"].clone()).unwrap();
        assert_eq!(solve(problem).objective[..], expected, "seed {seed}: {problem:?}");
    }
}

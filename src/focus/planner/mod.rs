//! The planner: from calendars, wishes and live holds to the holds as they shall be (design section 4).
//! Pure: `now` is an argument. What is best is the solver's to say; here stand the rules around it.

mod assemble;
mod axis;
mod defence;
mod desired;
mod standing;
mod take_over;
mod why;

use assemble::WeekFacts;
use defence::{Figures, Pressure};
use standing::standing;

use super::block::blocks;
use super::plan::{DesiredHold, Plan, PlanInput, RoleWeek};
use super::policy::{Minutes, Role};
use super::solver;
use super::view::later;
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;

/// Every hold as it shall be, and the figures of each week and holding role. Weeks are planned on their own, roles
/// in the order of the config, a later one seeing the earlier one's holds as taken.
pub fn plan(input: &PlanInput) -> Plan {
    let blocks = blocks(input.policy, input.view, input.weeks);
    let standing = standing(input);
    let facts = input.weeks.iter().map(|week| WeekFacts::new(input, *week, &blocks, &standing));
    let weeks: Vec<WeekPlan> = facts.map(plan_week).collect();
    let mut holds: Vec<DesiredHold> = Vec::new();
    for week in &weeks {
        for (role, pressure) in &week.roles {
            holds.extend(desired::planned(&week.facts, role, *pressure));
        }
    }
    for kept in &standing.kept {
        let lies_in = IsoWeek::at(kept.span.start, &input.policy.tz);
        let planned = weeks.iter().find(|week| week.facts.week == lies_in);
        holds.push(desired::kept(input, lies_in, kept, planned));
    }
    holds.sort_by(|a, b| (a.span, a.role, &a.existing).cmp(&(b.span, b.role, &b.existing)));
    Plan { weeks: weeks.into_iter().flat_map(|week| week.roles).map(|(role, _)| role.row).collect(), holds }
}

/// What is planned for one week, role by role.
struct WeekPlan<'a> {
    facts: WeekFacts<'a>,
    roles: Vec<(RolePlan<'a>, Pressure)>,
}

fn plan_week(facts: WeekFacts) -> WeekPlan {
    let roles = plan_roles(&facts);
    let pressures: Vec<Pressure> = roles.iter().map(|role| pressure(&facts, &roles, role)).collect();
    WeekPlan { facts, roles: roles.into_iter().zip(pressures).collect() }
}

/// What is planned for one role in one week.
struct RolePlan<'a> {
    role: &'a Role,
    row: RoleWeek,
    /// The holds to plan, in order.
    holds: Vec<Span>,
    /// Minutes that the fixed parts count.
    fixed: Minutes,
    /// Block minutes of the week that nothing covers, closed ones aside.
    lost: Minutes,
}

fn plan_roles<'a>(facts: &WeekFacts<'a>) -> Vec<RolePlan<'a>> {
    let mut roles: Vec<RolePlan> = Vec::new();
    let mut earlier: Vec<Span> = Vec::new();
    for (index, role) in facts.input.policy.roles.iter().enumerate().filter(|(_, role)| role.holds) {
        let problem = facts.problem(index, role, &earlier);
        let solution = solver::solve(&problem);
        let holds: Vec<Span> = solution.holds.iter().map(|hold| facts.axis.span(*hold)).collect();
        let worth = problem.days.iter().flat_map(|day| &day.worth).map(|(start, end)| end - start);
        let row = RoleWeek {
            week: facts.week,
            role: index,
            target: problem.target,
            needed: (problem.target - problem.fixed_total).max(0),
            attainable: solver::attainable(&problem),
            protected: problem.fixed_total + holds.iter().map(|hold| hold.minutes()).sum::<Minutes>(),
            objective: solution.objective,
        };
        let [covered, ..] = row.objective;
        let lost = worth.sum::<Minutes>() + problem.fixed_covered - covered;
        earlier.extend(&holds);
        roles.push(RolePlan { role, row, holds, fixed: problem.fixed_total, lost });
    }
    roles
}

/// How hard a role is pressed before and after the plan is written: what it places inside `freeze` is fixed, and
/// taken for every role, from the next cycle on.
fn pressure(facts: &WeekFacts, roles: &[RolePlan], of: &RolePlan) -> Pressure {
    let before = Figures { needed: of.row.needed, attainable: of.row.attainable };
    let frozen_next = |plan: &RolePlan| -> Vec<Span> {
        let until = later(facts.input.now, plan.role.session.freeze);
        plan.holds.iter().filter(|hold| hold.start <= until).copied().collect()
    };
    let frozen: Vec<Span> = roles.iter().flat_map(frozen_next).collect();
    if frozen.is_empty() {
        return Pressure { before, after: before };
    }
    let own: Minutes = frozen_next(of).iter().map(|hold| hold.minutes()).sum();
    let earlier = roles.iter().take_while(|role| role.row.role != of.row.role).flat_map(|role| &role.holds);
    let taken: Vec<Span> = earlier.chain(&frozen).copied().collect();
    let attainable = solver::attainable(&facts.problem(of.row.role, of.role, &taken));
    Pressure { before, after: Figures { needed: (of.row.target - of.fixed - own).max(0), attainable } }
}

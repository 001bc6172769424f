//! What the user sees of a cycle: the week as a picture, tables, and the JSON that other tools read.

use seawall::report::{Look, changes, events, json, summary, week, why};

use crate::support::outcome::{SAMPLE, WEEK, instant, outcome};

const PLAIN: Look = Look { width: 80, color: false, before: false };

#[test]
fn show() {
    let outcome = outcome(SAMPLE);
    println!("{}", week::week(&outcome, WEEK.parse().unwrap(), Look { ..PLAIN }));
    println!("{}", changes::changes(&outcome, PLAIN));
    let week: seawall::calendar::week::IsoWeek = WEEK.parse().unwrap();
    println!("{}", events::events(&outcome, week.span(&outcome.tz), PLAIN));
    println!("{}", events::events(&outcome, week.span(&outcome.tz), Look { width: 130, ..PLAIN }));
    println!("{}", summary::summary(&outcome, week, PLAIN));
    for (d, m) in [
        ("mon", 600),
        ("mon", 560),
        ("mon", 14 * 60 + 5),
        ("mon", 13 * 60),
        ("tue", 18 * 60),
        ("tue", 12 * 60 + 10),
        ("fri", 600),
        ("thu", 10 * 60),
        ("wed", 9 * 60),
        ("tue", 16 * 60 + 30),
        ("thu", 16 * 60),
        ("mon", 7 * 60 + 40),
        ("wed", 15 * 60 + 50),
        ("mon", 17 * 60),
    ] {
        println!("{}", why::why(&outcome, why::Question::At(instant(&outcome.policy, d, m)), PLAIN));
    }
    println!("{}", why::why(&outcome, why::Question::Uid("sea0"), PLAIN));
    println!("{}", why::why(&outcome, why::Question::Uid(""), PLAIN));
    println!("{}", &json::plan(&outcome)[..6000]);
    println!("{}", &json::summary(&outcome, week).unwrap());
    println!("{}", &json::events(&outcome, week.span(&outcome.tz))[..2000]);
}

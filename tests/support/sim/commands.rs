//! Commands of seawall that a person gives beside its cycles: each writes by itself, in calm weather.

use fastrand::Rng;
use seawall::cycle::run::Context;
use seawall::cycle::{canary, undo, write};
use seawall::reconcile::key::Kind;
use seawall::store::Store;

use super::line::Line;
use super::own::{choose, take_away};
use super::world::World;

/// `seawall undo`.
pub(super) async fn undo(world: &World, cx: Context<'_, Line>) {
    let removals = undo::removals(cx, undo::Reach::default()).await.unwrap();
    let attempts = undo::remove(cx, removals.changes).await.unwrap();
    world.say(format!("undo removes {}, leaves {:?}", attempts.len(), removals.left));
    // A summary that is made anew is another event, with refreshes of its own.
    world.watch.borrow_mut().forget_refreshes();
}

/// `seawall release` of some hold, if there is any.
pub(super) async fn release(world: &World, cx: Context<'_, Line>, rng: &mut Rng) {
    let Some(chosen) = choose(world, Kind::Hold, rng) else { return };
    let own = undo::own_objects(cx, cx.now).await.unwrap();
    if let [(one, key)] = undo::find(&own.objects, cx.now, &chosen.uid(), None).as_slice() {
        world.seawalls[0].leave.borrow_mut().delete.insert(chosen.href.clone());
        let attempt = undo::release(cx, one, key).await.unwrap();
        world.say(format!("released {}: {:?}", chosen.uid(), attempt.error));
        if attempt.applied {
            world.people.borrow_mut().theirs.remove(&(0, chosen.href.clone()));
            take_away(world, &chosen, Some(one.object.span));
        }
    }
}

/// `seawall check --write-test`.
pub(super) async fn test_writing(world: &World, line: &Line, store: &Store) {
    let settings = world.settings(line.seawall);
    let home = settings.hold_calendar.as_ref().unwrap();
    world.watch.borrow_mut().is_test = true;
    canary::test(line, home, world.seawalls[line.seawall].instance, world.now()).await;
    world.watch.borrow_mut().is_test = false;
    write::set_strikes(store, home, 0).unwrap();
    world.say("    the write test passes");
}

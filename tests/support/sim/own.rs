//! What people do to what seawall wrote: they move, edit, copy, delete and bring back holds and summaries. What they make
//! of it is theirs, and what they take away stays away.

use std::rc::Rc;

use fastrand::Rng;
use seawall::calendar::time::Span;
use seawall::reconcile::key::{Kind, Marker};
use seawall::reconcile::ledger::LedgerState;
use seawall::reconcile::marker;

use super::account::{Entry, Hand, Quick};
use super::event::{at, marker_of, span_of, unfolded, value, with_lines, without};
use super::people::{Act, Gone, put, shown, time};
use super::world::World;

/// Something of seawall's, or made of it, as it lies in the hold calendar.
#[derive(Clone, Debug)]
pub(crate) struct Lying {
    pub(crate) href: String,
    pub(crate) entry: Entry,
    pub(crate) marker: Marker,
    pub(crate) span: Span,
}

/// What lies in the hold calendar with a marker of seawall.
pub(crate) fn lying(world: &World) -> Vec<Lying> {
    let entries = world.accounts[0].live().into_iter();
    entries
        .filter_map(|(href, entry)| {
            let text = unfolded(entry.body.as_bytes());
            Some(Lying { marker: marker_of(&text)?, span: span_of(&text)?, href, entry })
        })
        .collect()
}

impl Lying {
    /// Whether it is a hold or summary under its own name, and none of a person's copies.
    pub(crate) fn is_original(&self) -> bool {
        self.href == format!("{}.ics", marker::uid(&self.marker.key))
    }

    pub(crate) fn uid(&self) -> String {
        marker::uid(&self.marker.key)
    }
}
/// One that is not over.
pub(crate) fn choose(world: &World, kind: Kind, rng: &mut Rng) -> Option<Lying> {
    let now = world.now();
    let mut all: Vec<Lying> = lying(world);
    all.retain(|one| one.marker.key.kind == kind && one.span.end > now && one.is_original());
    (!all.is_empty()).then(|| all.swap_remove(rng.usize(..all.len())))
}
/// Whose an object of seawall's is after a person wrote it: an edit that changes neither time, words nor the busy flag
/// is none.
fn hand_of(text: &str) -> Hand {
    let text = unfolded(text.as_bytes());
    let Some(marker) = marker_of(&text) else { return Hand::Person };
    let is_summary = marker.key.kind == Kind::Summary;
    let same_time = is_summary || span_of(&text) == Some(marker.written.span);
    let same_flag = (value(&text, "TRANSP") != Some("TRANSPARENT")) == marker.written.busy;
    let same_words = !value(&text, "SUMMARY").unwrap_or_default().starts_with("My ");
    let own = same_time && same_flag && same_words && !text.contains("ATTENDEE");
    if own { Hand::Seawall } else { Hand::Person }
}

pub(super) fn on_hold(world: &World, act: Act, hold: &Lying, rng: &mut Rng) {
    let body = hold.entry.body.to_string();
    let to = time(world, rng);
    let edited = match act {
        Act::DeleteHold => return delete(world, hold),
        Act::MoveHoldElsewhere => return move_elsewhere(world, hold),
        Act::CopyHold => {
            let mut people = world.people.borrow_mut();
            people.made += 1;
            let name = format!("copy-{}", people.made);
            drop(people);
            world.say(format!("the hold at {} is copied to {}", shown(hold.span), shown(to)));
            // A copy of one with guests is a meeting.
            world.people.borrow_mut().ever.push(to);
            let copy = at(&body, to).replace(&format!("UID:{}", hold.uid()), &format!("UID:{name}"));
            return put(world, 0, &format!("{name}.ics"), &copy, Hand::Person);
        }
        Act::MoveHold => at(&body, to),
        Act::RetitleHold if body.contains("SUMMARY:My ") => body.replace("SUMMARY:My ", "SUMMARY:"),
        Act::RetitleHold => body.replace("SUMMARY:", "SUMMARY:My "),
        Act::FlipHold if body.contains("TRANSP:OPAQUE") => body.replace("TRANSP:OPAQUE", "TRANSP:TRANSPARENT"),
        Act::FlipHold => body.replace("TRANSP:TRANSPARENT", "TRANSP:OPAQUE"),
        Act::InviteToHold => {
            // From now on it takes time like any other event.
            world.people.borrow_mut().ever.push(hold.span);
            with_lines(&body, "ATTENDEE:mailto:ben@example.org\r\n")
        }
        Act::DecorateHold => with_lines(
            &body,
            "X-PERSON:a note\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nX-PERSON:alarm\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n",
        ),
        Act::StripHold => without(&at(&body, to), "X-SEAWALL"),
        _ => return,
    };
    let hand = hand_of(&edited);
    world.say(format!("the hold at {} ({}): {act:?} {}: {hand:?}'s", shown(hold.span), hold.uid(), shown(to)));
    world.people.borrow_mut().ever.extend([hold.span, to]);
    put(world, 0, &hold.href, &edited, hand);
    match act {
        Act::RetitleHold => mark_quick(world, hold, hand),
        // It leaves the words.
        Act::DecorateHold => world.accounts[0].mark(&hold.href, hold.entry.quick),
        _ => {}
    }
}

/// Words that a person changes before seawall reads back what it wrote can't be told from those of a service that
/// rewrites words.
fn mark_quick(world: &World, own: &Lying, hand: Hand) {
    if hand == Hand::Person && own.entry.hand == Hand::Seawall && !own.entry.read_back {
        world.accounts[0].mark(&own.href, Quick::Unseen);
    }
}

/// What the writing seawall knows of a hold.
fn known(world: &World, uid: &str) -> Option<Span> {
    let rows = world.seawalls.iter().flat_map(|one| one.store.borrow().ledger().unwrap());
    rows.filter(|row| row.state == LedgerState::Live && row.uid == uid).map(|row| row.written.span).next()
}

pub(super) fn delete(world: &World, hold: &Lying) {
    world.say(format!("the {} at {} ({}) is deleted", hold.marker.key.kind.word(), shown(hold.span), hold.uid()));
    forget_object(world, hold);
    // With a guest it was a meeting, which closes nothing; whether seawall knew of the guest yet or not.
    let known = known(world, &hold.uid()).filter(|_| !hold.entry.body.contains("ATTENDEE"));
    take_away(world, hold, known);
}

/// It lies no more in the hold calendar.
fn forget_object(world: &World, hold: &Lying) {
    world.accounts[0].remove(&hold.href);
    let mut people = world.people.borrow_mut();
    people.theirs.remove(&(0, hold.href.clone()));
    people.trash.push((hold.href.clone(), Rc::clone(&hold.entry.body)));
}

/// A person's hand took it away, and where seawall knew it, it knows that too.
pub(crate) fn take_away(world: &World, hold: &Lying, known: Option<Span>) {
    let mut people = world.people.borrow_mut();
    let uid = hold.uid();
    people.removed.insert(uid.clone());
    if world.is_pair() || !hold.is_original() {
        return;
    }
    if let Some(span) = known {
        people.never_again.insert(uid.clone());
        if hold.marker.key.kind == Kind::Hold {
            people.gone.push(Gone { uid, span });
        }
    }
}

fn move_elsewhere(world: &World, hold: &Lying) {
    world.say(format!("the hold at {} is moved to the other calendar", shown(hold.span)));
    world.accounts[0].remove(&hold.href);
    put(world, 1, &hold.href, &hold.entry.body, Hand::Person);
    let mut people = world.people.borrow_mut();
    people.theirs.remove(&(0, hold.href.clone()));
    people.removed.insert(hold.uid());
}

pub(super) fn bring_back(world: &World, rng: &mut Rng) {
    let mut people = world.people.borrow_mut();
    if people.trash.is_empty() {
        return;
    }
    let index = rng.usize(..people.trash.len());
    let (href, body) = people.trash.swap_remove(index);
    if world.accounts[0].live_entry(&href).is_some() || world.accounts[1].live_entry(&href).is_some() {
        return;
    }
    let uid = href.trim_end_matches(".ics");
    people.never_again.remove(uid);
    people.gone.retain(|gone| gone.uid != uid);
    if let Some(marker) = marker_of(&unfolded(body.as_bytes())).filter(|marker| marker.key.kind == Kind::Summary) {
        people.no_summary.remove(&marker.key.week);
    }
    drop(people);
    let hand = hand_of(&body);
    world.say(format!("{uid} is brought back: {hand:?}'s"));
    // In its place there may be another one by now.
    world.watch.borrow_mut().made_blindly.insert(href.clone());
    put(world, 0, &href, &body, hand);
}

pub(super) fn on_summary(world: &World, act: Act, summary: &Lying, rng: &mut Rng) {
    let body = summary.entry.body.to_string();
    let to = time(world, rng);
    let edited = match act {
        Act::MoveSummary => at(&body, to),
        Act::EditSummary => body.replace("SUMMARY:", "SUMMARY:My "),
        _ => {
            world.people.borrow_mut().no_summary.insert(summary.marker.key.week);
            return delete(world, summary);
        }
    };
    let hand = hand_of(&edited);
    world.say(format!("the summary of {}: {act:?} {}: {hand:?}'s", summary.marker.key.week, shown(to)));
    put(world, 0, &summary.href, &edited, hand);
    if act == Act::EditSummary {
        mark_quick(world, summary, hand);
    }
}

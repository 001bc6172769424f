//! Commands that change calendars or what is remembered: `sync`, `undo`, `release`, `restore`, `pause`, `resume`,
//! `forget`.

use super::args::{Cli, SyncArgs};
use super::fail::{DONE, Done, FAILED, Fail, LOGIN, PARTLY, of_cycle};
use super::out;
use super::shell::Shell;
use super::views::print_changes;
use super::when::{self, FORMS};
use crate::balance::text::hours;
use crate::calendar::CalendarId;
use crate::calendar::time::Span;
use crate::cycle::memory::PAUSED;
use crate::cycle::run::{Consent, Mode};
use crate::cycle::undo::{self, Reach};
use crate::reconcile::ledger::{LedgerRow, LedgerState};
use crate::reconcile::own::Owned;
use crate::report::clean;

/// What `pause` without an end writes.
const FOR_EVER: &str = "resume";

/// One cycle. By hand, so it ends a pause.
pub(super) async fn sync(cli: &Cli, args: SyncArgs) -> Done {
    let shell = Shell::open(cli)?;
    let _locks = shell.lock().await?;
    let store = shell.store()?;
    store.set_meta(PAUSED, None)?;
    let consent = Consent { accept: args.accept, restore: args.restore, take_over: args.take_over };
    let outcome = shell.cycle(&store, Mode::Write(consent), None).await?;
    print_changes(cli, &outcome)?;
    Ok(of_cycle(&outcome))
}

/// Removes what was written, after showing it.
pub(super) async fn undo(cli: &Cli, yes: bool, reach: Reach) -> Done {
    let shell = Shell::open(cli)?;
    let _locks = shell.lock().await?;
    let store = shell.store()?;
    let cx = shell.context(&store, Mode::Write(Consent::default()), None, None).await;
    let removals = undo::removals(cx, reach).await?;
    for warning in &removals.warnings {
        tracing::warn!("{}", clean(&warning.text));
    }
    let tz = shell.tz();
    for change in &removals.changes {
        out::print(&format!(
            "- {}  {}  ({})",
            day_and_time(change.span(), tz),
            clean(change.title()),
            change.calendar
        ))?;
    }
    for left in &removals.left {
        out::print(&format!("stays: {}", clean(left)))?;
    }
    let unread = unread(&removals);
    if removals.changes.is_empty() {
        store.set_meta(PAUSED, Some(FOR_EVER))?;
        let what = if unread == DONE { "Nothing of seawall's is there" } else { "In what was read there is nothing" };
        out::print(&format!("{what} to remove. Paused: `run` writes nothing until `seawall resume`."))?;
        return Ok(unread);
    }
    if !yes && !agreed(&format!("Remove these {} events? [y/N] ", removals.changes.len()))? {
        out::print("Nothing was removed.")?;
        return Ok(FAILED);
    }
    store.set_meta(PAUSED, Some(FOR_EVER))?;
    let attempts = undo::remove(cx, removals.changes).await?;
    let failed: Vec<_> = attempts.iter().filter(|attempt| !attempt.applied).collect();
    for attempt in &failed {
        let why = attempt.error.as_deref().unwrap_or("?");
        out::note(&clean(&format!("not removed: {}: {why}", attempt.change.title())));
    }
    out::print(&format!(
        "Removed {} of {} events. Paused: `run` writes nothing until `seawall resume`, or a `seawall sync` by hand.",
        attempts.len() - failed.len(),
        attempts.len()
    ))?;
    Ok(if failed.is_empty() { unread } else { PARTLY })
}

/// Says which calendars were not read, where more may lie; the exit code for it.
fn unread(removals: &undo::Removals) -> u8 {
    for calendar in &removals.unread {
        out::note(&format!(
            "{calendar} was not read to the end: what of seawall's lies there stays; undo it again later"
        ));
    }
    match (removals.unread.is_empty(), removals.logins.is_empty()) {
        (true, _) => DONE,
        (false, true) => PARTLY,
        (false, false) => LOGIN,
    }
}

fn agreed(question: &str) -> Result<bool, Fail> {
    if !out::is_conversation() {
        return Err(Fail::Usage("nobody is here to ask: say --yes to remove them".to_owned()));
    }
    Ok(out::ask(question)?.is_some_and(|answer| matches!(answer.to_lowercase().as_str(), "y" | "yes")))
}

/// Deletes one hold as if the user had.
pub(super) async fn release(cli: &Cli, hold: &str) -> Done {
    let shell = Shell::open(cli)?;
    let _locks = shell.lock().await?;
    let store = shell.store()?;
    let cx = shell.context(&store, Mode::Write(Consent::default()), None, None).await;
    let owned = undo::own_objects(cx, cx.now).await?.objects;
    let at = when::parse(hold, shell.now(), shell.tz()).map(|typed| typed.start(shell.tz()));
    let found = undo::find(&owned, shell.now(), hold, at);
    let (one, key) = match found.as_slice() {
        [one] => *one,
        [] => {
            if let Some(instance) = undo::of_another(&owned, shell.now(), hold, at) {
                return Err(Fail::Usage(format!(
                    "`{hold}` means a hold of another seawall (instance {instance}): release it there, delete it in your \
                     calendar, or go on in its place with `seawall sync --take-over`"
                )));
            }
            return Err(Fail::Usage(format!(
                "no current or future hold is meant by `{hold}`; give a UID's beginning, or {FORMS}"
            )));
        }
        several => {
            let line = |(one, _): &(&Owned, _)| {
                format!("\n  {}  {}", one.object.uid, day_and_time(one.object.span, shell.tz()))
            };
            let lines: String = several.iter().map(line).collect();
            return Err(Fail::Usage(format!("`{hold}` means several holds; name one of them:{lines}")));
        }
    };
    let attempt = undo::release(cx, one, key).await?;
    if let Some(error) = attempt.error {
        let what = clean(&format!("{} was not released: {error}", one.object.title));
        return Err(anyhow::anyhow!(what).into());
    }
    let when = day_and_time(one.object.span, shell.tz());
    out::print(&format!(
        "Released {} ({when}). Its time stays free of holds; `seawall restore` opens it again.",
        clean(&one.object.title)
    ))?;
    Ok(DONE)
}

/// Opens closed time again.
pub(super) async fn restore(cli: &Cli, time: &str) -> Done {
    let shell = Shell::open(cli)?;
    let at = when::parse(time, shell.now(), shell.tz()).ok_or_else(|| Fail::Usage(format!("`{time}`: {FORMS}")))?;
    let meant = Span::new(at.start(shell.tz()), at.end(shell.tz()));
    let _locks = shell.lock().await?;
    let store = shell.store()?;
    let mut opened = 0;
    for closed in store.closed()? {
        if closed.span.overlaps(meant) || closed.span.contains(meant.start) {
            store.remove_closed(closed.span)?;
            opened += 1;
            let when = day_and_time(closed.span, shell.tz());
            out::print(&format!("Open again: {when}, {} of {}.", hours(closed.span.minutes()), closed.role))?;
        }
    }
    if opened == 0 {
        return Err(Fail::Usage(format!(
            "no closed time is meant by `{time}`; `seawall why \"{time}\"` tells why no hold is there"
        )));
    }
    Ok(DONE)
}

/// Stops the daemon from writing.
pub(super) async fn pause(cli: &Cli, text: Option<&str>) -> Done {
    let shell = Shell::open(cli)?;
    let until = match text {
        None => None,
        Some(text) => {
            let typed =
                when::parse(text, shell.now(), shell.tz()).ok_or_else(|| Fail::Usage(format!("`{text}`: {FORMS}")))?;
            Some(typed.start(shell.tz()))
        }
    };
    if until.is_some_and(|until| until <= shell.now()) {
        return Err(Fail::Usage(format!("--until {} is not in the future", text.unwrap_or_default())));
    }
    let _locks = shell.lock().await?;
    let kept = until.map_or_else(|| FOR_EVER.to_owned(), |until| until.to_string());
    shell.store()?.set_meta(PAUSED, Some(&kept))?;
    let when = until.map_or_else(
        || "`seawall resume`".to_owned(),
        |until| until.to_zoned(shell.tz().clone()).strftime("%a %d %b %H:%M").to_string(),
    );
    out::print(&format!("Paused until {when}. Holds that are there stay; a `seawall sync` by hand ends the pause."))?;
    Ok(DONE)
}

/// Lets the daemon write again.
pub(super) async fn resume(cli: &Cli) -> Done {
    let shell = Shell::open(cli)?;
    let _locks = shell.lock().await?;
    let store = shell.store()?;
    let was = store.meta(PAUSED)?.is_some();
    store.set_meta(PAUSED, None)?;
    out::print(if was { "Resumed." } else { "It was not paused." })?;
    Ok(DONE)
}

/// Gives up the events in a calendar that the config names no more.
pub(super) async fn forget(cli: &Cli, calendar: &str) -> Done {
    let shell = Shell::open(cli)?;
    if !calendar.contains('/') {
        return Err(Fail::Usage(format!("`{calendar}` names no calendar; write account/calendar")));
    }
    // Both names may hold slashes, so what they come to is compared.
    let is_meant = |id: &CalendarId| id.to_string() == calendar;
    if shell.settings.accounts.iter().flat_map(|account| &account.calendars).any(|one| is_meant(&one.id)) {
        return Err(Fail::Usage(format!(
            "{calendar} is in the config; with use = \"none\" there its holds are removed, without forgetting them"
        )));
    }
    let _locks = shell.lock().await?;
    let store = shell.store()?;
    // What the user deleted stays remembered: it does not come back because its calendar goes.
    let is_there = |row: &LedgerRow| row.state == LedgerState::Live && is_meant(&row.key.calendar);
    let rows: Vec<LedgerRow> = store.ledger()?.into_iter().filter(is_there).collect();
    if rows.is_empty() {
        return Err(Fail::Usage(format!("nothing is remembered of {calendar} that is still there")));
    }
    // An account or a calendar that was only renamed: its events carry the old name, and go on by their markers.
    let cx = shell.context(&store, Mode::Look, None, None).await;
    let own = undo::own_objects(cx, cx.now).await?;
    let lies_in = |row: &LedgerRow| {
        let same = own.objects.iter().find(|one| one.object.uid == row.uid && one.key().is_some());
        same.map(|one| &one.object.lies_in)
    };
    let (go_on, given_up): (Vec<&LedgerRow>, Vec<&LedgerRow>) = rows.iter().partition(|row| lies_in(row).is_some());
    for row in &given_up {
        store.remove_ledger(&row.uid)?;
    }
    if let Some(other) = go_on.iter().find_map(|row| lies_in(row)) {
        let count = go_on.len();
        out::note(&format!(
            "{count} events of {calendar} lie in {other}, which the config names: that is the same calendar under another \
             name, and they stay seawall's"
        ));
    }
    for unread in &own.unread {
        out::note(&format!("{unread} could not be read: what of {calendar} lies there goes on by its marker"));
    }
    if given_up.is_empty() {
        return Err(Fail::Usage(format!("nothing of {calendar} was given up")));
    }
    let count = given_up.len();
    out::print(&format!("Gave up {count} events in {calendar}; they stay there and are yours."))?;
    Ok(DONE)
}

/// `Tue 17 Nov 09:00–12:00`.
fn day_and_time(span: Span, tz: &jiff::tz::TimeZone) -> String {
    let (start, end) = (tz.to_datetime(span.start), tz.to_datetime(span.end));
    format!("{}–{}", start.strftime("%a %d %b %H:%M"), end.strftime("%H:%M"))
}

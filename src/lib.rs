//! seawall is a calendar daemon that defends focus time. It reads a person's calendars, sees which of their
//! deep-work blocks meetings have eroded, writes protective holds back to the calendar, and writes one weekly event
//! that tells how the week balanced. This page is the architecture: what each folder is, and what it must not know.
//!
//! # The picture
//!
//! ```text
//!                 ┌───────────────────────── cycle ─────────────────────────┐
//!  provider ──▶ read ──▶ judge ──▶ plan ──▶ reconcile ──▶ guard ──▶ apply ──▶ provider
//!     ▲           │      focus     focus    reconcile     reconcile    │
//!     │        calendar                                                │
//!  .ics files   store (mirror, ledger, history) ◀──────────────────────┘
//!                                   outcome ──▶ report ──▶ cli
//! ```
//!
//! Decisions are values computed by pure functions from values, with `now` as an argument; I/O applies them. `plan`
//! prints exactly the changes that `sync` would apply. Start reading at [`cycle::run::cycle`], then
//! [`cycle::decide::decide`], [`focus::planner::plan`] and [`reconcile::holds::changes`].
//!
//! # The folders
//!
//! **[`calendar`]** — time and events: spans and sets of them, ISO weeks, zones, iCalendar text to occurrences
//! ([`calendar::ical`], [`calendar::expand`]) and own events to text ([`calendar::own`]). Recurrence stands behind one
//! function, [`calendar::recurrence::starts`]; names of zones, and rules that a calendar brings along, in
//! [`calendar::zones`].
//! **Invariant:** pure. No file, no clock; the user's zone and the database of zones are arguments. Knows no holds.
//!
//! **[`focus`]** — what counts as busy ([`focus::busy`]), what eroded and by whom ([`focus::erosion`]), where holds shall
//! be ([`focus::planner`] around the exact [`focus::solver`]).
//! **Invariant:** pure and deterministic; independent of the order of its input. Knows no UID rules, no provider.
//!
//! **[`balance`]** — the figures of a week and the summary in words.
//! **Invariant:** pure. Says only names that its caller allows.
//!
//! **[`reconcile`]** — identity (key, UID, marker), whose an object is ([`reconcile::own`]), desired × actual × ledger to
//! ordered changes ([`reconcile::holds`], [`reconcile::summary`]), and the guards that hold changes back.
//! **Invariant:** pure. Only an object that stands as `Ours` is ever changed or deleted.
//!
//! **[`provider`]** — the port to calendar services and the adapters behind it: [`provider::vdir`],
//! [`provider::caldav`], [`provider::google`] and read-only [`provider::ics`], over [`provider::transport`] (HTTP with
//! manners). It speaks of objects as iCalendar text with an etag.
//! **Invariant:** every write carries a precondition by construction. Adapters never see each other, the store, the
//! config or a hold.
//!
//! **[`store`]** — SQLite: a mirror of what calendars said (may be dropped), the ledger of our objects, history.
//! **Invariant:** no SQL elsewhere; a returned write is on the disk. Knows no provider and decides nothing.
//!
//! **[`config`]** — one TOML file to [`config::settings::Settings`], or all its faults at once with line and column.
//! **Invariant:** settings cannot be invalid. Never holds or prints a secret.
//!
//! **[`cycle`]** — one cycle, generic over the provider: the unit that is simulated (`tests/it/sim.rs`). What the user
//! should know is a [`cycle::warning::Warning`], which says whether a log may tell it. [`cycle::apply`] checks every rule
//! of ownership again on the object as it is, right before it writes.
//! **Invariant:** names no adapter. The one reader of the clock is [`cycle::clock`].
//!
//! **[`daemon`]** — the loop of `seawall run` around the cycle: [`daemon::run::run`] waits for a
//! [`daemon::wake::Wake`], reads accounts each at its own pace, and plans anew when something changes or the plan's own
//! moments come; beside it systemd, status and notices.
//! **Invariant:** generic over provider and clock, no threads; only [`daemon::turn`] runs cycles.
//!
//! **[`report`]** — what a cycle produced, as pictures, tables and JSON.
//! **Invariant:** pure views of an [`cycle::outcome::Outcome`]; prints nothing.
//!
//! **[`cli`]** — the command line: parses, calls, prints.
//! **Invariant:** decides nothing. The only place that names adapters and that prints.
//!
//! # What happens when it crashes
//!
//! The calendar is the truth about which holds exist. Two rules make any moment a safe one to die: *remember after you
//! create* (a hold without a ledger row carries its key in its marker and is adopted) and *before you delete, set the
//! row to released* (so that our own delete never looks like the user's). UIDs are a function of the key, so a repeated
//! create meets its own object.
//!
//! # Conventions that cross folders
//!
//! Time is [`jiff::Timestamp`] in spans that are half-open; minutes are elapsed minutes. Limits are named `…_MAX`.
//! Decisions use ordered maps, so the same input gives the same bytes. `tests/it/architecture.rs` holds all of this.
//!
//! # How to …
//!
//! *add a provider*: a folder in `provider/` that implements [`provider::Provider`], a variant of
//! [`config::settings::Source`] with its keys in `config/account.rs`, the contract suite in `tests/it/contract`, and
//! a variant of [`provider::any::Service`], made in `cli/accounts.rs`. *Add a config key*: `config/schema.rs`, its
//! default in `config/defaults.rs`, its words in `config/json_schema/keys.rs`, where it is read, and the
//! example. *Add a migration*: a new file in `store/migrations`, never a change to an old one.

pub mod calendar;
pub mod focus;

pub mod balance;
pub mod reconcile;

pub mod provider;
pub mod store;

pub mod config;

pub mod cycle;

pub mod daemon;

pub mod report;

pub mod cli;

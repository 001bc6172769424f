//! iCalendar text as somebody would have it at Google: for the same calendars on both sides.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use seawall::calendar::event::{Answer, AttendeeKind, Status, Transparency};
use seawall::calendar::ical::{self, Component, Moment};
use seawall::calendar::zones::Zones;
use serde_json::{Map, Value, json};

/// The zone of people in these samples.
const HOME: &str = "Europe/Berlin";

/// The events of a text, each under an id made of its UID; an EXDATE as a cancelled instance, as Google keeps it.
/// What is cancelled as a whole is not there: Google deletes it.
pub(super) fn events(text: &str) -> Vec<Value> {
    let unfolded = text.replace("\r\n ", "").replace("\r\n", "\n");
    let blocks: Vec<&str> = unfolded.split("BEGIN:VEVENT\n").skip(1).collect();
    let parsed = ical::read(text.as_bytes());
    assert_eq!(blocks.len(), parsed.components.len());
    let mut out = Vec::new();
    for (block, component) in blocks.iter().zip(&parsed.components) {
        let uid = &component.details.uid;
        let id = uid.bytes().fold(String::new(), |id, byte| id + &format!("{byte:02x}"));
        let mut event = fields(component);
        event.insert("id".to_owned(), json!(id));
        if let Some(original) = &component.recurrence_id {
            let (at, value) = when(&original.at);
            event.insert("id".to_owned(), json!(format!("{id}_{at}")));
            event.insert("recurringEventId".to_owned(), json!(id));
            event.insert("originalStartTime".to_owned(), value);
        } else if component.details.status == Status::Cancelled {
            continue;
        }
        let lines = block.lines().take_while(|line| !line.starts_with("BEGIN:") && !line.starts_with("END:"));
        let named = |names: &'static [&str]| {
            lines.clone().filter(move |line| names.contains(&line.split([':', ';']).next().unwrap())).map(str::to_owned)
        };
        let recurrence: Vec<String> = named(&["RRULE", "RDATE", "EXRULE"]).collect();
        if !recurrence.is_empty() {
            event.insert("recurrence".to_owned(), json!(recurrence));
        }
        out.push(Value::Object(event));
        for line in named(&["EXDATE"]) {
            for (at, value) in dates(&line) {
                out.push(json!({
                    "id": format!("{id}_{at}"), "status": "cancelled", "recurringEventId": id, "iCalUID": uid,
                    "originalStartTime": value,
                }));
            }
        }
    }
    out
}

/// The instants or days of an EXDATE.
fn dates(line: &str) -> Vec<(String, Value)> {
    let (head, values) = line.rsplit_once(':').unwrap();
    let parameters = head.strip_prefix("EXDATE").unwrap();
    let start = |value: &str| {
        let text =
            format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nDTSTART{parameters}:{value}\nEND:VEVENT\nEND:VCALENDAR\n");
        when(&ical::read(text.as_bytes()).components[0].start)
    };
    values.split(',').map(start).collect()
}

/// A moment as the end of an id and as Google writes it.
fn when(moment: &Moment) -> (String, Value) {
    let (name, wall) = match moment {
        Moment::Date(day) => return (day.strftime("%Y%m%d").to_string(), json!({"date": day.to_string()})),
        Moment::Utc(wall) => ("UTC", *wall),
        Moment::Floating(wall) => (HOME, *wall),
        Moment::Zoned(wall, tzid) => (tzid.name.as_str(), *wall),
    };
    let at = instant(name, wall);
    (at.strftime("%Y%m%dT%H%M%SZ").to_string(), time(at, name))
}

fn instant(name: &str, wall: DateTime) -> Timestamp {
    Zones::bundled().resolve(name).unwrap().to_timestamp(wall).unwrap()
}

fn time(at: Timestamp, name: &str) -> Value {
    json!({"dateTime": at.to_string(), "timeZone": name})
}

fn fields(component: &Component) -> Map<String, Value> {
    let details = &component.details;
    let zones = Zones::bundled();
    let home = zones.resolve(HOME).unwrap();
    let span = component.span(&zones, &home);
    let (start, end) = match &component.start {
        Moment::Date(day) => {
            let last = home.to_datetime(span.end).date();
            (json!({"date": day.to_string()}), json!({"date": last.to_string()}))
        }
        Moment::Zoned(_, tzid) => (time(span.start, &tzid.name), time(span.end, &tzid.name)),
        Moment::Utc(_) => (time(span.start, "UTC"), time(span.end, "UTC")),
        Moment::Floating(_) => (time(span.start, HOME), time(span.end, HOME)),
    };
    let stamp =
        |at: Option<Timestamp>| at.map(|at| at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string());
    let mut out = Map::new();
    let mut set = |name: &str, value: Value| drop(out.insert(name.to_owned(), value));
    set("iCalUID", json!(details.uid));
    set("start", start);
    set("end", end);
    set("sequence", json!(component.sequence));
    if !details.title.is_empty() {
        set("summary", json!(details.title));
    }
    for (name, at) in [("created", stamp(details.created)), ("updated", stamp(details.stamped))] {
        if let Some(at) = at {
            set(name, json!(at));
        }
    }
    set(
        "status",
        json!(match details.status {
            Status::Confirmed => "confirmed",
            Status::Tentative => "tentative",
            Status::Cancelled => "cancelled",
        }),
    );
    // Where nothing is said, a day is free here and busy at Google: so it is said.
    let is_free = details.transparency.map_or(component.start.is_date(), |word| word == Transparency::Transparent);
    set("transparency", json!(if is_free { "transparent" } else { "opaque" }));
    if let Some(organizer) = &details.organizer {
        set("organizer", json!({"email": organizer.address, "displayName": organizer.name}));
    }
    if !details.attendees.is_empty() {
        let people = details.attendees.iter().map(|one| {
            let answer = match one.answer {
                Answer::NeedsAction => "needsAction",
                Answer::Accepted => "accepted",
                Answer::Tentative => "tentative",
                Answer::Declined => "declined",
            };
            let mut person = json!({"email": one.address, "responseStatus": answer});
            if let Some(name) = &one.name {
                person["displayName"] = json!(name);
            }
            if one.kind == AttendeeKind::Resource {
                person["resource"] = json!(true);
            }
            person
        });
        set("attendees", people.collect());
    }
    out
}

//! Answers as real servers send them, and what each property of them means.

use seawall::provider::caldav::href::{Place, place};
use seawall::provider::caldav::xml::{Fault, Principal, Props, multistatus};

use super::{body, given, multistatus};

/// The properties of the only response with these.
fn props(inner: &str) -> Props {
    let found = multistatus::read(multistatus(&given("/a/", inner)).as_bytes()).unwrap();
    let [response] = found.responses.as_slice() else { panic!("one response: {found:?}") };
    response.props.clone()
}

#[test]
fn radicale_lists_its_calendars() {
    let found = multistatus::read(&body("radicale-list")).unwrap();
    let [home, work] = found.responses.as_slice() else { panic!("{found:?}") };
    assert_eq!((home.href.as_str(), home.status, home.refused), ("/alice/", None, Some(404)));
    assert!(!home.props.kind.as_ref().unwrap().is_calendar() && home.props.kind.as_ref().unwrap().is_collection());
    let props = &work.props;
    assert!(props.kind.as_ref().unwrap().is_calendar() && props.takes_events());
    assert_eq!(props.display_name.as_deref(), Some("Work & Life"));
    assert_eq!((props.owner.as_deref(), props.color.as_deref()), (Some("/alice/"), Some("#3366CCFF")));
    assert!(props.privileges.as_ref().unwrap().may_write());
    let reports = props.reports.as_ref().unwrap();
    assert!(reports.contains("sync-collection") && reports.contains("calendar-multiget"));
    assert!(props.sync_token.as_ref().unwrap().starts_with("http://radicale.org/ns/sync/"));
    assert!(props.ctag.as_ref().unwrap().starts_with('"'));
    assert_eq!((props.max_resource_size, props.transparent, &props.timezone), (Some(10_000_000), None, &None));
}

#[test]
fn xandikos_lists_its_calendars() {
    let found = multistatus::read(&body("xandikos-list")).unwrap();
    let hrefs: Vec<_> = found.responses.iter().map(|response| response.href.as_str()).collect();
    assert_eq!(hrefs, ["/user/calendars/", "/user/calendars/work/", "/user/calendars/calendar/"]);
    let props = &found.responses[1].props;
    assert_eq!((props.transparent, props.owner.as_deref()), (Some(false), None), "an empty owner is none");
    assert!(props.privileges.as_ref().unwrap().may_write() && props.kind.as_ref().unwrap().is_calendar());
}

#[test]
fn the_way_to_the_calendars_is_read() {
    for (server, user, home) in [("radicale", "/alice/", "/alice/"), ("xandikos", "/user/", "/user/calendars/")] {
        let found = multistatus::read(&body(&format!("{server}-principal"))).unwrap();
        assert_eq!(found.responses[0].props.principal, Some(Principal::Href(user.to_owned())));
        let found = multistatus::read(&body(&format!("{server}-home"))).unwrap();
        assert_eq!(found.responses[0].props.homes, [home]);
        assert!(found.responses[0].props.addresses.is_empty(), "a path is no mail address");
    }
}

#[test]
fn a_sync_names_what_is_there_and_the_token() {
    for (server, name, token) in [
        ("radicale", "/alice/work/odd%20name%40x%C3%A9.ics", "http://radicale.org/ns/sync/"),
        ("xandikos", "/user/calendars/work/odd%20name@x%C3%A9.ics", ""),
        ("cyrus", "/dav/calendars/user/anna/work/odd%20name@x%C3%A9.ics", "data:,"),
        ("davical", "/caldav.php/anna/work/odd%20name%40x%C3%A9.ics", "data:,"),
        ("sogo", "/SOGo/dav/anna/Calendar/work/odd name@xé.ics", "17"),
    ] {
        let found = multistatus::read(&body(&format!("{server}-sync"))).unwrap();
        assert_eq!(found.responses.len(), 2);
        assert!(found.responses.iter().any(|response| response.href == name), "the server's spelling: {found:?}");
        assert!(found.responses.iter().all(|response| response.props.etag.as_ref().unwrap().starts_with('"')));
        assert!(found.sync_token.unwrap().starts_with(token));
    }
}

#[test]
fn a_listing_gives_each_object_one_key_and_the_etag() {
    for (server, work) in [
        ("radicale", "/alice/work/"),
        ("xandikos", "/user/calendars/work/"),
        ("cyrus", "/dav/calendars/user/anna/work/"),
        ("davical", "/caldav.php/anna/work/"),
        ("sogo", "/SOGo/dav/anna/Calendar/work/"),
        ("sabre", "/calendars/anna/work/"),
    ] {
        let calendar = format!("http://127.0.0.1:1{work}").parse().unwrap();
        let mut keys = Vec::new();
        for response in multistatus::read(&body(&format!("{server}-members"))).unwrap().responses {
            match place(&calendar, &response.href) {
                Place::Itself => assert!(response.props.kind.unwrap().is_calendar(), "{server}"),
                Place::Member { key, .. } => {
                    assert!(response.props.etag.is_some() && !response.props.kind.unwrap().is_collection(), "{server}");
                    keys.push(key);
                }
                Place::Elsewhere => panic!("{server}: {}", response.href),
            }
        }
        keys.sort();
        assert_eq!(keys, ["odd%20name@x%C3%A9.ics", "one.ics"], "{server}");
    }
}

#[test]
fn a_multiget_gives_texts_and_says_what_is_gone() {
    for server in ["radicale", "xandikos", "cyrus", "davical", "sogo"] {
        let found = multistatus::read(&body(&format!("{server}-multiget"))).unwrap();
        let gone: Vec<_> = found.responses.iter().filter(|response| response.is_gone()).collect();
        match server {
            "davical" => assert!(gone.is_empty(), "what is gone is left out"),
            _ => assert!(gone.len() == 1 && gone[0].href.ends_with("/none.ics"), "{found:?}"),
        }
        let one = found.responses.iter().find(|response| response.href.ends_with("/one.ics")).unwrap();
        // As they are sent: Radicale keeps the CR, which XML would let it drop; SOGo ends without a line end.
        let text = String::from_utf8(one.props.calendar_data.clone().unwrap()).unwrap().replace("\r\n", "\n");
        assert!(text.starts_with("BEGIN:VCALENDAR\n") && text.trim_end().ends_with("\nEND:VCALENDAR"), "{text}");
        assert!(text.contains("\nSUMMARY:Tom & <Jerry>\n"), "{text}");
    }
    // SabreDAV fails the whole report for one that is gone.
    assert_eq!(multistatus::read(&body("sabre-multiget")), Err(Fault::Other("error".to_owned())));
}

#[test]
fn text_comes_through_every_way_to_write_it() {
    let all = props(
        "<cal:calendar-data><![CDATA[BEGIN:VCALENDAR\nX:a<b]]>&amp;c&#13;\n&#xe9;<!-- no -->END:VCALENDAR</cal:calendar-data>",
    );
    assert_eq!(all.calendar_data.unwrap(), "BEGIN:VCALENDAR\nX:a<b&c\r\néEND:VCALENDAR".as_bytes());
}

#[test]
fn nobody_is_not_a_principal() {
    assert_eq!(
        props("<d:current-user-principal><d:unauthenticated/></d:current-user-principal>").principal,
        Some(Principal::Unauthenticated)
    );
    assert_eq!(props("<d:current-user-principal/>").principal, None);
    assert_eq!(
        props("<d:current-user-principal>/p/anna/</d:current-user-principal>").principal,
        Some(Principal::Href("/p/anna/".to_owned()))
    );
}

#[test]
fn homes_can_be_several_and_elsewhere() {
    let all = props(
        "<cal:calendar-home-set><d:href>/a/</d:href><d:href>https://p42-caldav.icloud.com:443/1/calendars/</d:href></cal:calendar-home-set>",
    );
    assert_eq!(all.homes, ["/a/", "https://p42-caldav.icloud.com:443/1/calendars/"]);
}

#[test]
fn who_the_user_is_stands_in_mail_addresses() {
    let all = props(
        "<cal:calendar-user-address-set><d:href preferred=\"1\">MAILTO:Anna@Example.ORG</d:href>\
         <d:href>mailto:anna%2Bwork@example.org</d:href><d:href>/principals/anna/</d:href>\
         <d:href>urn:uuid:0A</d:href><d:href/></cal:calendar-user-address-set>",
    );
    assert_eq!(all.addresses, ["anna@example.org", "anna+work@example.org"]);
}

#[test]
fn rights_are_known_only_where_the_server_says_them() {
    let set = |inner: &str| {
        let all = props(&format!("<d:current-user-privilege-set>{inner}</d:current-user-privilege-set>"));
        all.privileges.map(|privileges| privileges.may_write())
    };
    let each = |names: &[&str]| -> String {
        names.iter().flat_map(|name| ["<d:privilege><d:", name, "/></d:privilege>"]).collect()
    };
    assert_eq!(set(""), None, "an empty set says nothing");
    assert_eq!(props("").privileges, None);
    assert_eq!(set(&each(&["read", "read-current-user-privilege-set"])), Some(false));
    assert_eq!(set(&each(&["all"])), Some(true));
    assert_eq!(set(&each(&["read", "write"])), Some(true));
    assert_eq!(set(&each(&["read", "bind", "write-content", "unbind"])), Some(true));
    assert_eq!(set(&each(&["read", "bind", "write-content"])), Some(false), "what can't be removed is not created");
    assert_eq!(set("<d:privilege><d:read/><d:write/></d:privilege>"), Some(true), "DavMail: all in one");
    assert_eq!(set("<d:read/><d:write/>"), Some(true), "without the wrapper");
    assert_eq!(set("<d:privilege/>"), None);
    let halves = "<y:add-resource xmlns:y=\"http://cyrusimap.org/ns/\"/><y:remove-resource xmlns:y=\"http://cyrusimap.org/ns/\"/>";
    assert_eq!(
        set(&format!("<d:privilege><d:write-content/></d:privilege><d:privilege>{halves}</d:privilege>")),
        Some(true)
    );
}

#[test]
fn components_and_reports_are_unlimited_until_named() {
    assert!(props("").takes_events());
    assert!(props("<cal:supported-calendar-component-set/>").takes_events());
    let named = |names: &str| {
        props(&format!("<cal:supported-calendar-component-set>{names}</cal:supported-calendar-component-set>"))
    };
    assert!(named("<cal:comp name=\"VTODO\"/><cal:comp name=' vevent '/>").takes_events());
    assert!(!named("<cal:comp name=\"VTODO\"/>").takes_events());
    let reports = props(
        "<d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report>\
         <d:supported-report><d:report><cal:calendar-multiget/></d:report></d:supported-report></d:supported-report-set>",
    );
    assert_eq!(reports.reports.unwrap().into_iter().collect::<Vec<_>>(), ["calendar-multiget", "sync-collection"]);
}

#[test]
fn what_only_looks_like_a_calendar_is_none() {
    let is_calendar = |kinds: &str| {
        props(&format!("<d:resourcetype><d:collection/>{kinds}</d:resourcetype>")).kind.unwrap().is_calendar()
    };
    assert!(is_calendar("<cal:calendar/>"));
    assert!(is_calendar("<cal:calendar/><cal:schedule-outbox/>"), "SOGo's personal calendar is the outbox too");
    for other in [
        "",
        "<cal:schedule-inbox/>",
        "<cal:calendar/><cal:schedule-inbox/>",
        "<cal:schedule-outbox/>",
        "<cal:calendar/><cs:subscribed/>",
        "<cs:notification/>",
        "<d:calendar-x/>",
        "<cal:calendar/><n:trash-bin xmlns:n=\"http://nextcloud.com/ns\"/>",
        "<cal:calendar/><n:deleted-calendar xmlns:n=\"http://nextcloud.com/ns\"/>",
    ] {
        assert!(!is_calendar(other), "{other}");
    }
}

#[test]
fn the_rest_is_taken_as_it_is() {
    let all = props(
        "<cal:schedule-calendar-transp><cal:transparent/></cal:schedule-calendar-transp><x:calendar-color symbolic-color=\"red\"> #FF0000 </x:calendar-color>\
         <cal:max-resource-size>many</cal:max-resource-size><cal:calendar-timezone>BEGIN:VCALENDAR</cal:calendar-timezone>\
         <d:getetag>W/&quot;7&quot;</d:getetag><cs:getctag>7</cs:getctag><d:displayname> </d:displayname><d:foo><d:getetag>no</d:getetag></d:foo>",
    );
    assert_eq!((all.transparent, all.color.as_deref(), all.max_resource_size), (Some(true), Some("#FF0000"), None));
    assert_eq!((all.etag.as_deref(), all.ctag.as_deref(), all.display_name), (Some("W/\"7\""), Some("7"), None));
    assert_eq!(all.timezone.as_deref(), Some("BEGIN:VCALENDAR"));
}

//! How holds look and behave: `[hold]`, and in a role or a block what they change of it.

use super::tree::{Faults, Table, Wrong, nearest};
use super::value;
use crate::focus::policy::{Defence, HoldStyle, OnDelete, Visibility};

/// What may stand in braces in a title.
const PLACEHOLDERS: [&str; 2] = ["block", "role"];

/// The style with the keys of a table over it; none where one of them is wrong.
pub(super) fn read(table: &Table<'_>, base: Option<&HoldStyle>, faults: &mut Faults) -> Option<HoldStyle> {
    let title = table.parse("title", faults, title, "a title like \"Focus: {block}\"");
    let visibility = table.parse("visibility", faults, visibility, "\"private\" or \"public\"");
    let color = table.parse("color", faults, color, "a CSS3 colour name like \"teal\"");
    let defence = table.parse("defence", faults, defence, "\"soft\", \"firm\", \"auto\" or \"strict\"");
    let firm_within = table.parse("firm_within", faults, value::duration, value::DURATION);
    let on_delete = table.parse("on_delete", faults, on_delete, "\"forgive\" or \"replace\"");
    Some(HoldStyle {
        title: title.or(base.map(|base| base.title.clone()))?,
        visibility: visibility.or(base.map(|base| base.visibility))?,
        color: color.or(base.map(|base| base.color.clone()))?,
        defence: defence.some().or(Some(base?.defence))?,
        firm_within: firm_within.or(base.map(|base| base.firm_within))?,
        on_delete: on_delete.or(base.map(|base| base.on_delete))?,
    })
}

fn title(text: &str) -> Result<String, Wrong> {
    let title = value::label(text)?;
    for part in text.split('{').skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        if !part.contains('}') || !PLACEHOLDERS.contains(&name) {
            let meant = nearest(name, PLACEHOLDERS.into_iter()).map(|name| format!("{{{name}}}"));
            return Err(Wrong { expected: "a title with no other braces than {block} and {role}".to_owned(), meant });
        }
    }
    Ok(title)
}

fn visibility(text: &str) -> Result<Visibility, Wrong> {
    value::choice(text, &[("private", Visibility::Private), ("public", Visibility::Public)])
}

fn defence(text: &str) -> Result<Defence, Wrong> {
    let words =
        [("soft", Defence::Soft), ("firm", Defence::Firm), ("auto", Defence::Auto), ("strict", Defence::Strict)];
    value::choice(text, &words)
}

fn on_delete(text: &str) -> Result<OnDelete, Wrong> {
    value::choice(text, &[("forgive", OnDelete::Forgive), ("replace", OnDelete::Replace)])
}

/// Empty: no colour.
fn color(text: &str) -> Result<Option<String>, Wrong> {
    let name = text.to_ascii_lowercase();
    if name.is_empty() {
        return Ok(None);
    }
    if COLORS.split_whitespace().any(|known| known == name) {
        return Ok(Some(name));
    }
    let meant = nearest(&name, COLORS.split_whitespace()).map(str::to_owned);
    Err(Wrong { expected: "a CSS3 colour name like teal (RFC 7986 allows no other)".to_owned(), meant })
}

/// The colour names of CSS Color Module Level 3, section 4.3, which RFC 7986 section 5.9 asks for.
const COLORS: &str = "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet \
brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan \
darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred \
darksalmon darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue \
dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green \
greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon \
lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon \
lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta \
maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen \
mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab \
orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum \
powderblue purple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue \
slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white \
whitesmoke yellow yellowgreen";

//! CSS colour names to the eleven colours an event can have at Google: for each the one that looks most alike (in `OKLCh`
//! the nearest hue, then lightness, of what Google Calendar shows); greys and
//! near-whites are Graphite, and a name that Google has too is its own.

/// `colorId` and the CSS names that it stands for.
const NEAREST: [(&str, &str); 11] = [
    // Lavender, #7986cb
    ("1", "lavender cornflowerblue mediumpurple mediumslateblue slateblue"),
    // Sage, #33b679
    (
        "2",
        "aqua aquamarine chartreuse cyan darkseagreen darkturquoise greenyellow lawngreen lightcyan \
         lightgreen lightseagreen lime limegreen mediumaquamarine mediumseagreen mediumspringgreen \
         mediumturquoise palegreen paleturquoise springgreen turquoise yellowgreen",
    ),
    // Grape, #8e24aa
    (
        "3",
        "blueviolet darkmagenta darkorchid darkviolet fuchsia indigo magenta mediumorchid mediumvioletred \
         orchid plum purple thistle violet",
    ),
    // Flamingo, #e67c73
    ("4", "deeppink hotpink indianred lightcoral lightpink mistyrose palevioletred pink rosybrown salmon"),
    // Banana, #f6c026
    (
        "5",
        "antiquewhite beige bisque blanchedalmond burlywood cornsilk darkgoldenrod darkkhaki gold goldenrod \
         khaki lemonchiffon lightgoldenrodyellow lightyellow moccasin navajowhite olive orange palegoldenrod \
         papayawhip peachpuff sandybrown tan wheat yellow",
    ),
    // Tangerine, #f5511d
    ("6", "chocolate coral darkorange darksalmon lightsalmon orangered peru"),
    // Peacock, #039be5
    (
        "7",
        "cadetblue deepskyblue dodgerblue lightblue lightskyblue lightslategray lightslategrey lightsteelblue \
         powderblue skyblue slategray slategrey steelblue",
    ),
    // Graphite, #616161
    (
        "8",
        "aliceblue azure black darkgray darkgrey dimgray dimgrey floralwhite gainsboro ghostwhite gray grey \
         honeydew ivory lavenderblush lightgray lightgrey linen mintcream oldlace seashell silver \
         snow white whitesmoke",
    ),
    // Blueberry, #3f51b5
    ("9", "blue darkblue darkslateblue mediumblue midnightblue navy royalblue"),
    // Basil, #0b8043
    (
        "10",
        "darkcyan darkgreen darkolivegreen darkslategray darkslategrey forestgreen green olivedrab seagreen \
         teal",
    ),
    // Tomato, #d60000
    ("11", "tomato brown crimson darkred firebrick maroon red saddlebrown sienna"),
];

/// The `colorId` of a CSS colour name; none where it is no such name.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let is_in = |names: &str| names.split_whitespace().any(|known| known.eq_ignore_ascii_case(name.trim()));
    NEAREST.iter().find(|(_, names)| is_in(names)).map(|(id, _)| *id)
}

//! Colours of the terminal: what a piece of text is decides how it looks, and without colour it stays as it is.
//! Backgrounds always come with a foreground, so that both dark and light terminals show them legibly.

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text like any other.
    Plain,
    /// A heading.
    Strong,
    /// Of less weight.
    Faint,
    /// Good news.
    Good,
    /// Take note.
    Note,
    /// Bad news.
    Bad,
    /// A meeting.
    Meeting,
    /// A meeting that took block time.
    Eroder,
    /// A busy event without other people.
    Solo,
    /// An unanswered invitation.
    Threat,
    /// A hold that is shown as busy.
    Firm,
    /// A hold that is shown as free.
    Soft,
    /// An own focus event or a pinned hold.
    Mine,
    /// Block time that nothing protects.
    Open,
    /// Block time that no session can cover any more.
    Lost,
    /// A day off.
    Off,
}

/// Background and foreground of the 256-colour palette, or plain attributes.
fn code(ink: Ink) -> &'static str {
    match ink {
        Ink::Plain => "",
        Ink::Strong => "1",
        Ink::Faint => "2",
        Ink::Good => "32",
        Ink::Note => "33",
        Ink::Bad => "31",
        Ink::Meeting => "38;5;231;48;5;60",
        Ink::Eroder => "38;5;231;48;5;124",
        Ink::Solo => "38;5;231;48;5;240",
        Ink::Threat => "38;5;16;48;5;179",
        Ink::Firm => "38;5;16;48;5;78",
        Ink::Soft => "38;5;16;48;5;151",
        Ink::Mine => "38;5;16;48;5;117",
        Ink::Open => "38;5;71",
        Ink::Lost => "38;5;160",
        Ink::Off => "38;5;102",
    }
}

/// The colour of the background of an ink as a foreground: for half-filled rows.
fn edge_code(ink: Ink) -> &'static str {
    match ink {
        Ink::Meeting => "38;5;60",
        Ink::Eroder => "38;5;124",
        Ink::Solo => "38;5;240",
        Ink::Threat => "38;5;179",
        Ink::Firm => "38;5;78",
        Ink::Soft => "38;5;151",
        Ink::Mine => "38;5;117",
        other => code(other),
    }
}

/// The left edge of a filled cell: the same background, a foreground of the same hue.
fn bar_code(ink: Ink) -> &'static str {
    match ink {
        Ink::Meeting => "38;5;147;48;5;60",
        Ink::Eroder => "38;5;217;48;5;124",
        Ink::Solo => "38;5;250;48;5;240",
        Ink::Threat => "38;5;94;48;5;179",
        Ink::Firm => "38;5;28;48;5;78",
        Ink::Soft => "38;5;71;48;5;151",
        Ink::Mine => "38;5;25;48;5;117",
        other => code(other),
    }
}

/// The left edge of a cell in that ink.
pub(super) fn paint_bar(text: &str, ink: Ink, color: bool) -> String {
    wrap(text, bar_code(ink), color)
}

/// The same for a half-filled row: block glyphs in the colour that the edge has.
pub(super) fn paint_bar_edge(text: &str, ink: Ink, color: bool) -> String {
    let code = bar_code(ink);
    wrap(text, code.split_once(";48").map_or(code, |(foreground, _)| foreground), color)
}

/// The text in that ink; as it is without colour.
pub(super) fn paint(text: &str, ink: Ink, color: bool) -> String {
    wrap(text, code(ink), color)
}

/// Block glyphs in the colour that the ink has as its background.
pub(super) fn paint_edge(text: &str, ink: Ink, color: bool) -> String {
    wrap(text, edge_code(ink), color)
}

fn wrap(text: &str, code: &str, color: bool) -> String {
    if !color || code.is_empty() || text.is_empty() {
        return text.to_owned();
    }
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

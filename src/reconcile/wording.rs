//! What holds say on the calendar: plain lines of at most 60 characters that change only when the plan does, and
//! name no meeting.

use super::change::{Content, Notes};
use crate::calendar::own::{self, When};
use crate::focus::plan::DesiredHold;
use crate::focus::policy::{Defence, HoldStyle, Policy, Role, Visibility};

/// What a planned hold shall say; none where its role is not in the config.
pub fn content(policy: &Policy, hold: &DesiredHold) -> Option<Content> {
    let role = policy.roles.get(hold.role?)?;
    let block = hold.block.and_then(|index| role.blocks.get(index));
    let style = block.map_or(&role.style, |block| &block.style);
    Some(Content {
        title: title(style, role, block.map(|block| block.name.as_str())),
        text: text(role, block.map(|block| block.name.as_str())),
        when: When::Timed(hold.span),
        span: hold.span,
        busy: hold.busy,
        private: style.visibility == Visibility::Private,
        color: style.color.clone(),
        strict: style.defence == Some(Defence::Strict),
        notes: Notes::default(),
    })
}

fn title(style: &HoldStyle, role: &Role, block: Option<&str>) -> String {
    own::one_line(&style.title.replace("{role}", &role.name).replace("{block}", block.unwrap_or(&role.name)))
}

fn text(role: &Role, block: Option<&str>) -> String {
    let why = match block {
        Some(block) => format!("Why: your {} block {block}.", role.name),
        None => format!("Why: more time for {}, towards its week.", role.name),
    };
    own::plain(&format!(
        "{why}\n\n\
         seawall keeps this time free for focus.\n\
         Move or edit it: it is yours from then on.\n\
         Delete it: its time stays free of holds.\n\
         To see more: seawall why"
    ))
}

//! What the config of a simulated seawall says, and how it changes in the course of a life.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use seawall::config::settings::Settings;
use seawall::config::{self, Environment};

use super::world::World;

/// What the config says that changes in the course of a life.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) zone: &'static str,
    pub(crate) from: u32,
    pub(crate) days: &'static str,
    pub(crate) horizon: u32,
    pub(crate) target: Option<u32>,
    pub(crate) limits: (u32, u32),
    pub(crate) learns: bool,
    pub(crate) on_delete: &'static str,
    /// Minutes between two looks of the loop.
    pub(crate) poll: u32,
}

impl World {
    /// The config of a seawall as text; it stands for its hash too.
    pub(crate) fn config(&self, seawall: usize) -> String {
        let Wishes { zone, from, days, horizon, target, limits, learns, on_delete, poll } =
            self.wishes.borrow().clone();
        let until = from + 3;
        let target = target.map_or_else(String::new, |hours| format!("target = \"{hours}h\"\n"));
        let learning = "[[role]]\nname = \"learning\"\ntarget = \"3h\"\nmin_session = \"1h\"\n";
        format!(
            "timezone = \"{zone}\"\ninstance = \"{instance}\"\npoll = \"{poll}m\"\n[hours]\n\
             work = [{{ days = \"mon-fri\", from = \"09:00\", to = \"17:00\" }}]\n\
             [busy]\nday_off = [\"^Vacation\"]\n[focus]\nhorizon = {horizon}\ngrid = \"30m\"\nown = []\n[hold]\non_delete = \"{on_delete}\"\n\
             [[role]]\nname = \"deep\"\n{target}\
             blocks = [{{ name = \"Block\", days = \"{days}\", from = \"{from:02}:00\", to = \"{until:02}:00\" }}]\n\
             {learning}[limits]\nwrites_per_cycle = {cycle}\nwrites_per_day = {day}\n[summary]\nat = \"fri 16:00\"\n\
             [[account]]\nname = \"main\"\nprovider = \"vdir\"\npath = \"main\"\nemails = [\"anna@example.org\"]\n\
             calendars = [{{ name = \"work\", use = \"read+hold\" }}]\n\
             [[account]]\nname = \"side\"\nprovider = \"vdir\"\npath = \"side\"\nemails = [\"anna@example.org\"]\n\
             calendars = [{{ name = \"private\", use = \"read\", private = true }}]\n",
            instance = self.seawalls[seawall].instance,
            learning = if learns { learning } else { "" },
            cycle = limits.0,
            day = limits.1,
        )
    }

    pub(crate) fn settings(&self, seawall: usize) -> Rc<Settings> {
        thread_local! { static READ: RefCell<BTreeMap<String, Rc<Settings>>> = RefCell::default(); }
        let text = self.config(seawall);
        READ.with_borrow_mut(|read| {
            let parse = || {
                let file = std::path::Path::new("/nowhere/seawall.toml");
                let environment =
                    Environment { xdg_state_home: Some("/nowhere/state".into()), ..Environment::default() };
                Rc::new(config::parse(&text, file, &environment).unwrap())
            };
            Rc::clone(read.entry(text.clone()).or_insert_with(parse))
        })
    }
}

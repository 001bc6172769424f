//! Every block with what became of it: how much is kept, who took the rest, what protects it, what threatens it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::arrival::{self, Cause, Sighting, SightingKey};
use super::block::Block;
use super::busy::Counts;
use super::erosion::{self, Eroder, Level};
use super::plan::DesiredHold;
use super::policy::{Minutes, Policy};
use super::sight::{Judged, Source};
use super::view::{Busy, View};
use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week::IsoWeek;

/// What one occurrence took of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErodedBy {
    /// Index of the occurrence among the judged ones.
    pub judged: usize,
    /// The minutes charged to it.
    pub minutes: Minutes,
    /// Its focus cost, stand-alone.
    pub focus_cost: Minutes,
    /// What brought it.
    pub cause: Cause,
    /// From its arrival to its start; none where nothing tells when it came.
    pub lead: Option<Minutes>,
}

/// A block and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The block.
    pub block: Block,
    /// Its minutes after days off.
    pub planned: Minutes,
    /// What sessions can still cover.
    pub kept: Minutes,
    /// The rest.
    pub eroded: Minutes,
    /// Minutes under a hold, pin or own focus event that nothing busy overlaps.
    pub protected: Minutes,
    /// How badly it is eroded.
    pub level: Level,
    /// Who took what, in order of arrival; adds up to `eroded`.
    pub eroded_by: Vec<ErodedBy>,
    /// Indices of the unanswered invitations that overlap it.
    pub threats: Vec<usize>,
}

/// What history saw, by occurrence.
pub type History = BTreeMap<SightingKey, Sighting>;

/// Names an occurrence for history.
pub fn sighting_key(judged: &Judged, sources: &[Source]) -> SightingKey {
    SightingKey {
        calendar: sources[judged.source].id.clone(),
        uid: judged.occurrence.details.uid.clone(),
        recurrence_id: judged.occurrence.recurrence_id,
    }
}

/// Time that is protected: holds as they shall be and own focus events, where nothing busy lies.
pub fn protected_time<'a>(view: &View, holds: impl Iterator<Item = &'a DesiredHold>) -> SpanSet {
    let all: SpanSet = holds.map(|hold| hold.span).chain(view.own_focus.iter().map(|own| own.span)).collect();
    all.minus(&view.busy_set())
}

/// All that assessing blocks needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The wishes.
    pub policy: &'a Policy,
    /// The calendars, judged.
    pub judged: &'a [Judged],
    /// Where they lie.
    pub sources: &'a [Source],
    /// What they come to.
    pub view: &'a View,
    /// What history saw.
    pub history: &'a History,
}

/// Assesses all blocks. `blocks` must hold every block of the weeks it speaks of; `holds` are the holds as they shall be.
pub fn assess(scene: Scene<'_>, blocks: Vec<Block>, holds: &[DesiredHold]) -> Vec<Assessment> {
    let taking: Vec<usize> = indices(scene.judged, Counts::Busy).collect();
    let eroders = eroders(scene, &taking);
    // A view whose busy list is in the order of `eroders`, so that an index names the same occurrence in both.
    let ordered = View { busy: eroders.iter().map(|one| one.busy).collect(), ..scene.view.clone() };
    let protected = protected_time(scene.view, holds.iter());
    let closed: Vec<SpanSet> = (0..scene.policy.roles.len()).map(|role| others(&blocks, role)).collect();
    let window = weeks_of(&blocks, scene.policy);
    let mut costs: BTreeMap<usize, Minutes> = BTreeMap::new();
    blocks
        .into_iter()
        .map(|block| {
            let found = erosion::erosion(scene.policy, &ordered, &block, &closed[block.role], &eroders);
            let eroded_by = found
                .charges
                .iter()
                .map(|charge| {
                    let one = &eroders[charge.index];
                    let cost = *costs
                        .entry(charge.index)
                        .or_insert_with(|| erosion::focus_cost(scene.policy, &ordered, charge.index, window));
                    eroded_by(scene, taking[charge.index], one, charge.minutes, cost)
                })
                .collect();
            let threats = indices(scene.judged, Counts::Threat)
                .filter(|index| block.parts.overlaps(scene.judged[*index].taken()))
                .collect();
            Assessment {
                planned: found.planned,
                kept: found.kept,
                eroded: found.eroded(),
                protected: protected.intersection(&block.parts).minutes(),
                level: found.level(),
                eroded_by,
                threats,
                block,
            }
        })
        .collect()
}

fn indices(judged: &[Judged], counts: Counts) -> impl Iterator<Item = usize> + '_ {
    judged.iter().enumerate().filter(move |(_, one)| one.verdict.counts == counts).map(|(index, _)| index)
}

/// The busy occurrences, each known by its place in `taking`.
fn eroders<'a>(scene: Scene<'a>, taking: &[usize]) -> Vec<Eroder<'a>> {
    taking
        .iter()
        .enumerate()
        .map(|(index, &judged)| {
            let one = &scene.judged[judged];
            let details = &one.occurrence.details;
            let sighting = scene.history.get(&sighting_key(one, scene.sources));
            Eroder {
                index,
                busy: Busy { span: one.taken(), meeting: one.people.meeting },
                arrival: arrival::arrival(sighting, details.created, details.stamped),
                uid: &details.uid,
            }
        })
        .collect()
}

fn eroded_by(scene: Scene<'_>, judged: usize, one: &Eroder<'_>, minutes: Minutes, focus_cost: Minutes) -> ErodedBy {
    let start = scene.judged[judged].occurrence.span.start;
    let lead = one.arrival.at.map(|at: Timestamp| Span::new(at, start).minutes());
    ErodedBy { judged, minutes, focus_cost, cause: one.arrival.cause, lead }
}

/// The weeks that the blocks lie in, from the first to the last.
fn weeks_of(blocks: &[Block], policy: &Policy) -> Span {
    let weeks = || blocks.iter().map(|block| IsoWeek::of(block.date).span(&policy.tz));
    let start = weeks().map(|week| week.start).min().unwrap_or_default();
    Span::new(start, weeks().map(|week| week.end).max().unwrap_or(start))
}

/// The blocks of every role but this one.
fn others(blocks: &[Block], role: usize) -> SpanSet {
    blocks.iter().filter(|block| block.role != role).flat_map(|block| block.parts.iter()).collect()
}

//! What a body makes of a field, and what that means for contacts.

use std::collections::{HashMap, HashSet};

use super::input::{FieldInput, OptionInput};
use crate::{
    catalogue::fields::{Field, FieldOption, Rename, Step},
    contacts::follow::Propagation,
    domain::{FieldType, spelling_key},
    error::Problems,
};

/// Default fields whose values contacts share by their nature.
const SHARED: [&str; 4] = ["company", "tags", "channel", "contact_groups"];

/// A change of a field.
#[derive(Debug)]
pub(super) struct Plan {
    pub before: Field,
    pub after: Field,
    /// Options that are called otherwise.
    pub renames: Vec<Rename>,
    /// Options that go.
    pub removed: Vec<String>,
}

impl Plan {
    /// Notes what may not be changed.
    pub(super) fn new(before: Field, input: FieldInput, problems: &mut Problems) -> Self {
        let FieldInput {
            display_name,
            system_name,
            field_type,
            is_default,
            is_required,
            is_unique,
            is_archived,
            options,
        } = input;
        let options = options.map(|options| recognised(&before.options, options));
        let mut after = before.clone();
        after.display_name = display_name.unwrap_or(after.display_name);
        after.field_type = field_type.unwrap_or(after.field_type);
        after.is_required = is_required.unwrap_or(after.is_required);
        after.is_unique = is_unique.unwrap_or(after.is_unique);
        after.is_archived = is_archived.unwrap_or(after.is_archived);
        if system_name.is_some_and(|name| name != before.system_name) {
            problems.add(
                "system_name",
                "not_allowed",
                "is what values are stored under, and does not change",
            );
        }
        if is_default.is_some_and(|is_default| is_default != before.is_default) {
            problems.add("is_default", "not_allowed", "does not change");
        }
        if let Some(options) = &options {
            after.options = options.iter().map(|entry| entry.option.clone()).collect();
        } else if !after.field_type.has_options() {
            after.options = Vec::new();
        }
        let mut plan = Self { before, after, renames: Vec::new(), removed: Vec::new() };
        if plan.before.is_default {
            plan.check_default(problems);
        } else {
            check_options(&plan.after, problems);
            plan.compare_options(options.as_deref().unwrap_or_default(), problems);
        }
        plan
    }

    /// Of a default field only the display name and the two rules change.
    fn check_default(&self, problems: &mut Problems) {
        let (before, after) = (&self.before, &self.after);
        let message = "cannot be changed of a default field";
        for (name, is_changed) in [
            ("type", after.field_type != before.field_type),
            ("is_archived", after.is_archived != before.is_archived),
            ("options", after.options != before.options && after.field_type == before.field_type),
        ] {
            if is_changed {
                problems.add(name, "not_allowed", message);
            }
        }
        if after.is_unique && SHARED.contains(&after.system_name.as_str()) {
            problems.add("is_unique", "not_allowed", "is what contacts share by its nature");
        }
    }

    /// Which options are renamed, and which go. With another type every value is looked at anyway.
    fn compare_options(&mut self, options: &[OptionInput], problems: &mut Problems) {
        let of_another_type = self.after.field_type != self.before.field_type;
        let had: HashSet<&str> = values(&self.before.options).collect();
        let stay: HashSet<&str> = options.iter().map(|entry| entry.option.value.as_str()).collect();
        let mut kept: HashSet<&str> = HashSet::new();
        let mut left: HashSet<String> = HashSet::new();
        for OptionInput { index, option, previous } in options {
            let path = format!("options[{index}].previousValue");
            match previous.as_ref().filter(|previous| **previous != option.value) {
                None => {
                    kept.insert(&option.value);
                }
                Some(_) if of_another_type => {
                    problems.add(path, "not_allowed", "cannot be given together with another type");
                }
                Some(previous) if !had.contains(previous.as_str()) => {
                    problems.add(path, "not_an_option", "must be the value of an option that the field has");
                }
                Some(previous) if stay.contains(previous.as_str()) => {
                    let message = "must not stay an option; swap two names in two steps";
                    problems.add(path, "contradiction", message);
                }
                Some(_) if had.contains(option.value.as_str()) => {
                    let message = "is the value of another option, which has to be removed first";
                    problems.add(format!("options[{index}].value"), "contradiction", message);
                }
                Some(previous) if !left.insert(previous.clone()) => {
                    problems.add(path, "duplicate", "is given twice");
                }
                Some(previous) => {
                    self.renames.push(Rename { from: previous.clone(), into: option.value.clone() });
                }
            }
        }
        if self.after.options != self.before.options && !of_another_type {
            let goes = |value: &&str| !kept.contains(value) && !left.contains(*value);
            self.removed = values(&self.before.options).filter(goes).map(str::to_owned).collect();
        }
    }

    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.after == self.before
    }

    pub(super) fn changes_type(&self) -> bool {
        self.after.field_type != self.before.field_type
    }

    pub(super) fn changes_options(&self) -> bool {
        self.after.options != self.before.options
    }

    /// Whether every contact must have a value from now on.
    pub(super) const fn begins_to_demand(&self) -> bool {
        self.after.demands_values() && !self.before.demands_values()
    }

    /// Whether contacts take their values for themselves from now on, or take others than before.
    pub(super) fn takes_again(&self) -> bool {
        self.after.takes_values()
            && (!self.before.takes_values()
                || self.changes_type()
                || !self.renames.is_empty()
                || self.changes_order())
    }

    /// Whether what they took is free from now on.
    pub(super) fn gives_up(&self) -> bool {
        self.before.takes_values() && (!self.after.takes_values() || self.takes_again())
    }

    /// Choices are shown in the order of the options.
    fn changes_order(&self) -> bool {
        let renamed: HashMap<&str, &str> =
            self.renames.iter().map(|rename| (rename.from.as_str(), rename.into.as_str())).collect();
        let before = || values(&self.before.options).map(|value| *renamed.get(value).unwrap_or(&value));
        let after = || values(&self.after.options);
        let (had, has): (HashSet<&str>, HashSet<&str>) = (before().collect(), after().collect());
        let stayed_before = before().filter(|value| has.contains(value));
        let stayed_after = after().filter(|value| had.contains(value));
        self.after.field_type == FieldType::MultiSelect && !stayed_before.eq(stayed_after)
    }

    /// What values go through, those too that are kept of contacts which are not there.
    pub(super) fn step(&self) -> Option<Step> {
        if self.changes_type() {
            let options = values(&self.after.options).map(str::to_owned).collect();
            return Some(Step::Converted { into: self.after.field_type, options });
        }
        (!self.renames.is_empty()).then(|| Step::Renamed(self.renames.clone()))
    }

    /// What contacts are to follow of it. Where the type changes, they are all rewritten anyway.
    pub(super) fn propagation(&self) -> Option<Propagation> {
        let (before, after) = (&self.before, &self.after);
        if before.is_default || self.changes_type() {
            return None;
        }
        let is_shown = !before.is_archived || !after.is_archived;
        let everywhere = is_shown
            && (before.display_name != after.display_name
                || before.is_archived != after.is_archived
                || self.changes_order());
        let id = after.id;
        match (self.renames.is_empty(), everywhere) {
            (true, false) => None,
            (true, true) => Some(Propagation::FieldChanged { id }),
            (false, everywhere) => {
                Some(Propagation::FieldOptionsRenamed { id, renames: self.renames.clone(), everywhere })
            }
        }
    }
}

/// Options as the field has them where they are spelled like one that it has: they are that one. Whoever says what an option
/// was called may have it spelled otherwise.
fn recognised(had: &[FieldOption], mut options: Vec<OptionInput>) -> Vec<OptionInput> {
    let by_key: HashMap<String, &str> = values(had).map(|value| (spelling_key(value), value)).collect();
    let exact: HashSet<&str> = values(had).collect();
    let recognise = |value: &mut String| {
        if !exact.contains(value.as_str())
            && let Some(known) = by_key.get(&spelling_key(value))
        {
            *value = (*known).to_owned();
        }
    };
    for OptionInput { option, previous, .. } in &mut options {
        if let Some(previous) = previous {
            recognise(previous);
        }
        let is_spelled_anew =
            previous.as_deref().is_some_and(|previous| spelling_key(previous) == spelling_key(&option.value));
        if !is_spelled_anew {
            recognise(&mut option.value);
        }
    }
    options
}

/// Types with options need some, others have none.
pub(super) fn check_options(field: &Field, problems: &mut Problems) {
    if problems.concern("options") {
        return;
    }
    match (field.field_type.has_options(), field.options.is_empty()) {
        (true, true) => problems.add("options", "required", "is required: at least one option"),
        (false, false) => problems.add("options", "not_allowed", "are those of a select or multi_select"),
        _ => {}
    }
}

fn values(options: &[FieldOption]) -> impl Iterator<Item = &str> {
    options.iter().map(|option| option.value.as_str())
}

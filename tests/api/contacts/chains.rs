//! Random chains of merges, undos, the trash and erasing: nothing of an erased contact is left, and nothing stays moved.
//! `CHAIN_STEPS` says how many steps each makes.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use super::erase::SAYS_MORE;
use super::{CONTACTS, id};
use crate::support::{Answer, Client, TestApp, factory, factory::FieldSetup, random::Random, run_jobs};

fn steps() -> usize {
    std::env::var("CHAIN_STEPS").map_or(250, |steps| steps.parse().unwrap())
}

/// What a merge may prefer.
const FIELDS: [&str; 14] = [
    "username",
    "name",
    "address",
    "channel",
    "notes",
    "avatar_url",
    "tags",
    "company",
    "email",
    "phone",
    "contact_groups",
    "platformContacts",
    "customFields.cf_code",
    "customFields.cf_level",
];

/// What is changed of the catalogue now and then: it moves nothing.
struct Catalogue {
    client: Client,
    /// The names that the levels have at the moment, by those that they had first.
    levels: HashMap<String, String>,
    is_archived: bool,
    /// The ids of the fields with the levels, and of the one that is archived.
    fields: [Uuid; 2],
}

const LEVELS: [&str; 3] = ["gold", "silver", "bronze"];

impl Catalogue {
    /// With custom fields whose values are merged.
    async fn new(app: &TestApp) -> Self {
        factory::custom_field(app, "cf_code", "text", FieldSetup::default()).await;
        let setup = FieldSetup { options: &LEVELS, ..FieldSetup::default() };
        let level = factory::custom_field(app, "cf_level", "select", setup).await;
        let more = factory::custom_field(app, "cf_more", "text", FieldSetup::default()).await;
        let levels = LEVELS.map(|name| (name.to_owned(), name.to_owned()));
        Self { client: app.admin(), levels: HashMap::from(levels), is_archived: false, fields: [level, more] }
    }

    async fn patch(&self, field: Uuid, body: Value) {
        self.client.patch(&format!("{CONTACTS}/fields/{field}"), body).await.expect(200);
    }

    /// Gives an option another name; `into` is none that another one has.
    async fn rename(&mut self, first: &str, into: &str) {
        let from = self.levels.insert(first.to_owned(), into.to_owned()).unwrap();
        let options = LEVELS.map(|level| match &self.levels[level] {
            name if level == first => json!({"value": name, "previousValue": from}),
            name => json!({"value": name}),
        });
        self.patch(self.fields[0], json!({"options": options})).await;
    }

    /// Two options swap their names.
    async fn swap(&mut self, one: &str, other: &str) {
        let (old, new) = (self.levels[one].clone(), self.levels[other].clone());
        if old != new {
            self.rename(one, "for a moment").await;
            self.rename(other, &old).await;
            self.rename(one, &new).await;
        }
    }

    async fn archive(&mut self, is_archived: bool) {
        if is_archived != self.is_archived {
            self.is_archived = is_archived;
            self.patch(self.fields[1], json!({"is_archived": is_archived})).await;
        }
    }

    /// All is called as at first.
    async fn restore(&mut self) {
        for level in LEVELS {
            if let Some(other) = LEVELS.into_iter().find(|other| self.levels[*other] == level) {
                self.swap(level, other).await;
            }
        }
        self.archive(false).await;
    }
}

/// Whose values a merge is to take: of each field those of some contact, or what comes of it.
fn preference(random: &mut Random, ids: &[Uuid], is_archived: bool) -> Value {
    let mut prefer = json!({});
    for field in FIELDS.into_iter().chain((!is_archived).then_some("customFields.cf_more")) {
        if random.is_one_in(3) {
            prefer[field] = json!(random.of(ids));
        }
    }
    prefer
}

/// A merge of contacts as it was answered.
struct Merge {
    id: String,
    survivor: Uuid,
    /// The others, with all that were merged into them by then.
    moved: Vec<(Uuid, Vec<Uuid>)>,
}

/// Contacts as they came to be, by what was answered.
struct World {
    client: Client,
    random: Random,
    catalogue: Catalogue,
    live: Vec<Uuid>,
    trashed: Vec<Uuid>,
    /// The contacts that each stands for.
    stands_for: HashMap<Uuid, Vec<Uuid>>,
    merges: Vec<Merge>,
    calls: usize,
}

impl World {
    async fn new(app: &TestApp, seed: u64) -> Self {
        Self {
            client: app.admin(),
            random: Random(seed),
            catalogue: Catalogue::new(app).await,
            live: Vec::new(),
            trashed: Vec::new(),
            stands_for: HashMap::new(),
            merges: Vec::new(),
            calls: 0,
        }
    }

    fn path(contact: Uuid) -> String {
        format!("{CONTACTS}/{contact}")
    }

    /// A POST whose answer is kept, half of them.
    async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.calls += 1;
        if self.random.is_one_in(2) {
            return self.client.post_once(path, &format!("call {}", self.calls), body).await;
        }
        self.client.post(path, body).await
    }

    async fn merge(&mut self) {
        if self.live.is_empty() {
            return;
        }
        let mut ids: Vec<Uuid> = Vec::new();
        for _ in 0..2 + self.random.below(2) {
            let one = *self.random.of(&self.live);
            if !ids.contains(&one) {
                ids.push(one);
            }
        }
        let [survivor, from @ ..] = ids.as_slice() else { return };
        if from.is_empty() {
            return;
        }
        let prefer = preference(&mut self.random, &ids, self.catalogue.is_archived);
        let body = json!({"from": from, "prefer": prefer});
        let merged = self.post(&format!("{}/merge", Self::path(*survivor)), body).await;
        if merged.status == 422 {
            assert!(merged.text().contains("too_many"), "{}", merged.text());
            return;
        }
        let merged = merged.expect(200);
        let moved: Vec<_> =
            from.iter().map(|one| (*one, self.stands_for.remove(one).unwrap_or_default())).collect();
        let standing = self.stands_for.entry(*survivor).or_default();
        for (one, others) in &moved {
            standing.push(*one);
            standing.extend(others);
        }
        self.live.retain(|one| !from.contains(one));
        let id = merged["data"]["mergeId"].as_str().unwrap().to_owned();
        self.merges.push(Merge { id, survivor: *survivor, moved });
    }

    /// Undoes some merge that stands; one whose survivor is away is refused.
    async fn undo(&mut self) {
        if self.merges.is_empty() {
            return;
        }
        let place = self.random.below(self.merges.len());
        let path = format!("{CONTACTS}/merges/{}/undo", self.merges[place].id);
        let answer = self.post(&path, json!({})).await;
        if !self.live.contains(&self.merges[place].survivor) {
            answer.expect_error(409, "conflict");
            return;
        }
        answer.expect(200);
        let Merge { survivor, moved, .. } = self.merges.remove(place);
        for (one, others) in moved {
            let standing = self.stands_for.get_mut(&survivor).unwrap();
            standing.retain(|other| *other != one && !others.contains(other));
            self.live.push(one);
            self.stands_for.insert(one, others);
        }
    }

    async fn swap(&mut self) {
        let (one, other) = (*self.random.of(&LEVELS), *self.random.of(&LEVELS));
        self.catalogue.swap(one, other).await;
    }

    async fn trash(&mut self) {
        if self.live.is_empty() {
            return;
        }
        let one = self.live.swap_remove(self.random.below(self.live.len()));
        self.client.delete(&Self::path(one)).await.expect(200);
        self.trashed.push(one);
    }

    async fn restore(&mut self) {
        if self.trashed.is_empty() {
            return;
        }
        let one = self.trashed.swap_remove(self.random.below(self.trashed.len()));
        self.post(&format!("{}/restore", Self::path(one)), json!({})).await.expect(200);
        self.live.push(one);
    }

    /// Erases a contact, and with it those that it stands for.
    async fn erase(&mut self) -> Vec<Uuid> {
        let from_trash = !self.trashed.is_empty() && self.random.is_one_in(3);
        let place = if from_trash { &mut self.trashed } else { &mut self.live };
        let one = place.swap_remove(self.random.below(place.len()));
        self.client.delete(&format!("{}?permanent=true", Self::path(one))).await.expect(200);
        let mut gone = self.stands_for.remove(&one).unwrap_or_default();
        gone.push(one);
        self.merges.retain(|merge| !gone.contains(&merge.survivor));
        gone
    }
}

/// Something that is only of this contact.
fn mark(number: usize) -> String {
    format!("zq{number}zq")
}

/// Fields of a contact, marked: some of them, of few kinds, so that merges fill gaps and prefer.
fn marked(random: &mut Random, number: usize, version: usize, is_archived: bool) -> Value {
    let text = format!("{} {version}", mark(number));
    let all = json!({
        "name": text, "address": text, "notes": text,
        "avatar_url": format!("https://{}.example/{version}", mark(number)),
        "email": [{"email": format!("{}@example.com", mark(number)), "isPrimary": true},
                  {"email": format!("{}v{version}@example.com", mark(number))}],
        "phone": [{"phone": format!("1-800-{}-{version}", mark(number))}],
        "platformContacts": [{"channel": "viber", "socialPlatformId": format!("{}-{version}", mark(number))}],
        "company": random.of(&["K-Link", "Acme"]), "tags": [random.of(&["a", "b", "c"])],
        "channel": random.of(&["viber", "line"]),
        "customFields": {"cf_code": text},
    });
    let mut fields = json!({});
    for (name, value) in all.as_object().unwrap() {
        if random.is_one_in(2) {
            fields[name] = value.clone();
        }
    }
    if !is_archived && random.is_one_in(2) {
        fields["customFields"]["cf_more"] = json!(text);
    }
    fields
}

/// What is marked in the tables, searched as text: which contacts' marks there are, and in which tables.
async fn marks(pool: &PgPool, tables: &[String]) -> HashMap<usize, HashSet<String>> {
    let of_table = |table: &String| {
        format!("select distinct '{table}', (regexp_matches(t::text, 'zq([0-9]+)zq', 'g'))[1] from {table} t")
    };
    let sql = tables.iter().map(of_table).collect::<Vec<_>>().join(" union all ");
    let found: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
    let mut marks: HashMap<usize, HashSet<String>> = HashMap::new();
    for (table, number) in found {
        marks.entry(number.parse().unwrap()).or_default().insert(table);
    }
    marks
}

/// The tables that have one of these ids anywhere, but for the log of changes, which says that there was something.
async fn tables_with_ids(pool: &PgPool, tables: &[String], ids: &[Uuid]) -> Vec<String> {
    let of_table = |table: &String| {
        if table == "change_log" {
            format!("select '{table}' where {SAYS_MORE}")
        } else {
            format!("select '{table}' where exists (select 1 from {table} t where t::text ~ $1)")
        }
    };
    let sql = tables.iter().map(of_table).collect::<Vec<_>>().join(" union all ");
    let any = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(any).fetch_all(pool).await.unwrap()
}

#[tokio::test]
async fn nothing_of_an_erased_contact_is_left_or_comes_back_after_any_chain() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables
         where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    let mut world = World::new(&app, 9).await;
    let mut numbers: HashMap<Uuid, usize> = HashMap::new();
    let mut erased: HashSet<usize> = HashSet::new();
    for step in 0..steps() {
        while world.live.len() < 5 {
            let number = numbers.len();
            let mut body =
                factory::body(marked(&mut world.random, number, step, world.catalogue.is_archived));
            body["username"] = json!(mark(number));
            let contact = id(&world.post(CONTACTS, body).await.expect(201));
            numbers.insert(contact, number);
            world.live.push(contact);
        }
        let mut gone = Vec::new();
        match world.random.below(20) {
            0..=4 => world.merge().await,
            5..=8 => world.undo().await,
            9 => world.trash().await,
            10 | 11 => world.restore().await,
            12 | 13 => gone = world.erase().await,
            14 => world.swap().await,
            15 => world.catalogue.archive(!world.catalogue.is_archived).await,
            16 => {
                let contact = *world.random.of(&world.live);
                let fields = marked(&mut world.random, numbers[&contact], step, world.catalogue.is_archived);
                let operation = json!({"action": "update", "id": contact, "contact": fields});
                let body = json!({"operations": [operation]});
                let answer = world.post(&format!("{CONTACTS}/bulk"), body).await.expect(200);
                assert_eq!(answer["data"]["succeeded"], 1, "{answer}");
            }
            _ => {
                let contact = *world.random.of(&world.live);
                let fields = marked(&mut world.random, numbers[&contact], step, world.catalogue.is_archived);
                world.client.patch(&World::path(contact), fields).await.expect(200);
            }
        }
        if !gone.is_empty() {
            erased.extend(gone.iter().map(|one| numbers[one]));
            assert_eq!(tables_with_ids(&pool, &tables, &gone).await, Vec::<String>::new(), "step {step}");
        }
        if !gone.is_empty() || step % 16 == 0 || step + 1 == steps() {
            let left: Vec<_> = marks(&pool, &tables)
                .await
                .into_iter()
                .filter(|(number, _)| erased.contains(number))
                .collect();
            assert!(left.is_empty(), "step {step}: {left:?}");
        }
    }
    run_jobs(&app.state).await.unwrap();
    assert!(erased.len() > steps() / 20, "{} were erased", erased.len());
    pool.close().await;
    app.finish().await;
}

/// A contact without when it was last changed.
fn without_time(contact: &Value) -> Value {
    let mut contact = contact.clone();
    contact.as_object_mut().unwrap().remove("updatedAt");
    contact
}

/// Contacts that differ in everything, share some of it, and lack some.
async fn different(client: &Client, random: &mut Random, number: usize, groups: &[Value]) -> Value {
    let few = |random: &mut Random| random.below(4);
    let all = json!({
        "address": format!("street {}", few(random)), "notes": format!("notes {}", few(random)),
        "avatar_url": format!("https://example.com/{}", few(random)),
        "company": format!("company {}", few(random)), "channel": random.of(&["viber", "line", "phone"]),
        "tags": [format!("t{}", few(random)), format!("t{}", few(random))],
        "email": [{"email": format!("e{}@example.com", few(random)), "isPrimary": random.is_one_in(2)},
                  {"email": format!("own{number}@example.com")}],
        "phone": [{"phone": format!("+95 9 7978777{:02}", few(random)), "isPrimary": random.is_one_in(2)},
                  {"phone": format!("+95 9 1978777{number:02}")}],
        "contact_groups": [groups[random.below(2)]["id"]],
        "platformContacts": [{"channel": "line", "socialPlatformId": format!("U{}", few(random))}],
        "customFields": {"cf_code": format!("code {}", few(random)), "cf_more": format!("more {}", few(random))},
    });
    let mut fields = json!({"username": format!("user {number}"), "name": format!("name {number}")});
    for (name, value) in all.as_object().unwrap() {
        if !random.is_one_in(4) {
            fields[name] = value.clone();
        }
    }
    if random.is_one_in(2) {
        fields["customFields"]["cf_level"] = json!(random.of(&LEVELS));
    }
    factory::contact(client, fields).await
}

#[tokio::test]
async fn whatever_the_order_of_merges_and_undos_all_contacts_are_as_before_once_all_are_undone() {
    let app = TestApp::new().await;
    let groups = super::groups(&app).await;
    let mut world = World::new(&app, 4).await;
    let (mut step, mut undone) = (0, 0);
    while step < steps() {
        let mut contacts = Vec::new();
        for number in 0..7 {
            let contact = different(&world.client, &mut world.random, number, &groups).await;
            world.live.push(id(&contact));
            contacts.push(contact);
        }
        // Whatever happens first, in the end everything is undone.
        let mixed = 4 + world.random.below(12);
        for number in 0.. {
            match world.random.below(20) {
                0..=8 if number < mixed => world.merge().await,
                0..=14 => {
                    undone += world.merges.len();
                    world.undo().await;
                    undone -= world.merges.len();
                }
                15 if number < mixed => world.trash().await,
                15..=17 => world.restore().await,
                18 => world.swap().await,
                _ => world.catalogue.archive(!world.catalogue.is_archived).await,
            }
            step += 1;
            if number >= mixed && world.merges.is_empty() && world.trashed.is_empty() {
                break;
            }
        }
        world.catalogue.restore().await;
        for contact in &contacts {
            let now = factory::read(&world.client, contact).await;
            assert_eq!(without_time(&now), without_time(contact), "step {step}");
            world.client.delete(&format!("{}?permanent=true", factory::path(contact))).await.expect(200);
        }
        world.live.clear();
        world.stands_for.clear();
    }
    assert!(undone > steps() / 10, "{undone} were undone");
    app.finish().await;
}

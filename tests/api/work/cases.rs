//! The requests whose work is counted.

use std::collections::BTreeSet;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::places::{FIRST, find, numbers};
use crate::{
    coverage::{calls::call, owned::Owned},
    openapi,
    support::{TestApp, factory},
};

/// How many entries there are: where they are cheap, one more than most lists may have, so that both are refused or neither; where
/// each is a value of a field that exists; where each is an operation.
const SIZE: usize = 51;
const VALUES: usize = 30;
const OPERATIONS: usize = 10;

/// How many requests of a case are counted, the last ones.
pub(super) const COUNTED: usize = 4;

/// How many entries the requests of a case have.
pub(super) const fn sizes(size: usize) -> [usize; 1 + COUNTED] {
    [1, size, 2 * size, size, 2 * size]
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const CONTACTS: &str = "/api/v1/contacts";

/// Requests that differ in how much there is of something.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Planned {
    pub name: String,
    pub method: String,
    pub kind: String,
    /// Whether they are carried out. Others may be refused, for being too long or for what they name.
    pub is_accepted: bool,
    /// How many entries the requests have that are counted; every other one has twice as many.
    pub size: usize,
    /// Paths and bodies.
    pub requests: Vec<(String, String)>,
}

impl Planned {
    /// Requests with so many entries as [`sizes`] says. The first of them makes what is made once. `request`: its path and body by
    /// its number and how many entries it has.
    pub fn new(
        name: &str,
        method: &Method,
        size: usize,
        request: impl Fn(usize, usize) -> (String, String),
    ) -> Self {
        let requests = sizes(size).into_iter().enumerate();
        let requests = requests.map(|(number, size)| request(number, size)).collect();
        Self {
            name: name.into(),
            method: method.to_string(),
            kind: JSON.into(),
            is_accepted: false,
            size,
            requests,
        }
    }

    pub fn accepted(self) -> Self {
        Self { is_accepted: true, ..self }
    }
}

/// Each list and map that the OpenAPI document knows of, longer than is accepted where that has a bound.
pub(super) fn every_schema(plan: &mut Vec<Planned>, owned: &Owned) {
    let document = openapi::document();
    let mut seen = BTreeSet::new();
    for operation in openapi::operations() {
        let Some(body) = operation.value.get("requestBody") else { continue };
        let schema = &body["content"][JSON]["schema"];
        let mut places = Vec::new();
        find(&document, schema, &mut Vec::new(), &operation.id, &mut places);
        let call = call(&operation.id, owned);
        let mut good = call.body.clone().unwrap_or_else(|| json!({}));
        if operation.id == "bulkContactsByFilter" {
            // It is none of these that costs.
            good["filter"] = json!({"keyword": "nobody"});
            good.as_object_mut().unwrap().remove("all");
        }
        let mut is_made = false;
        for place in places {
            // What shares a schema is read alike.
            if !seen.insert((place.identity.clone(), place.what)) {
                continue;
            }
            let at = place.path.join(".");
            let name = format!("{} {at}: {:?}", operation.id, place.what);
            let size = if at == "operations" { OPERATIONS } else { SIZE };
            let mut planned = Planned::new(&name, &operation.method, size, |_, size| {
                let mut body = good.clone();
                place.fill(&mut body, size, owned.contact_id());
                (call.path(&operation), body.to_string())
            });
            if is_made {
                planned.requests.remove(0);
            }
            is_made = true;
            plan.push(planned);
        }
    }
}

/// Values of fields that exist. There is no bound to these but the length of a body.
pub(super) async fn fields_that_exist(plan: &mut Vec<Planned>, app: &TestApp) {
    make_fields(app, 2 * VALUES).await;
    // None has the value of another: some of the fields are unique.
    let body = |name: &str, number: usize, size: usize| {
        let value = |field| (format!("cf_real{field}"), json!(format!("{name} {number} {field}")));
        let values: Map<String, Value> = (0..size).map(value).collect();
        json!({"name": "x", "email": [], "phone": [], "customFields": values})
    };
    let created = |number, size| (CONTACTS.to_owned(), body("created", number, size).to_string());
    plan.push(Planned::new("create, fields that exist", &Method::POST, VALUES, created).accepted());

    // Pairs to be merged, and pairs whose merge is to be undone.
    let client = app.admin();
    let id = |answer: &Value, pointer: &str| answer.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let (mut ids, mut merges) = (Vec::new(), Vec::new());
    for (number, size) in sizes(VALUES).into_iter().enumerate() {
        let mut made = Vec::new();
        for name in ["a", "b", "c", "d"] {
            made.push(id(&client.post(CONTACTS, body(name, number, size)).await.expect(201), "/id"));
        }
        let path = format!("{CONTACTS}/{}/merge", made[2]);
        merges.push(id(&client.post(&path, json!({"from": [made[3]]})).await.expect(200), "/data/mergeId"));
        // Each of its values is looked at by itself then.
        let path = format!("{CONTACTS}/{}", made[2]);
        client.patch(&path, json!({"customFields": {"cf_real1": "changed"}})).await.expect(200);
        ids.push(made);
    }
    let updated = |number: usize, size| {
        let values = &body("updated", number, size)["customFields"];
        (format!("{CONTACTS}/{}", ids[number][0]), json!({"customFields": values}).to_string())
    };
    plan.push(Planned::new("update, fields that exist", &Method::PATCH, VALUES, updated).accepted());
    let merged = |number: usize, size| {
        let other = &ids[number][1];
        let prefer = (0..size / 2).map(|field| (format!("customFields.cf_real{field}"), json!(other)));
        let body = json!({"from": [other], "prefer": prefer.collect::<Map<_, _>>()});
        (format!("{CONTACTS}/{}/merge", ids[number][0]), body.to_string())
    };
    plan.push(Planned::new("merge, prefer fields that exist", &Method::POST, VALUES, merged).accepted());
    let undone = |number: usize, _| (format!("{CONTACTS}/merges/{}/undo", merges[number]), String::new());
    plan.push(Planned::new("undo a merge, fields that exist", &Method::POST, VALUES, undone).accepted());
    for (name, method, behind) in
        [("delete", Method::DELETE, ""), ("restore", Method::POST, "/restore"), ("read", Method::GET, "")]
    {
        let path = |number: usize, _| (format!("{CONTACTS}/{}{behind}", ids[number][0]), String::new());
        plan.push(Planned::new(&format!("{name}, fields that exist"), &method, VALUES, path).accepted());
    }
}

/// Bulks that are carried out.
pub(super) fn bulks(plan: &mut Vec<Planned>, owned: &Owned) {
    let create = |name: String, more: &Value| {
        let mut contact = json!({"username": name, "email": [], "phone": []});
        contact.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"action": "create", "contact": contact})
    };
    type Operation<'a> = &'a dyn Fn(usize, usize) -> Value;
    let operations: [(&str, Operation<'_>); 6] = [
        ("creates with tags", &|request, n| {
            create(format!("t{n}"), &json!({"tags": [format!("t{request} {n}")]}))
        }),
        ("creates with companies", &|request, n| {
            create(format!("c{n}"), &json!({"company": format!("c{request} {n}")}))
        }),
        ("creates of one email", &|_, n| {
            create(format!("e{n}"), &json!({"email": [{"email": "one@example.com", "isPrimary": true}]}))
        }),
        ("changes of one contact", &|request, n| {
            let notes = format!("{request} {n}");
            json!({"action": "update", "id": owned.contact_id(), "contact": {"notes": notes}})
        }),
        ("upserts by email", &|request, n| {
            let email = format!("u{n}@{request}.example.com");
            json!({"action": "upsert", "by": "email", "value": email, "contact": {"username": "u"}})
        }),
        (
            "upserts of one phone",
            &|_, _| json!({"action": "upsert", "by": "phone", "value": "+95 9 797877765", "contact": {"username": "u"}}),
        ),
    ];
    for (name, operation) in operations {
        let bulk = |request, size| {
            let operations: Vec<Value> = numbers(size).map(|n| operation(request, n)).collect();
            (format!("{CONTACTS}/bulk"), json!({"operations": operations}).to_string())
        };
        plan.push(Planned::new(&format!("bulk, {name}"), &Method::POST, OPERATIONS, bulk).accepted());
    }
}

pub(super) fn forms_and_queries(plan: &mut Vec<Planned>, owned: &Owned) {
    type Part<'a> = &'a dyn Fn(usize) -> String;
    let many = |size: usize, part: Part<'_>| -> String { numbers(size).map(part).collect() };
    let forms: [(&str, Part<'_>); 6] = [
        ("names", &|n| format!("x{n}=1&")),
        ("a list", &|n| format!("tags[]=t{n}&")),
        ("a list of objects", &|n| format!("email[{n}][email]=e{n}@example.com&email[{n}][isPrimary]=0&")),
        ("an object", &|n| format!("customFields[cf_y{n}]=1&")),
        ("a name that is repeated in brackets", &|n| format!("customFields[cf_y][{n}]=1&")),
        ("one name again and again", &|_| "notes=x&".to_owned()),
    ];
    for (name, part) in forms {
        let form = |_, size| (CONTACTS.to_owned(), format!("{}name=x&email=[]&phone=[]", many(size, part)));
        let planned = Planned::new(&format!("form, {name}"), &Method::POST, SIZE, form);
        plan.push(Planned { kind: FORM.into(), ..planned });
    }
    let bodies: [(&str, Part<'_>); 2] = [
        ("one key again and again", &|_| r#""notes":"x","#.to_owned()),
        ("lists in lists", &|n| format!(r#""x{n}":[[[[]]]],"#)),
    ];
    for (name, part) in bodies {
        let body = |_, size| (CONTACTS.to_owned(), format!(r#"{{{}"name":"x"}}"#, many(size, part)));
        plan.push(Planned::new(name, &Method::POST, SIZE, body));
    }
    let selection = |_, size| {
        let body = json!({"name": "x", "specific_update_fields": vec!["name"; size]});
        (factory::path(&owned.contact), body.to_string())
    };
    plan.push(Planned::new("one field selected again and again", &Method::PUT, SIZE, selection));
    let words = |_, size| {
        let text = |word: &str| format!("{word} ").repeat(size);
        let body = json!({"username": "x", "email": [], "phone": [], "notes": text("note"), "address": text("road")});
        (CONTACTS.to_owned(), body.to_string())
    };
    plan.push(Planned::new("words of a text", &Method::POST, SIZE, words));
    let queries: [(&str, Part<'_>); 6] = [
        ("that are unknown", &|n| format!("x{n}=1&")),
        ("that are a filter", &|n| format!("tag=t{n}&")),
        ("that are a filter, in brackets", &|n| format!("tag[{n}]=t{n}&")),
        ("that are fields", &|n| format!("cf_y{n}=1&")),
        ("that are a flag", &|_| "has=email&".to_owned()),
        ("that are words of one", &|n| if n == FIRST { "keyword=a".into() } else { format!("+w{n}") }),
    ];
    for (name, part) in queries {
        let query = |_, size| (format!("{CONTACTS}?{}", many(size, part)), String::new());
        plan.push(Planned::new(&format!("parameters {name}"), &Method::GET, SIZE, query));
    }
}

/// Custom fields, as if they had been made one by one.
pub(super) async fn make_fields(app: &TestApp, count: usize) {
    let pool = app.pool().await;
    let made = sqlx::query(
        "insert into fields (tenant_id, id, system_name, display_name, type, is_default, is_archived, is_required,
                             is_unique, position, created_at, updated_at)
         select f.tenant_id, gen_random_uuid(), 'cf_real' || n, 'Real ' || n, 'text', false, false, false, n % 4 = 0,
                1000 + n, now(), now()
         from (select distinct tenant_id from fields) f, generate_series(0, $1) n",
    )
    .bind(i32::try_from(count).unwrap())
    .execute(&pool)
    .await
    .unwrap();
    assert!(made.rows_affected() > 0);
    pool.close().await;
}

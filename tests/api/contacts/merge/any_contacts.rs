//! Any contacts: a merge that is undone leaves them as they were.

use proptest::{
    collection::vec,
    prelude::*,
    sample::subsequence,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{merge, undo, without_time};
use crate::{
    contacts::{
        full_contact, groups, list,
        round_trip::{custom_values, lists, texts},
    },
    support::{TestApp, factory},
};

/// The bodies of contacts, their groups by number.
fn contacts() -> impl Strategy<Value = Vec<Value>> {
    let contact = (texts(), lists(), custom_values()).prop_map(|(mut body, lists, custom)| {
        let object = body.as_object_mut().unwrap();
        object.extend(lists.as_object().unwrap().clone());
        object.insert("customFields".to_owned(), custom);
        body
    });
    vec(contact, 2..5)
}

/// Fields, and whose value each is to have.
fn preferences() -> impl Strategy<Value = Vec<(&'static str, prop::sample::Index)>> {
    let fields = vec![
        "username",
        "name",
        "address",
        "notes",
        "channel",
        "avatar_url",
        "company",
        "tags",
        "email",
        "phone",
        "contact_groups",
        "platformContacts",
        "customFields.cf_sector",
        "customFields.cf_colours",
    ];
    subsequence(fields, 0..6)
        .prop_flat_map(|fields| {
            let count = fields.len();
            (Just(fields), vec(any::<prop::sample::Index>(), count))
        })
        .prop_map(|(fields, whose)| fields.into_iter().zip(whose).collect())
}

#[test]
fn a_merge_that_is_undone_leaves_any_contacts_as_they_were() {
    let runtime = Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::new());
    let groups = runtime.block_on(async {
        full_contact(&app).await;
        groups(&app).await
    });
    let config = Config { cases: 24, failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
    let result = TestRunner::new(config).run(&(contacts(), preferences()), |(bodies, preferences)| {
        runtime.block_on(async {
            let client = app.admin();
            let mut contacts = Vec::new();
            for mut body in bodies {
                for group in body["contact_groups"].as_array_mut().unwrap() {
                    *group = groups[usize::try_from(group.as_u64().unwrap()).unwrap()]["id"].clone();
                }
                contacts.push(client.post("/api/v1/contacts", body).await.expect(201));
            }
            let total = list(&client, "").await["total"].clone();
            let ids: Vec<&Value> = contacts.iter().map(|contact| &contact["id"]).collect();
            let mut prefer = json!({});
            for (field, whose) in &preferences {
                prefer[*field] = (*whose.get(&ids)).clone();
            }
            let body = json!({"from": ids[1..], "prefer": prefer});
            let merged = merge(&client, &contacts[0], body).await.expect(200)["data"].take();
            let fewer = total.as_u64().unwrap() - u64::try_from(ids.len() - 1).unwrap();
            prop_assert_eq!(&list(&client, "").await["total"], &json!(fewer));
            undo(&client, &merged["mergeId"]).await.expect(200);
            for contact in &contacts {
                let after = factory::read(&client, contact).await;
                prop_assert_eq!(without_time(&after), without_time(contact));
            }
            prop_assert_eq!(&list(&client, "").await["total"], &total);
            Ok(())
        })
    });
    runtime.block_on(app.finish());
    if let Err(error) = result {
        panic!("{error}");
    }
}

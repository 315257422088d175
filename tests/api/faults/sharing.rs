//! One tenant, one frozen instance, never holds up everybody.

use contacts::database::{Entry, Kind, action};
use serde_json::json;

use super::{CONTACTS, Fragile, WAITING, eventually, let_go, new_contact};

#[tokio::test]
async fn a_tenant_whose_writers_all_wait_for_a_lock_shuts_out_nobody() {
    let fragile = Fragile::new().await;
    let (writer, stranger) = (fragile.app.writer(), fragile.app.stranger());
    let theirs = stranger.post(CONTACTS, new_contact()).await.expect(201);
    let acme = "tenant_id = (select tenant_id from tenant_slugs where slug = 'acme')";
    let holder = fragile.hold_counters(acme).await;
    let bulk = json!({"operations": [{"action": "create", "contact": new_contact()}]});
    let bulks: Vec<_> = (0..20)
        .map(|_| {
            let (writer, bulk) = (writer.clone(), bulk.clone());
            tokio::spawn(async move { writer.post("/api/v1/contacts/bulk", bulk).await })
        })
        .collect();
    // Half of the four connections.
    eventually("they wait", async || fragile.connections(WAITING).await == 2).await;
    for _ in 0..4 {
        stranger.get(CONTACTS).await.expect(200);
        stranger.patch(&crate::support::factory::path(&theirs), json!({"notes": null})).await.expect(200);
        // Nor their own tenant's readers.
        writer.get(CONTACTS).await.expect(200);
    }
    assert_eq!(fragile.connections(WAITING).await, 2);
    let_go(holder).await;
    for bulk in bulks {
        bulk.await.unwrap().expect(200);
    }
    assert_eq!(writer.get(CONTACTS).await.expect(200)["total"], 20);
    fragile.finish().await;
}

#[tokio::test]
async fn an_instance_that_is_frozen_in_a_transaction_loses_it() {
    let fragile = Fragile::new().await;
    let writer = fragile.app.writer();
    let contact = writer.post(CONTACTS, new_contact()).await.expect(201);
    let tenant = contacts::tenants::all(&fragile.app.state.database).await.unwrap()[0].0;
    // It has locked the counter and does not go on.
    let mut frozen = fragile.app.state.database.begin(tenant).await.unwrap();
    let id = contact["id"].as_str().unwrap().parse().unwrap();
    frozen.note(Entry::new(Kind::Contact, action::UPDATED, id));
    frozen.count_change(0, false).await.unwrap();
    // With the time-out of the test, far longer than what the database grants.
    writer.patch(&crate::support::factory::path(&contact), json!({"notes": "x"})).await.expect(200);
    assert!(frozen.commit().await.is_err());
    fragile.finish().await;
}

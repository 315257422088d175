//! A thousand at once, one more by a job: the same outcome.

use serde_json::{Value, json};

use super::{MANY, all, carried_out, company_path, tag_path, total};
use crate::support::{TestApp, factory};

#[tokio::test]
async fn a_thousand_contacts_show_a_new_name_at_once() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (tag, company) = (factory::tag(&admin, "vip").await, factory::company(&admin, "K-Link").await);
    factory::many(&app, 1_000, &[factory::id(&tag)], Some(factory::id(&company))).await;
    admin.patch(&tag_path(&tag), json!({"name": "gold"})).await.expect(200);
    admin.patch(&company_path(&company), json!({"name": "Golden Land"})).await.expect(200);
    let contacts = all(&admin, "keyword=golden").await;
    assert_eq!(contacts.len(), 1_000);
    for contact in &contacts {
        assert_eq!(
            (&contact["tags"][0]["name"], &contact["company"]["name"]),
            (&json!("gold"), &json!("Golden Land"))
        );
    }
    for (query, found) in
        [("tag=gold", 1_000), ("tag=vip", 0), ("keyword=k-link", 0), ("company=golden%20land", 1_000)]
    {
        assert_eq!(total(&admin, query).await, found, "{query}");
    }
    assert_eq!(admin.get("/api/v1/jobs").await.expect(200)["total"], 0);
    app.finish().await;
}

#[tokio::test]
async fn a_tag_of_many_is_renamed_merged_and_deleted_by_jobs() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (a, b) = (factory::tag(&admin, "a").await, factory::tag(&admin, "b").await);
    factory::many(&app, MANY, &[factory::id(&a)], None).await;
    factory::many(&app, 3, &[factory::id(&b), factory::id(&a)], None).await;
    let has = |contacts: &[Value], names: Value| {
        let is = |contact: &&Value| {
            let shown = contact["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone());
            json!(shown.collect::<Vec<_>>()) == names
        };
        contacts.iter().filter(is).count()
    };

    let answer = admin.patch(&tag_path(&a), json!({"name": "A plus"})).await.expect(202);
    assert_eq!(admin.get(&tag_path(&a)).await.expect(200)["data"]["name"], "A plus");
    assert_eq!(carried_out(&app, &answer).await["total"], MANY + 3);
    let contacts = all(&admin, "tag=a%20plus").await;
    assert_eq!((has(&contacts, json!(["A plus"])), has(&contacts, json!(["b", "A plus"]))), (1_001, 3));

    let answer = admin.post(&format!("{}/merge", tag_path(&a)), json!({"into": b["id"]})).await.expect(202);
    assert_eq!(answer["data"]["kind"], "tagMerge");
    admin.get(&tag_path(&a)).await.expect_error(404, "not_found");
    let free = factory::tag(&admin, "A plus").await;
    carried_out(&app, &answer).await;
    let contacts = all(&admin, "tag=b").await;
    assert_eq!(has(&contacts, json!(["b"])), 1_004);
    assert_eq!(admin.get(&tag_path(&b)).await.expect(200)["data"]["contacts"], MANY + 3);
    assert_eq!(admin.get(&tag_path(&free)).await.expect(200)["data"]["contacts"], 0);

    let answer = admin.delete(&tag_path(&b)).await.expect(202);
    assert_eq!(answer["data"]["kind"], "tagDelete");
    let again = factory::tag(&admin, "b").await;
    carried_out(&app, &answer).await;
    assert_eq!((total(&admin, "has=tags").await, total(&admin, "").await), (0, 1_004));
    assert_eq!(admin.get("/api/v1/tags").await.expect(200)["total"], 2);
    assert_eq!(admin.get(&tag_path(&again)).await.expect(200)["data"]["contacts"], 0);
    let pool = app.pool().await;
    let left: i64 = sqlx::query_scalar("select count(*) from tags").fetch_one(&pool).await.unwrap();
    pool.close().await;
    assert_eq!(left, 2, "neither the deleted tag nor what was merged into it is left");
    app.finish().await;
}

#[tokio::test]
async fn a_company_of_many_is_renamed_merged_and_detached_by_jobs() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (a, b) = (factory::company(&admin, "Alpha").await, factory::company(&admin, "Beta").await);
    factory::many(&app, MANY, &[], Some(factory::id(&a))).await;
    factory::many(&app, 2, &[], Some(factory::id(&b))).await;
    let named = async |keyword: &str, name: &str| {
        let contacts = all(&admin, &format!("keyword={keyword}")).await;
        assert!(contacts.iter().all(|contact| contact["company"]["name"] == name), "{keyword}");
        contacts.len()
    };

    let answer =
        admin.patch(&company_path(&a), json!({"name": "Gamma", "industry": "Trade"})).await.expect(202);
    assert_eq!(answer["data"]["kind"], "companyUpdate");
    assert_eq!(total(&admin, "keyword=alpha").await, 1_001, "until the job has reached them");
    carried_out(&app, &answer).await;
    assert_eq!((named("gamma", "Gamma").await, named("alpha", "").await), (1_001, 0));
    let answer = admin.patch(&company_path(&a), json!({"industry": null})).await.expect(202);
    carried_out(&app, &answer).await;
    assert_eq!(all(&admin, "company=gamma").await[0]["company"]["industry"], Value::Null);

    let answer =
        admin.post(&format!("{}/merge", company_path(&a)), json!({"into": b["id"]})).await.expect(202);
    carried_out(&app, &answer).await;
    assert_eq!((named("beta", "Beta").await, named("gamma", "").await), (1_003, 0));
    let contacts = admin.get(&format!("{}/contacts", company_path(&b))).await.expect(200);
    assert_eq!(contacts["total"], 1_003);

    let refused = admin.delete(&company_path(&b)).await;
    refused.expect_error(409, "conflict");
    assert!(refused.json()["message"].as_str().unwrap().starts_with("1003 contacts"));
    let answer = admin.delete(&format!("{}?detach=true", company_path(&b))).await.expect(202);
    carried_out(&app, &answer).await;
    assert_eq!((total(&admin, "has=company").await, total(&admin, "keyword=beta").await), (0, 0));
    assert_eq!(total(&admin, "keyword=many").await, 1_003);
    assert_eq!(admin.get("/api/v1/companies").await.expect(200)["total"], 0);
    app.finish().await;
}

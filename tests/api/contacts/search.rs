//! `GET /api/v1/contacts?keyword=`

use serde_json::json;

use super::{encoded, found};
use crate::support::{TestApp, factory};

/// Contacts of these names.
async fn named(app: &TestApp, names: &[&str]) {
    for name in names {
        factory::contact(&app.writer(), json!({"username": "-", "name": name})).await;
    }
}

/// Holds that each keyword finds exactly these names, which are sorted.
async fn expect_found(app: &TestApp, table: &[(&str, &[&str])]) {
    for (keyword, names) in table {
        assert_eq!(found(&app.reader(), keyword).await, *names, "{keyword}");
    }
}

#[tokio::test]
async fn any_part_of_a_word_is_found_whatever_its_case() {
    let app = TestApp::new().await;
    named(&app, &["Kyaw Kyaw", "Aung Thu", "AGENT 007"]).await;
    expect_found(
        &app,
        &[
            ("kyaw", &["Kyaw Kyaw"]),
            ("Kya", &["Kyaw Kyaw"]),
            ("yaw", &["Kyaw Kyaw"]),
            ("aw", &["Kyaw Kyaw"]),
            ("AW", &["Kyaw Kyaw"]),
            ("w", &["Kyaw Kyaw"]),
            ("a", &["AGENT 007", "Aung Thu", "Kyaw Kyaw"]),
            ("agent", &["AGENT 007"]),
            ("07", &["AGENT 007"]),
            ("kyawk", &[]),
            ("x", &[]),
            ("", &["AGENT 007", "Aung Thu", "Kyaw Kyaw"]),
            (" \t\u{200b}", &["AGENT 007", "Aung Thu", "Kyaw Kyaw"]),
        ],
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn accents_make_no_difference_either_way() {
    let app = TestApp::new().await;
    named(&app, &["Jose", "José", "Łukasz Ørsted", "lukasz", "Straße", "Đặng", "İpek", "Ægir", "Ὀδυσσεύς"])
        .await;
    expect_found(
        &app,
        &[
            ("jose", &["Jose", "José"]),
            ("JOSÉ", &["Jose", "José"]),
            ("jose\u{301}", &["Jose", "José"]),
            ("lukasz", &["lukasz", "Łukasz Ørsted"]),
            ("ŁUKASZ", &["lukasz", "Łukasz Ørsted"]),
            ("kąs", &["lukasz", "Łukasz Ørsted"]),
            ("orsted", &["Łukasz Ørsted"]),
            ("strasse", &["Straße"]),
            ("STRAẞE", &["Straße"]),
            ("dang", &["Đặng"]),
            ("ipek", &["İpek"]),
            ("aegir", &["Ægir"]),
            ("ΟΔΥΣΣΕΥΣ", &["Ὀδυσσεύς"]),
        ],
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn names_of_every_script_are_found() {
    let app = TestApp::new().await;
    named(&app, &["ကျော်ကျော်", "သူဇာ", "สมชาย", "王小明", "محمد علي", "Anna 🎉👩‍🚀", "Иван", "दीपिका"]).await;
    expect_found(
        &app,
        &[
            ("ကျော်", &["ကျော်ကျော်"]),
            ("က", &["ကျော်ကျော်"]),
            ("ဇာ", &["သူဇာ"]),
            ("ชาย", &["สมชาย"]),
            ("小", &["王小明"]),
            ("王小明", &["王小明"]),
            ("محمد", &["محمد علي"]),
            ("مُحَمَّد", &["محمد علي"]),
            ("🎉", &["Anna 🎉👩‍🚀"]),
            ("👩‍🚀", &["Anna 🎉👩‍🚀"]),
            ("ИВАН", &["Иван"]),
            ("दीप", &["दीपिका"]),
            ("大", &[]),
            ("🎈", &[]),
        ],
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn percent_underscore_and_backslash_are_ordinary_characters() {
    let app = TestApp::new().await;
    named(&app, &["100%", "1000", "a_b", "axb", r"c\d", r"c\%d", "c%d", "it's \"quoted\""]).await;
    expect_found(
        &app,
        &[
            ("%", &["100%", "c%d", r"c\%d"]),
            ("0%", &["100%"]),
            ("_", &["a_b"]),
            ("a_b", &["a_b"]),
            (r"\", &[r"c\%d", r"c\d"]),
            (r"c\d", &[r"c\d"]),
            (r"\%", &[r"c\%d"]),
            (r"\\", &[]),
            ("%%", &[]),
            ("'", &["it's \"quoted\""]),
            ("\"", &["it's \"quoted\""]),
            ("'; drop table contacts; --", &[]),
        ],
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn several_words_must_all_be_found_anywhere() {
    let app = TestApp::new().await;
    for (name, company) in [("Kyaw Kyaw", "K-Link"), ("Kyaw Thu", "Acme"), ("Linka", "Thura")] {
        let fields =
            json!({"username": "-", "name": name, "company": company, "email": [{"email": "x@example.com"}]});
        factory::contact(&app.writer(), fields).await;
    }
    expect_found(
        &app,
        &[
            ("kyaw link", &["Kyaw Kyaw"]),
            ("link  KYAW", &["Kyaw Kyaw"]),
            ("link", &["Kyaw Kyaw", "Linka"]),
            ("thu kyaw", &["Kyaw Thu"]),
            ("thu", &["Kyaw Thu", "Linka"]),
            ("kyaw kyaw", &["Kyaw Kyaw", "Kyaw Thu"]),
            ("a k x e", &["Kyaw Kyaw", "Kyaw Thu", "Linka"]),
            ("kyaw acme link", &[]),
            ("kyaw\u{a0}example acme", &["Kyaw Thu"]),
        ],
    )
    .await;
    // Of more than ten the longest.
    let eleven = "kyaw acme exam xamp ampl mple pl.co example x@ com z";
    expect_found(&app, &[(eleven, &[])]).await;
    expect_found(&app, &[(&eleven.replace("pl.co", "ple.co"), &["Kyaw Thu"])]).await;
    app.finish().await;
}

#[tokio::test]
async fn name_username_emails_phones_company_and_social_ids_are_searched_and_nothing_else() {
    let app = TestApp::new().await;
    factory::custom_field(&app, "cf_seventh", "text", factory::FieldSetup::default()).await;
    let fields = json!({
        "name": "First", "username": "Second", "company": "Fourth",
        "email": [{"email": "x@example.com"}, {"email": "Third@example.org"}],
        "phone": [{"phone": "09797877765"}, {"phone": "1-800-FLOWERS"}],
        "platformContacts": [{"channel": "viber", "socialPlatformId": "Fifth"}],
        "address": "Hidden", "notes": "hidden", "tags": ["hidden"],
        "avatar_url": "https://hidden.example.com",
        "customFields": {"cf_seventh": "hidden"}, "channel": "whatsapp",
    });
    factory::contact(&app.writer(), fields).await;
    for keyword in [
        "first",
        "second",
        "third@example.org",
        "example.com",
        "fourth",
        "fifth",
        "09797877765",
        "flowers",
        "18003569377",
    ] {
        assert_eq!(found(&app.reader(), keyword).await, ["First"], "{keyword}");
    }
    for keyword in ["hidden", "whatsapp", "viber", "seventh", "https", "secondthird"] {
        assert_eq!(found(&app.reader(), keyword).await, [""; 0], "{keyword}");
    }
    app.finish().await;
}

#[tokio::test]
async fn digits_are_matched_against_the_digits_of_phones() {
    let app = TestApp::new().await;
    for (name, phone) in [
        ("typed", "+95 9 797877765"),
        ("burmese", "၀၉ ၄၂၀၀၁၂၃၄၅"),
        ("free", "1-800-759-3000"),
        ("short", "1234"),
    ] {
        factory::contact(&app.writer(), json!({"username": "-", "name": name, "phone": [{"phone": phone}]}))
            .await;
    }
    expect_found(
        &app,
        &[
            ("(0979) 787-77", &["typed"]),
            ("09797877765", &["typed"]),
            ("+959797877765", &["typed"]),
            ("+95 9 797-877-765", &["typed"]),
            ("797 877", &["typed"]),
            ("၀၉၇၉၇", &["typed"]),
            ("٠٩٧٩٧", &["typed"]),
            ("０９-７９７", &["typed"]),
            ("09 420", &["burmese"]),
            ("၄၂၀", &["burmese"]),
            ("+95 9 42", &["burmese"]),
            ("(800) 759", &["free"]),
            ("1.800/759", &["free"]),
            ("9", &["burmese", "free", "typed"]),
            ("765-1", &[]),
            ("09 - 797", &["typed"]),
            ("0979 99", &[]),
        ],
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_written_is_found_at_once() {
    let app = TestApp::new().await;
    let fields =
        json!({"username": "-", "name": "Before", "company": "Acme", "phone": [{"phone": "09797877765"}]});
    let contact = factory::contact(&app.writer(), fields).await;
    let path = factory::path(&contact);
    expect_found(&app, &[("before", &["Before"]), ("acme", &["Before"]), ("797", &["Before"])]).await;
    let change = json!({"name": "After", "company": "Globex", "phone": [{"phone": "09420012345"}]});
    app.writer().patch(&path, change).await.expect(200);
    expect_found(&app, &[("before", &[]), ("acme", &[]), ("797", &[])]).await;
    expect_found(&app, &[("after", &["After"]), ("globex", &["After"]), ("0942", &["After"])]).await;
    let body =
        json!({"email": [{"email": "new@example.com"}], "company": null, "specific_update_fields": []});
    app.writer().put(&path, body).await.expect(200);
    expect_found(&app, &[("globex", &[]), ("new@", &["After"])]).await;
    let platforms = json!([{"channel": "viber", "socialPlatformId": "U77"}]);
    app.writer().patch(&path, json!({"platformContacts": platforms})).await.expect(200);
    expect_found(&app, &[("u77", &["After"])]).await;
    app.writer().delete(&path).await.expect(200);
    expect_found(&app, &[("after", &[]), ("u77", &[])]).await;
    app.finish().await;
}

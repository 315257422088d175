//! What runs beside the requests is looked after.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use contacts::{
    background::{Background, Pauses},
    readiness::Readiness,
};
use serde_json::json;

use crate::support::{TestApp, eventually};

const PAUSES: Pauses = Pauses {
    first: Duration::from_millis(1),
    longest: Duration::from_millis(10),
    sound_after: Duration::from_millis(100),
};

#[tokio::test]
async fn a_task_that_panics_is_started_again() {
    let readiness = Readiness::default();
    let mut background = Background::new(readiness.clone(), PAUSES);
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    background.keep_running("a test", move || {
        let run = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            tokio::task::yield_now().await;
            assert!(run > 0, "the first run fails");
            std::future::pending::<()>().await;
        }
    });
    eventually("it runs again", async || runs.load(Ordering::SeqCst) == 2).await;
    assert_eq!(readiness.check(), Ok(()));
}

#[tokio::test]
async fn a_task_that_comes_to_its_end_is_not_started_again() {
    let mut background = Background::new(Readiness::default(), PAUSES);
    let (runs, other) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    for (counter, fails) in [(runs.clone(), false), (other.clone(), true)] {
        background.keep_running("a test", move || {
            counter.fetch_add(1, Ordering::SeqCst);
            async move { assert!(!fails, "the other fails") }
        });
    }
    eventually("the other was started often", async || other.load(Ordering::SeqCst) > 5).await;
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_service_whose_background_fails_again_and_again_says_that_it_is_not_ready_until_it_runs() {
    let app = TestApp::new().await;
    let mut background = Background::new(app.state.readiness.clone(), PAUSES);
    let is_mended = Arc::new(AtomicBool::new(false));
    let mended = is_mended.clone();
    background.keep_running("the test", move || {
        let mended = mended.clone();
        async move {
            assert!(mended.load(Ordering::SeqCst), "it is broken");
            std::future::pending::<()>().await;
        }
    });
    eventually("it is not ready", async || app.anon().get("/readyz").await.status == 503).await;
    let answer = app.anon().get("/readyz").await;
    assert_eq!(answer.expect_error(503, "unavailable"), []);
    assert!(answer.text().contains("the test fails again and again"), "{}", answer.text());
    assert_eq!(answer.header("retry-after"), Some("1"));
    app.anon().get("/healthz").await.expect(200);
    // Requests are answered all the same.
    app.reader().get("/api/v1/contacts").await.expect(200);

    is_mended.store(true, Ordering::SeqCst);
    eventually("it is ready", async || app.anon().get("/readyz").await.status == 200).await;
    assert_eq!(app.anon().get("/readyz").await.expect(200), json!({"status": "ok"}));
    app.finish().await;
}

#[tokio::test]
async fn tasks_end_with_their_owner() {
    struct Ended(Arc<AtomicBool>);
    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let mut background = Background::new(Readiness::default(), PAUSES);
    let (runs, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (started, guard) = (runs.clone(), ended.clone());
    background.keep_running("a test", move || {
        started.store(true, Ordering::SeqCst);
        let guard = Ended(guard.clone());
        async move {
            let _guard = guard;
            std::future::pending::<()>().await;
        }
    });
    eventually("it runs", async || runs.load(Ordering::SeqCst)).await;
    drop(background);
    eventually("it ended", async || ended.load(Ordering::SeqCst)).await;
}

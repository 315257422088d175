//! What a client can send wrong, over a real socket and by hand, so that nothing mends it on its way: each is
//! answered as documented, and the connection goes on where HTTP lets it.

mod bodies;
mod connections;
mod framing;
mod memory;
mod methods;
mod paths;
mod wire;

use crate::support::TestApp;
use wire::{Request, Wire, WireAnswer};

/// A service on a socket, and a connection to it.
struct Listening {
    app: TestApp,
    wire: Wire,
    token: String,
}

impl Listening {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let wire = Wire::connect(app.listen().await).await;
        let token = app.token("acme", "admin");
        Self { app, wire, token }
    }

    /// A request with a token.
    fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, path).header("authorization", &format!("Bearer {}", self.token))
    }

    fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    /// A new contact, with this body of this type.
    fn post(&self, content_type: &str, body: impl AsRef<[u8]>) -> Request {
        self.request("POST", "/api/v1/contacts").header("content-type", content_type).body(body.as_ref())
    }

    /// Sends a request that is refused with an error of this status and type.
    async fn assert_refused(&mut self, what: &str, request: Request, status: u16, kind: &str) -> WireAnswer {
        let answer = self.wire.call(&request).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        answer.assert_error(what, kind);
        self.assert_goes_on(what).await;
        answer
    }

    /// The connection takes another request.
    async fn assert_goes_on(&mut self, what: &str) {
        let next = self.get("/api/v1/tags");
        let answer = self.wire.call(&next).await;
        assert_eq!(answer.status, 200, "the request after {what}: {}", answer.text());
    }

    /// Nothing of what was refused has left anything behind.
    async fn finish(mut self) {
        let contacts = self.wire.call(&self.get("/api/v1/contacts")).await;
        assert_eq!(contacts.json()["total"], 0, "{}", contacts.text());
        self.app.finish().await;
    }
}

//! The integration tests: one binary, a folder a resource. They speak HTTP to the router in process; a few to a
//! real socket.

mod support;

mod contacts;

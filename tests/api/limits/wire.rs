//! HTTP/1.1 by hand.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// How long an answer may take before a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The bytes of a request.
#[derive(Clone)]
pub struct Request {
    method: String,
    bytes: Vec<u8>,
    body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self::raw(method, path.as_bytes())
    }

    /// A request whose path is no text.
    pub fn raw(method: &str, path: &[u8]) -> Self {
        let bytes = [method.as_bytes(), b" ", path, b" HTTP/1.1\r\nhost: contacts.test\r\n"].concat();
        Self { method: method.to_owned(), bytes, body: Vec::new() }
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        self.raw_header(name, value.as_bytes())
    }

    /// A header whose value is no text.
    pub fn raw_header(mut self, name: &str, value: &[u8]) -> Self {
        self.bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        self
    }

    /// A body of a length that is said.
    pub fn body(self, body: &[u8]) -> Self {
        let mut request = self.header("content-length", &body.len().to_string());
        request.body = body.to_vec();
        request
    }

    /// A body in chunks of this many bytes.
    pub fn chunked(self, body: &[u8], size: usize) -> Self {
        let mut request = self.header("transfer-encoding", "chunked");
        for chunk in body.chunks(size) {
            request.body.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
            request.body.extend(chunk);
            request.body.extend(b"\r\n");
        }
        request.body.extend(b"0\r\n\r\n");
        request
    }

    /// Anything behind the headers.
    pub fn tail(mut self, bytes: &[u8]) -> Self {
        self.body = bytes.to_vec();
        self
    }

    pub fn into_bytes(self) -> Vec<u8> {
        [&self.bytes, &b"\r\n"[..], &self.body].concat()
    }
}

/// A connection.
pub struct Wire {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct WireAnswer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Wire {
    pub async fn connect(address: SocketAddr) -> Self {
        let (reader, writer) = TcpStream::connect(address).await.unwrap().into_split();
        Self { reader: BufReader::new(reader), writer }
    }

    /// Sends a request and reads its answer, both at once.
    pub async fn call(&mut self, request: &Request) -> WireAnswer {
        let is_head = request.method == "HEAD";
        self.exchange(&request.clone().into_bytes(), is_head).await
    }

    /// Sends bytes and reads an answer, both at once.
    pub async fn exchange(&mut self, bytes: &[u8], is_head: bool) -> WireAnswer {
        let Self { reader, writer } = self;
        let both = async { tokio::join!(writer.write_all(bytes), answer(reader, is_head)) };
        let (sent, answer) = tokio::time::timeout(PATIENCE, both).await.expect("an answer in time");
        sent.expect("the connection takes the whole request");
        answer
    }

    /// Sends bytes and waits for nothing.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).await.unwrap();
    }

    /// Sends bytes; false where the connection is closed.
    pub async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.writer.write_all(bytes).await.is_ok()
    }

    /// The status of a request's answer; none where the connection is closed.
    pub async fn try_call(&mut self, request: &Request) -> Option<u16> {
        self.writer.write_all(&request.clone().into_bytes()).await.ok()?;
        self.reader.fill_buf().await.ok().filter(|bytes| !bytes.is_empty())?;
        Some(self.answer().await.status)
    }

    /// Reads the answer of a request that was sent.
    pub async fn answer(&mut self) -> WireAnswer {
        tokio::time::timeout(PATIENCE, answer(&mut self.reader, false)).await.expect("an answer in time")
    }

    /// Says that nothing more will be sent.
    pub async fn end(&mut self) {
        self.writer.shutdown().await.unwrap();
    }

    /// What comes until the service closes the connection.
    pub async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let read = self.reader.read_to_end(&mut rest);
        // What was sent and not read is a reason to reset it.
        let _ = tokio::time::timeout(PATIENCE, read).await.expect("the connection is closed in time");
        rest
    }
}

async fn line(reader: &mut BufReader<OwnedReadHalf>) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).await.unwrap();
    assert!(line.ends_with("\r\n"), "the connection was closed in the middle of an answer: {line:?}");
    line.trim_end().to_owned()
}

async fn bytes(reader: &mut BufReader<OwnedReadHalf>, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).await.expect("the whole answer before the connection is closed");
    bytes
}

async fn answer(reader: &mut BufReader<OwnedReadHalf>, is_head: bool) -> WireAnswer {
    let status = line(reader).await;
    let status: u16 = status.strip_prefix("HTTP/1.").unwrap()[2..5].parse().unwrap();
    let mut headers = Vec::new();
    loop {
        let line = line(reader).await;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap();
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut answer = WireAnswer { status, headers, body: Vec::new() };
    if is_head || status < 200 {
        return answer;
    }
    if let Some(length) = answer.header("content-length") {
        let length = length.parse().unwrap();
        answer.body = bytes(reader, length).await;
    } else if answer.header("transfer-encoding") == Some("chunked") {
        loop {
            let size = usize::from_str_radix(&line(reader).await, 16).unwrap();
            answer.body.extend(bytes(reader, size).await);
            line(reader).await;
            if size == 0 {
                break;
            }
        }
    }
    answer
}

impl WireAnswer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body is the documented error of this type.
    #[track_caller]
    pub fn assert_error(&self, what: &str, kind: &str) {
        assert_eq!(self.header("content-type"), Some("application/json"), "{what}");
        let body = self.json();
        assert_eq!(body["status"], "error", "{what}: {body}");
        assert_eq!(body["data"], Value::Null, "{what}: {body}");
        assert_eq!(body["error"]["type"], kind, "{what}: {body}");
        assert_eq!(body["requestId"].as_str(), self.header("x-request-id"), "{what}");
        assert!(self.text().len() < 20_000, "{what}: an error does not repeat what was sent");
    }
}

//! A stream that ends what takes too long.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep_until},
};

use super::{
    ServerLimits,
    connection::{Connection, State},
};

/// A client's stream. Reading fails where the client takes too long with a request's head, writing where it takes no answer.
pub(super) struct Watched {
    stream: TcpStream,
    connection: Connection,
    limits: ServerLimits,
    /// When the head began that is being read, and the wait that it ended.
    head: Option<(Instant, Instant)>,
    /// Since when the client takes nothing of what is written.
    stalled: Option<Instant>,
    /// Wakes this task at a deadline. One timer for all of them: it is set anew only where it would wake too late, and what it
    /// wakes for is looked at then.
    timer: Pin<Box<Sleep>>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, connection: Connection, limits: ServerLimits) -> Self {
        let timer = Box::pin(tokio::time::sleep(limits.idle));
        Self { stream, connection, limits, head: None, stalled: None, timer }
    }

    /// Until when something has to come from the client; `None` while others see to that.
    fn read_deadline(&mut self) -> Option<Instant> {
        let (state, since) = self.connection.state();
        if state != State::BeforeRequest {
            return None;
        }
        // The head of the request before this one is none of this.
        self.head = self.head.filter(|(_, wait)| *wait == since);
        Some(self.head.map_or(since + self.limits.idle, |(begun, _)| begun + self.limits.head))
    }

    fn note_head(&mut self) {
        let (state, since) = self.connection.state();
        if state == State::BeforeRequest && self.head.is_none_or(|(_, wait)| wait != since) {
            self.head = Some((Instant::now(), since));
        }
    }

    /// Ready once `deadline` is over; wakes the task then.
    fn poll_deadline(&mut self, deadline: Instant, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            if Instant::now() >= deadline {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            if self.timer.is_elapsed() || self.timer.deadline().into_std() > deadline {
                self.timer.set(sleep_until(deadline.into()));
            }
            ready!(self.timer.as_mut().poll(context));
        }
    }

    /// What came of writing: an error where it has not gone on for too long.
    fn watch<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = *self.stalled.get_or_insert_with(Instant::now);
        self.poll_deadline(stalled + self.limits.stall, context).map(Err)
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            if buffer.filled().len() > before {
                self.note_head();
            }
            return Poll::Ready(read);
        }
        let Some(deadline) = self.read_deadline() else { return Poll::Pending };
        if self.connection.ends_after_request() {
            // As if the client had closed it.
            return Poll::Ready(Ok(()));
        }
        self.poll_deadline(deadline, context).map(Err)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.watch(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

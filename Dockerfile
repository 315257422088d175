# No syntax of BuildKit's: any engine and any builder can build this.

# The builder's libc must be no newer than the runtime image's.
ARG RUST_IMAGE=rust:1.95-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim


FROM ${RUST_IMAGE} AS builder
WORKDIR /build

# Queries are checked against .sqlx: there is no database during the build.
ENV SQLX_OFFLINE=true \
    CARGO_TERM_COLOR=never

# The dependencies make a layer of their own, which only the manifest and the
# lock file invalidate. What is compiled of the empty crate goes away with it:
# COPY keeps the sources' times, so cargo might take that for newer than them.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src \
    && touch src/lib.rs \
    && echo 'fn main() {}' > src/main.rs \
    && cargo build --locked --release --bin contacts \
    && cargo clean --locked --release --package contacts \
    && rm -r src

# All that .dockerignore lets through.
COPY . .
RUN cargo build --locked --release --bin contacts


FROM ${RUNTIME_IMAGE}

LABEL org.opencontainers.image.title="contacts" \
      org.opencontainers.image.description="A self-hosted contacts service: a REST API on PostgreSQL" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=builder /build/target/release/contacts /usr/local/bin/contacts

# Within a container nothing but all interfaces can be reached from outside.
ENV LISTEN_ADDR=0.0.0.0:8080
EXPOSE 8080

# By number, so that an orchestrator can see it is not root. The service writes
# no files: its root file system may be read-only.
USER 10001:10001

STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["contacts", "healthcheck"]
ENTRYPOINT ["contacts"]
CMD ["serve"]

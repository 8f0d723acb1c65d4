# The embedded TFTP server.
# Build: scripts/compose lab build (the whole checkout is the context, .dockerignore cuts it down).

# The two stages up to "sources" are the same lines in every Dockerfile here, so that their layers are built once.
FROM node:24-bookworm-slim AS packages
WORKDIR /src
ENV CI=true npm_config_store_dir=/pnpm-store
# The lock file alone decides what is fetched: a change of sources fetches nothing.
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/pnpm-store \
    npx --yes pnpm@12.21.0 fetch --reporter=append-only

FROM packages AS sources
COPY . .
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/pnpm-store \
    npx --yes pnpm@12.21.0 install --offline --frozen-lockfile --reporter=append-only

FROM sources AS app
RUN node_modules/.bin/tsc -b packages/tftp-server
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/pnpm-store \
    npx --yes pnpm@12.21.0 --filter @pnmlab/tftp-server --prod --legacy --offline deploy /root-fs/app \
 # Sources, types and maps are for those who build.
 && find /root-fs/app -type d -path '*/@pnmlab/*/src' -prune -exec rm -rf {} + \
 && rm -rf /root-fs/app/src /root-fs/app/test \
 && find /root-fs/app \( -name '*.ts' -o -name '*.map' -o -name '*.md' -o -name '*.tsbuildinfo' \) -type f -delete
# What Node needs of Debian: its shared libraries, the resolver's order, a user with a name. No shell comes along.
RUN set -eu; cd /root-fs \
 && ldd "$(command -v node)" | grep -o '/[^ ]*' | while read -r library; do \
      mkdir -p ".$(dirname "$library")"; cp -L "$library" ".$library"; \
    done \
 && mkdir -p usr/local/bin etc tmp \
 && cp "$(command -v node)" usr/local/bin/node \
 && cp /etc/nsswitch.conf etc/ \
 && printf 'root:x:0:0::/:/\nnode:x:1000:1000::/:/\n' > etc/passwd \
 && printf 'root:x:0:\nnode:x:1000:\n' > etc/group \
 && chmod 1777 tmp

FROM scratch
COPY --from=app /root-fs /
# A new volume takes its owner from the folder that it covers.
COPY --from=app --chown=1000:1000 /root-fs/tmp /tftp
ENV PATH=/usr/local/bin \
    NODE_ENV=production \
    NODE_COMPILE_CACHE=/tmp/compile-cache \
    PNMLAB_CHECK_SOCKET=/tmp/pnmlab-check.sock \
    PNMLAB_ROOT=/app \
    PNMLAB_DATA_DIR=/tmp/pnmlab \
    PNMLAB_TFTP_DIR=/tftp
USER node
WORKDIR /app
ENTRYPOINT ["node"]
CMD ["dist/main.js"]
# Two failures in a row: a program that does not work is found within 15 s.
HEALTHCHECK --interval=5s --timeout=5s --start-period=15s --retries=2 CMD ["node", "node_modules/@pnmlab/config/dist/ask-check.js"]
# Last, so that a new commit alone builds nothing anew.
ARG PNMLAB_BUILD_COMMIT=unknown
ARG PNMLAB_BUILD_DIRTY=true
ARG PNMLAB_BUILD_TIME=unknown
ENV PNMLAB_BUILD_COMMIT=$PNMLAB_BUILD_COMMIT \
    PNMLAB_BUILD_DIRTY=$PNMLAB_BUILD_DIRTY \
    PNMLAB_BUILD_TIME=$PNMLAB_BUILD_TIME
LABEL org.opencontainers.image.title="PNM Lab TFTP server" \
      org.opencontainers.image.revision=$PNMLAB_BUILD_COMMIT \
      org.opencontainers.image.created=$PNMLAB_BUILD_TIME \
      io.pnmlab.dirty=$PNMLAB_BUILD_DIRTY

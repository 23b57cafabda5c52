# The gateway as an image: built once, run by a user without rights on a root that may be read-only.
#
#   docker build -t images-gateway .
#   docker run --read-only --user 1000:1000 --cap-drop ALL --security-opt no-new-privileges \
#     -p 8080:8080 -v /path/to/config:/etc/images-gateway:ro -e IMAGES_GATEWAY_PASSWORD images-gateway
#
# The folder that is mounted holds gateway.yaml and the policies that it names.
#
# There is no shell inside, and no package manager. Nothing is written to the root, so it needs no --tmpfs.
#
# buildah and podman drop HEALTHCHECK in their own format: buildah bud --format docker -t images-gateway .
#
# A tag can be moved. Pin the base by its digest where you build:
#   --build-arg NODE_IMAGE=node:26.10.0-slim@sha256:...
ARG NODE_IMAGE=node:26.10.0-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The package `node`, which clones run on, fetches its binary in a script; here the image has Node.js already.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
RUN npm run bundle

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# Node.js runs none of what is deleted: source maps, declarations, guides. Licences stay.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && find node_modules -type f ! -iname '*licen[cs]e*' \
      \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' \) -delete

# What V8 makes of the code before it can run it, so that no start has to (docs/adr/023). Node.js looks for it under its own
# version, the kind of processor, the number of the user and the paths of the files: it takes what fits, or does without.
FROM ${NODE_IMAGE} AS compiled
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
RUN mkdir compiled && chown 1000 compiled
USER 1000
ENV NODE_COMPILE_CACHE=/app/compiled
RUN node --eval "Promise.all(fs.globSync('./dist/chunks/*.js').map((file) => import('./' + file)))" \
 && node dist/main.js --version \
 && chmod -R u=rwX,go=rX compiled

# Node.js, the libraries that it is linked to, their licences, and names of users: all of an operating system that is needed.
# Certificate authorities are built into Node.js.
FROM ${NODE_IMAGE} AS system
RUN mkdir -p /system/etc/images-gateway \
 && grep -E '^(root|node):' /etc/passwd > /system/etc/passwd \
 && grep -E '^(root|node):' /etc/group > /system/etc/group \
 && echo 'hosts: files dns' > /system/etc/nsswitch.conf \
 && { command -v node; ldd "$(command -v node)" | grep -o '/[^ ]*'; \
      find -L /usr/share/doc/libc6 /usr/share/doc/libstdc++6 /usr/local/LICENSE -name copyright -o -name LICENSE; } \
    | xargs cp -L --parents -t /system

FROM scratch
COPY --from=system /system /
ENV NODE_ENV=production PATH=/usr/local/bin
WORKDIR /app
COPY package.json LICENSE ./
# The shipped policies, for `demo` and to copy from.
COPY policies policies
COPY web web
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
# It is code, so only root can write it.
COPY --from=compiled --chown=0:0 /app/compiled compiled
ENV NODE_COMPILE_CACHE=/app/compiled

# The number of the image's user `node`: Kubernetes can only tell by a number that it is not root.
USER 1000
EXPOSE 8080 9901

# For another admin port: docker run -e IMAGES_GATEWAY_LIVEZ=http://127.0.0.1:9902/livez
ENV IMAGES_GATEWAY_LIVEZ=http://127.0.0.1:9901/livez
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.IMAGES_GATEWAY_LIVEZ).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# Node.js is process 1 and hears SIGTERM itself: it drains, finishes what is under way, and ends with 0.
STOPSIGNAL SIGTERM
CMD ["node", "dist/main.js", "serve", "--config", "/etc/images-gateway/gateway.yaml"]

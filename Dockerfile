# servpack runs its TypeScript as it is. Only the page of the orchestrator is built, in a stage
# whose tools stay out of the image.
#   docker build -t servpack:0.1.0 .
# Any image with Node 26 and npm will do as a base:
#   docker build --build-arg BASE_IMAGE=registry.example/node:26 -t servpack:0.1.0 .
ARG BASE_IMAGE=node:26.10.0-trixie-slim

FROM ${BASE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# `install`, not `ci`: both follow the lock file, but `ci` also wants what only other platforms
# need. Optional are only Nodes for machines that have none. ./servpack runs the one in .bin, which
# here is the image's.
RUN npm install --no-save --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
 && ln -s "$(command -v node)" node_modules/.bin/node

# The bundler is a dependency for development, and its binary for this machine an optional one.
FROM ${BASE_IMAGE} AS web
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install --no-save --include=dev --include=optional --ignore-scripts --no-audit --no-fund
COPY shared shared
COPY orchestrator orchestrator
RUN node orchestrator/web/build.ts

FROM ${BASE_IMAGE} AS product
WORKDIR /app
ENV NODE_ENV=production SERVPACK_DATA=/var/lib/servpack
COPY --from=dependencies /app/node_modules node_modules
COPY package.json servpack ./
COPY shared shared
COPY orchestrator orchestrator
COPY --from=web /app/orchestrator/web/dist orchestrator/web/dist
COPY workers workers
# A named volume takes over owner and rights of the folder that it is put on.
RUN mkdir -p /var/lib/servpack && chown 1000:1000 /var/lib/servpack && chmod 700 /var/lib/servpack
USER 1000:1000
STOPSIGNAL SIGTERM
CMD ["node", "orchestrator/main.ts"]

# The simulated fleet of the lab and its judge; no part of the product.
FROM product AS lab
COPY test/lab test/lab
CMD ["node", "test/lab/fleet/main.ts"]

FROM product AS servpack

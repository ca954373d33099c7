# Sourced by the compose tests: an engine and a folder of their own (`$work`), gone at the end and
# when interrupted, images from OS packages, and the words that both tests use.
work=$(mktemp -d)
. .ci/engine.sh

say() { printf '\n== %s\n' "$*"; }
die() { printf 'compose: %s\n' "$*" >&2; exit 1; }

# What a test has started beside the engine; the test may replace this.
end_more() { :; }

clean_up() {
  local code=$?
  trap - EXIT INT TERM
  if [ "$code" != 0 ] && [ "$code" -lt 128 ] && [ -n "${DOCKER_HOST:-}" ]; then compose ps || true; compose logs --tail 15 || true; fi
  [ -z "${DOCKER_HOST:-}" ] || compose down --volumes --timeout 5 >/dev/null 2>&1 || true
  end_more
  end_engine
  rm -rf "$work"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

compose() {
  if docker compose version >/dev/null 2>&1; then docker compose "$@"
  else docker-compose "$@"; fi
}
servpack() { compose exec -T orchestrator ./servpack "$@"; }
redis() { compose exec -T redis sh -c 'REDISCLI_AUTH=$(cat /run/secrets/redis-password) exec redis-cli "$@"' - "$@"; }
field() { node -e 'console.log(eval("(" + require("fs").readFileSync(0, "utf8") + ")" + process.argv[1]))' "$1"; }

# await SECONDS WHAT COMMAND…: until the command succeeds.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $deadline ] || die "not within its time: $what"
    sleep 0.3
  done
}

# A base image as the Dockerfile wants one: Node 26, npm, a shell, and the certificates this machine
# trusts.
make_node_image() {
  local tree="$work/node-image" npm
  npm=$(dirname "$(dirname "$(readlink -f "${npm_execpath:-$(command -v npm)}")")")
  unpack_packages "$tree" libstdc++6 libatomic1 &&
    mkdir -p "$tree/etc/ssl/certs" "$tree/usr/lib/node_modules" &&
    cp "$(readlink -f node_modules/.bin/node)" "$tree/usr/bin/node" &&
    cp -r "$npm" "$tree/usr/lib/node_modules/npm" &&
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$tree/usr/bin/npm" &&
    cp /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/" &&
    tar -C "$tree" -c . |
    docker import -c 'ENV PATH=/usr/bin:/usr/sbin' -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
      - "$1" >/dev/null
}

build() {
  docker build --network host --build-arg BASE_IMAGE=servpack/node:local --target "$1" -t "$2" . >"$work/build.log" 2>&1 ||
    { cat "$work/build.log"; return 1; }
}

# Needs root.
make_images() {
  [ "$(id -u)" = 0 ] || die 'an engine of its own needs root'
  node setup.mjs
  install_engine || die 'docker.io cannot be installed'
  docker compose version >/dev/null 2>&1 || have docker-compose || install_packages docker-compose ||
    die 'there is no docker compose to be had'
  start_engine || die 'dockerd does not start (its last lines are above)'

  say "images, from OS packages ($(docker version -f '{{.Server.Version}}'), compose $(compose version --short))"
  make_redis_image servpack/redis:local || die 'the packages of the Redis image cannot be had'
  make_node_image servpack/node:local || die 'the packages of the base image cannot be had'
  build servpack servpack:test
}

make_secrets() {
  mkdir -m 700 "$work/secrets"
  node -e 'console.log(require("crypto").randomBytes(32).toString("hex"))' >"$work/secrets/redis-password"
  chmod 644 "$work/secrets/redis-password"
  export REDIS_IMAGE=servpack/redis:local SERVPACK_IMAGE=servpack:test SERVPACK_LAB_IMAGE=servpack-lab:test
  export REDIS_PASSWORD_FILE="$work/secrets/redis-password" SERVPACK_FILES="$work/files"
}

healthy() {
  local id
  for id in $(compose ps -q); do
    [ "$(docker inspect -f '{{.State.Health.Status}}' "$id")" = healthy ] || return 1
  done
}

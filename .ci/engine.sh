# Sourced by scripts that need a Docker engine of their own: starts one beside any other, and makes
# images from OS packages, because no registry of images may be within reach. The caller sets `work`
# to a folder of its own and calls `end_engine` at its end.
engine_pid=

have() { command -v "$1" >/dev/null 2>&1; }

install_engine() {
  if have dockerd && have iptables; then return 0; fi
  have apt-get || return 1
  echo 'installing docker.io and iptables'
  export DEBIAN_FRONTEND=noninteractive
  update_lists && install_packages docker.io iptables || return 1
  # Newer releases pack the client on its own.
  have docker || install_packages docker-cli
}

# Another apt may hold the lists.
update_lists() {
  local try
  for try in 1 2 3 4 5; do
    apt-get -qq update && return 0
    sleep "$try"
  done
  return 1
}

install_packages() {
  apt-get -qq install -y --no-install-recommends "$@" >"$work/apt.log" 2>&1 || { tail -n 3 "$work/apt.log"; return 1; }
}

# An engine beside any other: its own socket, data and process id file.
start_engine() {
  local socket="unix://$work/docker/docker.sock"
  mkdir -p "$work/docker"
  dockerd --data-root "$work/docker/data" --exec-root "$work/docker/exec" \
    --pidfile "$work/docker/dockerd.pid" -H "$socket" >"$work/dockerd.log" 2>&1 &
  engine_pid=$!
  for _ in $(seq 150); do
    if docker -H "$socket" version >/dev/null 2>&1; then
      export DOCKER_HOST=$socket
      return 0
    fi
    kill -0 "$engine_pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 3 "$work/dockerd.log"
  return 1
}

# The engine ends its containers with it.
end_engine() {
  if [ -n "$engine_pid" ]; then
    kill "$engine_pid" 2>/dev/null || true
    wait "$engine_pid" 2>/dev/null || true
  fi
  # Mounts of a container that did not end would keep the folder from being removed.
  awk -v root="$work/" 'index($2, root) == 1 { print $2 }' /proc/mounts 2>/dev/null | sort -r |
    while read -r mount; do umount -l "$mount" 2>/dev/null || true; done
}

# unpack_packages FOLDER PACKAGE…: a file tree of these packages with all they need, and busybox as
# its shell.
unpack_packages() {
  local tree=$1 name package
  local debs="$tree.debs"
  shift
  download_packages "$debs" "$@" busybox-static || return 1
  mkdir -p "$tree"/usr/{bin,sbin,lib,lib64} "$tree"/{data,etc,tmp}
  chmod 1777 "$tree/tmp"
  for name in bin sbin lib lib64; do ln -s "usr/$name" "$tree/$name"; done
  for package in "$debs"/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$tree" || return 1
  done
  for name in $("$tree/bin/busybox" --list); do
    [ -e "$tree/usr/bin/$name" ] || [ -e "$tree/usr/sbin/$name" ] || ln -s /bin/busybox "$tree/usr/bin/$name"
  done
}

# As if nothing were installed: apt's solver then names every library, down to libc.
download_packages() {
  local debs=$1
  shift
  mkdir -p "$debs/partial"
  : >"$work/status"
  update_lists &&
    apt-get -qq -o Dir::State::status="$work/status" -o Dir::Cache::archives="$debs" -o APT::Sandbox::User=root \
      --yes --download-only --no-install-recommends install "$@" >"$work/apt.log" 2>&1
}

# make_redis_image TAG: as the official image, user and group 999 own /data.
make_redis_image() {
  local tree="$work/redis-image"
  unpack_packages "$tree" redis-server && chown 999:999 "$tree/data" &&
    tar -C "$tree" -c . |
    docker import -c 'CMD ["redis-server"]' -c 'EXPOSE 6379' -c 'WORKDIR /data' - "$1" >/dev/null
}

#!/usr/bin/env bash
# Installs the Debian packages that the Windows lab needs and that are missing. Exit code 0: all are
# installed. Exit code 3: the lab cannot be built on this machine; stderr says why.
set -euo pipefail

packages=(wine wine64 openssh-server gcc-mingw-w64-x86-64-win32)
needed=(/usr/lib/wine/wine64 /usr/lib/wine/wineserver64 /usr/sbin/sshd /usr/lib/openssh/sftp-server)

can_not() {
  echo "the Windows lab cannot be built here: $*" >&2
  exit 3
}

have_all() {
  local file
  for file in "${needed[@]}"; do [ -x "$file" ] || return 1; done
  command -v x86_64-w64-mingw32-gcc >/dev/null && command -v setpriv >/dev/null
}

# Another apt may be running: wait for it.
install_packages() {
  apt-get -qq -o DPkg::Lock::Timeout=300 update &&
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${packages[@]}"
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || can_not 'it runs on Linux on x86-64'
[ "$(id -u)" = 0 ] || can_not 'an sshd of its own, and the chroot of its sftp, need root'
if ! have_all; then
  command -v apt-get >/dev/null || can_not "needs ${packages[*]}, and there is no apt-get to install them"
  echo "installing ${packages[*]}" >&2
  install_packages >/dev/null 2>&1 || can_not "apt-get does not install ${packages[*]}"
  have_all || can_not "after installing ${packages[*]} still one of ${needed[*]} is not there"
fi
setarch -R true 2>/dev/null || can_not 'the address space cannot be laid out in order (setarch -R), which Wine 8 needs'
chroot / true 2>/dev/null || can_not 'the chroot of its sftp is not permitted'
mkdir -p /run/sshd

#!/bin/sh
# What staging a service pack does on the logon server's share, for the sample release: brings the
# new component files, then the new CopyListVersion. Running it again changes nothing.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
pack=$here/service-pack
share=${SERVPACK_TREE:-$here/logon.srv}
components=X86.BIN/00000409
arriving=$share/.arriving

trap 'rm -f "$arriving"' EXIT

# Copied beside its place and then moved there: nobody ever downloads half a file.
install_file() {
  if cmp -s "$pack/$1" "$share/$1"; then
    echo "unchanged  $1"
    return
  fi
  cp "$pack/$1" "$arriving"
  mv -f "$arriving" "$share/$1"
  echo "installed  $1"
}

[ -d "$share" ] || { echo "there is no share $share" >&2; exit 2; }

echo "staging ${SERVPACK_RELEASE:-the service pack} on $share"
mkdir -p "$share/$components"
for file in "$pack/$components"/*; do
  install_file "$components/${file##*/}"
done

# Last: a client that sees the new CopyListVersion begins to download.
install_file CL_NT.TXT
grep CopyListVersion "$share/CL_NT.TXT"

#!/usr/bin/env bash
# console-tools.sh FOLDER: copies the console programs of Wine 10 into FOLDER, from the libwine
# package of Debian 13. The programs of Wine 8 cannot be used: its cmd.exe reads some command lines
# differently from Windows, and several of its tools do nothing and report success.
# The script has an apt configuration of its own; that of the machine stays as it is.
set -euo pipefail
target=$1
programs=(cmd tasklist findstr where fc find sort net)
inside=./usr/lib/x86_64-linux-gnu/wine/x86_64-windows

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/lists/partial "$work"/cache/archives/partial "$target"

can_not() {
  echo "the Windows lab cannot be built here: $*" >&2
  exit 3
}

# The mirror that this machine is configured with.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -m 1 '/debian/\?$' || true)
[ -n "$mirror" ] || can_not 'no Debian mirror is configured'

echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
options=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists"
  -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
apt-get -qq "${options[@]}" update || can_not "apt-get does not read $mirror trixie"
(cd "$work" && apt-get -qq "${options[@]}" download libwine/trixie) || can_not 'apt-get does not bring libwine of trixie'

for program in "${programs[@]}"; do echo "$inside/$program.exe"; done >"$work/wanted"
dpkg-deb --fsys-tarfile "$work"/libwine_*.deb | tar -x -C "$work" -T "$work/wanted"

# Wine 8 takes a program with this mark for its own built-in one, and loads that instead.
mark='Wine builtin DLL'
for program in "${programs[@]}"; do
  file=$work/$inside/$program.exe
  [ "$(dd if="$file" bs=1 skip=64 count=16 status=none)" = "$mark" ] || { echo "$program.exe has no mark where it is expected" >&2; exit 1; }
  dd if=/dev/zero of="$file" bs=1 seek=64 count=32 conv=notrunc status=none
  cp "$file" "$target/"
done

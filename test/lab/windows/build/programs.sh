#!/usr/bin/env bash
# programs.sh FOLDER: compiles the programs of the lab into FOLDER, and the components of service
# packs 2 and 4 into FOLDER/sp2 and FOLDER/sp4.
set -euo pipefail
target=$1
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../programs" && pwd)
components=(APPCTL32 CLIMONNT EDITININT INV32CLI MIFWIN PCMWIN32)

compile() {
  x86_64-w64-mingw32-gcc -std=gnu17 -O2 -s -static -Wall -Wextra -Wno-missing-field-initializers -Werror "$@" -ladvapi32
}

mkdir -p "$target"/sp2 "$target"/sp4
for file in "$source"/*.c; do
  name=$(basename "$file" .c)
  case $name in
  component) ;;
  sshrun) compile -municode -o "$target/$name.exe" "$file" ;;
  *) compile -o "$target/$name.exe" "$file" ;;
  esac
done

# The bytes after the image make each component a different file.
for pack in 2 4; do
  compile -DSERVICE_PACK="\"$pack\"" -o "$target/component.exe" "$source/component.c"
  for name in "${components[@]}"; do
    { cat "$target/component.exe"; printf '%s' "$name"; } >"$target/sp$pack/$name.EXE"
  done
done
rm "$target/component.exe"

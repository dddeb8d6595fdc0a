//go:build tools

// Package tools pins the kustomize program that the tests compare with.
package tools

import _ "sigs.k8s.io/kustomize/kustomize/v5"

// Writes src/kustomize/tables/merge_schema.txt from the OpenAPI document built into kyaml.
// Run in this folder's module: go run ./tables > ../../../../src/kustomize/tables/merge_schema.txt
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

var index = map[string]int{}

func fail(text string) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(1)
}

// encode writes a schema: ">N" a definition, "[X" a list, "{X" a map, "." anything else.
func encode(s spec.Schema) string {
	if ref := s.Ref.String(); ref != "" {
		at, found := index[strings.TrimPrefix(ref, "#/definitions/")]
		if !found {
			fail("unknown definition " + ref)
		}
		return fmt.Sprintf(">%d", at)
	}
	if len(s.Properties) > 0 {
		fail("inline properties")
	}
	strategy := ""
	if ps, found := s.Extensions["x-kubernetes-patch-strategy"]; found {
		keys := []string{}
		if list, found := s.Extensions["x-kubernetes-list-map-keys"]; found {
			for _, key := range list.([]interface{}) {
				keys = append(keys, key.(string))
			}
		} else if key, found := s.Extensions["x-kubernetes-patch-merge-key"]; found {
			keys = append(keys, key.(string))
		}
		strategy = " " + ps.(string) + " " + strings.Join(keys, ",")
	}
	if len(s.Type) == 1 && s.Type[0] == "array" && s.Items != nil {
		return "[" + encode(*s.Items.Schema) + strategy
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		return "{" + encode(*s.AdditionalProperties.Schema) + strategy
	}
	return "." + strategy
}

func main() {
	definitions := openapi.Schema().Definitions
	names := []string{}
	for name := range definitions {
		names = append(names, name)
	}
	sort.Strings(names)
	for at, name := range names {
		index[name] = at
	}
	seen := map[string]bool{}
	for at, name := range names {
		d := definitions[name]
		kinds := []string{}
		if exts, ok := d.Extensions["x-kubernetes-group-version-kind"].([]interface{}); ok {
			for _, ext := range exts {
				m := ext.(map[string]interface{})
				version := m["version"].(string)
				if group, ok := m["group"].(string); ok && group != "" {
					version = group + "/" + version
				}
				kind := version + " " + m["kind"].(string)
				if seen[kind] {
					fmt.Fprintln(os.Stderr, "twice:", kind, name)
				}
				seen[kind] = true
				kinds = append(kinds, kind)
			}
		}
		open := ""
		if d.AdditionalProperties != nil && d.AdditionalProperties.Schema != nil {
			open = " {" + encode(*d.AdditionalProperties.Schema)
		}
		if len(d.Type) == 1 && d.Type[0] == "array" {
			fail("definition is a list")
		}
		fmt.Printf("D %d%s\n", at, open)
		for _, kind := range kinds {
			fmt.Println("K " + kind)
		}
		fields := []string{}
		for field := range d.Properties {
			fields = append(fields, field)
		}
		sort.Strings(fields)
		for _, field := range fields {
			if code := encode(d.Properties[field]); code != "." {
				fmt.Printf("%s %s\n", field, code)
			}
		}
	}
}

// Builds many folders in one process with the libraries kustomize v5.6.0 is made of.
// Reads one "<restrictor> <folder>" a line, writes one JSON object a line: {"ok":bool,"text":string}.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

type answer struct {
	Ok   bool   `json:"ok"`
	Text string `json:"text"`
}

func build(restrictor, folder string) (result answer) {
	defer func() {
		if cause := recover(); cause != nil {
			result = answer{false, fmt.Sprint("panic: ", cause)}
		}
	}()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionLegacy
	if restrictor == "none" {
		options.LoadRestrictions = types.LoadRestrictionsNone
	}
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return answer{false, err.Error()}
	}
	text, err := resources.AsYaml()
	if err != nil {
		return answer{false, err.Error()}
	}
	return answer{true, string(text)}
}

func main() {
	log.SetOutput(io.Discard)
	os.Stderr, _ = os.Open(os.DevNull)
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		restrictor, folder, _ := strings.Cut(lines.Text(), " ")
		if err := out.Encode(build(restrictor, folder)); err != nil {
			return
		}
	}
}

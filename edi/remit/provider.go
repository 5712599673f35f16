package remit

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/provider.txt
var providerText string

var providerKinds = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(providerText) {
		f := strings.Fields(line)
		if len(f) < 2 || strings.HasPrefix(f[0], "#") {
			continue
		}
		for _, reason := range f[1:] {
			m[reason] = f[0]
		}
	}
	return m
})

// ProviderKind is what a provider adjustment is, by its reason (PLB03-1):
// forward, recovery, interest, levy, advance, capitation, facility or other, as
// data/provider.txt has it.
func ProviderKind(reason string) string {
	if k := providerKinds()[reason]; k != "" {
		return k
	}
	return "other"
}

package api

import (
	"html/template"
	"net/http"
	"reflect"
	"sort"

	"github.com/danielgtaylor/huma/v2"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

func ptr[T any](v T) *T { return &v }

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>claimwire API</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
html { background: light-dark(#fff, #14181b) }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: light-dark(#1a2126, #e6ebee); background: light-dark(#fff, #14181b) }
a { color: light-dark(#0a6268, #6ec6cc) }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8888 }
code, .m { font-family: ui-monospace, monospace }
.m { display: inline-block; min-width: 3.5rem; font-weight: 700 }
dt { margin-top: .8rem } dd { margin-left: 3.8rem } code { overflow-wrap: anywhere }
@media (max-width: 40rem) { dd { margin-left: 1rem } }
</style>
<main>
<h1>claimwire API</h1>
<p>{{.Info.Description}} Every call needs <code>Authorization: Bearer KEY</code>. The whole description, for programs: <a href="/openapi.json">/openapi.json</a>.</p>
{{range .Tags}}<h2>{{.Name}}</h2><dl>{{range .Operations}}
<dt><span class="m">{{.Method}}</span> <code>{{.Path}}</code></dt>
<dd>{{.Summary}}.{{if ne .Description (printf "%s." .Summary)}} {{.Description}}{{end}}{{range .Parameters}}<br><code>{{.Name}}</code> ({{.In}}){{with .Description}}: {{.}}{{end}}{{end}}</dd>{{end}}
</dl>{{end}}
</main>
</html>
`))

// docs shows the interface without asking anybody else for anything.
func (s *server) docs(w http.ResponseWriter, _ *http.Request) {
	o := s.api.OpenAPI()
	type tag struct {
		Name       string
		Operations []*huma.Operation
	}
	by := map[string]*tag{}
	var tags []*tag
	paths := make([]string, 0, len(o.Paths))
	for p := range o.Paths {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	for _, p := range paths {
		i := o.Paths[p]
		for _, op := range []*huma.Operation{i.Get, i.Post, i.Put, i.Patch, i.Delete} {
			if op == nil {
				continue
			}
			name := op.Tags[0]
			if by[name] == nil {
				by[name] = &tag{Name: name}
				tags = append(tags, by[name])
			}
			by[name].Operations = append(by[name].Operations, op)
		}
	}
	sort.Slice(tags, func(i, j int) bool { return tags[i].Name < tags[j].Name })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := docsPage.Execute(w, map[string]any{"Info": o.Info, "Tags": tags}); err != nil {
		s.cfg.Log.Warn().Err(err).Msg("the documentation could not be given whole")
	}
}

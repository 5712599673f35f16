package gateway

import (
	"reflect"
	"strings"
	"testing"
)

func TestFoldName(t *testing.T) {
	for in, want := range map[string]string{"MARSH": "marsh", "O'Brien": "obrien", "Smith-Jones": "smithjones", "de la Cruz": "delacruz", "Müller": "muller", "Mu\u0308ller": "muller",
		"Żółć": "zolc", "Weiß": "weiss", "Ærø": "aero", "Νίκος": "νικος", "Иванов": "иванов", "山田": "山田", "": "", "--": "", "%_|?": "", "Ⅳ": "iv", "İpek": "ipek"} {
		if got := FoldName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if PersonKey("", "Lena", "19800131") != "" || PersonKey("Marsh", "Léna", "19800131") != "marsh,lena,19800131" {
		t.Error("the text of a person is another")
	}
	if k := PersonKey(strings.Repeat("山", 100), "x", ""); len([]rune(k)) != 40+3 {
		t.Errorf("a long name gives %d", len([]rune(k)))
	}
}

func TestPersonQueries(t *testing.T) {
	for in, want := range map[string][]PersonQuery{
		"Mar":                   {{Last: "mar"}},
		"Marsh, Le":             {{Last: "marsh", First: "le"}},
		"Marsh,":                {{Last: "marsh"}},
		"Lena Marsh":            {{Last: "lenamarsh"}, {Last: "marsh", Whole: true, First: "lena"}, {Last: "lena", Whole: true, First: "marsh"}},
		"marsh 01/31/1980":      {{Last: "marsh", Born: "19800131"}},
		"Marsh, Lena 1980-1-31": nil,
		"1980-01-31 marsh":      {{Last: "marsh", Born: "19800131"}},
		"19800131":              nil,
		"B000012345":            nil,
		"M":                     nil,
		", Lena":                {{Last: "lena"}},
		"Marsh 19809931":        nil,
	} {
		if got := PersonQueries(in); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, want %+v", in, got, want)
		}
	}
	if got := PersonQueries("Ana de la Cruz"); len(got) != 5 || got[3] != (PersonQuery{Last: "delacruz", Whole: true, First: "ana"}) {
		t.Errorf("%+v", got)
	}
}

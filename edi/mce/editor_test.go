package mce

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

const mceFolder = "../../../shared/codesets/mce/"

func testTables(t testing.TB) *Tables {
	t.Helper()
	b, err := os.ReadFile(mceFolder + "mce.bin")
	if err != nil {
		t.Skip("CMS's tables are not here:", err)
	}
	tables, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func TestOracle(t *testing.T) {
	tables := testTables(t)
	f, err := os.Open(mceFolder + "oracle_mce_v43.1_6000.jsonl")
	if err != nil {
		t.Skip("CMS's answers are not here:", err)
	}
	defer f.Close()
	rows, wrong := 0, 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var r struct {
			ID      int
			Day     int `json:"discharge_date"`
			Age     int
			Sex     int
			Status  int `json:"discharge_status"`
			LOS     int
			PDX     string
			SDX     []string
			Codes   []string `json:"procedures"`
			Edits   map[string]int
			Version int
		}
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rows++
		got := tables.Edit(&Stay{r.Day, r.Age, r.Sex, r.Status, r.LOS, r.PDX, r.SDX, r.Codes})
		same := true
		for e := range edits {
			same = same && got[e] == r.Edits[e.String()]
		}
		for name := range r.Edits {
			known := false
			for e := range edits {
				known = known || e.String() == name
			}
			same = same && known
		}
		if !same {
			if wrong++; wrong < 10 {
				t.Errorf("id %d on %d: got %v, CMS says %v", r.ID, r.Day, named(got), r.Edits)
			}
		}
	}
	t.Logf("%d of %d as CMS", rows-wrong, rows)
}

func named(c Counts) map[string]int {
	m := map[string]int{}
	for e, n := range c {
		if n > 0 {
			m[Edit(e).String()] = n
		}
	}
	return m
}

// TestDamagedTables: tables that are cut off are refused, and those with bytes that
// are not CMS's never stop the program.
func TestDamagedTables(t *testing.T) {
	b, err := os.ReadFile(mceFolder + "mce.bin")
	if err != nil {
		t.Skip("CMS's tables are not here:", err)
	}
	for _, n := range []int{0, 1, 1000, len(b) / 2, len(b) - 1} {
		if _, err := Read(b[:n]); err == nil {
			t.Errorf("the first %d bytes of the tables pass", n)
		}
	}
	r := rand.New(rand.NewPCG(7, 7))
	for range 20 {
		damaged := slices.Clone(b)
		for range 3 {
			damaged[r.IntN(len(damaged))] = byte(r.Uint32())
		}
		tables, err := Read(damaged)
		if err != nil {
			continue
		}
		tables.Each(false, func(code string, _, _ int) {
			tables.Edit(&Stay{Discharge: 20260401, Principal: code, Procedures: []string{"10E0XZZ"}})
		})
	}
}

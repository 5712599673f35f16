package drg

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

const msdrgFolder = "../../../shared/codesets/msdrg/"

func testGrouper(t testing.TB) *Grouper {
	t.Helper()
	b, err := os.ReadFile(msdrgFolder + "msdrg_combined.bin")
	if err != nil {
		t.Skip("CMS's tables are not here:", err)
	}
	g, err := New(b, 431)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

type oracleRow struct {
	ID     int    `json:"id"`
	Age    int    `json:"age"`
	Sex    string `json:"sex"`
	Status string `json:"discharge_status"`
	PDX    struct{ Code, POA string }
	SDX    []struct{ Code, POA string }
	Procs  []string `json:"procedures"`
	IDRG   int      `json:"initial_drg"`
	IMDC   int      `json:"initial_mdc"`
	FDRG   int      `json:"final_drg"`
	FMDC   int      `json:"final_mdc"`
	GRC    string   `json:"grc"`
}

func oracle(t testing.TB, file string) []oracleRow {
	t.Helper()
	f, err := os.Open(msdrgFolder + file)
	if err != nil {
		t.Skip("CMS's answers are not here:", err)
	}
	defer f.Close()
	var rows []oracleRow
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var r oracleRow
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}

func (r *oracleRow) stay() *Stay {
	s := &Stay{Age: r.Age, Sex: r.Sex[0], DischargeStatus: r.Status, Principal: Diagnosis{r.PDX.Code, r.PDX.POA[0]}, Procedures: r.Procs}
	for _, d := range r.SDX {
		s.Secondary = append(s.Secondary, Diagnosis{d.Code, d.POA[0]})
	}
	return s
}

func TestOracle(t *testing.T) {
	g := testGrouper(t)
	for _, file := range []string{"oracle_v431_5000.jsonl", "oracle_v431_targeted.jsonl", "oracle_v431_heldout_10000.jsonl"} {
		rows := oracle(t, file)
		s := g.NewSession()
		wrong := 0
		for i := range rows {
			r := &rows[i]
			got := s.Group(r.stay())
			if got.Initial != (Group{r.IDRG, r.IMDC}) || got.Final != (Group{r.FDRG, r.FMDC}) || got.ReturnCode != r.GRC {
				if wrong++; wrong <= 8 {
					t.Errorf("%s id %d: got %v, CMS says %d/%d %d/%d %s; pdx %s procedures %v", file, r.ID, got, r.IDRG, r.IMDC, r.FDRG, r.FMDC, r.GRC, r.PDX.Code, r.Procs)
				}
			}
		}
		t.Logf("%s: %d of %d as CMS", file, len(rows)-wrong, len(rows))
	}
}

func BenchmarkGroup(b *testing.B) {
	g := testGrouper(b)
	rows := oracle(b, "oracle_v431_5000.jsonl")
	stays := make([]*Stay, len(rows))
	for i := range rows {
		stays[i] = rows[i].stay()
	}
	s := g.NewSession()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		s.Group(stays[i%len(stays)])
		i++
	}
}

func TestVersion(t *testing.T) {
	for day, want := range map[string]int{"20260401": 431, "20251001": 430, "20260930": 431, "20261001": 440, "20230101": 400, "2026": 0, "2026x401": 0} {
		if got := Version(day); got != want {
			t.Errorf("Version(%s) = %d, want %d", day, got, want)
		}
	}
}

// TestDamagedTables: tables with bytes that are not CMS's are refused, or group
// wrongly, and never stop the program; Check finds those that are cut off.
func TestDamagedTables(t *testing.T) {
	b, err := os.ReadFile(msdrgFolder + "msdrg_combined.bin")
	if err != nil {
		t.Skip("CMS's tables are not here:", err)
	}
	if err := Check(b); err != nil {
		t.Error(err)
	}
	for _, n := range []int{0, 1, 100, len(b) / 2, len(b) - 1} {
		if Check(b[:n]) == nil {
			t.Errorf("the first %d bytes of the tables pass", n)
		}
	}
	rows := oracle(t, "oracle_v431_5000.jsonl")[:200]
	r := rand.New(rand.NewPCG(7, 7))
	refused := 0
	for range 12 {
		damaged := slices.Clone(b)
		for range 4 {
			damaged[r.IntN(len(damaged))] = byte(r.Uint32())
		}
		g, err := New(damaged, 431)
		if err != nil {
			refused++
			continue
		}
		s := g.NewSession()
		for i := range rows {
			s.Explain(rows[i].stay())
		}
	}
	t.Logf("%d of 12 refused", refused)
}

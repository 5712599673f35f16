package store

import (
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
)

// SetTask notes who works on something, by when, and what they noted.
func (t *Tx) SetTask(k *gateway.Task) error {
	_, err := t.exec(`INSERT INTO tasks (organisation, usage, kind, object, owner, due, note, made_by, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
		ON CONFLICT (organisation, usage, kind, object) DO UPDATE SET owner=$5, due=$6, note=$7, made_by=$8, at=$9`,
		k.Scope.Organisation, k.Scope.Usage, string(k.Kind), k.Object, k.Owner, k.Due, k.Note, k.By, k.At.UnixMilli())
	return err
}

// Tasks finds the tasks of some things of a kind; those that nobody took have
// none.
func (t *Tx) Tasks(s gateway.Scope, kind gateway.TaskKind, objects []int64) (map[int64]gateway.Task, error) {
	found := map[int64]gateway.Task{}
	for len(objects) > 0 {
		n := min(len(objects), gateway.MaxPage)
		ids := make([]string, n)
		for i, id := range objects[:n] {
			ids[i] = strconv.FormatInt(id, 10)
		}
		objects = objects[n:]
		list, err := listOf(t, taskColumns, `tasks WHERE organisation=$1 AND usage=$2 AND kind=$3 AND object IN (`+strings.Join(ids, ",")+`)`,
			[]any{s.Organisation, s.Usage, string(kind)}, scanTask)
		if err != nil {
			return nil, err
		}
		for _, k := range list {
			found[k.Object] = k
		}
	}
	return found, nil
}

const taskColumns = `organisation, usage, kind, object, owner, due, note, made_by, at`

func scanTask(scan func(...any) error) (gateway.Task, error) {
	var k gateway.Task
	var at int64
	err := scan(&k.Scope.Organisation, &k.Scope.Usage, &k.Kind, &k.Object, &k.Owner, &k.Due, &k.Note, &k.By, &at)
	k.At = time.UnixMilli(at)
	return k, err
}

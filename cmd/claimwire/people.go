package main

import (
	"context"

	"claimwire/edi/claim"
	"claimwire/gateway"
	"claimwire/gateway/store"
)

// foundBy is by whom a claim is found: its patient, and its subscriber where that
// is somebody else.
func foundBy(c *claim.Claim) (person, insured string) {
	key := func(p *claim.Person) string {
		return gateway.PersonKey(p.Name.Last, p.Name.First, p.Demographics.BirthDate)
	}
	if c.Subscriber != nil {
		person = key(&c.Subscriber.Person)
	}
	if c.Patient != nil {
		person, insured = key(&c.Patient.Person), person
	}
	if insured == person {
		insured = ""
	}
	return person, insured
}

// unreadSet is how many claims are read in one transaction.
const unreadSet = 500

// askToIndex asks for claims to be read that came before people could be found.
func (g *spine) askToIndex(tx *store.Tx) error {
	list, err := tx.Unread(1)
	if err != nil || len(list) == 0 {
		return err
	}
	return tx.AddRecurring(gateway.Scope{}, "people", "", g.now())
}

// peopleJob reads claims that came before people could be found, until none is
// left. It may run twice: a claim that was read is not found again.
func (g *spine) peopleJob(ctx context.Context, _ *gateway.Job) error {
	for ctx.Err() == nil {
		n := 0
		if err := g.store.Do(ctx, func(tx *store.Tx) error {
			list, err := tx.Unread(unreadSet)
			if err != nil {
				return err
			}
			n = len(list)
			for i := range list {
				list[i].Person, list[i].Insured = "", ""
				// One whose record cannot be read is found by its numbers alone.
				if c, err := claim.ParseJSON(list[i].Document); err == nil {
					list[i].Person, list[i].Insured = foundBy(c)
				}
			}
			return tx.SetPeople(list)
		}); err != nil || n < unreadSet {
			return err
		}
	}
	return ctx.Err()
}

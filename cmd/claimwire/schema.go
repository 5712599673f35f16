package main

import "claimwire/gateway/intake"

type schemaCmd struct {
	Of string `arg:"" help:"What to describe: encounter." enum:"encounter"`
}

func (schemaCmd) Help() string { return example("schema encounter > encounter.schema.json") }

func (*schemaCmd) Run(a *app) error {
	_, err := a.stdout.Write(intake.Schema())
	return err
}

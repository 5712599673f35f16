package main

// The commands of the main job, until each gets the file of its own that
// builds it. Their flags are the contract's.

type demoCmd struct {
	Dir        string `help:"Keep everything in this folder: database, archive, the files that went over SFTP." type:"path" placeholder:"DIR"`
	Encounters string `help:"Take in these encounters instead of the shipped ones." type:"path" placeholder:"FILE"`
	Format     string `help:"How to print the result: ${enum}." enum:"text,json" default:"text"`
	Serve      bool   `help:"Keep running afterwards, with the web page open to look at."`
}

func (demoCmd) Help() string { return example("demo", "demo --dir demo --format json") }
func (demoCmd) Run() error   { return errNotBuilt("demo") }

type encodeCmd struct {
	Files   []string `arg:"" name:"file" help:"Encounters (JSON, CSV) or claim records of decode; - is standard input."`
	Partner string   `help:"Trading partner whose envelope is written." placeholder:"ID"`
}

func (encodeCmd) Help() string {
	return example("encode --partner demo-payer encounters.jsonl > claims.edi")
}
func (encodeCmd) Run() error { return errNotBuilt("encode") }

type payerCmd struct {
	Dir string `help:"Keep the payer's files in this folder." type:"path" placeholder:"DIR"`
}

func (payerCmd) Help() string { return example("payer --dir payer") }
func (payerCmd) Run() error   { return errNotBuilt("payer") }

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

type decodeCmd struct {
	Files []string `arg:"" name:"file" help:"X12 files; - is standard input."`
}

func (decodeCmd) Help() string { return example("decode remittance.edi", "decode - < claims.edi") }
func (decodeCmd) Run() error   { return errNotBuilt("decode") }

type encodeCmd struct {
	Files   []string `arg:"" name:"file" help:"Encounters (JSON, CSV) or claim records of decode; - is standard input."`
	Partner string   `help:"Trading partner whose envelope is written." placeholder:"ID"`
}

func (encodeCmd) Help() string {
	return example("encode --partner demo-payer encounters.jsonl > claims.edi")
}
func (encodeCmd) Run() error { return errNotBuilt("encode") }

type ackCmd struct {
	File    string `arg:"" help:"X12 file as received; - is standard input."`
	Codes   string `help:"Folder of loaded code sets." type:"path" placeholder:"DIR"`
	Partner string `help:"Trading partner whose rules apply." placeholder:"ID"`
	Out     string `help:"Write one file an acknowledgment into this folder." type:"path" placeholder:"DIR"`
}

func (ackCmd) Help() string { return example("ack claims.edi", "ack --out answers claims.edi") }
func (ackCmd) Run() error   { return errNotBuilt("ack") }

type schemaCmd struct {
	Of string `arg:"" help:"What to describe: encounter." enum:"encounter"`
}

func (schemaCmd) Help() string { return example("schema encounter > encounter.schema.json") }
func (schemaCmd) Run() error   { return errNotBuilt("schema") }

type payerCmd struct {
	Dir string `help:"Keep the payer's files in this folder." type:"path" placeholder:"DIR"`
}

func (payerCmd) Help() string { return example("payer --dir payer") }
func (payerCmd) Run() error   { return errNotBuilt("payer") }

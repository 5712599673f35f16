package edi

// SideBySide reads a file as Process does with Options.Workers, however small
// it is, with sizes of a test's choice.
func SideBySide(f File, opt Options, sink Sink, job int64, json, items int) (Summary, error) {
	return newProcess(opt, sink).processSideBySide(f, sizes{job: job, json: json, items: items, room: 8 * json})
}

// CanSideBySide says whether Process would read a file side by side.
func CanSideBySide(f File, opt Options, sink Sink) bool {
	_, ok := sideBySide(f, &opt, &sink)
	return ok
}

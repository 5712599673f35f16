package rule

import "regexp"

// designator is the beginning of a text that names a segment or element before
// it says in words what it is.
var designator = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,2}[0-9*-]`)

const docsHead = `# Rules

What is checked beyond form and guide: balances (SNIP type 3), what segments ask of each other (SNIP type 4) and what a line of service asks of its claims (SNIP type 6). This page is made of the catalogue (` + "`edi/diag/catalogue`" + `); a test holds it to that. ` + "`claimwire explain E4901`" + ` prints an entry whole: what to do, what it becomes in a 999 and a 277CA, an example that is wrong and one that is right. Both examples of every entry are run by a test.

- **error**: the guide says so without leaving a choice. It makes the file invalid and refuses the claim (837) or asks for a corrected advice (835).
- **warning**: the guide only implies it, or says "do not send", or leaves it to what the submitter knows. It leaves the file valid.
- The id is in the style of CMS: guide, loop, element, number. A rule of several guides has the id of the first.
- The second digit of a code is its level: 2 the set, 3 a segment that is missing or should not be there, 4 an element, 5 a component, 9 what concerns several.
- A segment that is missing is placed where it should have stood; what asks for it is its trigger. A balance points at the stated total.
- One fault, one finding: what form, guide or code lists say of an element or segment, no rule says again.
- "In the future" is judged against the later of BHT04 and GS04, or against the clock of the gateway.
`

// Package remit is the meaning of the 835: a remittance advice, its claim
// payments, their service payments, and the adjustments that explain every
// dollar of them.
//
// A Mapper reads the matched segments of a set and hands on each claim payment
// when it is complete, and the remittance advice after its claims; Write is the
// reverse. Classify says what a claim payment is: a payment, a denial or a
// reversal, by the table in data/outcomes.txt. The three balance equations are
// computed here and judged by package rule.
//
// Amounts stand as sent: a reversal's are negative, a provider adjustment that
// takes money is positive. Dates are CCYYMMDD text.
package remit

package drg

import (
	"fmt"
	"slices"
)

// The formulas of the tables are expressions over names: | & ~ ( ). They are
// compiled to a list of operations on a small stack of bits.

type op struct {
	kind byte // 'n' name, '&', '|', '~', 'C' CC, 'M' MCC
	name int32
}

type compiled struct {
	ops      []op
	drg      int
	mdc      int
	reroute  int
	severity int
	text     string
	suppress []int32 // names of attributes that take a secondary diagnosis's severity here
	error    bool    // an error of the claim: INVALID_PDX, PDX_ECODE …
	needs    int32   // a name without which it cannot hold; -1: there is none
}

// needed are the names without which an expression cannot hold.
func needed(ops []op) (names []int32) {
	var stack [][]int32
	for _, o := range ops {
		switch n := len(stack); o.kind {
		case 'n':
			stack = append(stack, []int32{o.name})
		case '&':
			stack = append(stack[:n-2], append(stack[n-2], stack[n-1]...))
		case '|':
			stack = append(stack[:n-2], slices.DeleteFunc(stack[n-2], func(name int32) bool { return !slices.Contains(stack[n-1], name) }))
		case '~':
			stack[n-1] = nil
		default:
			stack = append(stack, nil)
		}
	}
	if len(stack) == 0 {
		return nil
	}
	return stack[0]
}

type parser struct {
	text string
	at   int
	id   func(name string) int32
	out  []op
}

func compileFormula(text string, id func(string) int32) ([]op, error) {
	p := &parser{text: text, id: id}
	if err := p.or(); err != nil {
		return nil, err
	}
	if p.blank(); p.at != len(p.text) {
		return nil, fmt.Errorf("drg: formula %q: cannot be read from position %d on", text, p.at+1)
	}
	return p.out, nil
}

func (p *parser) blank() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

func (p *parser) next(c byte) bool {
	p.blank()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) or() error {
	if err := p.and(); err != nil {
		return err
	}
	for p.next('|') {
		if err := p.and(); err != nil {
			return err
		}
		p.out = append(p.out, op{kind: '|'})
	}
	return nil
}

func (p *parser) and() error {
	if err := p.term(); err != nil {
		return err
	}
	for p.next('&') {
		if err := p.term(); err != nil {
			return err
		}
		p.out = append(p.out, op{kind: '&'})
	}
	return nil
}

func (p *parser) term() error {
	switch {
	case p.next('~'):
		if err := p.term(); err != nil {
			return err
		}
		p.out = append(p.out, op{kind: '~'})
		return nil
	case p.next('('):
		if err := p.or(); err != nil {
			return err
		}
		if !p.next(')') {
			return fmt.Errorf("drg: formula %q: a parenthesis is not closed", p.text)
		}
		return nil
	}
	p.blank()
	from := p.at
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '|', '&', '~', '(', ')':
		default:
			p.at++
			continue
		}
		break
	}
	name := p.text[from:p.at]
	switch name {
	case "":
		return fmt.Errorf("drg: formula %q: a name is missing at position %d", p.text, from+1)
	case "MCC":
		p.out = append(p.out, op{kind: 'M'})
	case "CC":
		p.out = append(p.out, op{kind: 'C'})
	default:
		p.out = append(p.out, op{kind: 'n', name: p.id(name)})
	}
	return nil
}

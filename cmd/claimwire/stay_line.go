package main

import (
	"bytes"
	"encoding/json"
)

// A million stays are read one after the other: the form in which they nearly
// always come is taken apart without reflection. Whatever is not of that form is
// left to encoding/json, which has the last word on what is JSON.

// read reads a line into l, which may have held another; false: it is no JSON
// object of the shape of a stay.
func (l *stayLine) read(line []byte) bool {
	if l.plain(line) {
		return true
	}
	*l = stayLine{}
	return json.Unmarshal(line, l) == nil
}

// plain reads an object whose texts have no escapes; false: it may be something
// else.
func (l *stayLine) plain(b []byte) bool {
	*l = stayLine{SDX: l.SDX[:0], Codes: l.Codes[:0]}
	i := blanks(b, 0)
	if i >= len(b) || b[i] != '{' {
		return false
	}
	for i = blanks(b, i+1); i < len(b) && b[i] == '"'; {
		end := valueEnd(b, i)
		if end < 0 {
			return false
		}
		key := b[i+1 : end-1]
		if i = blanks(b, end); i >= len(b) || b[i] != ':' {
			return false
		}
		i = blanks(b, i+1)
		if end = valueEnd(b, i); end < 0 {
			return false
		}
		value := b[i:end]
		switch string(key) {
		case "id":
			l.ID = value
		case "version":
			l.Version = value
		case "discharge_date":
			l.Discharge = value
		case "age":
			l.Age = value
		case "sex":
			l.Sex = value
		case "discharge_status":
			l.Status = value
		case "los":
			l.LOS = value
		case "poa_exempt_hospital":
			l.Exempt = string(value) == "true"
			if !l.Exempt && string(value) != "false" {
				return false
			}
		case "pdx":
			if l.PDX.UnmarshalJSON(value) != nil {
				return false
			}
		case "sdx":
			if !codedList(value, &l.SDX) {
				return false
			}
		case "procedures":
			if !codedList(value, &l.Codes) {
				return false
			}
		default:
			if (value[0] == '{' || value[0] == '[') && !json.Valid(value) {
				return false
			}
		}
		if i = blanks(b, end); i < len(b) && b[i] == ',' {
			if i = blanks(b, i+1); i >= len(b) || b[i] != '"' {
				return false
			}
			continue
		}
		break
	}
	return i < len(b) && b[i] == '}' && blanks(b, i+1) == len(b)
}

// codedList reads an array of codes.
func codedList(b []byte, list *[]codedLine) bool {
	if len(b) < 2 || b[0] != '[' {
		return false
	}
	i := blanks(b, 1)
	for i < len(b) && b[i] != ']' {
		end := valueEnd(b, i)
		if end < 0 {
			return false
		}
		var c codedLine
		if b[i] != '"' && b[i] != '{' || c.UnmarshalJSON(b[i:end]) != nil {
			return false
		}
		*list = append(*list, c)
		if i = blanks(b, end); i < len(b) && b[i] == ',' {
			if i = blanks(b, i+1); i >= len(b) || b[i] == ']' {
				return false
			}
			continue
		}
		break
	}
	return i == len(b)-1 && b[i] == ']'
}

// plain reads a code with its indicator, {"code":"I5021","poa":"Y"}, whose texts
// have no escapes; false: it is something else.
func (c *codedLine) plain(b []byte) bool {
	c.code, c.poa = "", ""
	if len(b) < 2 || b[0] != '{' {
		return false
	}
	i := blanks(b, 1)
	for i < len(b) && b[i] == '"' {
		end := valueEnd(b, i)
		if end < 0 {
			return false
		}
		key := b[i+1 : end-1]
		if i = blanks(b, end); i >= len(b) || b[i] != ':' {
			return false
		}
		if i = blanks(b, i+1); i >= len(b) || b[i] != '"' {
			return false
		}
		if end = valueEnd(b, i); end < 0 {
			return false
		}
		switch value := b[i+1 : end-1]; string(key) {
		case "code":
			c.code = string(value)
		case "poa":
			if c.poa = indicators[string(value)]; c.poa == "" {
				c.poa = string(value)
			}
		default:
			return false
		}
		if i = blanks(b, end); i < len(b) && b[i] == ',' {
			if i = blanks(b, i+1); i >= len(b) || b[i] != '"' {
				return false
			}
			continue
		}
		break
	}
	return i == len(b)-1 && b[i] == '}'
}

// indicators are those that come, of which there need not be a copy each time.
var indicators = map[string]string{"Y": "Y", "N": "N", "U": "U", "W": "W", "1": "1"}

func blanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// valueEnd is where a value that begins at i ends; -1: it is none that is read
// here.
func valueEnd(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		for k := i + 1; k < len(b); k++ {
			switch c := b[k]; {
			case c == '"':
				return k + 1
			case c == '\\' || c < ' ' || c >= 0x80:
				return -1
			}
		}
		return -1
	case '{', '[':
		depth := 0
		for k := i; k < len(b); k++ {
			switch b[k] {
			case '"':
				end := valueEnd(b, k)
				if end < 0 {
					return -1
				}
				k = end - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return k + 1
				}
			}
		}
		return -1
	}
	k := i
	for k < len(b) && (b[k] >= '0' && b[k] <= '9' || b[k] >= 'a' && b[k] <= 'z' || b[k] == '-' || b[k] == '.') {
		k++
	}
	switch v := b[i:k]; {
	case len(v) == 0:
		return -1
	case v[0] >= 'a':
		if s := string(v); s != "true" && s != "false" && s != "null" {
			return -1
		}
	default:
		if bytes.ContainsAny(v, "abcdefghijklmnopqrstuvwxyz.") || len(v) > 1 && (v[0] == '0' || bytes.LastIndexByte(v, '-') > 0) {
			return -1 // left to encoding/json
		}
	}
	return k
}

package calling

import "strings"

// tones are the wire's names of the DTMF tones, by their digit.
var tones = map[byte]string{
	'0': "zero", '1': "one", '2': "two", '3': "three", '4': "four", '5': "five", '6': "six", '7': "seven",
	'8': "eight", '9': "nine", 'A': "a", 'B': "b", 'C': "c", 'D': "d", '#': "pound", '*': "asterisk",
}

// digits are the digits by name.
var digits = func() map[string]byte {
	m := map[string]byte{}
	for digit, name := range tones {
		m[name] = digit
	}
	return m
}()

// toneOf is the name of a digit's tone.
func toneOf(digit byte) (string, bool) {
	if digit >= 'a' && digit <= 'd' {
		digit -= 'a' - 'A'
	}
	name, ok := tones[digit]
	return name, ok
}

// readTones checks names of tones and returns them in lower case.
func readTones(names []string) ([]string, error) {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strings.ToLower(name)
		if _, ok := digits[out[i]]; !ok {
			return nil, invalid("There is no tone " + name + ".")
		}
	}
	return out, nil
}

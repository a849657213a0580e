package acs

import "unicode/utf16"

// The GSM 03.38 alphabet: basic characters take one septet, extended ones two.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "^{}\\[~]|€\f"
)

// septets is how many septets each character of the alphabet takes.
var septets = func() map[rune]int {
	m := map[rune]int{}
	for _, r := range gsmBasic {
		m[r] = 1
	}
	for _, r := range gsmExtended {
		m[r] = 2
	}
	return m
}()

// Characters of a segment, alone and as part of a longer text, which loses some
// to the header that joins the parts.
const (
	gsmSingle, gsmPart   = 160, 153
	ucs2Single, ucs2Part = 70, 67
)

// segments is how many SMS a text takes: GSM-7 when every character is in that
// alphabet, else UCS-2. A character never straddles two segments.
func segments(text string) int {
	widths := make([]int, 0, len(text))
	total, gsm := 0, true
	for _, r := range text {
		n, ok := septets[r]
		if !ok {
			gsm = false
			break
		}
		widths = append(widths, n)
		total += n
	}
	if gsm {
		return count(widths, total, gsmSingle, gsmPart)
	}
	widths, total = widths[:0], 0
	for _, r := range text {
		n := utf16.RuneLen(r)
		widths = append(widths, n)
		total += n
	}
	return count(widths, total, ucs2Single, ucs2Part)
}

func count(widths []int, total, single, part int) int {
	if total <= single {
		return 1
	}
	n, used := 1, 0
	for _, w := range widths {
		if used+w > part {
			n, used = n+1, 0
		}
		used += w
	}
	return n
}

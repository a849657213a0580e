package table

import "fmt"

// Refusal is an answer of Dataverse other than rows, in its words, which it has
// in English.
type Refusal struct {
	// Missing says that what was asked for does not exist; otherwise the question
	// itself is wrong.
	Missing bool
	// Code is one of Dataverse's, such as 0x80060888. The codes are those of
	// Microsoft's page on errors of clients of the Web API, as far as it names them.
	Code, Message string
}

// Error is the message.
func (r *Refusal) Error() string { return r.Message }

// codeQuery is the code of a query that cannot be read.
const codeQuery = "0x80060888"

func refuse(code, format string, args ...any) error {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

func unknownSegment(name string) error {
	return &Refusal{Missing: true, Code: "0x8006088a", Message: fmt.Sprintf("Resource not found for the segment '%s'.", name)}
}

func unknownRow(t *Table, id string) error {
	return &Refusal{Missing: true, Code: "0x80040217", Message: fmt.Sprintf("%s With Id = %s Does Not Exist", t.Name, id)}
}

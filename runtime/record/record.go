// Package record is what a finished container says about itself: the form in
// which the agent leaves it, and in which a backend finds it again.
//
// A record is written to the container's termination message, of which a
// kubelet keeps only a few KiB and cuts off the rest without a word. So it is
// framed: version, length and checksum come first, and what does not fit them is
// an error, never a shorter record. One that is too large for the message goes to
// the container's log in numbered lines, and the message only says how many
// there are and what they add up to.
package record

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
)

// Record is what a container leaves.
type Record struct {
	Container string `json:"container"`
	// Message is what the user's process left as its termination message, or why
	// it could not be run.
	Message    string  `json:"message,omitempty"`
	Result     *string `json:"result,omitempty"`
	Parameters []Value `json:"parameters,omitempty"`
	// Artifacts are the names of those that were saved. Where they are stands in the
	// instructions: a location names Secrets, and a user's process could write any.
	Artifacts []string `json:"artifacts,omitempty"`
	// Listing is what the result of a data template is still to be made of.
	Listing *Listing `json:"listing,omitempty"`
	// Error says why outputs are missing that the container should have left;
	// Unsaved that a store could not take them, for no fault of the user's.
	Error   string `json:"error,omitempty"`
	Unsaved bool   `json:"unsaved,omitempty"`
}

// Value is a named text.
type Value struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Listing is the paths of an artifact, and the expressions that turn them over
// one after the other.
type Listing struct {
	Paths           []string `json:"paths"`
	Transformations []string `json:"transformations,omitempty"`
}

// Reasons why there is no record where one is looked for.
var (
	// ErrNone means that a message is no record at all.
	ErrNone = errors.New("no record")
	// ErrLost means that there was one and that it cannot be read any more.
	ErrLost = errors.New("record lost")
)

// maxSize bounds a record, framed or in lines, before it is unpacked and after.
const maxSize = 16 << 20

// Frames begin with a word that says what follows: a record, or the summary of
// one in lines. The version is part of the word.
const (
	frameWord = "weft1"
	spillWord = "weft1-log"
)

// Encode writes a record into a message of at most limit bytes. What is too large
// for that comes back as lines for the log, with a message that vouches for them.
func Encode(r Record, limit int) (message string, lines []string, err error) {
	packed, err := pack(r)
	if err != nil {
		return "", nil, err
	}
	if message := frame(frameWord, packed); len(message) <= limit {
		return message, nil, nil
	}
	lines, err = spill(packed)
	if err != nil {
		return "", nil, err
	}
	summary := fmt.Sprintf("%d %d %08x", len(lines), len(packed), checksum(packed))
	return frame(spillWord, summary), lines, nil
}

// Decode reads a message. The log is asked for only if the record is there.
func Decode(message string, log func() (io.ReadCloser, error)) (*Record, error) {
	word, packed, err := unframe(message)
	if err != nil {
		return nil, err
	}
	if word == spillWord {
		if packed, err = gather(packed, log); err != nil {
			return nil, err
		}
	}
	return unpack(packed)
}

// pack is the record as text that survives any log and any message.
func pack(r Record) (string, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode record: %w", err)
	}
	if len(text) > maxSize {
		return "", &SizeError{len(text), maxSize, "before"}
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return "", fmt.Errorf("encode record: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return "", fmt.Errorf("encode record: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("encode record: %w", err)
	}
	return base64.RawStdEncoding.EncodeToString(b.Bytes()), nil
}

func unpack(packed string) (*Record, error) {
	compressed, err := base64.RawStdEncoding.DecodeString(packed)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrLost, err)
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(compressed)), maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrLost, err)
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("%w: it is larger than %d bytes", ErrLost, maxSize)
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrLost, err)
	}
	return &r, nil
}

// frame is "word length checksum body".
func frame(word, body string) string {
	return fmt.Sprintf("%s %d %08x %s", word, len(body), checksum(body), body)
}

func unframe(message string) (word, body string, err error) {
	message = strings.TrimRight(message, "\r\n")
	parts := strings.SplitN(message, " ", 4)
	if parts[0] != frameWord && parts[0] != spillWord {
		return "", "", ErrNone
	}
	if len(parts) < 4 {
		return "", "", fmt.Errorf("%w: it breaks off within its head", ErrLost)
	}
	length, err := strconv.Atoi(parts[1])
	if err != nil {
		return "", "", fmt.Errorf("%w: its head is damaged", ErrLost)
	}
	body = parts[3]
	if len(body) != length {
		return "", "", fmt.Errorf("%w: it has %d bytes of %d", ErrLost, len(body), length)
	}
	if fmt.Sprintf("%08x", checksum(body)) != parts[2] {
		return "", "", fmt.Errorf("%w: its checksum does not match", ErrLost)
	}
	return parts[0], body, nil
}

func checksum(s string) uint32 { return crc32.Checksum([]byte(s), crc32.MakeTable(crc32.Castagnoli)) }

package record

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Lines are short enough that no container runtime splits them, and few enough
// that logs are not rotated away under them.
const (
	maxLine    = 8 << 10
	maxSpilled = 1 << 20
	lineWord   = "weft1-record"
	lineHead   = 64 // at most: word, checksum of all, number, checksum of this
)

// A SizeError says that outputs are too large to be told.
type SizeError struct {
	size, most int
	when       string
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("outputs take %d bytes %s compression, and at most %d can be kept; pass large data as an artifact", e.size, e.when, e.most)
}

// spill cuts a packed record into lines "word all number this part".
func spill(packed string) ([]string, error) {
	if len(packed) > maxSpilled {
		return nil, &SizeError{len(packed), maxSpilled, "after"}
	}
	all := checksum(packed)
	var lines []string
	for rest := packed; len(rest) > 0; {
		part := rest[:min(len(rest), maxLine-lineHead)]
		rest = rest[len(part):]
		lines = append(lines, fmt.Sprintf("%s %08x %d %08x %s", lineWord, all, len(lines), checksum(part), part))
	}
	return lines, nil
}

// IsLine reports whether a line of a log is a part of a record, which is nothing
// to show to people.
func IsLine(line string) bool { return strings.HasPrefix(line, lineWord+" ") }

// gather puts a packed record together again from a log that others write to,
// too. Lines may come twice and in any order.
func gather(summary string, log func() (io.ReadCloser, error)) (string, error) {
	var count, size int
	var all uint32
	if _, err := fmt.Sscanf(summary, "%d %d %x", &count, &size, &all); err != nil || count < 1 || count > maxSpilled || size < 1 || size > maxSpilled {
		return "", fmt.Errorf("%w: its head is damaged", ErrLost)
	}
	if log == nil {
		return "", fmt.Errorf("%w: it is in the log, and there is none", ErrLost)
	}
	r, err := log()
	if err != nil {
		return "", fmt.Errorf("%w: it is in the log: %v", ErrLost, err)
	}
	defer r.Close()
	parts := make([]string, count)
	lines := bufio.NewReaderSize(r, 2*maxLine)
	for {
		line, long, err := lines.ReadLine()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", fmt.Errorf("%w: it is in the log: %v", ErrLost, err)
		}
		if number, part, ok := parseLine(string(line), all); ok && number < count {
			parts[number] = part
		}
		for long && err == nil {
			_, long, err = lines.ReadLine()
		}
	}
	for i, part := range parts {
		if part == "" {
			return "", fmt.Errorf("%w: line %d of %d is missing from the log, which was cut or rotated", ErrLost, i+1, count)
		}
	}
	packed := strings.Join(parts, "")
	if len(packed) != size || checksum(packed) != all {
		return "", fmt.Errorf("%w: the lines in the log do not add up", ErrLost)
	}
	return packed, nil
}

// parseLine reads one line of the record whose checksum is all.
func parseLine(line string, all uint32) (number int, part string, ok bool) {
	if !IsLine(line) {
		return 0, "", false
	}
	fields := strings.Split(strings.TrimSpace(line), " ")
	if len(fields) != 5 || fields[1] != fmt.Sprintf("%08x", all) || fields[3] != fmt.Sprintf("%08x", checksum(fields[4])) {
		return 0, "", false
	}
	number, err := strconv.Atoi(fields[2])
	return number, fields[4], err == nil && number >= 0
}

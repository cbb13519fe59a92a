package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A journal is a line that names the format, then frames. A frame is
//
//	4 bytes  frameMark
//	4 bytes  length of the payload, little endian
//	4 bytes  how many events the payload holds
//	4 bytes  CRC-32C of the 8 bytes before and the payload
//	payload  JSON, one event a line; in the first frame the header
//
// Each frame is synced before the next is written. So what a crash leaves half
// written is the last frame and nothing else: a bad frame with a good one
// behind it is damage, and a bad frame with nothing good behind it is a tear.
const (
	formatLine = "weft journal 1\n"
	formatName = "weft journal "
	frameMark  = "\xf3WJ\n"
	frameHead  = len(frameMark) + 12
	// maxFrame bounds what one group of events may take in memory.
	maxFrame = 64 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame appends a frame to b.
func appendFrame(b, payload []byte, events int) []byte {
	start := len(b)
	b = append(b, frameMark...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.LittleEndian.AppendUint32(b, uint32(events))
	sum := crc32.Checksum(b[start+len(frameMark):], castagnoli)
	b = binary.LittleEndian.AppendUint32(b, crc32.Update(sum, castagnoli, payload))
	return append(b, payload...)
}

// readFrame reads the frame that b begins with. A nil payload means that there
// is no good frame.
func readFrame(b []byte) (payload []byte, events, size int) {
	if len(b) < frameHead || string(b[:len(frameMark)]) != frameMark {
		return nil, 0, 0
	}
	head := b[len(frameMark):]
	length := int64(binary.LittleEndian.Uint32(head))
	if int64(len(b)-frameHead) < length {
		return nil, 0, 0
	}
	payload = b[frameHead : frameHead+int(length)]
	sum := crc32.Update(crc32.Checksum(head[:8], castagnoli), castagnoli, payload)
	if sum != binary.LittleEndian.Uint32(head[8:]) {
		return nil, 0, 0
	}
	return payload, int(binary.LittleEndian.Uint32(head[4:])), frameHead + int(length)
}

// nextFrame finds the first good frame in b, -1 if there is none.
func nextFrame(b []byte) int {
	for from := 0; ; {
		i := bytes.Index(b[from:], []byte(frameMark))
		if i < 0 {
			return -1
		}
		from += i
		if payload, _, _ := readFrame(b[from:]); payload != nil {
			return from
		}
		from++
	}
}

// Damaged is the error of a journal in which something was changed after it was
// written: what follows the place is readable, so no crash can have caused it.
type Damaged struct {
	Offset int64 // where the bad frame begins
	Events int   // how many good events are before it
}

func (e *Damaged) Error() string {
	return fmt.Sprintf("the journal is damaged at byte %d, after %d events", e.Offset, e.Events)
}

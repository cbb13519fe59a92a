package cli

import (
	"os"
	"os/signal"
	"time"
)

// sentTwice is within what time a second signal is the same wish as the first one:
// those who end a process often send the signal to its group as well, as timeout does.
const sentTwice = time.Second

// interrupts tells of signals that want an end. Ctrl-C counts each time, since a
// person means it; of others that are sent twice the first one counts. A second one
// that comes after stop does not end the process in the middle of its last work.
func interrupts(signals ...os.Signal) (told <-chan os.Signal, stop func()) {
	got, once, stopped := make(chan os.Signal, 2), make(chan os.Signal), make(chan struct{})
	signal.Notify(got, signals...)
	go func() {
		heard := map[os.Signal]time.Time{}
		for {
			select {
			case s := <-got:
				before := heard[s]
				heard[s] = time.Now()
				if s != os.Interrupt && time.Since(before) < sentTwice {
					continue
				}
				select {
				case once <- s:
				case <-stopped:
					return
				}
			case <-stopped:
				return
			}
		}
	}()
	return once, func() {
		close(stopped)
		time.AfterFunc(sentTwice, func() { signal.Stop(got) })
	}
}

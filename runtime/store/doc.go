// Package store keeps runs on disk: the journal of the events that a run has
// taken, and a folder for each run with its sources, logs and outputs, beside
// the locks and memoized outputs that runs share. It knows what an event is and
// nothing of what follows from one.
package store

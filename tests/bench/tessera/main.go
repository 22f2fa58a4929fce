// tessera_adds measures durable adds to transparency-dev/tessera's POSIX log, for `caveat bench audit --tessera`: so many callers, each
// of whom waits until his entry is integrated before he brings the next.
//
//	go build -o tessera_adds . && ./tessera_adds FOLDER CALLERS BYTES SECONDS
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "tessera_adds FOLDER CALLERS BYTES SECONDS")
		os.Exit(2)
	}
	callers, size := must(strconv.Atoi(os.Args[2])), must(strconv.Atoi(os.Args[3]))
	seconds := must(strconv.ParseFloat(os.Args[4], 64))
	ctx := context.Background()
	secret, _, err := note.GenerateKey(rand.Reader, "caveat.local/bench")
	must(0, err)
	driver := must(posix.New(ctx, posix.Config{Path: os.Args[1]}))
	// A batch closes after 5 ms at most, so that few callers do not wait for many; checkpoints are published as often as tessera lets.
	options := tessera.NewAppendOptions().WithCheckpointSigner(must(note.NewSigner(secret))).
		WithBatching(uint(max(callers/2, 1)), 5*time.Millisecond).WithCheckpointInterval(100 * time.Millisecond)
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, options)
	must(0, err)

	var adds atomic.Uint64
	var all sync.WaitGroup
	begin := time.Now()
	end := begin.Add(time.Duration(seconds * float64(time.Second)))
	for range callers {
		all.Go(func() {
			entry := make([]byte, size)
			for time.Now().Before(end) {
				must(rand.Read(entry))
				must(appender.Add(ctx, tessera.NewEntry(append([]byte{}, entry...)))())
				adds.Add(1)
			}
		})
	}
	all.Wait()
	elapsed := time.Since(begin).Seconds()
	must(0, json.NewEncoder(os.Stdout).Encode(map[string]any{"adds": adds.Load(), "seconds": elapsed}))
	must(0, shutdown(ctx))
}

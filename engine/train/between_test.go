package train

import (
	"errors"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
)

func TestTheHookBetweenChunksEndsARunInTheMiddleOfABatch(t *testing.T) {
	enough := errors.New("enough")
	pairs := digits(t)
	for _, calls := range []int{1, 7, 30} {
		n := 0
		_, _, err := Run(quick(model.Siamese2), 1, pairs, pairs, Options{
			Kernels: portable.New[float32](),
			Hooks: Hooks{
				Between: func() (time.Duration, error) {
					if n++; n == calls {
						return 0, enough
					}
					return 0, nil
				},
			},
		})
		if !errors.Is(err, enough) || n != calls {
			t.Errorf("error %v after %d calls, want %v after %d", err, n, enough, calls)
		}
	}
}

func TestWaitingBetweenChunksIsNotCountedAsTraining(t *testing.T) {
	pairs := digits(t)
	const wait = time.Millisecond
	n := 0
	result, _, err := Run(quick(model.Siamese2), 1, pairs, pairs, Options{
		Kernels: portable.New[float32](),
		Hooks: Hooks{Between: func() (time.Duration, error) {
			n++
			start := time.Now()
			time.Sleep(wait)
			return time.Since(start), nil
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if waited := time.Duration(n) * wait; n < 100 || result.Seconds > waited.Seconds()/2 {
		t.Errorf("%.3f s of training, of which the hook took more than %v (%d calls)", result.Seconds, waited, n)
	}
}

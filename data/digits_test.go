package data

import (
	"sync"
	"testing"

	"github.com/pairlab/pairlab/data/mnist"
)

type digits struct {
	rawTrain, rawTest Raw
	train, test       Set
}

// readMNIST reads the real digits once for all tests.
var readMNIST = sync.OnceValues(func() (*digits, error) {
	dir, err := mnist.Find()
	if err != nil {
		return nil, err
	}
	train, test, err := mnist.Load(dir)
	if err != nil {
		return nil, err
	}
	m := &digits{rawTrain: Raw(train), rawTest: Raw(test)}
	m.train, m.test = m.rawTrain.Pool(), m.rawTest.Pool()
	return m, nil
})

func load(t testing.TB) *digits {
	t.Helper()
	m, err := readMNIST()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

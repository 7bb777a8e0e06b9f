package data

import (
	"sync"
	"testing"
)

type mnist struct {
	rawTrain, rawTest Raw
	train, test       Set
}

// readMNIST reads the real digits once for all tests.
var readMNIST = sync.OnceValues(func() (*mnist, error) {
	dir, err := FindMNIST()
	if err != nil {
		return nil, err
	}
	m := &mnist{}
	if m.rawTrain, m.rawTest, err = LoadRaw(dir); err != nil {
		return nil, err
	}
	m.train, m.test = m.rawTrain.Pool(), m.rawTest.Pool()
	return m, nil
})

func load(t testing.TB) *mnist {
	t.Helper()
	m, err := readMNIST()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

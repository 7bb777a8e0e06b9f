package main

import (
	"slices"
	"strings"
	"testing"
)

// A real stream of `go test -json` (Go 1.26), shortened: one test passes, one
// fails with its subtest, one is skipped, one package does not build.
const stream = `{"Action":"start","Package":"m/a"}
{"Action":"run","Package":"m/a","Test":"TestGood"}
{"Action":"output","Package":"m/a","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"pass","Package":"m/a","Test":"TestGood","Elapsed":0}
{"Action":"run","Package":"m/a","Test":"TestBad/sub"}
{"Action":"output","Package":"m/a","Test":"TestBad/sub","Output":"    a_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"m/a","Test":"TestBad/sub","Elapsed":0}
{"Action":"fail","Package":"m/a","Test":"TestBad","Elapsed":0}
{"Action":"skip","Package":"m/a","Test":"TestLater","Elapsed":0}
{"Action":"output","Package":"m/a","Output":"FAIL\n"}
{"Action":"fail","Package":"m/a","Elapsed":0.01}
{"ImportPath":"m/b","Action":"build-output","Output":"b/b.go:3:1: syntax error\n"}
{"ImportPath":"m/b","Action":"build-fail"}
{"Action":"output","Package":"m/b","Output":"FAIL\tm/b [build failed]\n"}
{"Action":"fail","Package":"m/b","Elapsed":0,"FailedBuild":"m/b"}
{"Action":"output","Package":"m/c","Output":"?   \tm/c\t[no test files]\n"}
{"Action":"skip","Package":"m/c","Elapsed":0}
`

func TestReportCountsAndShowsFailures(t *testing.T) {
	var out strings.Builder
	got, err := report(&out, strings.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	if want := (tally{passed: 1, failed: 3, skipped: 1}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, want := range []string{"got 1, want 2", "syntax error", "build failed", "fail\tm/a"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "=== RUN   TestGood") {
		t.Errorf("the report shows the output of a test that passed:\n%s", out.String())
	}
	if s := got.String(); s != "1 passed, 3 failed, 1 skipped" {
		t.Errorf("last line %q", s)
	}
}

func TestBrowserPackagesLeavesOutPrograms(t *testing.T) {
	const module = "github.com/pairlab/pairlab/"
	got := browserPackages([]string{
		module + "data", module + "wasm/app", module + "wasm/serve", module + "wasm/serve/handler",
		module + "wasm/site", module + "wasm/drive/browser", module + "wasm/suite",
	})
	if want := []string{module + "data", module + "wasm/app"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

package shrink

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestProgramDoesTheSame runs a program before and after.
func TestProgramDoesTheSame(t *testing.T) {
	dir := t.TempDir()
	linked := filepath.Join(dir, "linked.wasm")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", linked, "./testdata/crash")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(linked)
	if err != nil {
		t.Fatal(err)
	}
	small, err := Program(bytes.Clone(program))
	if err != nil {
		t.Fatal(err)
	}
	shrunk := filepath.Join(dir, "shrunk.wasm")
	if err := os.WriteFile(shrunk, small, 0o666); err != nil {
		t.Fatal(err)
	}
	want, wantTrace := run(t, linked)
	got, trace := run(t, shrunk)
	if !strings.HasPrefix(want, "length 75849 recovered assignment to entry in nil map") || got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	if !strings.Contains(wantTrace, "main.go:") || strings.Contains(trace, "main.go:") {
		t.Error("lines: want them in the trace before, and not after")
	}
	for _, name := range []string{"panic: the end", "main.deep(", "main.main("} {
		if !strings.Contains(trace, name) {
			t.Errorf("the trace has no %q:\n%s", name, trace)
		}
	}
	if before, after := len(program), len(small); after > before*88/100 {
		t.Errorf("from %d to %d bytes, want less than 88 %% of them", before, after)
	}
}

// run runs a program that crashes, under Node.
func run(t *testing.T, program string) (out, trace string) {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec_node.js"), program)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 2 {
		t.Fatalf("%v, want a crash with status 2\n%s", err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

func TestShortNames(t *testing.T) {
	for name, want := range map[string]string{
		"main.main":                              "main.main",
		"encoding/json.(*Decoder).Decode":        "json.(*Decoder).Decode",
		"github.com/a/b/c.New[go.shape.float32]": "c.New",
		"slices.Sort[go.shape.*example.com/x.T]": "slices.Sort",
		"runtime.gopanic":                        "runtime.gopanic",
		"example.com/runtime.Run":                "example.com/runtime.Run",
		"main.F[...].func1":                      "main.F",
	} {
		skip, length := shortName([]byte(name))
		if got := name[skip:length]; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestMemoryIsTheSame encodes a memory and reads it again.
func TestMemoryIsTheSame(t *testing.T) {
	memory := make([]byte, 5000)
	for _, at := range []int{7, 8, 30, 31, 40, 100, 101, 102, 3000, 4999} {
		memory[at] = byte(at)
	}
	got, err := image(segments(memory))
	if err != nil || !bytes.Equal(got, memory) {
		t.Errorf("error %v, or another memory", err)
	}
}

func TestMalformedProgramsAreRejected(t *testing.T) {
	valid := join([]section{{sectionData, segments([]byte{0, 1, 2})}})
	if _, err := Program(valid); err != nil {
		t.Fatal(err)
	}
	for name, program := range map[string][]byte{
		"empty":          nil,
		"no module":      []byte("not WebAssembly"),
		"no data":        []byte(header),
		"cut off":        valid[:len(valid)-1],
		"passive data":   join([]section{{sectionData, []byte{1, 1, 1, 5}}}),
		"cut segment":    join([]section{{sectionData, []byte{1, 0, opConst, 3, opEnd, 9, 5}}}),
		"missing number": join([]section{{sectionData, []byte{0x80}}}),
	} {
		if _, err := Program(program); err == nil || !strings.HasPrefix(err.Error(), "shrink: ") {
			t.Errorf("%s: error %v, want one of this package", name, err)
		}
	}
}

// TestAddressesOnTheStack rewrites functions of one local that is a pointer.
func TestAddressesOnTheStack(t *testing.T) {
	get, extend, const64, add64, wrap := []byte{opLocalGet, 1}, []byte{opExtend}, []byte{opConst64, 16}, []byte{opAdd64}, []byte{opWrap}
	address := slices.Concat(get, extend, const64, add64, wrap)
	load, store := []byte{0x29, 3, 8}, []byte{0x37, 3, 8}
	shortLoad, shortStore := []byte{0x29, 3, 24}, []byte{0x37, 3, 24}
	sum := slices.Concat(get, []byte{opConst, 16, opAdd})
	value := []byte{opConst64, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}
	call := []byte{0x10, 5}
	for name, c := range map[string]struct{ from, to [][]byte }{
		"load":          {[][]byte{address, load}, [][]byte{get, shortLoad}},
		"store":         {[][]byte{address, value, store}, [][]byte{get, value, shortStore}},
		"copy":          {[][]byte{address, address, load, store}, [][]byte{get, get, shortLoad, shortStore}},
		"store address": {[][]byte{get, address, store}, [][]byte{get, sum, store}},
		"argument":      {[][]byte{address, call}, [][]byte{sum, call}},
		"across a call": {[][]byte{address, call, store}, [][]byte{sum, call, store}},
		"not wrapped":   {[][]byte{get, extend, const64, add64, call}, [][]byte{get, extend, const64, add64, call}},
	} {
		locals := []byte{1, 1, typeI32}
		got, err := shortenFunction(slices.Concat(locals, slices.Concat(c.from...), []byte{opEnd}))
		if want := slices.Concat(locals, slices.Concat(c.to...), []byte{opEnd}); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: error %v, % x, want % x", name, err, got, want)
		}
	}
	if _, err := shortenFunction([]byte{0, 0xfd, 12}); err == nil {
		t.Error("an instruction that Go has not: no error")
	}
}

// TestOnlyWhatIsComputedIsTakenOut changes one number of a table.
func TestOnlyWhatIsComputedIsTakenOut(t *testing.T) {
	functions := begins{at: 8, count: 3, first: 0x1000}
	memory := make([]byte, 100)
	for i := range 3 {
		record := 40 + 8*i
		memory[8+8*i], memory[9+8*i], memory[12+8*i] = byte(i), 0x10, byte(record)
		memory[8+record], memory[9+record] = byte(i), 0x10
	}
	changed := bytes.Clone(memory)
	changed[8+48]++
	before := bytes.Clone(changed)
	if functions.clear(changed) || !bytes.Equal(changed, before) {
		t.Error("a record that says something else: want nothing taken out")
	}
	if !functions.clear(memory) || memory[9] != 0 || memory[8+48] != 0 || memory[12] == 0 {
		t.Error("want where functions begin taken out, and nothing else")
	}
	long := slices.Concat(bytes.Repeat(entry(0), 16), bytes.Repeat(entry(1), 16), bytes.Repeat(entry(2), 16), bytes.Repeat(entry(3), 5))
	if found := findTable(long); found != (table{16 * entrySize, 37}) {
		t.Errorf("found %v, want all entries from function 1 on", found)
	}
	long[40*entrySize]++
	if found := findTable(long); found.entries > 24 {
		t.Errorf("found %v, want it to end before entry 40", found)
	}
}

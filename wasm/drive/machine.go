package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

func machine() string {
	return fmt.Sprintf("%s, %d processors", processor(), runtime.NumCPU())
}

// processor is the processor's name where the system tells it.
func processor() string {
	for line := range strings.SplitSeq(readFile("/proc/cpuinfo"), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func readFile(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return "" // not a system that has it
	}
	return string(text)
}

// load says what else the machine does, where the system tells it: figures
// taken on a busy machine mean little.
func load() string {
	fields := strings.Fields(readFile("/proc/loadavg"))
	if len(fields) == 0 {
		return ""
	}
	return ", load " + fields[0]
}

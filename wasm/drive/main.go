// Command drive runs the built site in headless Chromium.
//
//	drive reproduce -dir dist rounds=10 models=siamese10   the published table beside our own
//	drive bench -dir dist                                  training throughput
//	drive install                                          Chromium, where it is missing
//
// Settings are NAME=VALUE as in the page's query string; an empty value leaves
// the setting to the preset.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/wasm/drive/browser"
	"github.com/pairlab/pairlab/wasm/serve/handler"
)

const (
	readyLimit = time.Minute
	askEvery   = time.Second // between two looks at an experiment in hand
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	usage := errors.New("drive: want reproduce, bench or install")
	if len(args) == 0 {
		return usage
	}
	flags := flag.NewFlagSet("drive "+args[0], flag.ContinueOnError)
	dir := flags.String("dir", "dist", "folder with the built site")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "install":
		return browser.Install(os.Stdout)
	case "reproduce":
		return withPage(ctx, *dir, flags.Args(), reproduce)
	case "bench":
		return withPage(ctx, *dir, flags.Args(), bench, benchSets...)
	}
	return fmt.Errorf("%w, not %q", usage, args[0])
}

// job is one use of the page.
type job struct {
	page     browser.Page
	settings map[string]string // what was set, checked
	config   experiment.Config // with the preset's values for the rest
	dir      string            // for the report
	out      io.Writer
}

// withPage does something on the page; the settings in own it sets itself.
func withPage(ctx context.Context, dir string, args []string, do func(*job) error, own ...string) error {
	settings, config, err := parseSettings(args, own...)
	if err != nil {
		return err
	}
	site, err := handler.New(dir)
	if err != nil {
		return fmt.Errorf("drive: no site in %s: run `make build` first: %w", dir, err)
	}
	address, stopServer, err := browser.Serve(site)
	if err != nil {
		return err
	}
	defer stopServer()
	tab, stopBrowser, err := browser.Start(ctx, nil)
	if err != nil {
		return err
	}
	defer stopBrowser()
	page, err := browser.Open(tab, address, readyLimit)
	if err != nil {
		return err
	}
	if err := page.Quiet(); err != nil {
		return err
	}
	return do(&job{page: page, settings: settings, config: config, dir: dir, out: os.Stdout})
}

// parseSettings reads NAME=VALUE settings and checks them. Those in own, which
// bench sets itself, may not be set.
func parseSettings(args []string, own ...string) (map[string]string, experiment.Config, error) {
	settings := map[string]string{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, experiment.Config{}, fmt.Errorf("drive: setting %q: want NAME=VALUE", arg)
		}
		if value == "" {
			continue
		}
		if slices.Contains(own, name) {
			return nil, experiment.Config{}, fmt.Errorf("drive: setting %q: bench sets %s itself, leave it out", arg, name)
		}
		settings[name] = value
	}
	config, err := experiment.ParseValues(settings)
	return settings, config, err
}

// object is a configuration as window.pairlab.start takes it.
func object(c experiment.Config) (map[string]any, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var o map[string]any
	err = json.Unmarshal(text, &o)
	return o, err
}

// train starts an experiment on the page and waits for its end. watch is
// called with the result so far, now and then.
func (j *job) train(c experiment.Config, watch func(experiment.Result)) (experiment.Result, error) {
	o, err := object(c)
	if err != nil {
		return experiment.Result{}, err
	}
	if err := j.page.Start(o); err != nil {
		return experiment.Result{}, fmt.Errorf("drive: start: %w", err)
	}
	for {
		state, message, err := j.page.State()
		if err != nil {
			return experiment.Result{}, fmt.Errorf("drive: %w", err)
		}
		if state == "failed" {
			return experiment.Result{}, fmt.Errorf("drive: the page failed: %s", message)
		}
		result, err := browser.Eval[experiment.Result](j.page, "pairlab.result()")
		if err != nil {
			return experiment.Result{}, fmt.Errorf("drive: result: %w", err)
		}
		watch(result)
		if state == "done" {
			return result, nil
		}
		select {
		case <-j.page.Ctx.Done():
			return result, context.Cause(j.page.Ctx)
		case <-time.After(askEvery):
		}
	}
}

// save writes a report into the site's folder.
func (j *job) save(name string, report any) error {
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("drive: %s: %w", name, err)
	}
	file := filepath.Join(j.dir, name)
	if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("drive: %w", err)
	}
	fmt.Fprintf(j.out, "written to %s\n", file)
	return nil
}

// Package firefox drives a headless Firefox by WebDriver BiDi
// (https://w3c.github.io/webdriver-bidi/), as far as comparing it with Chromium
// needs: one tab that opens addresses and evaluates JavaScript.
package firefox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// startLimit is how long Firefox may take to listen.
const startLimit = time.Minute

// answerLimit is the length of an answer, in bytes.
const answerLimit = 16 << 20

// listening is what Firefox writes before the address of its WebSocket.
const listening = "WebDriver BiDi listening on "

// Tab is the tab of a Firefox of its own, with a new profile.
type Tab struct {
	ctx     context.Context
	socket  *websocket.Conn
	context string
	lastID  int
}

// find is the path of a Firefox.
func find() (string, error) {
	for _, name := range []string{"firefox-esr", "firefox"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("firefox: none found: install one with `sudo apt-get install firefox-esr`")
}

// Start starts a Firefox. stop ends it.
func Start(ctx context.Context) (tab *Tab, stop func(), err error) {
	path, err := find()
	if err != nil {
		return nil, nil, err
	}
	profile, err := os.MkdirTemp("", "firefox")
	if err != nil {
		return nil, nil, fmt.Errorf("firefox: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile)
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, nil, fmt.Errorf("firefox: start %s: %w", path, err)
	}
	stop = func() {
		cancel()
		_ = cmd.Wait() // it was killed
		os.RemoveAll(profile)
	}
	tab = &Tab{ctx: ctx}
	if err := tab.connect(said); err != nil {
		stop()
		return nil, nil, err
	}
	return tab, stop, nil
}

// connect opens a session once Firefox says where it listens.
func (t *Tab) connect(said io.Reader) error {
	found := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if address, ok := strings.CutPrefix(lines.Text(), listening); ok {
				found <- address
			}
		}
	}()
	var address string
	select {
	case address = <-found:
	case <-time.After(startLimit):
		return fmt.Errorf("firefox: it does not listen after %v", startLimit)
	}
	var err error
	if t.socket, _, err = websocket.Dial(t.ctx, strings.TrimSpace(address)+"/session", nil); err != nil {
		return fmt.Errorf("firefox: %w", err)
	}
	t.socket.SetReadLimit(answerLimit)
	if err := t.call("session.new", map[string]any{"capabilities": map[string]any{}}, nil); err != nil {
		return err
	}
	var tree struct{ Contexts []struct{ Context string } }
	if err := t.call("browsingContext.getTree", map[string]any{}, &tree); err != nil {
		return err
	}
	if len(tree.Contexts) == 0 {
		return errors.New("firefox: it has no tab")
	}
	t.context = tree.Contexts[0].Context
	return nil
}

// call sends a command and waits for its result.
func (t *Tab) call(method string, params, result any) error {
	t.lastID++
	if err := wsjson.Write(t.ctx, t.socket, map[string]any{"id": t.lastID, "method": method, "params": params}); err != nil {
		return fmt.Errorf("firefox: %s: %w", method, err)
	}
	for {
		var answer struct {
			ID             int
			Error, Message string
			Result         json.RawMessage
		}
		if err := wsjson.Read(t.ctx, t.socket, &answer); err != nil {
			return fmt.Errorf("firefox: %s: %w", method, err)
		}
		switch {
		case answer.ID != t.lastID: // an event
		case answer.Error != "":
			return fmt.Errorf("firefox: %s: %s: %s", method, answer.Error, answer.Message)
		case result == nil:
			return nil
		default:
			return json.Unmarshal(answer.Result, result)
		}
	}
}

// Open opens an address and waits until it has loaded.
func (t *Tab) Open(address string) error {
	return t.call("browsingContext.navigate", map[string]any{"context": t.context, "url": address, "wait": "complete"}, nil)
}

// Eval evaluates an expression, waits for it if it is a promise, and decodes
// its JSON into value.
func (t *Tab) Eval(expression string, value any) error {
	var r struct {
		Type             string
		ExceptionDetails struct{ Text string }
		Result           struct{ Value string }
	}
	err := t.call("script.evaluate", map[string]any{
		"expression":   "Promise.resolve(" + expression + ").then((value) => JSON.stringify(value))",
		"target":       map[string]any{"context": t.context},
		"awaitPromise": true,
	}, &r)
	if err != nil {
		return err
	}
	if r.Type == "exception" {
		return fmt.Errorf("firefox: %s", r.ExceptionDetails.Text)
	}
	return json.Unmarshal([]byte(r.Result.Value), value)
}

// Command serve serves the built site on this machine: `make serve`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/pairlab/pairlab/wasm/serve/handler"
)

func main() {
	dir := flag.String("dir", "dist", "folder with the built site")
	port := flag.Int("port", 8080, "port on 127.0.0.1; 0 takes a free one")
	flag.Parse()
	if err := run(*dir, *port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string, port int) error {
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err != nil {
		return fmt.Errorf("serve: no site in %s: run `make build` first: %w", dir, err)
	}
	site, err := handler.New(dir)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	listener, err := listen(port)
	if err != nil {
		return err
	}
	fmt.Printf("PairLab is at http://%s/ (Ctrl+C stops the server)\n", listener.Addr())

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: site, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// listen takes the port on the loopback interface only: the site is for the
// person at this machine.
func listen(port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, fmt.Errorf("serve: port %d: want 0 to 65535", port)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("serve: port %d is in use by another program: try `make serve PORT=%d`", port, port%65535+1)
	}
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	return l, nil
}

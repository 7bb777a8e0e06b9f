package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
	"github.com/pairlab/pairlab/wasm/keep"
	"github.com/pairlab/pairlab/wasm/protocol"
	"github.com/pairlab/pairlab/wasm/web"
)

// modelFile is a network's safetensors file, a Uint8Array.
type modelFile struct {
	kind  model.Kind
	bytes safejs.Value
}

// open shows a kept experiment's result, and gives its networks to be asked.
func (s *shelf) open(id string) error {
	run, err := s.find(id)
	if err != nil {
		return err
	}
	b, err := keep.NewJournal(s.db).Read(resultPrefix + id)
	if err != nil {
		return err
	}
	var result experiment.Result
	if err := json.Unmarshal(b, &result); err != nil {
		return fmt.Errorf("its result is damaged: %w", err)
	}
	result.Config = run.Config
	var files []modelFile
	for _, m := range run.Models {
		b, err := s.db.Get(networkKey(id, m.Kind))
		if errors.Is(err, keep.ErrNone) {
			continue
		}
		if err != nil {
			return err
		}
		array, err := web.Copy(b)
		if err != nil {
			return err
		}
		files = append(files, modelFile{m.Kind, array})
	}
	if s.c.busy() {
		return errors.New("training is under way, stop it first")
	}
	s.c.page.Show(result)
	s.c.asker.restore(files, func(err error) {
		says := "“" + run.Title() + "” is open: its results and curves are above"
		switch {
		case err != nil:
			says += ", but its networks could not be opened: " + err.Error()
		case len(files) > 0:
			says += ", and its networks are in Try it"
		}
		s.c.page.ShelfSays(says+".", false)
	})
	s.c.setPhase(state.Done)
	return nil
}

// shelfPrefix is put before the name of a network that is written for the list.
// Another may have taken its place by then.
const shelfPrefix = "shelf/"

// files are those of the networks of the experiment that has just ended. What
// it returns makes them, and may wait.
func (a *asker) files() func() ([]modelFile, error) {
	var wanted []network
	for _, n := range a.networks.all() {
		if n.ended && !n.Earlier && n.File == "" {
			wanted = append(wanted, n)
		}
	}
	return func() ([]modelFile, error) {
		var files []modelFile
		done := make(chan error)
		a.tasks.Put(func() { done <- a.export(wanted, &files) })
		return files, <-done
	}
}

func (a *asker) export(wanted []network, files *[]modelFile) error {
	if len(wanted) == 0 {
		return nil
	}
	if err := a.running(); err != nil {
		return err
	}
	for _, n := range wanted {
		open := n.open
		open.Name = shelfPrefix + n.Name
		if _, err := a.worker.request(protocol.Request{Op: protocol.OpOpen, Open: &open}, extras{"bytes": n.bytes}); err != nil {
			return err
		}
		export := protocol.Export{Name: open.Name, Format: protocol.Safetensors}
		r, err := a.worker.request(protocol.Request{Op: protocol.OpExport, Export: &export}, nil)
		if err != nil {
			return err
		}
		*files = append(*files, modelFile{n.Kind, r.bytes})
	}
	return nil
}

// restore has the networks of files take the place of those trained before.
func (a *asker) restore(files []modelFile, restored func(error)) {
	experiments := a.networks.dropTrained()
	a.shown()
	a.tasks.Put(func() { restored(a.reopen(files, experiments)) })
}

// reopen opens the networks of files, unless an experiment begins: experiments
// is how many had begun.
func (a *asker) reopen(files []modelFile, experiments int) error {
	if len(files) == 0 {
		return nil
	}
	if _, err := a.ready(true); err != nil {
		return err
	}
	can, err := findInstructions()
	if err != nil {
		return err
	}
	kernels, _ := can.usable("simd")
	for _, f := range files {
		name := string(f.kind)
		open := protocol.Open{Name: name, Kernels: kernels}
		r, err := a.worker.request(protocol.Request{Op: protocol.OpOpen, Open: &open}, extras{"bytes": f.bytes})
		if err != nil {
			return err
		}
		p := r.Network.Provenance
		n, ok := a.networks.restore(&network{
			Network: text.Network{Name: name, Kind: r.Network.Config.Kind, Seed: p.Seed, Epoch: p.Epochs, Accuracy: p.Accuracy, Pairs: pairsIn(p.Settings)},
			open:    open, bytes: f.bytes, ended: true,
		}, experiments)
		if !ok {
			delete(a.opened, name) // the worker has a network that the page has not
			return errors.New("training has begun since")
		}
		a.opened[name] = n
	}
	a.shown()
	return nil
}

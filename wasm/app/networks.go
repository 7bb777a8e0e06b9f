package main

import (
	"slices"
	"sync"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/text"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// loadedName is the name of the network that was loaded from a file; those
// trained here have their kind's.
const loadedName = "file"

// network is a trained network that the page has.
type network struct {
	text.Network
	open    protocol.Open
	bytes   any     // its state, sealed, or its file: a Uint8Array
	history history // its first layers
	round   int
	ended   bool // its run is over
	version int  // another for each content of a name, from 1
}

// continues says whether a network is of the run that an older one is of, and
// the run goes on.
func (n *network) continues(older *network) bool {
	of, was := n.open.Trained, older.open.Trained
	return of != nil && was != nil && of.Run == was.Run && !n.ended
}

// networks are the trained networks that the page has: of each kind the one
// of the newest finished round or, before there is one, of the first round in
// progress; and one from a file. Those of the experiment before stay until
// there are others.
type networks struct {
	mu      sync.Mutex
	list    []*network
	rounds  map[runKey]*network // the runs in progress, after their last epoch
	layers  map[runKey]history  // their first layers
	version int
	config  experiment.Config // in hand
	begun   int               // experiments so far
}

func newNetworks() *networks {
	return &networks{rounds: map[runKey]*network{}, layers: map[runKey]history{}}
}

// all is a copy of the list, in the order in which the page shows it.
func (ns *networks) all() []network {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	var all []network
	for _, n := range ns.list {
		all = append(all, *n)
	}
	return all
}

// begin is told that an experiment begins, or that the one before goes on
// again.
func (ns *networks) begin(c experiment.Config, again bool) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.config = c
	ns.begun++
	clear(ns.rounds)
	clear(ns.layers)
	if again {
		return
	}
	for _, n := range ns.list {
		n.Earlier = n.File == ""
	}
}

// learn takes a run's state after an epoch. It says whether there is a network
// to show anew.
func (ns *networks) learn(t protocol.Train, epoch int, o protocol.Outcome, state any) bool {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	run := t.Run
	n := &network{
		Network: text.Network{
			Name: string(run.Model), Kind: run.Model, Seed: run.Seed,
			Epoch: epoch, Epochs: run.Config.Epochs, Accuracy: o.Accuracy, Pairs: t.Pairs,
		},
		open: protocol.Open{Name: string(run.Model), Kernels: t.Kernels, Trained: &protocol.Trained{
			Run: run, Settings: alone(ns.config, run), Epoch: epoch, Outcome: o,
		}},
		bytes: state, round: run.Round, history: ns.layers[keyOf(run)],
	}
	ns.rounds[keyOf(run)] = n
	old := ns.find(n.Name)
	if old != nil && !old.Earlier && (old.ended || old.round < n.round) {
		return false
	}
	ns.put(n)
	return true
}

// layer takes a run's first layer after an epoch.
func (ns *networks) layer(run experiment.Run, epoch int, first any) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	h := ns.layers[keyOf(run)]
	h.add(epoch, first)
	ns.layers[keyOf(run)] = h
	if n := ns.rounds[keyOf(run)]; n != nil {
		n.history = h
	}
}

// end takes note of a run's end, on a date. It says whether there is a network
// to show anew.
func (ns *networks) end(e experiment.Event, date string) bool {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	key := runKey{string(e.Model), e.Round}
	n := ns.rounds[key]
	delete(ns.rounds, key)
	delete(ns.layers, key)
	if n == nil || e.Result == nil || e.Result.Diverged != 0 {
		return false
	}
	n.ended = true
	n.open.Trained.Date = date
	ns.put(n)
	return true
}

// load takes a network from a file that has been opened, and returns it.
func (ns *networks) load(name string, info protocol.Network, kernels string, file any) network {
	p := info.Provenance
	n := &network{
		Network: text.Network{
			Name: loadedName, Kind: info.Config.Kind, Seed: p.Seed,
			Epoch: p.Epochs, Accuracy: p.Accuracy, File: name, Pairs: pairsIn(p.Settings),
		},
		open:  protocol.Open{Name: loadedName, Kernels: kernels},
		bytes: file, ended: true,
	}
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.put(n)
	return *n
}

// restore takes a network of an experiment that is over, unless more have begun
// by now.
func (ns *networks) restore(n *network, begun int) (network, bool) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if ns.begun != begun {
		return network{}, false
	}
	ns.put(n)
	return *n, true
}

// dropTrained drops all networks but the one from a file. It returns how many
// experiments have begun.
func (ns *networks) dropTrained() (begun int) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.list = slices.DeleteFunc(ns.list, func(n *network) bool { return n.File == "" })
	return ns.begun
}

// pairsIn is how many test pairs a file's settings have. They may be wrong in
// part; what is then left is the preset.
func pairsIn(settings string) int {
	c, _ := experiment.ParseQuery(settings)
	return c.Pairs
}

// named is a copy of the network with a name.
func (ns *networks) named(name string) (network, bool) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if n := ns.find(name); n != nil {
		copied := *n
		copied.Version = n.version
		return copied, true
	}
	return network{}, false
}

func (ns *networks) find(name string) *network {
	if i := slices.IndexFunc(ns.list, func(n *network) bool { return n.Name == name }); i >= 0 {
		return ns.list[i]
	}
	return nil
}

// put puts a network in its name's place.
func (ns *networks) put(n *network) {
	ns.version++
	n.version = ns.version
	ns.list = slices.DeleteFunc(ns.list, func(old *network) bool { return old.Name == n.Name })
	place := func(n *network) int {
		if i := slices.Index(model.Kinds[:], model.Kind(n.Name)); i >= 0 {
			return i
		}
		return len(model.Kinds)
	}
	at, _ := slices.BinarySearchFunc(ns.list, n, func(a, b *network) int { return place(a) - place(b) })
	ns.list = slices.Insert(ns.list, at, n)
}

// alone is the query string that makes one run of an experiment again.
func alone(c experiment.Config, run experiment.Run) string {
	c.Models, c.Rounds, c.Seed, c.Autostart = []model.Kind{run.Model}, 1, run.Seed, false
	return "?" + c.Encode()
}

// byName is the network of a list that is so named.
func byName(list []network, name string) (network, bool) {
	i := slices.IndexFunc(list, func(n network) bool { return n.Name == name })
	if i < 0 {
		return network{}, false
	}
	return list[i], true
}

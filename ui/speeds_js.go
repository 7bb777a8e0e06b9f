package ui

import (
	"slices"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// Speeds are those that the networks have on this computer, as far as that is
// known.
func (p *Page) Speeds() experiment.Speeds {
	c, _ := p.form.read()
	return p.speeds(c.Kernels)
}

func (p *Page) speeds(kernels string) experiment.Speeds {
	speeds := experiment.TypicalSpeeds(kernels)
	if r, ok := p.state.Result(); ok {
		speeds = r.Speeds(speeds)
	}
	for _, v := range p.trials {
		if v.shown != nil {
			speeds = v.shown.Set.Speeds(speeds)
		}
	}
	return speeds
}

// measured says whether the speeds of all networks of c were measured.
func (p *Page) measured(c experiment.Config) bool {
	typical, speeds := experiment.TypicalSpeeds(c.Kernels), p.speeds(c.Kernels)
	return !slices.ContainsFunc(c.Models, func(kind model.Kind) bool { return speeds[kind] == typical[kind] })
}

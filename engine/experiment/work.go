package experiment

import (
	"math"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// testShare is what the test after an epoch adds to its training: a forward
// pass over as many pairs, which is about a third of a training step.
const testShare = 1.0 / 3

// products is about how many multiplications a forward pass of a pair takes,
// which is what a training step's time goes with, to a factor of two or so over
// the widths of the published search. What is done once for every value of the
// first convolution's map (pooling, batch norm) counts as mapWork; Winograd's
// method spares the Baseline's second convolution about two of three.
func products(c model.Config) float64 {
	const mapWork = 4
	ch1, ch2, fc := float64(c.Ch1), float64(c.Ch2), float64(c.FC)
	if !c.Siamese() {
		return ch1*11*11*(2*4*4+mapWork) + ch1*ch2*4*4*5*5/3 + 25*ch2*fc + fc*fc + 2*fc
	}
	digit := ch1*12*12*(3*3+mapWork) + ch1*ch2*6*6 + ch2*fc + model.Digits*fc
	return 2*digit + 4*model.Digits
}

// Speeds are training speeds in pairs per second on one worker, of each network
// as its preset has it: what a benchmark measures.
type Speeds map[model.Kind]float64

// Seconds is about how long the runs take on so many workers, by the speeds of
// their networks: each is scaled by how much wider or narrower than its preset
// the network is, and the tests after the epochs are counted in. It is NaN if
// a network's speed is missing. Runs that are finished tell the speeds: see
// Trials.Speeds.
func Seconds(trials []Trial, speeds Speeds, workers int) Number {
	var sum float64
	for _, t := range trials {
		sum += t.Setting.seconds(speeds)
	}
	return Number(sum / float64(max(1, workers)))
}

// secondsLeft is Seconds of the runs left of the settings that in chooses.
func (t *Trials) secondsLeft(in func(setting int) bool, speeds Speeds, workers int) Number {
	var sum float64
	for i := range t.settings {
		if left := t.rounds - t.outcomes[i].done; left > 0 && in(i) {
			sum += float64(left) * t.settings[i].seconds(speeds)
		}
	}
	return Number(sum / float64(max(1, workers)))
}

// seconds is how long a run takes on one worker.
func (s *Setting) seconds(speeds Speeds) float64 {
	speed := speeds[s.Model]
	if !(speed > 0) {
		return math.NaN()
	}
	return float64(s.Pairs) * float64(s.epochs) * s.work / speed * (1 + testShare)
}

// TypicalSpeeds are about those of one core of a computer of today, with
// kernels of the name: what estimates go by before anything is measured.
func TypicalSpeeds(kernels string) Speeds {
	if kernels == "portable" {
		return Speeds{model.Baseline: 350, model.Siamese2: 1800, model.Siamese10: 1700}
	}
	return Speeds{model.Baseline: 6000, model.Siamese2: 20_000, model.Siamese10: 22_000}
}

// Speeds are the given speeds, with those of networks that have finished runs
// as these measured them.
func (t *Trials) Speeds(given Speeds) Speeds {
	m := measured{}
	for i := range t.settings {
		for _, r := range t.outcomes[i].rounds {
			if r != nil {
				m.add(t.settings[i].Model, t.settings[i].work, r)
			}
		}
	}
	return m.speeds(given)
}

// Speeds are the given speeds, as Trials.Speeds.
func (r Result) Speeds(given Speeds) Speeds {
	m, own := measured{}, ownProducts{}
	for i := range r.Models {
		kind := r.Models[i].Name
		work := own.ratio(r.Config.Preset, kind, r.Config.Train(kind).Model)
		for k := range r.Models[i].Rounds {
			m.add(kind, work, &r.Models[i].Rounds[k])
		}
	}
	return m.speeds(given)
}

// measured are the speeds of finished runs.
type measured map[model.Kind]struct{ work, seconds float64 }

// add counts in a run of a network whose work for a pair is so much of that of
// its preset's.
func (m measured) add(kind model.Kind, work float64, r *train.Result) {
	if r.Seconds > 0 && r.PairsPerSecond > 0 {
		sum := m[kind]
		sum.work += r.Seconds * r.PairsPerSecond * work
		sum.seconds += r.Seconds
		m[kind] = sum
	}
}

func (m measured) speeds(given Speeds) Speeds {
	speeds := Speeds{}
	for _, kind := range model.Kinds {
		if sum := m[kind]; sum.seconds > 0 {
			speeds[kind] = sum.work / sum.seconds
		} else if given[kind] > 0 {
			speeds[kind] = given[kind]
		}
	}
	return speeds
}

// ownProducts remembers the products of the networks as their preset has them.
type ownProducts map[model.Kind]float64

// ratio is a network's work for a pair by that of its preset's network.
func (o ownProducts) ratio(preset string, kind model.Kind, network model.Config) float64 {
	if o[kind] == 0 {
		o[kind] = products(presetOf(preset).defaults.Train(kind).Model)
	}
	return products(network) / o[kind]
}

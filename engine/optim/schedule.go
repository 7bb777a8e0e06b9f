package optim

import "math"

// Schedule names how the learning rate changes over a run.
type Schedule string

// The schedules.
const (
	Constant Schedule = ""       // the rate as it is
	Cosine   Schedule = "cosine" // down to 0 over half a period of the cosine
)

// String is the schedule's name in settings: the constant one has one, too.
func (s Schedule) String() string {
	if s == Constant {
		return "constant"
	}
	return string(s)
}

// MarshalText writes the name.
func (s Schedule) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads it, and what is not one as it is: see [Config.Check].
func (s *Schedule) UnmarshalText(text []byte) error {
	*s = Schedule(text)
	if *s == "constant" {
		*s = Constant
	}
	return nil
}

// RateAt is the learning rate of a step, numbered from 0, of a run of the
// given number of steps. Over the first w = Warmup·steps it rises linearly,
// then the cosine schedule lowers it towards 0:
//
//	rate · (step+1)/(w+1)                              step < w
//	rate · (1 + cos(π·(step-w)/(steps-w))) / 2         step >= w
func (c Config) RateAt(step, steps int) float64 {
	warm := int(c.Warmup * float64(steps))
	if step < warm {
		return c.Rate * float64(step+1) / float64(warm+1)
	}
	if c.Schedule == Constant {
		return c.Rate
	}
	return c.Rate * (1 + math.Cos(math.Pi*float64(step-warm)/float64(steps-warm))) / 2
}

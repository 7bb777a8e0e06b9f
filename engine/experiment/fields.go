package experiment

import (
	"sync"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/train"
)

// Fields are all settings, in the order in which they are shown and encoded.
// The table is made once, and must not be changed.
func Fields() []Field { return fields() }

var fields = sync.OnceValue(func() []Field {
	return []Field{
		shared(text, func(c *Config) *string { return &c.Preset }, Field{
			Name: "preset", Label: "Preset", Kind: ChoiceField, Choices: presetChoices(),
			Help: "Where settings start from.",
		}),
		shared(kinds, func(c *Config) *[]model.Kind { return &c.Models }, Field{
			Name: "models", Label: "Networks", Kind: ChoicesField, Choices: modelChoices(),
			Help: "Which of the three networks to train.",
		}),
		shared(integer, func(c *Config) *int { return &c.Rounds }, Field{
			Name: "rounds", Label: "Rounds", Unit: "rounds", Kind: IntegerField, Min: 1, Max: 100,
			Help: "How often to train anew, each time with new pairs and new starting weights.",
		}),
		shared(integer, func(c *Config) *int { return &c.Epochs }, Field{
			Name: "epochs", Label: "Epochs", Unit: "epochs", Kind: IntegerField, Min: 1, Max: 1000,
			Help: "How many times a round goes through its training pairs.",
		}),
		shared(seed, func(c *Config) *uint64 { return &c.Seed }, Field{
			Name: "seed", Label: "Seed", Kind: IntegerField, Min: 0, Max: float64(MaxSeed),
			Help: "The same seed draws the same pairs and weights, and gives the same result to the bit.",
		}),
		perModel(number, func(c *Config) **float64 { return &c.Rate },
			func(t *train.Config) *float64 { return &t.Optim.Rate }, Field{
				Name: "lr", Label: "Learning rate", Kind: NumberField, MinOpen: true, Max: 1e9,
				Help: "How far each step moves the weights; too far and the loss grows instead of falling.",
			}),
		perModel(toggle, func(c *Config) **bool { return &c.BatchNorm },
			func(t *train.Config) *bool { return &t.Model.BatchNorm }, Field{
				Name: "bn", Label: "Batch normalisation", Kind: SwitchField,
				Help: "Brings every channel to mean 0 and variance 1 over the batch after each layer.",
			}),
		perModel(toggle, func(c *Config) **bool { return &c.Sharing },
			func(t *train.Config) *bool { return &t.Model.Sharing }, Field{
				Name: "sharing", Label: "Weight sharing", Kind: SwitchField, SiameseOnly: true,
				Help: "Both digits go through the same weights; without it each has a branch of its own.",
			}),
		perModel(number, func(c *Config) **float64 { return &c.AuxLoss },
			func(t *train.Config) *float64 { return &t.Model.AuxLoss }, Field{
				Name: "aux", Label: "Auxiliary loss weight", Kind: NumberField, Max: 100, SiameseOnly: true,
				Help: "How much naming the two digits counts in the loss; 0 switches it off.",
			}),
		perModel(number, func(c *Config) **float64 { return &c.PairLoss },
			func(t *train.Config) *float64 { return &t.Model.PairLoss }, Field{
				Name: "pairloss", Label: "Comparison loss weight", Kind: NumberField, Max: 100, Group: TrainingGroup,
				Help: "How much the answer about the pair counts in the loss.",
			}),
		perModel(choice[optim.Kind](), func(c *Config) **optim.Kind { return &c.Optimizer },
			func(t *train.Config) *optim.Kind { return &t.Optim.Kind }, Field{
				Name: "optimizer", Label: "Optimiser", Kind: ChoiceField, Group: TrainingGroup,
				Choices: []Choice{{string(optim.SGDKind), "SGD"}, {string(optim.AdamKind), "Adam"}},
				Help:    "How gradients become steps; each brings a learning rate of its own unless one is set.",
			}),
		perModel(schedule, func(c *Config) **optim.Schedule { return &c.Schedule },
			func(t *train.Config) *optim.Schedule { return &t.Optim.Schedule }, Field{
				Name: "schedule", Label: "Learning rate over a round", Kind: ChoiceField, Group: TrainingGroup,
				Choices: []Choice{{optim.Constant.String(), "Constant"}, {optim.Cosine.String(), "Falls to 0 along a cosine"}},
				Help:    "Whether the learning rate stays as it is, or falls: large steps first, small ones to settle.",
			}),
		perModel(number, func(c *Config) **float64 { return &c.Momentum },
			func(t *train.Config) *float64 { return &t.Optim.Momentum }, Field{
				Name: "momentum", Label: "Momentum", Kind: NumberField, Max: 1, MaxOpen: true, Group: TrainingGroup,
				Help: "The share of the last step that SGD adds to the next one.",
			}),
		perModel(number, func(c *Config) **float64 { return &c.WeightDecay },
			func(t *train.Config) *float64 { return &t.Optim.WeightDecay }, Field{
				Name: "weightdecay", Label: "Weight decay", Kind: NumberField, Max: 1, Group: TrainingGroup,
				Help: "How strongly each step pulls the weights towards 0.",
			}),
		shared(integer, func(c *Config) *int { return &c.Batch }, Field{
			Name: "batch", Label: "Batch size", Unit: "pairs", Kind: IntegerField, Min: 1, Max: 1000, Group: TrainingGroup,
			Help: "How many pairs each step averages over.",
		}),
		shared(integer, func(c *Config) *int { return &c.Pairs }, Field{
			Name: "pairs", Label: "Training pairs", Unit: "pairs", Kind: IntegerField, Min: 1, Max: 5000, Group: DigitsGroup,
			Help: "How many pairs a round trains on; it is tested on as many others.",
		}),
		shared(integer, func(c *Config) *int { return &c.Pool }, Field{
			Name: "pool", Label: "Image pool", Unit: "images", Kind: IntegerField, Min: 10_000, Max: 60_000, Step: 10_000, Group: DigitsGroup,
			Help: "How many of the training images pairs are drawn from; fewer are less to download.",
		}),
		perModel(toggle, func(c *Config) **bool { return &c.Recombine },
			func(t *train.Config) *bool { return &t.Recombine }, Field{
				Name: "recombine", Label: "New pairs every epoch", Kind: SwitchField, Group: DigitsGroup,
				Help: "Deals the training digits into new pairs each epoch; their targets come from the digits’ labels, which the published Baseline never sees.",
			}),
		perModel(number, func(c *Config) **float64 { return &c.Shift },
			func(t *train.Config) *float64 { return &t.Augment.Shift }, Field{
				Name: "shift", Label: "Shift", Unit: "pixels", Kind: NumberField, Max: train.MaxShift, Group: DigitsGroup,
				Help: "How far at most a training digit is moved, anew each time it is shown.",
			}),
		perModel(number, func(c *Config) **float64 { return &c.Shear },
			func(t *train.Config) *float64 { return &t.Augment.Shear }, Field{
				Name: "shear", Label: "Slant", Unit: "pixels per row", Kind: NumberField, Max: train.MaxShear, Group: DigitsGroup,
				Help: "How much at most a training digit’s rows and columns slide against each other, which slants and turns it.",
			}),
		perModel(number, func(c *Config) **float64 { return &c.Noise },
			func(t *train.Config) *float64 { return &t.Augment.Noise }, Field{
				Name: "noise", Label: "Noise", Unit: "standard deviations", Kind: NumberField, Max: train.MaxNoise, Group: DigitsGroup,
				Help: "How much at most is added to or taken from each pixel of a training digit.",
			}),
		perModel(toggle, func(c *Config) **bool { return &c.LogitReLU },
			func(t *train.Config) *bool { return &t.Model.LogitReLU }, Field{
				Name: "logitrelu", Label: "ReLU on the outputs", Kind: SwitchField, SiameseOnly: true, Group: NetworkGroup,
				Help: "Cuts outputs off below 0, as the published networks do; an output that is cut off stops learning.",
			}),
		perModel(toggle, func(c *Config) **bool { return &c.Soft },
			func(t *train.Config) *bool { return &t.Model.Soft }, Field{
				Name: "soft", Label: "Compare probabilities", Kind: SwitchField, SiameseOnly: true, Group: NetworkGroup,
				Help: "Has the comparison read the digits’ probabilities instead of their raw outputs.",
			}),
		perModel(integer, func(c *Config) **int { return &c.Ch1 },
			func(t *train.Config) *int { return &t.Model.Ch1 }, Field{
				Name: "ch1", Label: "First convolution", Unit: "channels", Kind: IntegerField, Min: 1, Max: 256, Group: NetworkGroup,
				Help: "The width of the first convolution.",
			}),
		perModel(integer, func(c *Config) **int { return &c.Ch2 },
			func(t *train.Config) *int { return &t.Model.Ch2 }, Field{
				Name: "ch2", Label: "Second convolution", Unit: "channels", Kind: IntegerField, Min: 1, Max: 256, Group: NetworkGroup,
				Help: "The width of the second convolution.",
			}),
		perModel(integer, func(c *Config) **int { return &c.FC },
			func(t *train.Config) *int { return &t.Model.FC }, Field{
				Name: "fc", Label: "Hidden layer", Unit: "units", Kind: IntegerField, Min: 1, Max: 1024, Group: NetworkGroup,
				Help: "The width of the fully connected hidden layers.",
			}),
		shared(integer, func(c *Config) *int { return &c.Workers }, Field{
			Name: "workers", Label: "Workers", Unit: "workers", Kind: IntegerField, Min: 0, Max: 16, Group: MachineGroup,
			Help: "How many Web Workers train, 0 for one per processor core; the result is the same with any number.",
		}),
		shared(text, func(c *Config) *string { return &c.Transport }, Field{
			Name: "transport", Label: "Workers meet", Kind: ChoiceField, Group: MachineGroup,
			Choices: []Choice{{"auto", "As the browser allows"}, {"shared", "In shared memory"}, {"ports", "By messages"}},
			Help:    "How workers that share a run exchange sums; the result is the same either way.",
		}),
		shared(text, func(c *Config) *string { return &c.Kernels }, Field{
			Name: "kernels", Label: "Kernels", Kind: ChoiceField, Group: MachineGroup,
			Choices: []Choice{
				{"simd", "SIMD"}, {"fused", "SIMD, fused multiply-add"},
				{"direct", "SIMD, direct forms"}, {"portable", "Portable Go"},
			},
			Help: "Which implementation of the inner loops computes.",
		}),
		shared(toggle, func(c *Config) *bool { return &c.Autostart }, Field{
			Name: "autostart", Label: "Start at once", Kind: SwitchField, QueryOnly: true,
			Help: "Starts training when the page is ready.",
		}),
		viewField(), weightsField(), targetField(), gridField(), shardField(),
	}
})

func presetChoices() []Choice {
	var choices []Choice
	for _, p := range Presets() {
		choices = append(choices, Choice{p.Name, p.Label})
	}
	return choices
}

func modelChoices() []Choice {
	var choices []Choice
	for _, kind := range model.Kinds {
		choices = append(choices, Choice{string(kind), Label(kind)})
	}
	return choices
}

package text

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/state"
)

// Card is what a model's card says.
type Card struct {
	Parameters string // empty: not known yet
	Score      string
	ScoreNote  string
	Where      string // round, epoch and batch
	Left       string
	Training   string  // accuracy and loss on the training pairs
	Time       string  // of training, and its speed
	Fraction   float64 // of the model's training that is done
	Off        bool    // the model is not in the experiment
	Active     bool    // a run of it is in progress
}

func CardOf(s *state.State, kind model.Kind, now time.Duration) Card {
	t := Card{Score: none, ScoreNote: "test accuracy", Where: "Not trained yet", Training: none, Time: none}
	m := s.Model(kind)
	if m == nil {
		if len(s.Models) > 0 {
			t.Where, t.Off = "Not in this experiment", true
		}
		return t
	}
	if m.Parameters > 0 {
		t.Parameters = Count(m.Parameters)
	}
	t.Fraction = m.Fraction()
	round, progress, epochs, live := m.Live()
	t.Active = live && s.Phase == state.Running

	if n := len(m.Finished); n > 0 {
		last := m.Finished[n-1]
		if k := len(last.Epochs); k > 0 {
			t.Training = Percent(last.TrainAccuracy, 1) + ", loss " + loss(last.Epochs[k-1].TrainLoss)
		}
		t.Time = pace(last.Seconds, last.PairsPerSecond)
	}
	if live && progress.Epoch > 0 {
		t.Training = Percent(progress.Accuracy, 1) + ", loss " + loss(progress.Loss)
		t.Time = pace(progress.Seconds, progress.PairsPerSecond)
	}
	t.Score, t.ScoreNote = score(m, epochs, live)
	t.Where = where(s, m, round, progress, live)
	if s.Phase == state.Running && t.Fraction < 1 {
		if left, ok := s.Left(now, kind); ok {
			t.Left = roughly(left) + " left"
		} else if left, ok := s.LeftInRound(now, kind); ok {
			t.Left = roughly(left) + " left in this round"
		}
	}
	return t
}

// pace is a run's training time and speed.
func pace(s, pairsPerSecond float64) string {
	return seconds(s) + " at " + speed(pairsPerSecond)
}

// score is the test accuracy: of the finished rounds, and before the first of
// the epoch last finished.
func score(m *state.Model, epochs []train.Epoch, live bool) (value, note string) {
	if m.Summary.Mean.Valid() {
		mean, std := meanStd(m.Summary.Mean, m.Summary.Std)
		n := len(m.Finished) - m.Summary.Diverged
		return strings.TrimSpace(mean + " " + std), "test accuracy, " + Times(n, "round")
	}
	if live && len(epochs) > 0 {
		return Percent(epochs[len(epochs)-1].TestAccuracy, 1), fmt.Sprintf("test accuracy after epoch %d", len(epochs))
	}
	if m.Summary.Diverged > 0 {
		return "Diverged", fmt.Sprintf("at epoch %d: the loss was no longer finite", m.Finished[len(m.Finished)-1].Diverged)
	}
	return none, "test accuracy"
}

func where(s *state.State, m *state.Model, round int, p train.Progress, live bool) string {
	var parts []string
	switch {
	case len(m.Finished) == m.Rounds():
		parts = append(parts, Times(m.Rounds(), "round")+" done")
	case live:
		if m.Rounds() > 1 {
			parts = append(parts, fmt.Sprintf("Round %d of %d", round+1, m.Rounds()))
		}
		switch {
		case p.Epoch > 0:
			parts = append(parts, fmt.Sprintf("epoch %d of %d", p.Epoch, p.Epochs), fmt.Sprintf("batch %d of %d", p.Batch, p.Batches))
		case s.Phase.Busy():
			parts = append(parts, "starting")
		default:
			parts = append(parts, "not begun")
		}
	case len(m.Finished) > 0:
		parts = append(parts, fmt.Sprintf("%d of %s done", len(m.Finished), Times(m.Rounds(), "round")))
	case s.Phase.Busy():
		parts = append(parts, "Waiting for its turn")
	default:
		parts = append(parts, "Not trained yet")
	}
	if d := m.Summary.Diverged; d > 0 && m.Rounds() > 1 {
		parts = append(parts, Count(d)+" diverged")
	}
	text := strings.Join(parts, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// fetching is the line while images come; total is 0 until it is known.
func fetching(loaded, total int64) string {
	if total > 0 {
		return fmt.Sprintf("Fetching images: %s of %s MB", megabytes(loaded), megabytes(total))
	}
	return "Fetching images"
}

// Status is the line beside the buttons.
func Status(s *state.State, now time.Duration) string {
	done := Percent(s.Fraction(), 0)
	switch s.Phase {
	case state.Running:
		if d := s.Data; d != nil {
			return fetching(d.Loaded, d.Total)
		}
		if left, ok := s.LeftAll(now); ok {
			return done + " done, " + roughly(left) + " left"
		}
		return done + " done"
	case state.Paused:
		return "Paused, " + done + " done"
	case state.Done:
		if s.Stopped {
			return "Stopped, " + done + " done. What was measured is kept."
		}
		return "Finished"
	case state.Failed:
		return "Stopped by an error"
	case state.Loading:
		return "Loading the program"
	}
	return "Ready"
}

// TrainLabel is the main button's: which models it trains.
func TrainLabel(models []model.Kind) string {
	switch len(models) {
	case len(model.Kinds):
		return "Train all three"
	case 1:
		return "Train " + experiment.Label(models[0])
	}
	return "Train both"
}

// Brief says what an experiment is, in one line; changes are the settings that
// differ from its preset.
func Brief(c experiment.Config, changes int) string {
	text := presetOf(c).Label + " preset"
	if changes > 0 {
		text += ", " + Times(changes, "change")
	}
	return fmt.Sprintf("%s: %s of %s, seed %d", text, Times(c.Rounds, "round"), Times(c.Epochs, "epoch"), c.Seed)
}

// presetOf is the settings' preset.
func presetOf(c experiment.Config) (of experiment.Preset) {
	for _, p := range experiment.Presets() {
		if p.Name == c.Preset {
			of = p
		}
	}
	return of
}

// Changes says how far the settings are from their preset.
func Changes(c experiment.Config, changes int, wrong bool) string {
	switch {
	case wrong:
		return "Some settings need attention."
	case changes == 0:
		return "No changes from the " + presetOf(c).Label + " preset."
	}
	return Times(changes, "change") + " from the " + presetOf(c).Label + " preset."
}

// Folded says how many settings differ from the preset where they may be folded
// away.
func Folded(changes int) string {
	if changes == 0 {
		return ""
	}
	return Count(changes) + " changed"
}

// ResetLabel is the button's that takes all changes back.
func ResetLabel(c experiment.Config) string { return "Reset to " + presetOf(c).Label }

// Range says what a setting may be, and what it is if nobody sets it.
func Range(f experiment.Field, c experiment.Config) string {
	if f.Name == "preset" {
		return presetOf(c).Help
	}
	text := ""
	if f.Kind == experiment.IntegerField || f.Kind == experiment.NumberField {
		text = f.Range() + "; "
	}
	if f.Kind == experiment.ChoicesField {
		text += "default all"
	} else {
		text += "default " + byDefault(f, c)
	}
	text = strings.ToUpper(text[:1]) + text[1:] + "."
	if f.SiameseOnly {
		text += " Not for the Baseline."
	}
	return text
}

// byDefault is what a setting is if nobody sets it, as people read it; where
// networks differ in it, each one's: Siamese2 on, Siamese10 off.
func byDefault(f experiment.Field, c experiment.Config) string {
	own, same := f.Default(c)
	if same {
		return inWords(f, strings.Split(own, ","))
	}
	values := strings.Split(own, ", ")
	var each []string
	for _, kind := range model.Kinds {
		if f.Applies(kind) {
			i := len(each)
			each = append(each, experiment.Label(kind)+nbsp+inWords(f, values[i:i+1]))
		}
	}
	return strings.Join(each, ", ")
}

// inWords are values of a setting as people read them.
func inWords(f experiment.Field, values []string) string {
	words := slices.Clone(values)
	for i, v := range values {
		if f.Kind == experiment.SwitchField {
			words[i] = map[string]string{"0": "off", "1": "on"}[v]
		}
		for _, choice := range f.Choices {
			if v == choice.Value {
				words[i] = choice.Label
			}
		}
	}
	return strings.Join(words, ", ")
}

// Error is a setting's error as it is shown beside it.
func Error(e *experiment.FieldError) string {
	if e.Value == "" {
		return "Empty: " + e.Message + "."
	}
	return "“" + e.Value + "”: " + e.Message + "."
}

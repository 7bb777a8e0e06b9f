package modelfile

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/pairlab/pairlab/engine/model"
)

// Schema names the form of the metadata.
const Schema = "pairlab.model/v1"

const (
	schemaKey     = "pairlab.schema"
	configKey     = "pairlab.config"
	provenanceKey = "pairlab.provenance"
)

// Provenance is where a trained network comes from.
type Provenance struct {
	Settings string  `json:"settings"`       // of the run, as the page's query string
	Seed     uint64  `json:"seed"`           // of the run's round
	Epochs   int     `json:"epochs"`         // that it was trained for
	Accuracy float64 `json:"accuracy"`       // on the run's test pairs, a fraction
	Mean     float64 `json:"mean"`           // of its training pairs' pixels, 0..255
	Std      float64 `json:"std"`            // of the same; a network's input is (pixel - Mean) / Std
	Date     string  `json:"date,omitempty"` // as the caller likes to write it
	Digest   string  `json:"digest"`         // of the network: see [model.Model.Digest]
}

// Check reports the first entry that no run can have.
func (p Provenance) Check() error {
	switch {
	case !utf8.ValidString(p.Settings) || !utf8.ValidString(p.Date):
		return fmt.Errorf("modelfile: settings %q or date %q: want UTF-8", p.Settings, p.Date)
	case p.Epochs < 0:
		return fmt.Errorf("modelfile: %d epochs: want 0 or more", p.Epochs)
	case !(p.Accuracy >= 0 && p.Accuracy <= 1):
		return fmt.Errorf("modelfile: accuracy %v: want a fraction", p.Accuracy)
	case math.IsNaN(p.Mean) || math.IsInf(p.Mean, 0) || !(p.Std > 0) || math.IsInf(p.Std, 0):
		return fmt.Errorf("modelfile: pixels of mean %v and standard deviation %v: want finite numbers, the second above 0", p.Mean, p.Std)
	}
	if b, err := hex.DecodeString(p.Digest); err != nil || len(b) != 32 || strings.ToLower(p.Digest) != p.Digest {
		return fmt.Errorf("modelfile: digest %q: want 64 digits of lower-case hexadecimal", p.Digest)
	}
	return nil
}

// Metadata is what a file says of a network, by key. The digest of p must be
// the network's, so that no network goes out under another's name.
func Metadata(m *model.Model[float32], p Provenance) (map[string]string, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if digest := m.Digest(); digest != p.Digest {
		return nil, fmt.Errorf("modelfile: provenance of a network with digest %s, this one has %s", p.Digest, digest)
	}
	config, err := encodeJSON(m.Config)
	if err != nil {
		return nil, fmt.Errorf("modelfile: %s: %w", configKey, err)
	}
	provenance, err := encodeJSON(p)
	if err != nil {
		return nil, fmt.Errorf("modelfile: %s: %w", provenanceKey, err)
	}
	return map[string]string{schemaKey: Schema, configKey: config, provenanceKey: provenance}, nil
}

func readMetadata(metadata map[string]string) (c model.Config, p Provenance, err error) {
	if got := metadata[schemaKey]; got != Schema {
		return c, p, fmt.Errorf("modelfile: %s is %q, want %q: not a network saved by PairLab, or by another version", schemaKey, got, Schema)
	}
	if err := decodeJSON(metadata[configKey], &c); err != nil {
		return c, p, fmt.Errorf("modelfile: %s: %w", configKey, err)
	}
	if err := c.Check(); err != nil {
		return c, p, fmt.Errorf("modelfile: %s: %w", configKey, err)
	}
	if err := decodeJSON(metadata[provenanceKey], &p); err != nil {
		return c, p, fmt.Errorf("modelfile: %s: %w", provenanceKey, err)
	}
	return c, p, p.Check()
}

func encodeJSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a query string stays readable
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// decodeJSON reads what encodeJSON wrote and nothing else: an entry that is
// missing would silently be 0, and one that is not known be lost.
func decodeJSON[T any](text string, v *T) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	again, err := encodeJSON(*v)
	if err != nil {
		return err
	}
	if again != text {
		return fmt.Errorf("%q: an entry is missing or written in another way, want %q", text, again)
	}
	return nil
}

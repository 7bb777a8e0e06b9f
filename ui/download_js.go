package ui

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/ui/state"
)

// downloads are the two download buttons, which work from the beginning of the
// first experiment.
type downloads []*element

func newDownloads(d *dom, p *Page) downloads {
	list := downloads{d.find("#save-json"), d.find("#save-csv")}
	list[0].on("click", func(safejs.Value) {
		r, ok := p.Result()
		if !ok {
			return
		}
		text, err := json.MarshalIndent(r, "", "  ")
		d.note(err)
		if err == nil {
			d.save("pairlab-result.json", "application/json", string(text)+"\n")
		}
	})
	list[1].on("click", func(safejs.Value) {
		r, ok := p.Result()
		if !ok {
			return
		}
		var b strings.Builder
		d.note(r.WriteCSV(&b))
		d.save("pairlab-result.csv", "text/csv", b.String())
	})
	return list
}

func (list downloads) render(s *state.State) {
	for _, button := range list {
		button.flag("disabled", len(s.Models) == 0)
	}
}

// save hands a file to the browser's downloads.
func (d *dom) save(name, kind string, content any) {
	url, err := d.objectURL(kind, content)
	if err != nil {
		d.note(fmt.Errorf("ui: download of %s: %w", name, err))
		return
	}
	link := d.create(nil, "a", "href", url, "download", name)
	link.call("click")
	// The browser reads the file after this handler; a URL is small until then.
	release := d.function(func([]safejs.Value) {
		if class, err := d.window.Get("URL"); err == nil {
			_, err = class.Call("revokeObjectURL", url)
			d.note(err)
		}
	})
	_, err = d.window.Call("setTimeout", release, 60_000)
	d.note(err)
}

func (d *dom) objectURL(kind string, content any) (string, error) {
	class, err := d.window.Get("Blob")
	if err != nil {
		return "", err
	}
	blob, err := class.New([]any{content}, map[string]any{"type": kind})
	if err != nil {
		return "", err
	}
	if class, err = d.window.Get("URL"); err != nil {
		return "", err
	}
	url, err := class.Call("createObjectURL", blob)
	if err != nil {
		return "", err
	}
	return url.String()
}

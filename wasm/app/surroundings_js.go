package main

import "github.com/hack-pad/safejs"

// surroundings is what the browser says of itself and of the page.
type surroundings struct {
	base     string // the page's folder, with a slash at its end
	agent    string
	isolated bool // memory may be shared
	cores    int
}

func findSurroundings() (s surroundings, err error) {
	for _, fact := range []struct {
		object, name string
		read         func(safejs.Value) error
	}{
		{"document", "baseURI", func(v safejs.Value) error {
			uri, err := v.String()
			if err != nil {
				return err
			}
			s.base = folder(uri)
			return nil
		}},
		{"navigator", "userAgent", func(v safejs.Value) (err error) { s.agent, err = v.String(); return }},
		{"navigator", "hardwareConcurrency", func(v safejs.Value) (err error) { s.cores, err = v.Int(); return }},
		{"window", "crossOriginIsolated", func(v safejs.Value) (err error) { s.isolated, err = v.Truthy(); return }},
	} {
		object, err := safejs.Global().Get(fact.object)
		if err != nil {
			return s, err
		}
		value, err := object.Get(fact.name)
		if err != nil {
			return s, err
		}
		if err := fact.read(value); err != nil {
			return s, err
		}
	}
	return s, nil
}

package main

import (
	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/ask"
	"github.com/pairlab/pairlab/ui"
)

// scriptAnswer is a network's answer as scripts see it.
type scriptAnswer struct {
	Name string `json:"name"` // baseline, siamese2, siamese10, or file: the one that was loaded
	ask.Answer
}

// apiAsk puts a pair of test images to all networks that the page has.
func (c *controller) apiAsk(args []safejs.Value) (any, error) {
	images, err := argsWhole("ask", "the whole numbers of two test images", args, 2)
	if err != nil {
		return nil, err
	}
	return promise(func() (any, error) {
		type reply struct {
			answer ui.Answer
			err    error
		}
		replies := make(chan reply, 1)
		c.asker.Ask(ui.Question{Left: &ui.Digit{Image: images[0]}, Right: &ui.Digit{Image: images[1]}},
			func(a ui.Answer, err error) { replies <- reply{a, err} })
		r := <-replies
		if r.err != nil {
			return nil, r.err
		}
		answers := []scriptAnswer{}
		for i, n := range r.answer.Networks {
			answers = append(answers, scriptAnswer{n.Name, r.answer.Answers[i]})
		}
		text, err := encodeJSON(answers)
		if err != nil {
			return nil, err
		}
		return parseJSON(text)
	})
}

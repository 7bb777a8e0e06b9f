package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// notesShown is how many notes the page shows, the newest ones.
const notesShown = 3

// notices are what the page says beside the course of an experiment: the offer
// to go on with one that was left, and what went wrong and was mended.
type notices struct {
	kept, keptText, resume, discard *element
	note, noteText                  *element

	offer string // empty: none
	notes []string
}

func newNotices(d *dom, p *Page) *notices {
	n := &notices{
		kept: d.find("#kept"), keptText: d.find("#kept-text"),
		resume: d.find("#kept-resume"), discard: d.find("#kept-discard"),
		note: d.find("#note"), noteText: d.find("#note-text"),
	}
	// The pressed button goes away: the keyboard goes where it is of use.
	n.resume.on("click", func(safejs.Value) {
		p.handlers.ResumeKept()
		p.controls.pause.call("focus")
	})
	n.discard.on("click", func(safejs.Value) {
		p.controls.train.call("focus")
		p.handlers.DiscardKept()
	})
	return n
}

func (n *notices) render(phase state.Phase) {
	n.keptText.text(n.offer)
	n.kept.flag("hidden", n.offer == "" || phase.Busy())
	n.noteText.text(strings.Join(n.notes, "\n"))
	n.note.flag("hidden", len(n.notes) == 0)
}

// OfferKept offers to go on with an experiment, or, with nil, withdraws the
// offer. It is not shown while another is under way.
func (p *Page) OfferKept(k *text.Kept) {
	p.notices.offer = ""
	if k != nil {
		p.notices.offer = text.Offer(*k, time.Now().UnixMilli())
	}
	p.notices.render(p.phase())
}

// Note tells the person something about the experiment in hand that needs no
// answer. It stays until the next one begins.
func (p *Page) Note(text string) {
	n := p.notices
	n.notes = append(slices.DeleteFunc(n.notes, func(old string) bool { return old == text }), text)
	n.notes = n.notes[max(0, len(n.notes)-notesShown):]
	n.render(p.phase())
}

package browser

import (
	"context"
	"errors"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/chromedp"
)

// ErrCrashed is the error of what was asked of a page whose process died. The
// browser lives on and never answers for it.
var ErrCrashed = errors.New("browser: the page crashed: its process died, as it does if the machine has no memory left")

// untilCrash is the tab's context, but ends, with ErrCrashed for its cause,
// when the tab's process dies.
func untilCrash(tab context.Context) (context.Context, error) {
	ctx, cancel := context.WithCancelCause(tab)
	err := chromedp.Listen(tab, func(event any) {
		if _, crashed := event.(*inspector.EventTargetCrashed); crashed {
			cancel(ErrCrashed)
		}
	})
	return ctx, err
}

// why is err, or ErrCrashed where that is what ended the page's context.
func (p Page) why(err error) error {
	if err != nil && errors.Is(context.Cause(p.Ctx), ErrCrashed) {
		return ErrCrashed
	}
	return err
}

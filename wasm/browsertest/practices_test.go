//go:build browser

package browsertest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// This file has what Lighthouse checks for accessibility and best practices
// and axe-core does not find by default.

// recordListeners notes what a page should not ask for.
const recordListeners = `{
	const add = EventTarget.prototype.addEventListener;
	window.unwanted = [];
	EventTarget.prototype.addEventListener = function (kind, ...rest) {
		if (["unload", "beforeunload"].includes(kind)) unwanted.push(kind + " listener");
		return add.call(this, kind, ...rest);
	};
	Notification.requestPermission = async () => { unwanted.push("notifications"); return "denied"; };
	navigator.geolocation.getCurrentPosition = () => unwanted.push("place");
	document.write = () => unwanted.push("document.write");
}`

// unfoldAll trains a little and shows all there is: open details, an experiment
// that is being renamed, and two compared.
func (v *visit) unfoldAll() {
	v.t.Helper()
	for range 2 {
		v.start(map[string]any{"rounds": 2, "epochs": 2, "pairs": 100, "pool": 10_000})
		v.wait(trainLimit, "done")
	}
	v.shelfRows(2)
	v.do(`for (const d of document.querySelectorAll("details")) d.open = true`)
	v.inRow(1, "Compare")
	v.inRow(2, "Compare")
	v.inRow(1, "Rename")
	v.pick("left", 3)
	v.pick("right", 4)
	v.until(soon, answered)
}

func TestGoodPracticesHold(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var issues []string
	v := newTab(t)
	if err := chromedp.Listen(v.Ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *audits.EventIssueAdded:
			issues = append(issues, fmt.Sprintf("the browser reports %s: %+v %+v", e.Issue.Code, e.Issue.Details.DeprecationIssueDetails, e.Issue.Details.GenericIssueDetails))
		case *network.EventResponseReceived:
			if e.Response.Status >= 400 {
				issues = append(issues, fmt.Sprintf("status %d for %s", e.Response.Status, e.Response.URL))
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(v.Ctx, audits.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(v.Ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	v.beforeLoad(recordListeners)
	v.goTo(serve(t, nil))
	v.unfoldAll()
	mu.Lock()
	for _, issue := range issues {
		t.Error(issue)
	}
	mu.Unlock()
	if unwanted := eval[[]string](v, `unwanted`); len(unwanted) > 0 {
		t.Errorf("the page asks for %v", unwanted)
	}

	answer, err := http.Get(v.address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	head := make([]byte, 1024)
	if _, err := io.ReadFull(answer.Body, head); err != nil {
		t.Fatal(err)
	}
	if text := strings.ToLower(string(head)); !strings.HasPrefix(text, "<!doctype html>") || !strings.Contains(text, `<meta charset="utf-8">`) {
		t.Errorf("the first kilobyte has no doctype or charset: %s", text)
	}
	for what, script := range map[string]string{
		"standards mode":   `document.compatMode === "CSS1Compat"`,
		"a language":       `document.documentElement.lang === "en"`,
		"a title":          `document.title.length > 10`,
		"a description":    `document.querySelector("meta[name=description]").content.length > 50`,
		"zoom allowed":     `/width=device-width/.test(document.querySelector("meta[name=viewport]").content) && !/user-scalable|maximum-scale/.test(document.querySelector("meta[name=viewport]").content)`,
		"an icon":          `document.querySelector("link[rel=icon]") !== null`,
		"unique ids":       `new Set([...document.querySelectorAll("[id]")].map((e) => e.id)).size === document.querySelectorAll("[id]").length`,
		"no focus order":   `document.querySelectorAll("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").length === 0`,
		"one main heading": `document.querySelectorAll("h1").length === 1`,
	} {
		if !eval[bool](v, script) {
			t.Errorf("the page has not: %s", what)
		}
	}
	v.checkImages()
	for _, size := range [][2]int64{{1440, 900}, {390, 844}} {
		v.run(chromedp.EmulateViewport(size[0], size[1]))
		v.checkTargets(size[0])
		if small := eval[[]string](v, `(() => {
			const small = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
			while (walker.nextNode()) {
				const of = walker.currentNode.parentElement;
				if (walker.currentNode.data.trim() && of.checkVisibility() && parseFloat(getComputedStyle(of).fontSize) < 12) small.add(of.outerHTML.slice(0, 80));
			}
			return [...small];
		})()`); len(small) > 0 {
			t.Errorf("%d pixels wide: text smaller than 12 pixels: %q", size[0], small)
		}
	}
}

// checkImages looks at what images are drawn as.
func (v *visit) checkImages() {
	v.t.Helper()
	for _, bad := range eval[[]string](v, `[...document.images].filter((image) => {
		const box = image.getBoundingClientRect(), style = getComputedStyle(image);
		const inner = (side, a, b) => box[side] - parseFloat(style["padding" + a]) - parseFloat(style["padding" + b]);
		const drawn = inner("width", "Left", "Right") / inner("height", "Top", "Bottom");
		return !image.complete || image.naturalWidth === 0 || !image.hasAttribute("width") || !image.hasAttribute("height") || !image.hasAttribute("alt") ||
			Math.abs(drawn - image.naturalWidth / image.naturalHeight) > 0.05;
	}).map((image) => image.outerHTML)`) {
		v.t.Errorf("an image has no size or alternative text, or is out of shape: %s", bad)
	}
}

// checkTargets has axe-core look at the size of what is pressed, which it does
// not by default.
func (v *visit) checkTargets(width int64) {
	v.t.Helper()
	v.useAxe()
	for _, bad := range eval[[]string](v, `axe.run({ runOnly: ["target-size", "heading-order", "label-content-name-mismatch"], rules: { "target-size": { enabled: true }, "label-content-name-mismatch": { enabled: true } } })
		.then((r) => r.violations.flatMap((x) => x.nodes.map((n) => x.id + ": " + n.html.slice(0, 160) + " " + n.failureSummary)))`) {
		v.t.Errorf("%d pixels wide: %s", width, bad)
	}
}

// TestThePageCanBeEnlarged has the page at twice its size, which halves the
// window, and at four times (320 pixels); then with letters of twice the size.
func TestThePageCanBeEnlarged(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.unfoldAll()
	check := func(what string, width int64) {
		t.Helper()
		const settled = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 250))))`
		if got := eval[int64](v, settled+`.then(() => document.scrollingElement.scrollWidth)`); got > width {
			wide := eval[[]string](v, `[...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("[role=region]"))
				.slice(0, 6).map((e) => e.outerHTML.slice(0, 90))`)
			t.Errorf("%s: the page takes %d pixels of %d: %q", what, got, width, wide)
		}
		cut := eval[[]string](v, `[...document.querySelectorAll("button, label, summary, h1, h2, h3, h4, p, td, th, legend")].filter((e) =>
			e.checkVisibility() && !e.closest(".unseen, .skip, [role=region], .verb") && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).overflowX !== "visible")
			.map((e) => e.outerHTML.slice(0, 90))`)
		if len(cut) > 0 {
			t.Errorf("%s: text is cut off: %q", what, cut)
		}
	}
	for _, width := range []int64{720, 360, 320} {
		v.run(chromedp.EmulateViewport(width, 450))
		check(fmt.Sprintf("%d pixels wide", width), width)
	}
	sizes := page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: 32, Fixed: 26}}
	if _, err := chromedp.Call(v.Ctx, page.SetFontSizes, sizes); err != nil {
		t.Fatal(err)
	}
	v.until(soon, `getComputedStyle(document.documentElement).fontSize === "32px"`)
	for _, width := range []int64{1280, 640} {
		v.run(chromedp.EmulateViewport(width, 720))
		check(fmt.Sprintf("letters of twice the size, %d pixels wide", width), width)
	}
}

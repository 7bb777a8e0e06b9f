package ui

import (
	"fmt"
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/text"
)

// largestFile is the largest file that is read, in bytes: a network has no
// more.
const largestFile = 16 << 20

// keepView is where networks are downloaded and loaded, and the link to the
// experiment in hand is.
type keepView struct {
	dom      *dom
	networks Networks

	place, none     *element
	input, error    *element
	copy, link, did *element
	rows            []*keptRow
}

// keptRow is one network's line.
type keptRow struct {
	network text.Network
	origin  *element
}

func newKeep(d *dom, n Networks) *keepView {
	k := &keepView{
		dom: d, networks: n,
		place: d.find("#saved"), none: d.find("#saved-none"),
		input: d.find("#load"), error: d.find("#load-error"),
		copy: d.find("#copy-link"), link: d.find("#share-link"), did: d.find("#copied"),
	}
	k.input.on("change", func(safejs.Value) {
		k.read(k.input.value)
		k.input.input("") // so that the same file can be chosen again
	})
	k.input.flag("disabled", false)
	drop := d.find("#drop")
	drop.on("dragover", func(event safejs.Value) {
		d.wrap(event).call("preventDefault")
		drop.attribute("data-over", "true")
	})
	drop.on("dragleave", func(safejs.Value) { drop.attribute("data-over", "false") })
	drop.on("drop", func(event safejs.Value) {
		d.wrap(event).call("preventDefault")
		drop.attribute("data-over", "false")
		dropped, err := event.Get("dataTransfer")
		d.note(err)
		k.read(dropped)
	})
	k.copy.on("click", func(safejs.Value) { k.copyLink() })
	return k
}

// show lists the networks.
func (k *keepView) show(list []text.Network) {
	k.none.flag("hidden", len(list) > 0)
	same := len(list) == len(k.rows)
	for i := range list {
		same = same && list[i].Title() == k.rows[i].network.Title()
	}
	if !same {
		k.place.call("replaceChildren")
		k.rows = nil
		for _, n := range list {
			k.rows = append(k.rows, k.newRow(n))
		}
	}
	for i, n := range list {
		k.rows[i].network = n
		k.rows[i].origin.text(n.Origin())
	}
}

func (k *keepView) newRow(n text.Network) *keptRow {
	r := &keptRow{network: n}
	item := k.dom.create(k.place, "li", "data-model", string(n.Kind), "data-network", n.Name)
	what := k.dom.create(item, "p")
	k.dom.create(what, "b").text(n.Title())
	r.origin = k.dom.create(what, "span", "class", "origin")
	buttons := k.dom.create(item, "p", "class", "downloads")
	for _, f := range []struct{ label, format string }{{"safetensors", "safetensors"}, {"ONNX", "onnx"}} {
		button := k.dom.create(buttons, "button", "type", "button")
		k.dom.create(button, "span", "class", "verb").text("Download ")
		k.dom.create(button, "span").text(f.label)
		k.dom.create(button, "span", "class", "unseen").text(" of " + n.Title())
		button.on("click", func(safejs.Value) { k.download(r.network, f.format) })
	}
	return r
}

func (k *keepView) download(n text.Network, format string) {
	k.complain("")
	k.networks.Write(n.Name, format, func(written text.Network, file safejs.Value, err error) {
		if err != nil {
			k.complain(n.Title() + " could not be written: " + err.Error())
			return
		}
		k.dom.save(written.FileName()+"."+format, "application/octet-stream", file)
	})
}

// read loads the first file that an input or a drop has.
func (k *keepView) read(from safejs.Value) {
	k.complain("")
	files, err := from.Get("files")
	k.dom.note(err)
	if n, err := files.Length(); err != nil || n == 0 {
		return
	}
	file, err := files.Index(0)
	k.dom.note(err)
	name := k.dom.wrap(file).property("name")
	if size := k.dom.wrap(file).real("size"); size > largestFile {
		k.refuse(name, fmt.Sprintf("it has %.1f MB, the most is %.1f MB", size/1e6, largestFile/1e6))
		return
	}
	promise, err := file.Call("arrayBuffer")
	k.dom.note(err)
	k.dom.then(promise, func(buffer safejs.Value) {
		class, err := k.dom.window.Get("Uint8Array")
		k.dom.note(err)
		bytes, err := class.New(buffer)
		k.dom.note(err)
		k.networks.Load(name, bytes, func(err error) {
			if err != nil {
				k.refuse(name, strings.TrimPrefix(strings.TrimPrefix(err.Error(), "modelfile: "), "safetensors: "))
				return
			}
			k.did.text(name + " is loaded.")
		})
	}, func() { k.refuse(name, "it could not be read") })
}

func (k *keepView) refuse(name, why string) {
	k.complain("“" + name + "” was not loaded: " + why + ". The networks here are as they were.")
}

func (k *keepView) complain(message string) {
	k.error.text(message).flag("hidden", message == "")
	k.did.text("")
}

// reproduce has the link make the experiment c again.
func (k *keepView) reproduce(c experiment.Config) {
	c.Autostart = true
	location, err := k.dom.window.Get("location")
	k.dom.note(err)
	at := k.dom.wrap(location)
	address := at.property("origin") + at.property("pathname") + "?" + c.Encode()
	k.link.text(address).attribute("href", address).flag("hidden", false)
	k.copy.flag("disabled", false)
	k.did.text("")
}

func (k *keepView) copyLink() {
	failed := func() { k.did.text("The browser did not allow copying: take the link beside the button.") }
	navigator, err := k.dom.window.Get("navigator")
	k.dom.note(err)
	clipboard, err := navigator.Get("clipboard")
	k.dom.note(err)
	if clipboard.IsUndefined() { // not on plain http
		failed()
		return
	}
	promise, err := clipboard.Call("writeText", k.link.property("textContent"))
	if err != nil {
		failed()
		return
	}
	k.dom.then(promise, func(safejs.Value) { k.did.text("Copied.") }, failed)
}

//go:build browser

package browsertest

import (
	"fmt"

	"github.com/chromedp/chromedp"
)

// onStore is a script that does something with the page's database and
// promises what `result` then is.
func onStore(do string) string {
	return fmt.Sprintf(`new Promise((resolve, reject) => {
		const opening = indexedDB.open("pairlab", 1);
		opening.onerror = () => reject(opening.error);
		opening.onupgradeneeded = () => opening.result.createObjectStore("records");
		opening.onsuccess = () => {
			const transaction = opening.result.transaction("records", "readwrite"), store = transaction.objectStore("records");
			let result = null;
			%s
			transaction.oncomplete = () => { opening.result.close(); resolve(result); };
			transaction.onabort = () => reject(transaction.error);
		};
	})`, do)
}

// waitEmpty waits until nothing is kept any more.
func (v *visit) waitEmpty() {
	v.t.Helper()
	v.until(soon, onStore(`store.count().onsuccess = (event) => { result = event.target.result === 0; };`))
}

// epochsKept is part of a script: of each run whose states are in the storage
// (keys, values), after which epochs they are.
const epochsKept = `
	const epoch = (i) => new DataView(values[i].buffer).getUint32(32, true);
	const runs = new Map();
	keys.forEach((key, i) => runs.set(key.slice(0, -2), [...(runs.get(key.slice(0, -2)) ?? []), epoch(i)]));`

// onStates is onStore for what does something with the states there are.
func onStates(do string) string {
	return onStore(fmt.Sprintf(`
		const states = IDBKeyRange.bound("state/", "state0");
		store.getAllKeys(states).onsuccess = ({ target: { result: keys } }) => {
			store.getAll(states).onsuccess = ({ target: { result: values } }) => { %s %s };
		};`, epochsKept, do))
}

// kept is a script that says whether the state of so many runs in progress lies
// in both its slots. That of a run that has ended is there, too.
func kept(runs int) string {
	return onStates(fmt.Sprintf(`
		const last = pairlab.result().config.epochs;
		result = [...runs.values()].filter((epochs) => epochs.length === 2 && Math.max(...epochs) < last).length === %d;`, runs))
}

// waitKept waits until that is so. The page is told again and again that it is
// hidden, for it to keep what it would else keep some time later.
func (v *visit) waitKept(runs int) {
	v.t.Helper()
	v.until(trainLimit, whenHidden(kept(runs)))
}

// whenHidden is a script that tells the page that it is hidden and then does
// what script does.
func whenHidden(script string) string {
	return `(() => {
		Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
		document.dispatchEvent(new Event("visibilitychange"));
		delete document.hidden;
		return ` + script + `;
	})()`
}

const offered = `!document.getElementById("kept").hidden`

// resumeKept presses the offer's button.
func (v *visit) resumeKept() {
	v.t.Helper()
	v.until(soon, offered)
	v.run(chromedp.Click(chromedp.ID("kept-resume"), chromedp.NodeVisible))
	v.wait(soon, "running", "done")
}

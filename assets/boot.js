// Starts the Go program in the page: fetches app.wasm while saying how far it
// is, compiles it once, and runs it. What Go cannot find out by itself is left
// for it under one symbol on globalThis (not enumerable, so that window.pairlab
// stays the only name this site adds):
//
//   globalThis[Symbol.for("pairlab.boot")] = { module, kernels, link, uPlot, throwing }
//
// module and kernels are the compiled WebAssembly.Modules, to be posted to
// workers, which then need not download or compile anything (worker.js). link
// instantiates a module that Go has assembled (go.js). uPlot is the chart
// library, undefined if it did not load. throwing wraps a Go function so that
// an Error which it returns is thrown: Go itself cannot throw. os.Args[1] is
// "page".
import { instantiate, keepErrors, leave, loadGo } from "./go.js";

const root = document.documentElement;
const status = document.getElementById("boot-status");

function say(text) {
  if (status) status.textContent = text;
}

function fail(message) {
  root.dataset.state = "failed";
  root.dataset.error = message;
  const box = document.getElementById("failure");
  const text = document.getElementById("failure-text");
  if (!box || !text) return;
  text.textContent = message;
  box.hidden = false;
  const retry = document.getElementById("retry");
  if (retry) {
    retry.hidden = false;
    retry.textContent = "Reload the page";
    retry.addEventListener("click", () => location.reload(), { once: true });
  }
  say("Not available");
}

// counted reports the bytes of a response's body as they come, of a copy: the
// browser keeps what it has compiled from a response with it, for the next
// visit, if it compiles the response itself.
function counted(response, report) {
  // With a compressed transfer, content-length is not the length that is read.
  const total = response.headers.get("content-encoding") ? 0 : Number(response.headers.get("content-length"));
  let loaded = 0;
  const count = new WritableStream({
    write(chunk) {
      loaded += chunk.byteLength;
      report(loaded, total);
    },
  });
  // What fails here fails the compilation too, which says so.
  response.clone().body.pipeTo(count).catch(() => {});
  return response;
}

// typed gives a response the type that streaming compilation asks for, which
// some static hosts do not send.
function typed(response) {
  const type = "application/wasm";
  if (response.headers.get("content-type") === type) return response;
  return new Response(response.body, { headers: { "content-type": type } });
}

function report(loaded, total) {
  say(total > 0 ? `Loading the program: ${Math.round((100 * loaded) / total)} %` : `Loading the program: ${(loaded / 1e6).toFixed(1)} MB`);
}

async function compile(url, report) {
  let response;
  try {
    response = await fetch(url);
  } catch (err) {
    throw new Error(`The program could not be fetched (${err.message}). Check the connection and reload.`);
  }
  if (!response.ok) {
    throw new Error(`The program could not be fetched: ${url.pathname} answered ${response.status}.`);
  }
  return WebAssembly.compileStreaming(typed(counted(response, report)));
}

const throwing = (fn) => (...args) => {
  const result = fn(...args);
  if (result instanceof Error) throw result;
  return result;
};

// keepForOffline has the service worker (sw.js) installed. What the page
// fetches before that has taken it over, it is told of: it keeps the packs.
// Without one (an old browser, a private window, a plain http address) the
// site works all the same.
async function keepForOffline() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const late = !serviceWorker.controller;
  await serviceWorker.register(new URL("sw.js", import.meta.url));
  if (!late) return;
  const { active } = await serviceWorker.ready;
  const tell = (list) => {
    for (const { name } of list.getEntries()) {
      if (name.endsWith(".pack")) active.postMessage({ pack: name });
    }
  };
  new PerformanceObserver(tell).observe({ type: "resource", buffered: true });
}

async function main() {
  if (typeof WebAssembly !== "object" || typeof WebAssembly.compileStreaming !== "function") {
    throw new Error("This browser has no WebAssembly (or it is switched off), and the training is written in it.");
  }
  const [Go, module, kernels, uPlot] = await Promise.all([
    loadGo(),
    compile(new URL("app.wasm", import.meta.url), report),
    compile(new URL("kernels.wasm", import.meta.url), () => {}),
    import("./vendor/uPlot.esm.js").then(
      (library) => library.default,
      () => undefined,
    ),
  ]);
  say("Starting the program");

  const errors = keepErrors();
  const { go, instance, link } = await instantiate(Go, module, kernels, "page");
  leave({ module, kernels, link, uPlot, throwing });
  const ended = go.run(instance);
  keepForOffline().catch(() => {});
  await ended;
  // The page's program waits for events and never returns by itself.
  throw new Error(`The program stopped. ${errors()}`.trim());
}

main().catch((err) => fail(err.message));

// What the page and the workers share in starting Go.

// loadGo imports Go's own wasm_exec.js, takes the class it defines, and removes
// the global name again. (The globals fs, path and process, which wasm_exec.js
// also makes, must stay: the running program uses them.)
export async function loadGo() {
  await import("./wasm_exec.js");
  const { Go } = globalThis;
  delete globalThis.Go;
  return Go;
}

// keepErrors listens to what Go writes to standard error and returns a function
// that gives its first lines: after a panic, its text and where it was.
export function keepErrors() {
  const { fs } = globalThis;
  const write = fs.writeSync;
  const decoder = new TextDecoder();
  let text = "";
  fs.writeSync = (fd, buf) => {
    if (fd === 2 && text.length < 4096) text += decoder.decode(buf, { stream: true });
    return write.call(fs, fd, buf);
  };
  return () => text.split("\n").slice(0, 12).join("\n").trim();
}

// instantiate makes a Go program of its module, ready to run. Kernels that the
// program assembles itself are instantiated by link, over the program's own
// memory; they find each other, and the program finds them, in the table of
// the module that kernels is (kernels.wasm).
export async function instantiate(Go, module, kernels, role) {
  const table = await WebAssembly.instantiate(kernels);
  const go = new Go();
  go.argv = ["pairlab", role];
  go.importObject.kernels = table.exports;
  const instance = await WebAssembly.instantiate(module, go.importObject);
  const link = (bytes) => {
    const imports = { go: { mem: instance.exports.mem }, kernels: table.exports };
    new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  };
  return { go, instance, link };
}

// leave puts what Go cannot find out by itself where it looks for it, under
// one symbol on globalThis (not enumerable: no name is added).
export function leave(boot) {
  Object.defineProperty(globalThis, Symbol.for("pairlab.boot"), { value: Object.freeze(boot) });
}

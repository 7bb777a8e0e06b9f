// Runs the Go program with the imports of wasmsimd's hosts, as hosttest's
// exec.cjs does under Node.
importScripts("wasm_exec.js");

const decoder = new TextDecoder();
globalThis.fs.writeSync = (fd, bytes) => {
  postMessage({ text: decoder.decode(bytes, { stream: true }) });
  return bytes.length;
};

async function run(argv) {
  const { instance: kernels } = await WebAssembly.instantiateStreaming(fetch("kernels.wasm"));
  const go = new Go();
  let mem;
  const bytes = (at, length) => new Uint8Array(mem.buffer, at, length).slice();
  go.importObject.kernels = {
    ...kernels.exports,
    instantiate(at, length) {
      try {
        new WebAssembly.Instance(new WebAssembly.Module(bytes(at, length)), { go: { mem }, kernels: kernels.exports });
        return 1;
      } catch (err) {
        postMessage({ text: `${err}\n` });
        return 0;
      }
    },
    validate: (at, length) => (WebAssembly.validate(bytes(at, length)) ? 1 : 0),
  };
  go.argv = argv;
  let code = 0;
  go.exit = (c) => {
    code = c;
  };
  const { instance } = await WebAssembly.instantiateStreaming(fetch("program.wasm"), go.importObject);
  mem = instance.exports.mem;
  await go.run(instance);
  return code;
}

onmessage = ({ data: argv }) =>
  run(argv).then(
    (code) => postMessage({ code }),
    (err) => postMessage({ text: `${err.stack ?? err}\n`, code: 2 }),
  );

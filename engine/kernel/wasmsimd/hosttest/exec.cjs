#!/usr/bin/env -S node --stack-size=8192
// Starts a Go test binary under Node, like Go's own go_js_wasm_exec, and
// provides the imports of wasmsimd's hosts. The trampoline comes from the file
// that KERNELS_WASM names, or else from `go run`. Tests of the page's modules
// find Go's memory, and what imports a module, under
//
//   globalThis[Symbol.for("pairlab.exec")] = { memory, load }
"use strict";
// Node has relaxed SIMD behind a flag up to 21, and no such flag from 22 on.
if (parseInt(process.versions.node) < 22) require("v8").setFlagsFromString("--experimental-wasm-relaxed-simd");
const { execFileSync } = require("child_process");
const nodePath = require("path");

globalThis.require = require;
globalThis.fs = require("fs");
globalThis.path = nodePath;
globalThis.TextEncoder = require("util").TextEncoder;
globalThis.TextDecoder = require("util").TextDecoder;
globalThis.performance ??= require("performance");
globalThis.crypto ??= require("crypto");

const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
require(nodePath.join(goroot, "lib", "wasm", "wasm_exec.js"));

function trampoline() {
	if (process.env.KERNELS_WASM) return fs.readFileSync(process.env.KERNELS_WASM);
	return execFileSync("go", ["run", nodePath.join(__dirname, "..", "trampoline")],
		{ cwd: __dirname, env: { ...process.env, GOOS: "", GOARCH: "" } });
}

const kernels = new WebAssembly.Instance(new WebAssembly.Module(trampoline()));
const go = new Go();
let mem;
const bytes = (at, length) => new Uint8Array(mem.buffer, at, length).slice();
go.importObject.kernels = {
	...kernels.exports,
	instantiate(at, length) {
		try {
			const module = new WebAssembly.Module(bytes(at, length));
			new WebAssembly.Instance(module, { go: { mem }, kernels: kernels.exports });
			return 1;
		} catch (err) {
			console.error(err.message);
			return 0;
		}
	},
	validate: (at, length) => (WebAssembly.validate(bytes(at, length)) ? 1 : 0),
};
go.argv = process.argv.slice(2);
go.env = { TMPDIR: require("os").tmpdir(), ...process.env };
go.exit = process.exit;
WebAssembly.instantiate(fs.readFileSync(process.argv[2]), go.importObject).then(({ instance }) => {
	mem = instance.exports.mem;
	globalThis[Symbol.for("pairlab.exec")] = {
		memory: mem,
		// By its text: Node takes a file of this name for an old script.
		load: (file) => import("data:text/javascript," + encodeURIComponent(fs.readFileSync(file, "utf8"))),
	};
	process.on("exit", (code) => {
		if (code === 0 && !go.exited) { // a deadlock: have Go print the stacks
			go._pendingEvent = { id: 0 };
			go._resume();
		}
	});
	return go.run(instance);
}).catch((err) => {
	console.error(err);
	process.exit(1);
});

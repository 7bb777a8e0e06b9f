// Starts the same Go program in a worker. The page's first message must be an
// object with the compiled WebAssembly.Modules `module` (Go's program) and
// `kernels`; Go finds the whole message, link (go.js), meet (meet.js) and openMail
// (mail.js, over Go's memory) under
//
//   globalThis[Symbol.for("pairlab.boot")] = { module, kernels, ..., link, meet, openMail }
//
// and os.Args[1] is "worker". Go says that it is ready by its own first
// message: what is posted to the worker between the two would be lost.
//
// When Go's program ends, or cannot start, the worker posts
//
//   { exit: code, text: what Go wrote to standard error }
//
// so that a panic reaches the page with its text.
import { instantiate, keepErrors, leave, loadGo } from "./go.js";
import { mailOver } from "./mail.js";
import * as meet from "./meet.js";

// Resolves with the first message; added before anything is awaited.
const first = new Promise((resolve) => {
  addEventListener("message", (event) => resolve(event.data), { once: true });
});

async function main() {
  const [Go, boot] = await Promise.all([loadGo(), first]);
  const errors = keepErrors();
  const { go, instance, link } = await instantiate(Go, boot.module, boot.kernels, "worker");
  leave({ ...boot, link, meet, openMail: mailOver(instance.exports.mem) });
  let code = 0;
  go.exit = (c) => {
    code = c;
  };
  await go.run(instance);
  postMessage({ exit: code, text: errors() });
}

main().catch((err) => postMessage({ exit: 1, text: String(err) }));

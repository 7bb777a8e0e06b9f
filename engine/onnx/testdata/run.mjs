// Runs ONNX models in onnxruntime-web's WebAssembly and writes their outputs.
//
//   node run.mjs <folder with node_modules> <folder of the jobs>
//
// jobs.json there is a list of {model, input, batch, outputs}: file names of
// a model and of its input (raw float32, pairs of 2x14x14), how many pairs
// go through at once, and the names of the outputs. Each output is written
// as raw float32 to <model>.<output>.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [packages, folder] = process.argv.slice(2);
const ort = createRequire(resolve(packages, 'package.json'))('onnxruntime-web');
ort.env.wasm.numThreads = 1;

const floats = (bytes) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

for (const job of JSON.parse(readFileSync(join(folder, 'jobs.json')))) {
  const session = await ort.InferenceSession.create(readFileSync(join(folder, job.model)), { executionProviders: ['wasm'] });
  if (session.inputNames.join() !== 'pair' || session.outputNames.join() !== job.outputs.join()) {
    throw new Error(`${job.model}: inputs ${session.inputNames}, outputs ${session.outputNames}, want pair and ${job.outputs}`);
  }
  const input = floats(readFileSync(join(folder, job.input)));
  const size = 2 * 14 * 14;
  const outputs = job.outputs.map(() => []);
  for (let from = 0; from < input.length; from += job.batch * size) {
    const rows = input.slice(from, from + job.batch * size);
    const pair = new ort.Tensor('float32', rows, [rows.length / size, 2, 14, 14]);
    const results = await session.run({ pair });
    job.outputs.forEach((name, i) => outputs[i].push(Buffer.from(results[name].data.slice().buffer)));
  }
  job.outputs.forEach((name, i) => writeFileSync(join(folder, `${job.model}.${name}`), Buffer.concat(outputs[i])));
  await session.release();
}

// The place where the ranks of a group meet in shared memory (wasm/group): the
// looks at a word that another rank is about to change. From Go each would cost
// a microsecond.

// The control words, as in wasm/group.
const stop = 0;
const arrived = 1;
const round = 2;

// arrive says that this rank has arrived at a barrier, as the last one if `all`
// have arrived by then.
export function arrive(words, all) {
  if (Atomics.add(words, arrived, 1) + 1 !== all) return;
  Atomics.add(words, round, 1);
  Atomics.notify(words, round);
}

// look looks at most `looks` times whether barrier number `now` is complete, and
// returns the number of barriers that are.
export function look(words, now, looks) {
  while (Atomics.load(words, round) === now && Atomics.load(words, stop) === 0 && looks > 0) looks--;
  return Atomics.load(words, round);
}

// The place where the ranks of a group meet in shared memory (wasm/group): the
// looks at a word that another rank is about to change. From Go each would cost
// a microsecond.

// The control words, as in wasm/group.
const stop = 0;
const arrived = 1;
const round = 2;

// meet says that this rank has arrived at barrier number `now`, as the last one
// if `all` have arrived by then, looks at most `looks` times whether it is
// complete, and returns the number of barriers that are.
export function meet(words, now, all, looks) {
  if (Atomics.add(words, arrived, 1) + 1 === all) {
    Atomics.add(words, round, 1);
    Atomics.notify(words, round);
  }
  while (Atomics.load(words, round) === now && Atomics.load(words, stop) === 0 && looks > 0) looks--;
  return Atomics.load(words, round);
}

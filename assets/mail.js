// The mail of a worker that meets others by messages (wasm/group): numbers go
// straight between Go's memory and the buffers that travel. From Go every look
// at a message or a buffer would cost microseconds, several in each meeting.

// Buffers are transferred, of whatever size: copying one takes longer even for
// a kilobyte. They have whole pages, so that nearly equal ones can be used for
// each other, and those that came are sent again: a new one is cleared first.
const page = 4096;

// No more are kept of one size than two meetings of a pair take.
const kept = 4;

// mailOver returns a function that opens the mail of a rank over Go's memory:
// ports are by rank, its own place is empty, and wake is called when something
// came from whom take found nothing of.
//
//   send(to, at, length, at, length, ...)    sends those bytes of the memory
//   take(from, at, length, at, length, ...)  puts what came there; false if
//                                            nothing came
//   close()                                  lets go of the ports
export function mailOver(memory) {
  return (ports, wake) => {
    const free = new Map(); // lists of buffers, by size
    const inboxes = ports.map(() => []);
    let awaited = -1;

    const freeOf = (size) => {
      if (!free.has(size)) free.set(size, []);
      return free.get(size);
    };
    const sizeOf = (places) => {
      let sum = 0;
      for (let i = 1; i < places.length; i += 2) sum += places[i];
      return Math.ceil(sum / page) * page;
    };
    const each = (places, buffer, copy) => {
      let offset = 0;
      for (let i = 0; i < places.length; i += 2) {
        const [at, length] = [places[i], places[i + 1]];
        copy(new Uint8Array(memory.buffer, at, length), new Uint8Array(buffer, offset, length));
        offset += length;
      }
    };
    ports.forEach((port, from) => {
      if (!port) return;
      port.onmessage = ({ data }) => {
        inboxes[from].push(data);
        if (awaited !== from) return;
        awaited = -1;
        wake();
      };
    });
    return {
      send(to, ...places) {
        const size = sizeOf(places);
        const buffer = freeOf(size).pop() ?? new ArrayBuffer(size);
        each(places, buffer, (go, js) => js.set(go));
        ports[to].postMessage(buffer, [buffer]);
      },
      take(from, ...places) {
        const buffer = inboxes[from].shift();
        if (!buffer) {
          awaited = from;
          return false;
        }
        each(places, buffer, (go, js) => go.set(js));
        const list = freeOf(buffer.byteLength);
        if (list.length < kept) list.push(buffer);
        return true;
      },
      close() {
        awaited = -1;
        for (const port of ports) port?.close();
      },
    };
  };
}

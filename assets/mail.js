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
// ports are by rank, its own place is empty.
//
//   send(to, at, length, at, length, ...)    sends those bytes of the memory
//   take(from, at, length, at, length, ...)  puts what came there; false if
//                                            nothing came: wake is called when
//                                            it has come and is there
//   forget()                                 what take asked for is to be put
//                                            nowhere when it comes
//   close()                                  lets go of the ports
export function mailOver(memory) {
  return (ports, wake) => {
    const free = new Map(); // lists of buffers, by size
    const inboxes = ports.map(() => []);
    let awaited = null; // { from, places } of the take that found nothing

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
    const deliver = (buffer, places) => {
      each(places, buffer, (go, js) => go.set(js));
      const list = freeOf(buffer.byteLength);
      if (list.length < kept) list.push(buffer);
    };
    ports.forEach((port, from) => {
      if (!port) return;
      port.onmessage = ({ data }) => {
        if (awaited?.from !== from) {
          inboxes[from].push(data);
          return;
        }
        deliver(data, awaited.places);
        awaited = null;
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
        if (buffer) deliver(buffer, places);
        else awaited = { from, places };
        return Boolean(buffer);
      },
      forget() {
        awaited = null;
      },
      close() {
        awaited = null;
        for (const port of ports) port?.close();
      },
    };
  };
}

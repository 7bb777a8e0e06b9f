// The service worker. It keeps the site for visits without a network, and adds
// to the site's own answers, and no others, the headers that let workers share
// memory, for hosts that do not send them. A page has those from its next load
// on; nothing is ever reloaded for it.
//
// Each build has a cache, which is complete, every file checked, or else not
// kept. Addresses with ?v= are of one build, so pages of two builds can be
// served side by side: a new build's worker takes over as soon as its cache is
// complete, while there is a network, and keeps the cache of the build before
// for pages that are open. A worker that waited for these to close would take
// over in the midst of a later visit, whose requests the browser may then pass
// by it, to a network that need not be there.

// What this build is, put in by the site's builder: its name, an address that
// its page alone has, and the integrity of its other files by their addresses.
const build = "";
const mark = "";
const files = {};

const { scope } = registration;
const own = `pairlab ${scope} `; // starts the caches' names: other sites may share the origin
const digits = `${own}digits`; // the packs, whose names change with their content
const page = scope;
const at = (address) => new URL(address, scope).href;
const bare = (url) => url.split(/[?#]/, 1)[0];

// What is the site's own. Others' pages may be below its folder, too: those the
// worker leaves alone.
const addresses = new Set([page, ...["index.html", ...Object.keys(files)].map((address) => bare(at(address)))]);
const isPack = (url) => url.startsWith(at("data/")) && url.endsWith(".pack");
const isOwn = (url) => addresses.has(bare(url)) || isPack(url);
const versioned = /\?v=[0-9a-f]{12}$/; // may be of another build

async function install() {
  await caches.delete(own + build); // one that is left would not be the newest
  const cache = await caches.open(own + build);
  const add = async ([address, integrity]) => {
    const response = await fetch(at(address), { integrity, cache: "no-cache" });
    if (!response.ok) throw new Error(`${address}: HTTP status ${response.status}`);
    await cache.put(at(address), isolated(response));
  };
  try {
    await Promise.all(Object.entries(files).map(add));
    // Hosts may add to a page; it is known by its mark. It comes last: a cache
    // that has it is complete.
    const response = await fetch(page, { cache: "no-cache" });
    const text = await response.clone().text();
    if (!response.ok || !text.includes(mark)) throw new Error("the page is not of this build");
    await cache.put(page, response);
  } catch (err) {
    await caches.delete(own + build);
    throw err;
  }
  await skipWaiting();
}

// builds are the names of the builds' caches, the newest last.
async function builds() {
  return (await caches.keys()).filter((name) => name.startsWith(own) && name !== digits);
}

async function activate() {
  const names = await builds();
  for (const name of names.splice(0, names.indexOf(own + build) - 1)) await caches.delete(name);
  let wanted = "";
  for (const name of names) {
    const list = await caches.match(at("data/mnist.json"), { cacheName: name });
    if (list) wanted += await list.text();
  }
  const packs = await caches.open(digits);
  for (const { url } of await packs.keys()) {
    if (!wanted.includes(url.slice(url.lastIndexOf("/") + 1))) await packs.delete(url);
  }
  await clients.claim(); // what the first visit fetches from now on is kept
}

// keep puts a pack in its cache. That it cannot (no room) is no failure.
async function keep(url, response) {
  try {
    const cache = await caches.open(digits);
    if (response.status === 200) await cache.put(url, response);
  } catch {
    // It is fetched again when it is needed.
  }
}

// kept is the newest kept build's answer for an address without a version.
async function kept(url) {
  url.search = url.hash = "";
  const address = url.href === at("index.html") ? page : url.href;
  for (const name of (await builds()).reverse()) {
    const cache = await caches.open(name);
    if (await cache.match(page)) return cache.match(address, { ignoreVary: true });
  }
}

// earlier is the answer for a file that this build does not have: pages of the
// one before may be open. It was kept with its headers.
async function earlier(request) {
  for (const cacheName of await builds()) {
    const found = await caches.match(request.url, { cacheName, ignoreVary: true });
    if (found) return found;
  }
  return fetch(request);
}

async function answer(event) {
  const { request } = event;
  const url = new URL(request.url);
  // A page that found a file bad asks for it past all caches.
  const anew = request.cache === "reload" || request.cache === "no-store";
  const pack = isPack(request.url);
  if (!anew && (pack || url.searchParams.has("v"))) {
    const found = await caches.match(request.url, { ignoreVary: true });
    if (found) return found;
  }
  try {
    const response = await fetch(request);
    if (pack) event.waitUntil(keep(request.url, response.clone()));
    return response;
  } catch (err) {
    const found = anew || url.searchParams.has("v") ? undefined : await kept(url);
    if (found) return found;
    throw err;
  }
}

// What makes a page cross-origin isolated.
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

// isolated is a response with the headers for isolation. One that has them stays itself:
// the browser keeps with it, where it is kept, what it has compiled of it.
function isolated(response) {
  if (response.status === 0) return response; // a redirection, for the browser to follow
  const missing = Object.entries(isolation).filter(([name, value]) => response.headers.get(name) !== value);
  if (missing.length === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of missing) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope)) return;
  if (request.headers.has("range") || request.cache === "only-if-cached") return;
  if (isOwn(request.url)) event.respondWith(answer(event).then(isolated));
  else if (request.mode !== "navigate" && versioned.test(request.url)) event.respondWith(earlier(request));
});

// A page says which pack it fetched before this worker had taken it over.
addEventListener("message", (event) => {
  const url = event.data?.pack;
  if (typeof url !== "string" || !isPack(url)) return;
  const fetchAndKeep = async () => {
    if (!(await caches.match(url, { cacheName: digits }))) await keep(url, await fetch(url));
  };
  event.waitUntil(fetchAndKeep().catch(() => {}));
});

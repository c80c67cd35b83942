// Without network: the copies of procedures that this device keeps for who is signed in, and for
// nobody else. The site writes `KB` above it (kb/web/procedures/offline.py).
"use strict";

const KEPT = `kb-kept ${KB.root}`;
const ASSETS = `kb-assets ${KB.root} ${KB.release}`;
const LEDGER = `${KB.root}kept-ledger`; // whose copies they are, until when, and of what
const AGAIN = 10 * 60 * 1000; // after that the site is asked whether they may still be kept
const GONE = [403, 404, 410];

// One after the other: what is deleted stays deleted, whatever was on its way.
let last = Promise.resolve();
const inTurn = (work) => {
  last = last.then(work, work);
  return last;
};

// What is on its way to be kept is broken off when somebody leaves.
let onTheWay = new AbortController();
const forget = () => caches.delete(KEPT);
const leave = () => {
  onTheWay.abort();
  onTheWay = new AbortController();
  return inTurn(forget);
};
const ledger = async () => {
  const found = await caches.match(LEDGER, { cacheName: KEPT });
  const told = found ? await found.json() : null;
  if (!told || Date.now() < told.until) return told;
  await forget(); // the session has ended, wherever one has been since
  return null;
};
const write = async (told) => {
  const cache = await caches.open(KEPT);
  await cache.put(LEDGER, new Response(JSON.stringify(told)));
};
// Only into what is still there: a page may have deleted it meanwhile.
const opened = async () => (await caches.has(KEPT)) ? caches.open(KEPT) : null;
const keepIn = async (told) => {
  if (await opened()) await write(told);
};

const ask = (address) => fetch(address, {
  credentials: "same-origin", redirect: "manual", cache: "no-store", signal: onTheWay.signal,
});
const plain = (path) => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};
const at = (told, path) => Object.values(told?.entries ?? {}).find((one) => plain(one.address) === plain(path));

const drop = async (told, id) => {
  const { [id]: gone, ...others } = told.entries;
  if (!gone) return told;
  await (await opened())?.delete(gone.copy);
  return { ...told, entries: others, opened: told.opened.filter((one) => one !== id) };
};
const copied = async (told, entry) => {
  const answer = await ask(entry.copy);
  if (answer.type === "opaqueredirect" || GONE.includes(answer.status)) return drop(told, entry.id);
  const cache = await opened();
  if (!answer.ok || !cache) return told;
  await cache.put(entry.copy, answer);
  const kept = { ...entry, release: KB.release, at: Date.now() };
  return { ...told, entries: { ...told.entries, [entry.id]: kept } };
};
const isCurrent = (told, { id, version }) => {
  const kept = told.entries[id];
  return kept?.version === version && kept.release === KB.release;
};
const dropOthers = async (told) => {
  const wanted = new Set([...told.opened, ...told.favourites]);
  let now = told;
  for (const id of Object.keys(told.entries)) if (!wanted.has(id)) now = await drop(now, id);
  return now;
};

// What the site says now: what may be kept no longer goes, what has changed or is new comes.
const lookAfter = async (told) => {
  const asked = new URLSearchParams(told.opened.map((id) => ["id", id]));
  const answer = await ask(`${KB.kept}?${asked}`);
  if (!answer.ok) {
    if (answer.type !== "opaqueredirect" && !GONE.includes(answer.status) && answer.status !== 401) return told;
    await forget();
    return null;
  }
  const { person, favourites, kept } = await answer.json();
  if (person !== told.person) {
    await forget();
    return null;
  }
  const ids = new Set(kept.map(({ id }) => id));
  let now = await dropOthers({ ...told, favourites, opened: told.opened.filter((id) => ids.has(id)), looked: Date.now() });
  await keepIn(now);
  for (const entry of kept) {
    if (isCurrent(now, entry)) continue;
    now = await copied(now, entry);
    await keepIn(now);
  }
  return now;
};

// A page of the site has come up: who is signed in, and the procedure on it, if it may be kept.
const here = async ({ person, zone, procedure, favourite, entry }) => {
  let told = await ledger();
  if (!person || (told && told.person !== person)) {
    await forget();
    told = null;
  }
  if (!person) return;
  told ??= { person, opened: [], favourites: [], entries: {}, looked: 0 };
  told = { ...told, zone, until: Date.now() + KB.lasts };
  if (entry) {
    told.opened = [entry.id, ...told.opened.filter((one) => one !== entry.id)].slice(0, KB.mostOpened);
    told.favourites = [...told.favourites.filter((one) => one !== entry.id), ...(favourite ? [entry.id] : [])];
  } else if (procedure) {
    told = await drop(told, procedure);
  }
  await write(told);
  if (entry && (!isCurrent(told, entry) || Date.now() - told.entries[entry.id].at > AGAIN)) told = await copied(told, entry);
  told = await dropOthers(told);
  await keepIn(told);
  if (Date.now() - told.looked > AGAIN) await lookAfter(told);
};

const list = async () => {
  const told = await ledger();
  if (!told) return [];
  const order = [...new Set([...told.opened, ...told.favourites])];
  return order.flatMap((id) => (told.entries[id] ? { ...told.entries[id], zone: told.zone } : []));
};

const shown = async (name) => {
  const page = await caches.match(KB.pages[name], { cacheName: ASSETS, ignoreVary: true });
  if (!page) return Response.error();
  return new Response(page.body, { status: 503, headers: page.headers });
};
const copyOf = async (path) => {
  const told = await ledger();
  const entry = at(told, path);
  return entry && caches.match(entry.copy, { cacheName: KEPT, ignoreVary: true });
};

// The network first, always: a copy is shown where nothing answers, and never else.
const page = async (event, { pathname }) => {
  let answer;
  try {
    answer = (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await copyOf(pathname)) ?? shown("away");
  }
  if (GONE.includes(answer.status) && pathname.startsWith(KB.procedures)) {
    event.waitUntil(inTurn(async () => {
      const told = await ledger();
      const gone = at(told, pathname);
      if (gone) await keepIn(await drop(told, gone.id));
    }).catch(() => {}));
  }
  return answer;
};
const sending = async ({ request }, { pathname }) => {
  const leaving = pathname === KB.signOut;
  if (leaving) await leave();
  try {
    return await fetch(request);
  } catch {
    return shown(leaving ? "signedOut" : "unsent");
  }
};
// Their addresses change with them. A copy of an earlier release is shown with what there is now.
const asset = async (request) => {
  const found = await caches.match(request.url, { cacheName: ASSETS, ignoreVary: true });
  if (found) return found;
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request.url, { cacheName: ASSETS, ignoreVary: true, ignoreSearch: true })) ?? Response.error();
  }
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(request.method === "GET" ? page(event, url) : sending(event, url));
  else if (KB.assets.some((one) => one.split("?")[0] === url.pathname)) event.respondWith(asset(request));
});

addEventListener("message", (event) => {
  const { kb, ...told } = event.data ?? {};
  if (kb === "here") event.waitUntil(inTurn(() => here(told)).catch(() => {}));
  if (kb === "leave") event.waitUntil(leave());
  if (kb === "list") event.waitUntil(inTurn(list).then((found) => event.ports[0].postMessage(found)));
});

addEventListener("install", (event) => {
  const wanted = [...KB.assets, ...Object.values(KB.pages)];
  const all = wanted.map((address) => new Request(address, { credentials: "omit" }));
  event.waitUntil(caches.open(ASSETS).then((cache) => cache.addAll(all)));
  skipWaiting();
});
addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const older = (await caches.keys()).filter((name) => name.startsWith(`kb-assets ${KB.root} `) && name !== ASSETS);
    await Promise.all(older.map((name) => caches.delete(name)));
    await registration.navigationPreload?.enable();
    await clients.claim();
  })());
});

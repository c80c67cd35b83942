// Copies on devices are switched off: what there is of them goes, and this worker with it.
"use strict";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const own = (await caches.keys()).filter((name) => name === `kb-kept ${KB.root}` || name.startsWith(`kb-assets ${KB.root} `));
    await Promise.all(own.map((name) => caches.delete(name)));
    await registration.unregister();
  })());
});

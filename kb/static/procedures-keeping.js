// Copies for the time without network: what the worker has to hear of each page, and the way out.
"use strict";

(() => {
  // In a frame of another page nothing is kept; nor where the browser has no worker, or refuses it.
  if (window.top !== window || !window.isSecureContext || !navigator.serviceWorker || !window.caches) return;
  const { root, person = "" } = document.body.dataset;
  const isOff = "off" in document.currentScript.dataset;
  const KEPT = `kb-kept ${root}`;

  // Who is signed out, or another person, reads nothing: deleted here, with or without the worker.
  const forget = async () => {
    (await navigator.serviceWorker.getRegistration(root))?.active?.postMessage({ kb: "leave" });
    await caches.delete(KEPT);
  };
  const forgetOthers = async () => {
    const found = await caches.match(`${root}kept-ledger`, { cacheName: KEPT });
    if (found && (await found.json()).person !== person) await forget();
  };

  const onPage = () => {
    const page = document.querySelector("[data-procedure]");
    const { procedure, version, copy } = page?.dataset ?? {};
    if (!copy) return { procedure };
    const entry = {
      id: procedure,
      version,
      copy,
      title: document.querySelector("h1").textContent.trim(),
      words: [...document.querySelectorAll(".keywords .word")].map((one) => one.textContent.trim()).join(" "),
      address: location.pathname,
    };
    return { procedure, entry, favourite: Boolean(document.querySelector(".on-hand form[action$='favourite/removal']")) };
  };
  const begin = async () => {
    await forgetOthers();
    const there = await navigator.serviceWorker.getRegistration(root);
    if (isOff) {
      await forget();
      await there?.update(); // to the one that ends
      return;
    }
    if (!person && !there) return;
    await navigator.serviceWorker.register(`${root}worker.js`, { scope: root });
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ kb: "here", person, zone: document.documentElement.dataset.zone, ...onPage() });
  };
  const refused = () => {}; // then everything is as without it
  if (document.readyState === "complete") begin().catch(refused);
  else addEventListener("load", () => begin().catch(refused));
  addEventListener("pageshow", (event) => { if (event.persisted) forgetOthers().catch(refused); });

  const say = (form) => {
    const said = form.querySelector(".unsent") ?? document.createElement("p");
    said.className = "note note-warn unsent";
    said.setAttribute("role", "alert");
    said.textContent = "The network is away: this was not sent. What you typed stays here; send it when the network is back.";
    form.append(said);
  };
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (new URL(form.action).pathname === `${root}sign-out`) {
      event.preventDefault();
      forget().catch(refused).finally(() => form.submit());
    } else if (navigator.onLine === false) {
      event.preventDefault();
      event.stopImmediatePropagation();
      say(form);
    }
  }, true);
})();

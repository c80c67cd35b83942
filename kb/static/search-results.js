// Results by keyboard: arrows choose one, the preview beside the list shows it, and who comes back
// finds the same one chosen at the same height. Without this the list is read and opened as it stands.
"use strict";

(() => {
  const REST = 120; // ms on one hit before its text is asked for
  const RESULTS = "kb-results"; // as kb.js keeps it in this tab
  const hits = [...document.querySelectorAll(".hit[data-hit]")];
  const place = document.querySelector("[data-preview-place]");
  if (!hits.length || !place) return;
  const wide = matchMedia("(min-width: 1100px)");
  const texts = new Map();
  let chosen = -1;
  let waiting;

  const linkOf = (hit) => hit.querySelector(".hit-title a");
  const address = location.pathname + location.search;
  const kept = () => {
    try { return JSON.parse(sessionStorage.getItem(RESULTS)); } catch { return null; }
  };

  // Its ids would stand twice on the page: links within it lead to the procedure instead.
  const tidied = (html, hit) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const text = page.querySelector("[data-preview-of]");
    if (!text) return null;
    const [there] = linkOf(hit).getAttribute("href").split("#");
    for (const link of text.querySelectorAll("a[href]")) {
      const to = link.getAttribute("href");
      if (to.startsWith("#")) link.setAttribute("href", there + to);
    }
    text.querySelector(".preview-title a").href = there;
    text.querySelectorAll("[id]").forEach((one) => one.removeAttribute("id"));
    return text;
  };

  const fetched = async (hit) => {
    const answer = await fetch(hit.dataset.preview, { redirect: "manual" });
    return answer.ok ? tidied(await answer.text(), hit) : null;
  };

  const preview = async () => {
    const hit = hits[chosen];
    if (!wide.matches || !hit) return;
    if (!texts.has(hit)) texts.set(hit, fetched(hit).catch(() => null));
    const text = await texts.get(hit);
    if (hits[chosen] !== hit) return;
    if (!text) texts.delete(hit);
    place.replaceChildren(...(text ? [text] : []));
    place.scrollTop = 0;
  };

  const choose = (nth, rest = REST) => {
    hits[chosen]?.classList.remove("hit-chosen");
    chosen = Math.min(Math.max(nth, 0), hits.length - 1);
    hits[chosen].classList.add("hit-chosen");
    clearTimeout(waiting);
    waiting = setTimeout(preview, rest);
  };

  const step = (way) => {
    choose(chosen + way);
    linkOf(hits[chosen]).focus({ preventScroll: true });
    hits[chosen].scrollIntoView({ block: "nearest", behavior: "instant" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const { target } = event;
    const free = target === document.body || target.closest?.(".hit") || target.id === "main";
    if (!free || !wide.matches) return;
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way) {
      event.preventDefault();
      step(way);
    } else if (event.key === "Enter" && !target.closest?.(".hit")) {
      event.preventDefault();
      linkOf(hits[chosen]).click();
    }
  });
  hits.forEach((hit, nth) => hit.addEventListener("focusin", () => { if (nth !== chosen) choose(nth); }));
  wide.addEventListener("change", preview);

  addEventListener("pagehide", () => {
    const where = { chosen: hits[chosen]?.dataset.hit, height: scrollY };
    try {
      sessionStorage.setItem(RESULTS, JSON.stringify({ ...kept(), ...where }));
    } catch { /* not kept, then */ }
  });

  const [came] = performance.getEntriesByType("navigation");
  const cameBack = came?.type !== "navigate" || new URL(document.referrer || location, location).pathname.startsWith(`${document.body.dataset.root}procedures/`);
  const before = kept();
  const again = cameBack && before?.address === address ? before : null;
  const nth = again ? hits.findIndex((hit) => hit.dataset.hit === again.chosen) : -1;
  choose(Math.max(nth, 0), 0);
  if (nth >= 0) {
    scrollTo({ top: again.height, behavior: "instant" });
    linkOf(hits[chosen]).focus({ preventScroll: true });
  }
})();

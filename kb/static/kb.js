// Makes the pages faster to use; everything works without it.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("scripted"); // before anything is painted: what has to do with it moves nothing
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const button = (text, className, press) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = text;
    made.addEventListener("click", press);
    return made;
  };

  // Light, dark, or as the system has it; remembered in this browser.
  const themes = ["auto", "light", "dark"];
  const remembered = () => {
    try {
      return themes.find((theme) => theme === localStorage.getItem("theme")) ?? "auto";
    } catch {
      return "auto";
    }
  };
  const wear = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  };
  wear(remembered());

  // Beside another program, in its frame or in a narrow window, there is no room for furniture. A
  // window keeps to it, until "Whole page" opens another.
  const COMPACT = "kb-compact";
  const compact = () => {
    if (window.top !== window) return true;
    try {
      if (new URLSearchParams(location.search).get("compact") === "1") sessionStorage.setItem(COMPACT, "1");
      return sessionStorage.getItem(COMPACT) === "1";
    } catch {
      return false;
    }
  };
  root.classList.toggle("compact", compact());
  // The page that is shown, as it is in full: known here, so that no page differs by its address.
  document.addEventListener("click", (event) => {
    const whole = event.target.closest?.(".to-whole");
    const kept = new URLSearchParams(location.search);
    kept.delete("compact");
    if (whole) whole.href = `${location.pathname}${kept.size ? `?${kept}` : ""}${location.hash}`;
    const way = event.target.closest?.(".to-compact");
    if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const opened = open(way.href, way.target, "popup,width=340,height=800");
    if (opened) event.preventDefault();
  });

  // In a row of buttons to choose from nobody types.
  const typing = (element) => element.matches(
    "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]",
  );
  const typeInto = (box, event) => {
    event.preventDefault();
    box.focus();
    box.select();
  };
  // The page itself has the focus where nothing in it has: only then keys of one character act.
  const main = () => document.getElementById("main");
  const toThePage = () => main()?.focus({ preventScroll: true });
  const press = (event) => {
    if (event.isComposing || event.altKey) return;
    const box = document.getElementById("query");
    const elsewhere = typing(event.target) && event.target !== box;
    if (event.ctrlKey || event.metaKey) {
      const wanted = event.key.toLowerCase() === "k" && !event.shiftKey;
      if (wanted && box && !elsewhere) typeInto(box, event);
      return;
    }
    if (typing(event.target)) {
      if (event.key === "Escape") toThePage();
      // Whoever is in the box already and presses its key does not look for "/".
      if (event.key === "/" && event.target === box && !box.value && keysWanted()) event.preventDefault();
      return;
    }
    if (event.key === "/" && box) return typeInto(box, event);
    const link = all("[data-key]").find((one) => one.dataset.key === event.key.toLowerCase());
    if (!link) return;
    event.preventDefault();
    link.click();
    // A link within the page leads to a form: type on there.
    if (link.hash && link.pathname === location.pathname) {
      const target = document.getElementById(link.hash.slice(1));
      target?.closest("section")?.querySelector("select, textarea")?.focus();
    }
  };

  // What was refused: the first field that is wrong is in view and has the focus.
  const toWrong = () => {
    const wrong = document.querySelector('main [aria-invalid="true"]');
    const field = wrong?.matches("fieldset") ? wrong.querySelector("input:not([type=hidden])") : wrong;
    if (!field) return;
    for (let around = field; around; around = around.parentElement?.closest("details")) {
      if (around.matches("details")) around.open = true;
    }
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
  };

  // What was ticked in this call stays in this tab until the next one begins, and is sent nowhere.
  const CALL = "kb-call";
  // Where a frame of another site may store nothing it stays while the page stands.
  let held = {};
  const kept = () => {
    try { return JSON.parse(sessionStorage.getItem(CALL)) ?? {}; } catch { return held; }
  };
  const keep = (call) => {
    held = call;
    try {
      if (Object.keys(call).length) sessionStorage.setItem(CALL, JSON.stringify(call));
      else sessionStorage.removeItem(CALL);
    } catch { /* not kept, then */ }
    offerNewCall();
  };
  const offerNewCall = () => {
    const going = Object.keys(kept()).length > 0;
    all("[data-new-call]").forEach((place) => {
      place.hidden = !going;
      if (place.firstElementChild) return;
      place.append(button("New call", "new-call", () => {
        keep({});
        try { sessionStorage.removeItem(RESULTS); } catch { /* none, then */ }
        dispatchEvent(new Event("kb-new-call"));
        document.getElementById("query")?.focus();
      }));
    });
  };

  // The steps of a list with the numbers that are shown.
  const counted = (list) => {
    const items = [...list.querySelectorAll(":scope > li")];
    let next = list.reversed && !list.hasAttribute("start") ? items.length : list.start;
    return items.map((item) => {
      const number = item.hasAttribute("value") ? item.value : next;
      next = number + (list.reversed ? -1 : 1);
      return [item, number];
    });
  };
  // The same for all lists of a section; one that would repeat a number is numbered on.
  const numbered = (section) => {
    const found = new Map();
    for (const list of section.querySelectorAll(":scope > ol")) {
      const taken = [...found.values()];
      const own = counted(list);
      const last = Math.max(0, ...taken);
      const repeats = new Set([...taken, ...own.map(([, number]) => number)]).size < taken.length + own.length;
      own.forEach(([item, number], nth) => found.set(item, repeats ? last + nth + 1 : number));
    }
    return found;
  };
  // The element that the address names, whether or not the browser has gone there yet.
  const linked = () => {
    try {
      return location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    } catch {
      return null;
    }
  };
  window.kbCall = { kept, keep, button, counted, numbered, linked };

  // The way back to the results that one came from, kept in this tab.
  const RESULTS = "kb-results";
  // By its name: a frame of another site is refused even the look at it.
  const stored = (storage, name, otherwise) => {
    try { return JSON.parse(window[storage].getItem(name)) ?? otherwise; } catch { return otherwise; }
  };
  const store = (storage, name, value) => {
    try { window[storage].setItem(name, JSON.stringify(value)); } catch { /* not kept, then */ }
  };
  const wayBack = () => {
    const results = document.querySelector("[data-results]");
    if (results) {
      const address = location.pathname + location.search;
      const before = stored("sessionStorage", RESULTS, null);
      const place = before?.address === address ? before : {};
      return store("sessionStorage", RESULTS, { ...place, address, words: results.dataset.results });
    }
    // Opened at once by a link with words: the results are those of the words.
    const words = new URLSearchParams(location.search).get("q");
    const place = document.querySelector("[data-back-to-results]");
    if (place && words) store("sessionStorage", RESULTS, { address: `${document.body.dataset.root}search?q=${encodeURIComponent(words)}`, words });
    const from = stored("sessionStorage", RESULTS, null);
    if (!place || !from) return undefined;
    const link = document.createElement("a");
    link.href = from.address;
    link.textContent = `‹ Results for “${from.words}”`;
    place.replaceChildren(link);
    const box = document.getElementById("query");
    if (box && !box.value) box.value = from.words;
    return undefined;
  };

  // What this person opened last, in this browser.
  const OPENED = () => `kb-opened ${document.body.dataset.person ?? ""}`;
  const noteOpened = () => {
    const page = document.querySelector("[data-procedure]");
    if (!page) return;
    const { procedure: id } = page.dataset;
    const title = document.querySelector("h1").textContent.trim();
    const others = stored("localStorage", OPENED(), []).filter((one) => one.id !== id);
    store("localStorage", OPENED(), [{ id, title, address: location.pathname }, ...others].slice(0, 6));
  };
  const openedLately = (place) => {
    const opened = stored("localStorage", OPENED(), []);
    if (!opened.length) return;
    const list = document.createElement("ul");
    list.className = "plain at-hand-list";
    list.append(...opened.map(({ title, address }) => {
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.href = address;
      link.textContent = title;
      line.append(link);
      return line;
    }));
    place.append(list);
    place.hidden = false;
  };
  // As soon as its place is there, before anything below it is painted: nothing has to move.
  const WAYS = { "[data-opened-lately]": openedLately, "[data-back-to-results]": () => wayBack() };
  const isRead = (place) => {
    for (let at = place; at; at = at.parentElement) if (at.nextElementSibling) return true;
    return document.readyState !== "loading";
  };
  const SWITCHES = { "[data-keys-switch]": (place) => offerKeysSwitch(place), "[data-theme-switch]": (place) => offerThemes(place) };
  const fillWhenThere = () => {
    for (const [selector, offer] of Object.entries(SWITCHES)) all(`${selector}:empty`).forEach(offer);
    for (const [selector, fill] of Object.entries(WAYS)) {
      const place = document.querySelector(selector);
      if (!place || !isRead(place)) continue;
      delete WAYS[selector];
      fill(place);
    }
  };
  const parsing = new MutationObserver(fillWhenThere);
  parsing.observe(root, { childList: true, subtree: true });

  // Keys of one character act while the page has the focus, not the menu or nothing; and they can be
  // switched off: whoever dictates, or whose hand slips, would press them unawares. That is kept in
  // this browser for this person. Nobody behind this hears them then.
  const KEYS = () => `kb-keys ${document.body.dataset.person ?? ""}`;
  const keysWanted = () => {
    try { return localStorage.getItem(KEYS()) !== "off"; } catch { return true; }
  };
  const hush = (event) => {
    const single = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    const meant = keysWanted() && main()?.contains(document.activeElement);
    if (single && !typing(event.target) && !meant) event.stopImmediatePropagation();
  };
  addEventListener("keydown", hush, true);
  // What is opened has the focus, unless a field in it wants it; so has the place that a link leads to.
  const arrive = () => {
    const free = [document.body, main()].includes(document.activeElement);
    if (!free || document.querySelector("[autofocus]")) return;
    const place = main()?.querySelector(":target");
    if (!place) return toThePage();
    if (place.tabIndex < 0) place.tabIndex = -1;
    place.focus({ preventScroll: true });
    if (document.activeElement !== place) toThePage(); // it is not shown
  };
  const showKeys = () => {
    const wanted = keysWanted();
    root.classList.toggle("with-keys", wanted);
    all("[data-single-key]").forEach((one) => {
      if (wanted) one.setAttribute("aria-keyshortcuts", one.dataset.singleKey);
      else one.removeAttribute("aria-keyshortcuts");
    });
    all("[data-keys-switch] button").forEach((one) => { one.textContent = `Single keys: ${wanted ? "on" : "off"}`; });
  };
  const offerKeysSwitch = (place) => {
    place.append(button("", "", () => {
      try { localStorage.setItem(KEYS(), keysWanted() ? "off" : "on"); } catch { /* not remembered, then */ }
      showKeys();
    }));
    showKeys();
  };
  const offerThemes = (place) => {
    const label = (theme) => `Colours: ${theme}`;
    const change = button(label(remembered()), "", () => {
      const next = themes[(themes.indexOf(remembered()) + 1) % themes.length];
      try { localStorage.setItem("theme", next); } catch { /* not remembered, then */ }
      wear(next);
      change.textContent = label(next);
    });
    place.append(change);
  };

  document.addEventListener("DOMContentLoaded", () => {
    root.classList.add("with-script");
    showKeys();
    offerNewCall();
    addEventListener("pageshow", offerNewCall);
    arrive();
    addEventListener("hashchange", arrive);
    addEventListener("pageshow", () => setTimeout(arrive)); // once the browser went to the place itself
    parsing.disconnect();
    fillWhenThere();
    if (document.querySelector("[data-results]")) wayBack();
    noteOpened();
    setTimeout(toWrong); // after all that changes how long the page is
    document.addEventListener("keydown", press);
  });
})();

// The inbox: j and k walk from item to item; Enter opens the one that has the focus.
document.addEventListener("keydown", (event) => {
  const way = { j: 1, k: -1 }[event.key];
  if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select")) return;
  const items = [...document.querySelectorAll("[data-walk-to]")].filter((one) => one.offsetParent);
  const next = items.indexOf(document.activeElement) + way;
  items[Math.min(Math.max(next, 0), items.length - 1)]?.focus();
});

// Asking from the keyboard: Enter on the department sends, as it does in a line of text.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("#ask select")) return;
  event.preventDefault();
  if (!event.target.form.querySelector("[data-enter]")) event.target.form.requestSubmit();
});

// The menu closes by Escape, and when somebody goes on elsewhere.
document.addEventListener("click", (event) => {
  document.querySelectorAll(".menu-more[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".menu-more[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A form in which Enter does nothing has a button for that: it is kept from being sent.
document.addEventListener("submit", (event) => {
  if (event.submitter?.dataset.enter !== "nothing") return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// Where it was found is told by now: the address that is copied or kept is the plain one.
if (document.querySelector("link[rel=canonical]") && new URLSearchParams(location.search).has("from")) {
  history.replaceState(history.state, "", location.pathname + location.hash);
}

// A procedure while somebody is on the line: scripts to copy, steps to tick, the method that was chosen.
"use strict";

(() => {
  const { kept, keep, button, counted, linked } = window.kbCall;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Copying: says so on what was pressed for a moment.
  const copyText = async (text, pressed, ...label) => {
    let copied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copied = false;
    }
    pressed.textContent = copied ? "Copied" : "Cannot copy";
    setTimeout(() => pressed.replaceChildren(...label), 1500);
    return copied;
  };
  const copying = (text, label) => {
    const made = button(label, "copy", () => copyText(text(), made, label));
    made.setAttribute("aria-live", "polite");
    return made;
  };

  // "[name]" or "{{name}}" in a script is a blank. It is filled in once for the call, in this tab only.
  const BLANK = /\[([^\][{}]{1,60})\]|\{\{\s*([^{}]{1,60}?)\s*\}\}/;
  const BLANKS = "blanks";
  const filled = (name) => kept()[BLANKS]?.[name.toLowerCase()] ?? "";
  const showFilled = () => {
    for (const blank of all(".blank")) {
      blank.textContent = filled(blank.dataset.blank) || blank.dataset.blank;
      blank.classList.toggle("filled", Boolean(filled(blank.dataset.blank)));
    }
    for (const box of all("[data-fill]")) {
      if (box !== document.activeElement) box.value = filled(box.dataset.fill);
    }
  };
  const fill = (name, words) => {
    const { [BLANKS]: before, ...others } = kept();
    const { [name.toLowerCase()]: _, ...rest } = before ?? {};
    const now = words ? { ...rest, [name.toLowerCase()]: words } : rest;
    keep(Object.keys(now).length ? { ...others, [BLANKS]: now } : others);
    showFilled();
  };
  const markBlanks = (line) => {
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const text of texts) {
      if (text.parentElement.closest("a, button, code")) continue;
      for (let rest = text, found = BLANK.exec(rest.data); found; found = BLANK.exec(rest.data)) {
        const start = rest.splitText(found.index);
        rest = start.splitText(found[0].length);
        const blank = document.createElement("span");
        blank.className = "blank";
        blank.dataset.blank = found[1] ?? found[2];
        start.replaceWith(blank);
      }
    }
  };
  // One box for each blank above the script; without a name, so that no form sends it.
  const offerToFill = (script) => {
    const names = new Map(all(".blank", script).map(({ dataset }) => [dataset.blank.toLowerCase(), dataset.blank]));
    if (!names.size) return;
    const place = document.createElement("div");
    place.className = "fill-in no-print";
    for (const name of names.values()) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.dataset.fill = name;
      box.autocomplete = "off";
      box.maxLength = 120;
      box.addEventListener("input", () => fill(name, box.value.trim()));
      label.append(name, box);
      place.append(label);
    }
    script.querySelector(".say-text").before(place);
  };
  // What is said, as it reads with its blanks filled: those that are not stay marked.
  const saidIn = (line) => {
    const copy = line.cloneNode(true);
    all(".copy", copy).forEach((one) => one.remove());
    all(".blank:not(.filled)", copy).forEach((one) => { one.textContent = `[${one.dataset.blank}]`; });
    return copy.textContent.replace(/\s+/g, " ").trim();
  };

  const makeCopiable = (script) => {
    const quotes = all(".say-text > blockquote", script);
    for (const line of quotes.length ? quotes : all(".say-text > p", script)) {
      markBlanks(line);
      line.classList.add("say-line");
      line.prepend(copying(() => saidIn(line), "Copy"));
    }
    offerToFill(script);
  };

  // The first words stand under the title: what they begin is copied there.
  const copyFirst = (place) => {
    const line = document.querySelector("[data-script] .say-line");
    if (!line) return;
    place.after(copying(() => saidIn(line), "Copy"));
  };

  // What this tab knows of the procedure on the page; nothing of another version.
  const page = document.querySelector("[data-procedure]");
  const { procedure, version } = page?.dataset ?? {};
  const known = () => {
    const own = kept()[procedure];
    return own?.version === version ? own : { version, done: [], option: "" };
  };
  const remember = (changes) => {
    if (!procedure) return;
    const own = { ...known(), ...changes };
    const { [procedure]: _, ...others } = kept();
    keep(own.done.length || own.option ? { ...others, [procedure]: own } : others);
  };

  // Steps are ticked off; the first that is not is the current one, from that on to which a link led.
  const steps = () => all("[data-steps] > ol > li[data-number]");
  const ledTo = (items) => {
    const place = linked();
    return place ? items.findIndex((item) => item.contains(place)) : -1;
  };
  const current = (items) => {
    const from = Math.max(0, ledTo(items));
    return [...items.slice(from), ...items.slice(0, from)].find((item) => !item.classList.contains("done"));
  };
  const showTicks = () => {
    for (const section of all("[data-steps]")) {
      const items = all(":scope > ol > li", section);
      const now = current(items);
      items.forEach((item, nth) => {
        const done = item.classList.contains("done");
        item.classList.toggle("now", item === now && (nth > 0 || ledTo(items) === 0));
        item.firstElementChild.textContent = done ? "✓" : item.dataset.number;
        item.firstElementChild.setAttribute("aria-pressed", done);
      });
    }
    showKeys();
  };

  // Keys of the call: d ticks the present step, h asks whether it helped, l copies the link to it, m
  // takes the next method.
  const present = () => current(steps());
  const give = (key, element) => {
    for (const one of all(`[data-key="${key}"]`)) {
      if (one === element) continue;
      delete one.dataset.key;
      one.removeAttribute("aria-keyshortcuts");
    }
    if (!element) return;
    element.dataset.key = key;
    element.setAttribute("aria-keyshortcuts", key);
  };
  const showKeys = () => {
    if (document.querySelector(".is-asking")) return; // it has keys of its own
    const now = present();
    give("d", now?.firstElementChild);
    give("h", now?.querySelector(":scope > [data-doubt]"));
    give("l", now?.querySelector(".step-link"));
  };
  const showPresent = () => {
    const now = present();
    if (now && !document.querySelector(".is-asking")) now.scrollIntoView({ block: "nearest", behavior: "instant" });
  };
  const makeTickable = (section) => {
    for (const list of all(":scope > ol", section)) {
      counted(list).forEach(([item, number]) => {
        item.dataset.number = number;
        const tick = button("", "tick", () => {
          item.classList.toggle("done");
          showTicks();
          showPresent();
          remember({ done: steps().flatMap((one, at) => (one.classList.contains("done") ? [at] : [])) });
        });
        tick.setAttribute("aria-label", `Step ${item.dataset.number} done`);
        item.prepend(tick);
      });
    }
    section.classList.add("ticking");
  };

  // Each step has its link behind its words; no stop of the Tab key, arrows of its section lead there.
  const addressOf = (id) => new URL(`#${id}`, location.origin + location.pathname).href;
  const linkTo = (id, sign, name) => {
    const link = document.createElement("a");
    link.className = "anchor no-print";
    link.href = `#${id}`;
    const hidden = document.createElement("span");
    hidden.className = "visually-hidden";
    hidden.textContent = ` ${name}`;
    const label = [sign, hidden];
    link.append(...label);
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!await copyText(addressOf(id), link, ...label)) location.hash = id; // to be copied from there
    });
    return link;
  };
  const BELOW = "p, ul, ol, dl, div, pre, table, blockquote, details, h1, h2, h3, h4, h5, h6, .doubt";
  const linkStep = (step) => {
    const link = linkTo(step.id, "#", "Copy link to this step");
    link.classList.add("step-link");
    link.tabIndex = -1;
    const below = [...step.children].find((one) => one.matches(BELOW));
    const first = [...step.childNodes].find((one) => one.textContent.trim() && !(one.matches?.(".tick")));
    if (first === below && below?.matches("p")) below.append(link);
    else step.insertBefore(link, below ?? null);
  };

  // The option that was chosen is the one that is lit.
  const options = () => all("[data-option]");
  const chosen = () => {
    const wanted = options().some((one) => one.hash === location.hash) ? location.hash : known().option;
    return options().find((one) => one.hash === wanted) ?? options()[0];
  };
  const lightOption = () => {
    const lit = chosen();
    for (const one of options()) one.classList.toggle("chip-on", one === lit);
    const every = options();
    if (every.length > 1) give("m", every[(every.indexOf(lit) + 1) % every.length]);
  };
  const choose = () => {
    if (options().some((one) => one.hash === location.hash)) remember({ option: location.hash });
    lightOption();
  };

  const restore = () => {
    showFilled();
    const { done } = known();
    steps().forEach((item, at) => item.classList.toggle("done", done.includes(at)));
    showTicks();
    lightOption();
  };

  // For the ticket: what it is, by which method, and what was done.
  const saidBy = (item) => {
    const copy = item.cloneNode(true);
    all(".tick, .step-link, .doubt, .doubt-here, ul, ol, table", copy).forEach((one) => one.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const forTheTicket = (reference) => {
    const lines = [`${reference} ${location.origin}${location.pathname}`];
    const option = chosen();
    if (option && option !== options()[0]) lines.push(`Method: ${option.textContent.replace(/^\s*Option:\s*/, "").trim()}`);
    const done = steps().filter((item) => item.classList.contains("done"));
    const path = all(".asked-path > li").map((line) => line.textContent);
    if (path.length) lines.push("Path:", ...path);
    if (done.length) lines.push("Done:", ...done.map((item) => `${item.dataset.number}. ${saidBy(item)}`));
    return lines.join("\n");
  };

  // Where a question led here from, to go on there.
  const BACK_TO = "asking from";
  const showWayBack = () => {
    const { [BACK_TO]: from, ...others } = kept();
    const place = document.querySelector(".crumbs");
    if (!from || !place || !procedure) return;
    if (from.procedure === procedure) return keep(others);
    const link = document.createElement("a");
    link.href = from.address;
    link.dataset.key = "u";
    link.className = "back-to-question";
    link.textContent = `‹ Back to ${from.title} (u)`;
    place.prepend(link);
  };

  // At once: what is deferred and blocks the rendering has the whole page, of which nothing is painted.
  showWayBack();
  all("[data-script]").forEach(makeCopiable);
  all("[data-first-line]").forEach(markBlanks);
  all("[data-first-line]").forEach(copyFirst);
  all("[data-steps]").forEach(makeTickable);
  all("#content ol > li[id], #content .answer[id]").forEach(linkStep);
  window.kbCall.linkTo = linkTo;
  all("[data-copy-reference]").forEach((place) => {
    window.kbCall.note = () => forTheTicket(place.dataset.copyReference);
    place.append(copying(() => forTheTicket(place.dataset.copyReference), "Copy for the ticket"));
  });
  restore();
  choose();
  addEventListener("kb-steps-named", showKeys);
  // Within a call one comes back to the step that is next, unless the address names a place.
  if (known().done.length && !location.hash) addEventListener("load", () => setTimeout(showPresent));
  addEventListener("hashchange", () => { choose(); showTicks(); });
  addEventListener("pageshow", (event) => { if (event.persisted || location.hash) restore(); });
  addEventListener("kb-new-call", () => {
    if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
    restore();
  });
})();

// Steps that ask, one at a time: large answers, the path beside them, one key back.
"use strict";

(() => {
  const { kept, keep, button, counted, numbered, linked: placeLinked } = window.kbCall;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const page = document.querySelector("[data-procedure]");
  const section = all("[data-steps]").find((one) => one.querySelector(":scope > ol > li.asks"));
  if (!page || !section) return;
  const { procedure, version } = page.dataset;
  const NAME = `asking ${procedure}`;
  const GO_ON = /^(?:please\s+)?(?:go on|continue|carry on)(?: with the next step)?\s*\.?$/i;
  const TO_STEP = /\b(?:go|continue|carry on|skip|jump|return|back|again)\b[^.;?!\n]{0,40}?\bstep\s+(\d{1,3})\b/i;

  const items = all("li", section);
  const top = all(":scope > ol > li", section);
  const below = (item, list) => all(`:scope > ${list} > li`, item);
  const numbers = new Map(all(":scope > ol", section).flatMap(counted));
  const ways = numbered(section);

  // What an entry says itself, without what stands below it.
  const saying = (item) => {
    const copy = item.cloneNode(true);
    all(".tick, .step-link, .doubt, .doubt-here", copy).forEach((one) => one.remove());
    all(item.matches(".asks") ? ":scope > ul" : ":scope > ol", copy).forEach((one) => one.remove());
    return copy;
  };
  const words = (item) => saying(item).textContent.replace(/\s+/g, " ").trim();
  const label = (item) => words(item).split(":")[0];
  const rest = (item) => words(item).slice(label(item).length + 1).trim();
  const answers = (item) => (item.matches(".asks") ? below(item, "ul") : []);

  // The step behind one, on its own level or behind what it is part of.
  const behind = (item) => {
    if (item.matches(".answer")) return behind(item.parentElement.closest("li"));
    if (top.includes(item)) return top[top.indexOf(item) + 1];
    return item.nextElementSibling ?? behind(item.parentElement.closest("li"));
  };
  const named = (text) => {
    const number = Number(text.match(TO_STEP)?.[1]);
    return top.find((item) => ways.get(item) === number);
  };
  const after = (item) => below(item, "ol")[0] ?? named(rest(item)) ?? behind(item);

  // The trail: where one stands last, and what was answered before. Kept for the call, never sent.
  let trail = null;
  const recall = () => {
    const own = kept()[NAME];
    trail = own?.version === version && own.trail.every((one) => items[one.at] || one.at === -1) ? own.trail : null;
  };
  const remember = () => {
    const { [NAME]: _, ...others } = kept();
    keep(trail ? { ...others, [NAME]: { version, trail } } : others);
  };
  const go = (item, said) => {
    trail.at(-1).said = said;
    trail.push({ at: item ? items.indexOf(item) : -1 });
    show(true);
  };
  const choose = (answer) => {
    const on = !answer.matches(".asks") && (GO_ON.test(rest(answer)) || !rest(answer));
    go(on ? after(answer) : answer, label(answer));
  };
  const back = () => {
    trail = trail.length > 1 ? trail.slice(0, -1) : null;
    if (trail) delete trail.at(-1).said;
    show(true);
  };
  // A link to a step leads there, if one is asked already: else the step is in sight among all.
  const linked = () => {
    const place = placeLinked();
    return place ? items.findLast((item) => item.contains(place)) : undefined;
  };
  const follow = () => {
    const item = trail && linked();
    if (item && trail.at(-1).at !== items.indexOf(item)) trail.push({ at: items.indexOf(item) });
    if (item) remember();
  };
  const start = () => {
    trail = [{ at: items.indexOf(linked() ?? top[0]) }];
    show(true);
  };
  const leave = () => {
    trail = null;
    show(true);
  };

  const guide = document.createElement("div");
  guide.className = "asking no-print";
  const keyed = (text, key, press, className = "answer-button") => {
    const made = button("", className, press);
    const sign = document.createElement("kbd");
    sign.textContent = key;
    sign.setAttribute("aria-hidden", "true");
    made.append(text, " ", sign);
    made.dataset.key = key;
    made.setAttribute("aria-keyshortcuts", key);
    return made;
  };
  const made = (name, className, ...within) => {
    const element = document.createElement(name);
    element.className = className;
    element.append(...within);
    return element;
  };
  const heading = (item) => {
    const number = numbers.get(item);
    return number ? `Step ${number}` : "";
  };
  const asked = (item) => {
    const place = made("div", "asked");
    place.tabIndex = -1;
    if (!item) {
      place.append("That was the last step.");
      return place;
    }
    const number = heading(item);
    if (number) place.append(made("p", "asked-number", number));
    const copy = saying(item);
    all("[id]", copy).forEach((one) => one.removeAttribute("id"));
    const text = made("div", "asked-text", ...copy.childNodes);
    if (item.matches(".answer")) dropLabel(text, label(item));
    place.append(text);
    return place;
  };
  // "Yes: go on" was answered by "Yes": what follows is what is to be read.
  const dropLabel = (text, said) => {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    let left = `${said}:`.replace(/\s+/g, "").length;
    while (left > 0 && walker.nextNode()) {
      const node = walker.currentNode;
      let at = 0;
      while (at < node.data.length && left > 0) left -= /\s/.test(node.data[at++]) ? 0 : 1;
      node.data = node.data.slice(at);
    }
  };
  // What ends the procedure offers no next step, but the ways to where it leads on.
  const choices = (item, place) => {
    const offered = made("div", "asked-answers");
    const open = item ? answers(item) : [];
    open.forEach((answer, nth) => offered.append(keyed(label(answer), String(nth + 1), () => choose(answer))));
    if (!item || open.length) return offered;
    if (item.matches(".ends")) {
      const links = all("a[href]", place);
      links.forEach((link, nth) => offered.append(keyed(link.textContent, String(nth + 1), () => link.click())));
      if (!links.length) offered.append(made("p", "asked-end", "The procedure ends here."));
      return offered;
    }
    offered.append(keyed("Go on", "1", () => go(item.matches(".answer") ? after(item) : below(item, "ol")[0] ?? behind(item))));
    return offered;
  };
  const path = () => {
    const list = made("ol", "asked-path");
    list.setAttribute("aria-label", "Path");
    for (const { at, said } of trail.slice(0, -1)) {
      const item = items[at];
      const text = item.matches(".answer") ? rest(item) : words(item);
      const line = made("li", "", [heading(item), text].filter(Boolean).join(". "));
      if (said) line.append(" ", made("strong", "", said));
      list.append(line);
    }
    return list;
  };
  // Feedback on the step that one is at: its question opens here.
  const doubtAbout = (item) => {
    const step = top.find((one) => one === item || one.contains(item));
    const link = step?.querySelector(":scope > [data-doubt]");
    if (!link) return null;
    const copy = made("a", "copy");
    copy.href = link.href;
    copy.dataset.doubt = link.dataset.doubt;
    copy.dataset.key = "h";
    copy.setAttribute("aria-keyshortcuts", "h");
    const sign = made("kbd", "", "h");
    sign.setAttribute("aria-hidden", "true");
    copy.append("Helpful? ", sign);
    return copy;
  };
  // Who has gone on from where a link led is not taken back there by a reload.
  const leaveLink = () => {
    if (linked()) history.replaceState(history.state, "", location.pathname + location.search);
  };
  const linkHere = (item) => {
    const link = window.kbCall.linkTo(item.id, "Copy link", "to this step");
    link.className = "copy";
    link.dataset.key = "l";
    link.setAttribute("aria-keyshortcuts", "l");
    return link;
  };
  const show = (moved) => {
    if (moved) {
      leaveLink();
      remember();
    }
    section.classList.toggle("is-asking", Boolean(trail));
    if (!trail) {
      guide.replaceChildren(keyed("One question at a time", "q", start, "copy"));
      dispatchEvent(new Event("kb-steps-named"));
      if (moved) guide.firstElementChild.focus();
      return;
    }
    const item = items[trail.at(-1).at];
    const now = asked(item);
    const ways = made("p", "asked-ways", keyed("Back", "b", back, "copy"), " ", keyed("All steps", "q", leave, "copy"));
    const doubt = doubtAbout(item);
    if (doubt) ways.append(" ", doubt);
    if (item?.id) ways.append(" ", linkHere(item));
    all("[data-key=h], [data-key=d], [data-key=l]", section).forEach((one) => { delete one.dataset.key; });
    guide.replaceChildren(made("div", "asked-now", now, choices(item, now), ways), path());
    if (moved) now.focus({ preventScroll: true });
    if (moved) guide.firstElementChild.scrollIntoView({ block: "nearest" });
    else if (!location.hash || linked()) guide.scrollIntoView({ block: "nearest", behavior: "instant" });
  };

  // A link to another procedure: the way back stands there until one is here again.
  const BACK_TO = "asking from";
  guide.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.origin !== location.origin || link.pathname === location.pathname) return;
    const title = document.querySelector("h1").textContent.trim();
    keep({ ...kept(), [BACK_TO]: { procedure, title, address: location.pathname } });
  });

  (section.querySelector(":scope > ol")).before(guide);
  recall();
  follow();
  show(false);
  addEventListener("hashchange", () => {
    follow();
    if (!trail || !linked()) return;
    show(false);
    guide.querySelector(".asked").focus({ preventScroll: true });
  });
  addEventListener("kb-steps-named", () => { if (trail && !guide.querySelector("[data-doubt]")) show(false); });
  addEventListener("kb-new-call", () => { recall(); show(false); });
  addEventListener("pageshow", (event) => { if (event.persisted) { recall(); show(false); } });
})();

// The inbox by keyboard: j and k walk (kb.js), o opens, a takes, r answers, x selects, ? tells.
// Everything has a link or a button of its own, and works without this.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const items = [...document.querySelectorAll("[data-item]")];
  const keys = document.querySelector("#inbox-keys");
  const typing = (element) => element.matches(
    "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]",
  );
  const current = () => document.activeElement?.closest?.("[data-item]");
  const way = (item) => item.querySelector("[data-walk-to]");

  // How many are selected, told beside what can be done with them.
  const boxes = items.map((item) => item.querySelector("[data-select]")).filter(Boolean);
  const told = document.querySelector("#inbox-selected");
  const count = () => {
    if (!told) return;
    const selected = boxes.filter((box) => box.checked).length;
    told.textContent = selected ? `${selected} selected` : "";
    boxes.forEach((box) => box.closest("[data-item]").classList.toggle("picked", box.checked));
  };
  const all = document.querySelector("#inbox-all");
  all?.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    count();
  });
  boxes.forEach((box) => box.addEventListener("change", count));
  count();

  const verbs = {
    o: (item) => way(item)?.click(),
    r: (item) => { location.assign(`${way(item).href}#answer`); },
    a: (item) => item.querySelector("[data-take]")?.click(),
    x: (item) => {
      const box = item.querySelector("[data-select]");
      if (box) box.click();
      way(item)?.focus();
    },
  };
  let left = null;
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) return;
    if (event.key === "?" && keys) {
      event.preventDefault();
      keys.open = !keys.open;
      if (keys.open) left = current();
      keys.querySelector("summary").focus();
      return;
    }
    if (event.key === "Escape" && keys?.open && keys.contains(event.target)) {
      keys.open = false;
      if (left) way(left)?.focus(); // where one was
      return;
    }
    const verb = verbs[event.key];
    if (!verb || !items.length) return;
    event.preventDefault();
    // What nobody sees that it is meant is not done: the first press shows which.
    if (current()) verb(current());
    else way(items[0])?.focus();
  });

  // An item that is looked at is seen; without this, by its button.
  const sight = document.querySelector("form[data-sight]");
  if (sight) {
    fetch(sight.action, { method: "POST", body: new FormData(sight), redirect: "manual" })
      .then(() => { sight.hidden = true; })
      .catch(() => {});
  }

  // Back from something done to an item: on with the next key. The browser, which goes to what the
  // address names once all is loaded, would take the focus away again: so after that.
  addEventListener("load", () => setTimeout(() => {
    if (!/^#item-\d+$/.test(location.hash) || current()) return;
    const back = document.querySelector(location.hash);
    if (back?.matches("[data-item]")) way(back)?.focus();
  }));
});

// Makes the pages faster to use; everything works without it.
"use strict";

(() => {
  const root = document.documentElement;
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

  // Copying: says so on the button for a moment.
  const copying = (text, label) => {
    const made = button(label, "copy", async () => {
      try {
        await navigator.clipboard.writeText(text());
        made.textContent = "Copied";
      } catch {
        made.textContent = "Cannot copy";
      }
      setTimeout(() => { made.textContent = label; }, 1500);
    });
    made.setAttribute("aria-live", "polite");
    return made;
  };

  // "[name]" in a script is a blank to fill in while speaking.
  const markBlanks = (line) => {
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const text of texts) {
      const pieces = text.data.split(/\[([^\][]{1,60})\]/);
      if (pieces.length === 1) continue;
      text.replaceWith(...pieces.map((piece, nth) => {
        if (nth % 2 === 0) return piece;
        const blank = document.createElement("span");
        blank.className = "blank";
        blank.textContent = piece;
        return blank;
      }));
    }
  };

  const makeCopiable = (script) => {
    const quotes = all(".say-text > blockquote", script);
    for (const line of quotes.length ? quotes : all(".say-text > p", script)) {
      const said = line.innerText.trim();
      markBlanks(line);
      line.classList.add("say-line");
      line.prepend(copying(() => said, "Copy"));
    }
  };

  // Steps are ticked off; the first that is not is the current one.
  const makeTickable = (steps) => {
    const items = all(":scope > ol > li", steps);
    const show = () => {
      const current = items.findIndex((item) => !item.classList.contains("done"));
      items.forEach((item, nth) => {
        const done = item.classList.contains("done");
        item.classList.toggle("now", nth === current && nth > 0);
        item.firstElementChild.textContent = done ? "✓" : item.dataset.number;
        item.firstElementChild.setAttribute("aria-pressed", done);
      });
    };
    for (const list of all(":scope > ol", steps)) {
      all(":scope > li", list).forEach((item, nth) => {
        item.dataset.number = nth + list.start;
        const tick = button("", "tick", () => { item.classList.toggle("done"); show(); });
        tick.setAttribute("aria-label", `Step ${item.dataset.number} done`);
        item.prepend(tick);
      });
    }
    steps.classList.add("ticking");
    if (items.length) show();
  };

  // The option that was chosen is the one that is lit.
  const lightOption = () => {
    const options = all("[data-option]");
    const chosen = options.find((option) => option.hash && option.hash === location.hash) ?? options[0];
    for (const option of options) option.classList.toggle("chip-on", option === chosen);
  };

  // In a row of buttons to choose from nobody types.
  const typing = (element) => element.matches(
    "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]",
  );
  const typeInto = (box, event) => {
    event.preventDefault();
    box.focus();
    box.select();
  };
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
      if (event.key === "Escape") event.target.blur();
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

  document.addEventListener("DOMContentLoaded", () => {
    root.classList.add("with-keys");
    all("[data-script]").forEach(makeCopiable);
    all("[data-steps]").forEach(makeTickable);
    all("[data-copy-reference]").forEach((place) => {
      const address = location.origin + location.pathname;
      place.append(copying(() => `${place.dataset.copyReference} ${address}`, "Copy for the ticket"));
    });
    all("[data-theme-switch]").forEach((place) => {
      const label = (theme) => `Colours: ${theme}`;
      const change = button(label(remembered()), "", () => {
        const next = themes[(themes.indexOf(remembered()) + 1) % themes.length];
        try { localStorage.setItem("theme", next); } catch { /* not remembered, then */ }
        wear(next);
        change.textContent = label(next);
      });
      place.append(change);
    });
    lightOption();
    addEventListener("hashchange", lightOption);
    document.addEventListener("keydown", press);
  });
})();

// The inbox: j and k walk from item to item; Enter opens the one that has the focus.
document.addEventListener("keydown", (event) => {
  const way = { j: 1, k: -1 }[event.key];
  if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select")) return;
  const items = [...document.querySelectorAll("[data-walk-to]")];
  const next = items.indexOf(document.activeElement) + way;
  items[Math.min(Math.max(next, 0), items.length - 1)]?.focus();
});

// Asking from the keyboard: Enter on the department sends, as it does in a line of text.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("#ask select")) return;
  event.preventDefault();
  if (!event.target.form.querySelector("[data-enter]")) event.target.form.requestSubmit();
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

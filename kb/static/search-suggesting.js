// Suggestions below the search box: an ARIA combobox. Without this file the box still searches.
"use strict";

(() => {
  const PAUSE = 120; // ms without a key before the server is asked
  const MOST_KEPT = 60; // answers of this page, so that a letter taken back costs nothing
  const MOST_EARLIER = 4;

  const make = (name, className, text = "") => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  };

  const counted = (number, one, many) => `${number} ${number === 1 ? one : many}`;

  // One option: a link, so that it can be opened in a new tab as well.
  const option = (one, id) => {
    const link = make("a", "suggest-option");
    link.id = id;
    link.href = one.url + (one.trail ?? "");
    link.dataset.leads = one.url; // the same whatever was typed
    link.tabIndex = -1;
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    const title = make("span", "suggest-title");
    if (one.quiet) title.append(make("span", "quiet", one.quiet), " ");
    title.append(one.text);
    link.append(title);
    const said = [one.quiet ? `${one.quiet} ${one.text}` : one.text];
    if (one.draft) {
      link.append(make("span", "tag tag-warn", "Draft"));
      said.push("draft");
    }
    if (one.department) {
      const more = make("span", "suggest-more");
      more.append(make("span", `dot tone-${one.tone}`), one.department);
      said.push(one.department);
      if (one.keyword) {
        more.append(make("span", "suggest-keyword", one.keyword));
        said.push(`keyword ${one.keyword}`);
      }
      link.append(more);
    } else if (one.count) {
      link.append(make("span", "suggest-more number", String(one.count)));
      const what = one.category ? "category, " : "";
      said.push(what + counted(one.count, "procedure", "procedures"));
    }
    link.setAttribute("aria-label", said.join(", "));
    return link;
  };

  const start = (form) => {
    const box = form.querySelector("input[name=q]");
    const popup = make("div", "suggest");
    const list = make("div", "suggest-list");
    const foot = make("p", "suggest-foot");
    const told = make("div", "visually-hidden");
    list.id = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    told.setAttribute("aria-live", "polite");
    popup.hidden = true;
    popup.append(list, foot);
    form.append(popup, told);
    const attributes = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": "suggestions",
      "aria-haspopup": "listbox",
    };
    for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);

    let options = [];
    let chosen = -1;
    let asked = 0; // numbers the questions: only the answer to the newest is shown
    let waiting;
    let asking;
    let earlier; // this person's searches, asked for once
    const answers = new Map();

    const choose = (nth) => {
      options[chosen]?.setAttribute("aria-selected", "false");
      chosen = nth;
      const one = options[nth];
      if (!one) return box.removeAttribute("aria-activedescendant");
      one.setAttribute("aria-selected", "true");
      box.setAttribute("aria-activedescendant", one.id);
      one.scrollIntoView({ block: "nearest" });
    };

    const close = () => {
      choose(-1);
      popup.hidden = true;
      box.setAttribute("aria-expanded", "false");
    };

    const forget = () => {
      asked += 1;
      clearTimeout(waiting);
      asking?.abort();
    };

    const show = (groups, quietly = false) => {
      const before = options[chosen]?.dataset.leads;
      choose(-1);
      list.replaceChildren();
      options = [];
      const said = [];
      for (const { name, one, many, items } of groups) {
        if (!items.length) continue;
        const group = make("div", "suggest-group");
        group.setAttribute("role", "group");
        group.setAttribute("aria-label", name);
        const head = make("div", "suggest-head", name);
        head.setAttribute("aria-hidden", "true");
        group.append(head);
        for (const item of items) {
          options.push(option(item, `suggestion-${options.length}`));
          group.append(options.at(-1));
        }
        said.push(counted(items.length, one, many));
        list.append(group);
      }
      const words = said.length ? `${said.join(", ")}. Arrow down to choose.` : "No suggestions.";
      if (!quietly && told.textContent !== words) told.textContent = words;
      if (!options.length) return close();
      foot.hidden = !foot.childElementCount;
      popup.hidden = false;
      box.setAttribute("aria-expanded", "true");
      // What was chosen stays chosen if it is still offered; else nothing is, and Enter searches.
      choose(options.findIndex((one) => one.dataset.leads === before));
    };

    const fetched = async (text, signal) => {
      const address = `${form.dataset.suggestions}?${new URLSearchParams({ q: text })}`;
      const answer = await fetch(address, { signal, redirect: "manual" });
      return answer.ok ? answer.json() : null;
    };

    const learnEarlier = async () => {
      if (earlier) return;
      earlier = [];
      try {
        const found = await fetched("");
        earlier = found?.earlier ?? [];
        if (found?.clearing) {
          const link = make("a", "", "Your searches…");
          link.href = found.clearing;
          foot.replaceChildren(link);
        }
      } catch {
        earlier = undefined; // the next time, then
      }
    };

    const searchedBefore = (text) => {
      const wanted = text.trim().toLowerCase();
      const found = (earlier ?? []).filter((one) => {
        const had = one.text.toLowerCase();
        return had !== wanted && had.includes(wanted);
      });
      return found.slice(0, wanted ? MOST_EARLIER : 2 * MOST_EARLIER);
    };

    const groupsFor = (text, answer) => [
      { name: "Procedures", one: "procedure", many: "procedures", items: answer.procedures ?? [] },
      { name: "Keywords", one: "keyword", many: "keywords", items: answer.keywords ?? [] },
      {
        name: "Your earlier searches", one: "earlier search", many: "earlier searches",
        items: searchedBefore(text),
      },
    ];

    const suggest = async () => {
      const text = box.value;
      const mine = (asked += 1);
      asking?.abort();
      asking = new AbortController();
      try {
        await learnEarlier();
        let answer = text.trim() ? answers.get(text) : {};
        answer ??= await fetched(text, asking.signal);
        if (mine !== asked) return;
        if (!answer) return close();
        if (text.trim()) answers.set(text, answer);
        if (answers.size > MOST_KEPT) answers.delete(answers.keys().next().value);
        show(groupsFor(text, answer));
      } catch (error) {
        if (mine === asked && error.name !== "AbortError") close();
      }
    };

    const move = (step) => {
      const count = options.length + 1; // one more place than options: the text itself
      choose(((chosen + 1 + step + count) % count) - 1);
    };

    box.addEventListener("input", () => {
      forget();
      waiting = setTimeout(suggest, answers.has(box.value) ? 0 : PAUSE);
    });
    box.addEventListener("click", () => { if (popup.hidden) suggest(); });
    box.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey) return;
      const open = !popup.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (open && event.altKey) close();
        else if (open) move(event.key === "ArrowDown" ? 1 : -1);
        else suggest();
      } else if (event.key === "Enter" && open && chosen >= 0) {
        event.preventDefault();
        options[chosen].click();
      } else if (event.key === "Escape") {
        forget();
        if (!open) return;
        event.preventDefault();
        event.stopPropagation();
        close();
      } else if (event.key === "Tab") close();
    });
    form.addEventListener("submit", () => { forget(); close(); });
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) { forget(); close(); }
    });
    // A finger or the mouse on an option leaves the focus, and the keyboard of a phone, in the box.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      forget();
      history.replaceState({ ...history.state, typed: box.value, opened: link.dataset.leads }, "");
    });

    // Back from what was opened: the text stands there again, with its suggestions.
    addEventListener("pageshow", async (event) => {
      const [came] = performance.getEntriesByType("navigation");
      const { typed, opened } = history.state ?? {};
      if (typed === undefined || !(event.persisted || came?.type === "back_forward")) return;
      history.replaceState({ ...history.state, typed: undefined, opened: undefined }, "");
      box.value = typed;
      box.focus();
      await suggest();
      choose(options.findIndex((one) => one.dataset.leads === opened));
    });
  };

  document.querySelectorAll("form[data-suggestions]").forEach(start);
})();

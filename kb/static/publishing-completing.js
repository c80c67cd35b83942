// Completion: keywords as they are typed, procedures to link to or to relate to.
"use strict";

window.kbWriting = window.kbWriting ?? {};

(() => {
  const ask = async (address, values) => {
    const answer = await fetch(`${address}?${new URLSearchParams(values)}`);
    return answer.ok ? answer.json() : {};
  };

  const later = (wait, run) => {
    let timer = 0;
    return (...given) => {
      clearTimeout(timer);
      timer = setTimeout(() => run(...given), wait);
    };
  };

  // A list below a field. Arrows choose, Enter takes, Escape closes.
  const listBelow = (field, label) => {
    const box = document.createElement("ul");
    box.className = "w-list";
    box.id = `${field.id}-list`;
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", label);
    box.hidden = true;
    field.after(box);
    field.setAttribute("aria-controls", box.id);
    field.setAttribute("aria-autocomplete", "list");
    let options = [];
    let current = -1;
    const close = () => {
      box.hidden = true;
      options = [];
      current = -1;
      field.removeAttribute("aria-activedescendant");
    };
    const mark = (nth) => {
      current = (nth + options.length) % options.length;
      [...box.children].forEach((item, at) => item.setAttribute("aria-selected", at === current));
      box.children[current].scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", box.children[current].id);
    };
    const open = (found) => {
      options = found;
      current = -1;
      box.replaceChildren(...found.map((option, nth) => {
        const item = document.createElement("li");
        item.id = `${box.id}-${nth}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const text = document.createElement("span");
        text.textContent = option.text;
        const more = document.createElement("span");
        more.className = "muted";
        more.textContent = option.more;
        item.append(text, " ", more);
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          close();
          option.take();
        });
        return item;
      }));
      box.hidden = found.length === 0;
    };
    field.addEventListener("keydown", (event) => {
      if (box.hidden || event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        mark(current + (event.key === "ArrowDown" ? 1 : current < 0 ? 0 : -1));
      } else if (event.key === "Enter" && current >= 0) {
        event.preventDefault();
        event.stopImmediatePropagation();
        const { take } = options[current];
        close();
        take();
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.stopImmediatePropagation();
        close();
      }
    });
    field.addEventListener("blur", () => setTimeout(close, 150));
    return { open, close, get isOpen() { return !box.hidden; }, markFirst: () => options.length && mark(0) };
  };

  // The line of a field in which the cursor stands.
  const lineAt = (area) => {
    const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const next = area.value.indexOf("\n", area.selectionStart);
    const end = next < 0 ? area.value.length : next;
    return { start, end, text: area.value.slice(start, end).trim() };
  };

  const putLine = (area, text) => {
    const { start, end } = lineAt(area);
    const last = end === area.value.length;
    kbWriting.text.put(area, last ? `${text}\n` : text, start, end);
  };

  const addLine = (area, text) => {
    const lines = area.value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (!lines.some((line) => line.toLowerCase() === text.toLowerCase())) lines.push(text);
    area.value = `${lines.join("\n")}\n`;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const keywords = (form) => {
    const area = form.querySelector("#w-keywords");
    if (!area) return;
    const list = listBelow(area, "Keywords in use");
    const look = later(150, async () => {
      const { text } = lineAt(area);
      if (text.length < 2) return list.close();
      const { keywords: found = [] } = await ask(form.dataset.keywords, { q: text });
      if (lineAt(area).text !== text) return undefined; // typed on meanwhile: that is asked too
      const others = found.filter((one) => one.text !== lineAt(area).text);
      return list.open(others.map((one) => ({
        text: one.text,
        more: String(one.count),
        take: () => putLine(area, one.text),
      })));
    });
    area.addEventListener("input", look);
    tree(form, area);
  };

  // The categories, each with its keywords when it is opened.
  const tree = (form, area) => {
    const place = form.querySelector("#w-tree");
    const whole = document.createElement("details");
    const title = document.createElement("summary");
    title.textContent = "Choose from all keywords";
    whole.append(title);
    whole.addEventListener("toggle", async () => {
      if (!whole.open || whole.children.length > 1) return;
      const { categories = [] } = await ask(form.dataset.keywords, {});
      whole.append(...categories.map((one) => branch(form, area, one)));
      if (!categories.length) whole.append("There are none yet.");
    }, { once: false });
    place.append(whole);
  };

  const branch = (form, area, category) => {
    const made = document.createElement("details");
    const title = document.createElement("summary");
    title.textContent = `${category.text} `;
    const count = document.createElement("span");
    count.className = "number";
    count.textContent = category.count;
    title.append(count);
    made.append(title);
    made.addEventListener("toggle", async () => {
      if (!made.open || made.children.length > 1) return;
      const { keywords: found = [] } = await ask(form.dataset.keywords, { category: category.text });
      const topics = document.createElement("p");
      topics.className = "chips chips-small";
      topics.append(...found.map((one) => {
        const chip = document.createElement("button");
        chip.type = "button";
        chip.className = "chip";
        chip.textContent = one.text;
        chip.addEventListener("click", () => addLine(area, one.text));
        return chip;
      }));
      made.append(topics);
    });
    return made;
  };

  const procedures = async (form, text) => {
    const { procedures: found = [] } = await ask(form.dataset.procedures, {
      q: text,
      from: form.dataset.from,
    });
    return found;
  };

  const related = (form) => {
    const area = form.querySelector("#w-related");
    if (!area) return;
    const list = listBelow(area, "Procedures");
    area.addEventListener("input", later(200, async () => {
      const { text } = lineAt(area);
      if (text.length < 2) return list.close();
      const found = await procedures(form, text);
      if (lineAt(area).text !== text) return undefined;
      return list.open(found.filter((one) => one.id !== lineAt(area).text && one.id !== form.dataset.procedure).map((one) => ({
        text: one.title,
        more: `${one.id} · ${one.department}`,
        take: () => putLine(area, one.id),
      })));
    }));
  };

  // A small window to search for what to link to; what was chosen becomes the link's words.
  const linking = (form, area) => {
    const box = document.createElement("dialog");
    box.className = "w-dialog";
    box.setAttribute("aria-labelledby", "w-link-label");
    const label = document.createElement("label");
    label.id = "w-link-label";
    label.htmlFor = "w-link";
    label.className = "form-label";
    label.textContent = "Link to";
    const field = document.createElement("input");
    field.id = "w-link";
    field.className = "form-control";
    field.autocomplete = "off";
    field.placeholder = "A procedure’s words or id, or an address";
    const remark = document.createElement("p");
    remark.className = "form-text";
    remark.textContent = "Arrows choose, Enter takes, Escape closes.";
    box.append(label, field, remark);
    document.body.append(box);
    const list = listBelow(field, "Procedures");
    let range = [0, 0];
    const take = (words, address) => {
      box.close();
      const [start, end] = range;
      const chosen = area.value.slice(start, end).replace(/^\[\[/, "");
      const safe = (chosen || words).replaceAll("[", "\\[").replaceAll("]", "\\]");
      kbWriting.text.put(area, `[${safe}](${address})`, start, end);
    };
    const look = later(150, async () => {
      const text = field.value.trim();
      if (/^(https?:|mailto:)/.test(text)) {
        list.open([{ text: `Link to ${text}`, more: "", take: () => take(text, text) }]);
        return list.markFirst();
      }
      const found = text ? await procedures(form, text) : [];
      if (field.value.trim() !== text) return undefined;
      list.open(found.map((one) => ({
        text: one.title,
        more: `${one.id} · ${one.department}`,
        take: () => take(one.title, one.address),
      })));
      return list.markFirst();
    });
    field.addEventListener("input", look);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    box.addEventListener("close", () => area.focus());
    const open = (start = area.selectionStart, end = area.selectionEnd) => {
      range = [start, end];
      field.value = area.value.slice(start, end).replace(/^\[\[/, "");
      box.showModal();
      field.select();
      if (field.value) look();
    };
    area.addEventListener("input", () => {
      const at = area.selectionStart;
      if (area.value.slice(at - 2, at) === "[[") open(at - 2, at);
    });
    return open;
  };

  kbWriting.completing = { keywords, related, linking, later };
})();

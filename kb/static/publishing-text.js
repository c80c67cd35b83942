// The text of a procedure: what the toolbar, its menu and the keys do to it.
"use strict";

window.kbWriting = window.kbWriting ?? {};

(() => {
  const pieces = {
    steps: "## Steps\n\n1. First step.\n2. **A question to decide?**\n   - Yes: do this.\n   - No: go on.\n3. Last step.\n",
    question: "## Steps\n\n1. **A question to decide?**\n   - Yes: **A question to decide?**\n     - Yes: do this.\n     - No: go to step 2.\n   - No: go on.\n2. Last step.\n",
    say: "## What to say\n\n> I am sorry, [name]. Let me see what I can do.\n",
    method: "## Other accepted methods\n\n### Name of the method\n\nWhen it may be used, and how.\n",
    warning: "> **Warning:** what must never be done, and why.\n",
    escalate: "## When to escalate\n\n- When, to whom, and how to reach them.\n",
    table: "| What | Where |\n|---|---|\n| first | here |\n| second | there |\n",
  };

  // The words of each that are to be written over first.
  const examples = {
    steps: "First step.",
    question: "A question to decide?",
    say: "I am sorry, [name]. Let me see what I can do.",
    method: "Name of the method",
    warning: "what must never be done, and why.",
    escalate: "When, to whom, and how to reach them.",
    table: "What",
  };

  // Typed for the person, so that Ctrl+Z takes it back.
  const put = (area, text, start = area.selectionStart, end = area.selectionEnd) => {
    area.focus();
    area.setSelectionRange(start, end);
    // Chromium loses a last line end when nothing is typed in the place of something.
    if (!text || !document.execCommand("insertText", false, text)) area.setRangeText(text, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const wrap = (area, mark, example) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const chosen = value.slice(start, end);
    const before = value.slice(start - mark.length, start) === mark;
    const after = value.slice(end, end + mark.length) === mark;
    if (chosen && before && after) {
      put(area, chosen, start - mark.length, end + mark.length);
      area.setSelectionRange(start - mark.length, end - mark.length);
      return;
    }
    const text = chosen || example;
    put(area, `${mark}${text}${mark}`);
    area.setSelectionRange(start + mark.length, start + mark.length + text.length);
  };

  // Every line that is chosen, or the one with the cursor.
  const eachLine = (area, change) => {
    const { value } = area;
    const start = value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const next = value.indexOf("\n", area.selectionEnd);
    const end = next < 0 ? value.length : next;
    const changed = value.slice(start, end).split("\n").map(change).join("\n");
    put(area, changed, start, end);
  };

  const bare = (line) => line.replace(/^(\s*)(?:#{1,6} |[-*] |\d+\. )/, "$1");

  // What was put in last: the text before it and after it, by which it is found again.
  let last = null;

  // Where the paragraph, list or table with the cursor ends; or what was put in last, if it is there.
  const endOfBlock = (area) => {
    const { selectionEnd: at, value } = area;
    if (last && value.startsWith(last.before) && value.endsWith(last.after)) {
      const end = value.length - last.after.length;
      if (at >= last.before.length && at <= end) return end;
    }
    const begins = value.lastIndexOf("\n", at - 1) + 1;
    if (!value.slice(begins).split("\n", 1)[0].trim()) return at;
    const gap = value.slice(at).search(/\n[ \t]*(\n|$)/);
    return gap < 0 ? value.length : at + gap;
  };

  // On lines of its own, with a blank one around; nothing that is there is replaced. The first words
  // that are to be written over are chosen.
  const block = (area, text, example = "") => {
    const { value } = area;
    const at = endOfBlock(area);
    const before = value.slice(0, at).trimEnd();
    const after = value.slice(at).trimStart();
    const lead = before ? "\n\n" : "";
    const tail = after ? "\n" : "";
    put(area, lead + text + tail, before.length, value.length - after.length);
    const start = before.length + lead.length;
    const first = start + Math.max(0, text.indexOf(example));
    area.setSelectionRange(first, first + (example ? example.length : 0));
    last = { before: area.value.slice(0, start), after: area.value.slice(start + text.trimEnd().length) };
    area.scrollTop += 1;
  };

  // On a line of its own below the one with the cursor, so that it stays in its step.
  const picture = (area, markdown) => {
    const { selectionEnd: at, value } = area;
    const line = value.slice(value.lastIndexOf("\n", at - 1) + 1).split("\n", 1)[0];
    if (line.trim().startsWith("|")) return block(area, `${markdown}\n`);
    const next = value.indexOf("\n", at);
    const end = next < 0 ? value.length : next;
    return put(area, line.trim() ? `\n${markdown}` : `${markdown}\n`, end, end);
  };

  const insert = (area, name) => block(area, pieces[name], examples[name]);

  const tools = {
    bold: (area) => wrap(area, "**", "bold"),
    italic: (area) => wrap(area, "*", "italic"),
    heading: (area) => eachLine(area, (line) => {
      const level = /^(#{1,6}) /.exec(line)?.[1].length ?? 0;
      return level === 2 ? `### ${bare(line)}` : level === 3 ? bare(line) : `## ${bare(line)}`;
    }),
    list: (area) => eachLine(area, (line) => (/^\s*- /.test(line) ? bare(line) : `- ${bare(line)}`)),
    numbers: (area) => eachLine(area, (line, nth) => (/^\s*\d+\. /.test(line) ? bare(line) : `${nth + 1}. ${bare(line)}`)),
    table: (area) => insert(area, "table"),
  };

  // Enter goes on with the list; on an empty item it ends it.
  const goOn = (event) => {
    const area = event.target;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    const { value, selectionStart: at } = area;
    if (at !== area.selectionEnd) return;
    const start = value.lastIndexOf("\n", at - 1) + 1;
    const found = /^(\s*)([-*]|(\d+)\.|>) (.*)$/.exec(value.slice(start, at));
    if (!found) return;
    event.preventDefault();
    if (!found[4]) {
      put(area, "", start, at);
      return;
    }
    const mark = found[3] ? `${Number(found[3]) + 1}.` : found[2];
    put(area, `\n${found[1]}${mark} `);
  };

  // As tall as its text.
  const grow = (area) => {
    const scrolled = scrollY;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 4}px`;
    if (scrollY !== scrolled) scrollTo(0, scrolled);
  };

  const toLine = (area, number) => {
    const lines = area.value.split("\n");
    const at = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
    area.focus({ preventScroll: true });
    area.setSelectionRange(at, at + (lines[number - 1] ?? "").length);
    const height = parseFloat(getComputedStyle(area).lineHeight);
    const top = area.getBoundingClientRect().top + scrollY;
    scrollTo({ top: Math.max(0, top + (number - 1) * height - 160) });
  };

  kbWriting.text = { put, insert, picture, tools, goOn, grow, toLine };
})();

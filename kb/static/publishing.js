// The page where a procedure is written: drafts that are never lost, a preview, the keys.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("w-form");
  if (!form) return;
  document.documentElement.classList.add("w-with-js");
  const area = form.querySelector("#w-body");
  const { text, completing } = kbWriting;
  const status = form.querySelector("#w-status");
  const preview = form.querySelector("#w-preview");
  const field = (name) => form.elements[name];
  const token = () => field("csrf_token").value;
  const say = (words, bad = false) => {
    status.textContent = words;
    status.classList.toggle("bad", bad);
  };
  const timeZone = document.documentElement.dataset.zone;
  const clock = (when) => when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });

  // What is typed, apart from the file itself and the token.
  const typed = () => {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrf_token") {
        found[name] = name in found ? `${found[name]}\n${value}` : value;  // ticked together
      }
    }
    return found;
  };
  const written = () => {
    const { base, draft, ...rest } = typed();
    return JSON.stringify(rest);
  };

  // --- kept in this browser until the server has it --------------------------------------------
  const box = `kb-draft ${form.dataset.person} ${form.dataset.procedure || "new"}`;
  const keepHere = () => {
    try {
      localStorage.setItem(box, JSON.stringify({ at: Date.now(), fields: typed() }));
    } catch { /* no room, or not allowed: the server has it in a moment */ }
  };
  const forgetHere = () => {
    try { localStorage.removeItem(box); } catch { /* nothing is there, then */ }
  };
  const keptHere = () => {
    try { return JSON.parse(localStorage.getItem(box)); } catch { return null; }
  };
  const fill = (fields) => {
    for (const [name, value] of Object.entries(fields)) {
      const one = field(name);
      if (!one || name === "csrf_token") continue;
      const boxes = (one.length && !one.options ? [...one] : [one]).filter((each) => each.type === "checkbox");
      const ticked = boxes.length ? value.split("\n") : [];
      for (const each of boxes) each.checked = ticked.includes(each.value);
      if (!boxes.length) one.value = value;
    }
    fit();
    changed();
  };
  const note = (words, ...ways) => {
    const made = document.createElement("p");
    made.className = "note note-warn w-note-here";
    made.setAttribute("role", "alert");
    made.append(words, " ", ...ways);
    form.before(made);
    return made;
  };
  const way = (words, press) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-outline-secondary btn-sm";
    made.textContent = words;
    made.addEventListener("click", press);
    return made;
  };

  // --- the draft on the server -----------------------------------------------------------------
  let stored = written();
  let sending = null;
  let signedOut = null;
  let parted = null;
  let leaving = false;

  const askToSignIn = () => {
    say("You are signed out. What you write is kept in this browser.", true);
    if (signedOut) return;
    const link = document.createElement("a");
    link.href = form.dataset.signIn;
    link.target = "_blank";
    link.rel = "opener";
    link.textContent = "Sign in again in a new tab";
    signedOut = note("You are signed out. Nothing is lost: your text is kept in this browser.", link, ", then come back here.");
  };

  // After a new sign-in the page needs that session's token.
  const newToken = async () => {
    const answer = await fetch(form.dataset.token);
    if (!answer.ok || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[name=csrf_token]");
    if (found) document.querySelectorAll("[name=csrf_token]").forEach((one) => { one.value = found.value; });
    return Boolean(found);
  };

  const send = async (again = true) => {
    const now = written();
    if (now === stored || sending || leaving) return;
    sending = fetch(form.dataset.draft, { method: "POST", body: new FormData(form) });
    try {
      const answer = await sending;
      sending = null;
      if (answer.status === 401 || answer.status === 400) {
        if (again && await newToken()) return send(false);
        return askToSignIn();
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const { draft, at, gone } = await answer.json();
      field("draft").value = draft;
      stored = now;
      if (written() === now) forgetHere();
      signedOut?.remove();
      signedOut = null;
      if (gone && !parted) parted = note("This procedure is gone, or not yours to write any more. What you write is kept in your drafts.");
      say(`Draft kept ${clock(new Date(at))}`);
    } catch {
      sending = null;
      say("The draft does not reach the server; it is kept in this browser.", true);
    }
  };
  const sendSoon = completing.later(2000, send);

  const changed = () => {
    if (written() === stored) return;
    keepHere();
    sendSoon();
    lookSoon();
  };

  // --- the preview, with the faults ------------------------------------------------------------
  let looking = 0;
  let looked = "";
  const look = async () => {
    const now = written();
    if (now === looked) return;
    looking += 1;
    const nth = looking;
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Wants": "piece" },
      });
      if (nth !== looking) return;
      if (!answer.ok) throw new Error(String(answer.status));
      preview.innerHTML = await answer.text();
      looked = now;
    } catch {
      if (nth === looking) setTimeout(lookSoon, 5000);
    }
  };
  const lookSoon = completing.later(500, look);
  preview.addEventListener("click", (event) => {
    const goto = event.target.closest(".w-goto");
    if (!goto) return;
    show("write");
    const line = Number(goto.dataset.line) - bodyBegins() + 1;
    if (line >= 1) text.toLine(area, line);
    else form.querySelector("#w-title, #w-head")?.focus();
  });
  const bodyBegins = () => Number(preview.querySelector("[data-body-line]")?.dataset.bodyLine ?? 1);

  // --- what is shown, on a narrow window -------------------------------------------------------
  const tabs = [...form.querySelectorAll("[data-tab]")];
  const show = (name) => {
    form.classList.toggle("w-looking", name === "preview");
    tabs.forEach((tab) => tab.setAttribute("aria-pressed", tab.dataset.tab === name));
    if (name === "preview") look();
  };
  tabs.forEach((tab) => tab.addEventListener("click", () => show(tab.dataset.tab)));

  // --- the tools -------------------------------------------------------------------------------
  const link = completing.linking(form, area);
  const picture = kbWriting.files(form, area, say, token);
  const run = { ...text.tools, link: () => link(), picture };
  form.querySelector(".w-tools").hidden = false;
  form.querySelectorAll("[data-tool]").forEach((tool) => {
    tool.addEventListener("mousedown", (event) => event.preventDefault());
    tool.addEventListener("click", () => run[tool.dataset.tool](area));
  });
  const insert = form.querySelector("#w-insert");
  insert.addEventListener("change", () => {
    if (insert.value) text.insert(area, insert.value);
    insert.value = "";
  });
  const keys = { b: "bold", i: "italic", k: "link" };
  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const key = event.key.toLowerCase();
    if (key === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("#w-save"));
    } else if (keys[key] && event.target === area) {
      event.preventDefault();
      run[keys[key]](area);
    }
  });
  area.addEventListener("keydown", text.goOn);
  completing.keywords(form);
  completing.related(form);

  form.querySelectorAll("textarea.form-control").forEach((one) => one.classList.add("w-grows"));
  form.querySelectorAll("[data-list] input").forEach((one) => {
    one.setAttribute("list", one.closest("[data-list]").dataset.list);
  });

  // --- begin -----------------------------------------------------------------------------------
  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) text.grow(event.target);
    if (event.target.closest("dialog")) return;
    changed();
  });
  addEventListener("focus", () => { if (signedOut) send(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !leaving) { keepHereIfChanged(); send(); }
  });
  const keepHereIfChanged = () => { if (written() !== stored) keepHere(); };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.id === "w-look") {
      event.preventDefault();
      show("preview");
      return look();
    }
    // A draft sent now could arrive after the save that ends it. When no answer comes, they go on.
    leaving = true;
    setTimeout(() => { leaving = false; }, 20000);
    keepHereIfChanged();
    return undefined;
  });

  // What was saved meanwhile, or stands here already, is not offered: what goes with a save does
  // not count, nor a line end more or less.
  const beside = /^(base|draft|note|worth_telling|must_.*|item|word|anyway|then)$/;
  const same = (one, other) => (one ?? "").replaceAll("\r\n", "\n").trim() === (other ?? "").replaceAll("\r\n", "\n").trim();
  const differs = (fields) => {
    const here = typed();
    return Object.keys(fields).some((name) => (
      !beside.test(name) && field(name) && !same(fields[name], here[name])
    ));
  };
  const mine = keptHere();
  if (mine && differs(mine.fields)) {
    const offer = note(`This browser has text from ${clock(new Date(mine.at))} that did not reach the server.`,
      way("Put it back", () => { fill(mine.fields); offer.remove(); }), " ",
      way("Forget it", () => { forgetHere(); offer.remove(); }));
  } else {
    forgetHere();
  }
  const fit = () => form.querySelectorAll(".w-grows, #w-body").forEach(text.grow);
  fit();
  addEventListener("resize", completing.later(100, fit));
  form.querySelector(".w-more")?.addEventListener("toggle", fit);
  if (form.dataset.line) text.toLine(area, Number(form.dataset.line));
  if (!preview.querySelector(".w-page")) look();
});

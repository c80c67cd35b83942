// Says it where it hurts: the question opens at the section or step instead of on its own page.
"use strict";

(() => {
  const panels = new WeakMap();

  // Each step gets a link like its section's, with its number behind the section's anchor.
  const pointAtSteps = (steps) => {
    const whole = steps.querySelector(":scope > [data-doubt]");
    if (!whole) return;
    window.kbCall.numbered(steps).forEach((number, item) => {
      const anchor = `${whole.dataset.doubt}~${number}`;
      const link = document.createElement("a");
      link.className = "doubt no-print";
      link.href = `${whole.getAttribute("href")}~${number}`;
      link.dataset.doubt = anchor;
      link.textContent = "Helpful?";
      link.setAttribute("aria-label", `Was step ${number} helpful?`);
      item.append(link);
    });
  };

  const close = (link) => {
    panels.get(link)?.remove();
    panels.delete(link);
    link.setAttribute("aria-expanded", "false");
  };

  const say = (panel, words) => {
    panel.replaceChildren();
    const said = document.createElement("p");
    said.className = "ok";
    said.setAttribute("role", "status");
    said.textContent = words;
    panel.append(said);
  };

  // What could not be taken here goes the plain way: a page that keeps what was written.
  const plainly = (form, submitter) => {
    const said = document.createElement("input");
    said.type = "hidden";
    said.name = submitter.name;
    said.value = submitter.value;
    form.append(said);
    form.submit();
  };

  const send = async (event, link, panel) => {
    event.preventDefault();
    const form = event.target;
    const { submitter } = event;
    if (!submitter) return; // nobody pressed anything
    const body = new URLSearchParams(new FormData(form));
    body.append(submitter.name, submitter.value);
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(form.action, { method: "POST", body, headers, redirect: "manual" });
      if (!answer.ok) return plainly(form, submitter);
      const told = await answer.json();
      say(panel, told.said);
      link.focus();
    } catch {
      plainly(form, submitter);
    }
  };

  const open = async (link) => {
    let page;
    try {
      const answer = await fetch(link.href, { redirect: "manual" });
      if (!answer.ok) return location.assign(link.href);
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return location.assign(link.href);
    }
    const form = page.getElementById("doubt-form");
    if (!form) return location.assign(link.href);
    // Several may stand on one page: their fields need names of their own.
    form.removeAttribute("id");
    for (const field of form.querySelectorAll("[id]")) {
      const own = `${link.dataset.doubt}-${field.id}`;
      form.querySelector(`label[for="${field.id}"]`)?.setAttribute("for", own);
      field.id = own;
    }
    const panel = document.createElement("div");
    panel.className = "doubt-here no-print";
    panel.append(document.adoptNode(form));
    form.classList.remove("card-box");
    form.addEventListener("submit", (event) => send(event, link, panel));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close(link);
      link.focus();
    });
    if (link.parentElement.tagName === "LI") link.parentElement.append(panel);
    else link.after(panel);
    panels.set(link, panel);
    link.setAttribute("aria-expanded", "true");
    // Never a button: whoever goes on typing would press it.
    form.querySelector("textarea").focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  };

  // One stop of the Tab key for each section: arrows lead from its question to those about its steps,
  // and to the link to it.
  const asOneStop = (first) => {
    const section = first.parentElement;
    const others = [...section.querySelectorAll("a.anchor, [data-doubt]")]
      .filter((one) => one !== first && one.closest("section") === section);
    if (!others.length) return;
    const row = [first, ...others];
    others.forEach((one) => { one.tabIndex = -1; });
    first.setAttribute("aria-keyshortcuts", "ArrowRight ArrowLeft");
    section.addEventListener("keydown", (event) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const at = row.indexOf(event.target);
      if (!way || at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      row[(at + way + row.length) % row.length].focus();
    });
  };

  document.querySelectorAll("[data-steps]").forEach(pointAtSteps);
  dispatchEvent(new Event("kb-steps-named"));
  document.querySelectorAll("section > [data-doubt]").forEach(asOneStop);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-doubt]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (panels.has(link)) close(link);
    else open(link);
  });
})();

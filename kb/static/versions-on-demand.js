// The difference of a change opens below it, asked for when it is wanted. Without this it is a page.
"use strict";

(() => {
  const shown = new WeakMap();

  const found = async (link) => {
    const answer = await fetch(link.href, { redirect: "manual" });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(".diff-page, .diff-scroll");
  };

  const open = async (link) => {
    let difference;
    try { difference = await found(link); } catch { difference = null; }
    if (!difference) return location.assign(link.href);
    const place = document.adoptNode(difference);
    place.querySelectorAll("[id]").forEach((one) => one.removeAttribute("id"));
    link.closest("li").append(place);
    shown.set(link, place);
    link.setAttribute("aria-expanded", "true");
    return undefined;
  };

  const close = (link) => {
    shown.get(link).remove();
    shown.delete(link);
    link.setAttribute("aria-expanded", "false");
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-difference]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (shown.has(link)) close(link);
    else open(link);
  });
})();

// In the frame of another site's page: takes the words of its ticket in, and hands the note out.
"use strict";

(() => {
  if (window.top === window) return;
  const allowed = document.currentScript.dataset.framers.split(" ");
  const LONGEST = 500;

  // Who has spoken is who is answered. It is not stored: browsers refuse a frame of another site that,
  // and the page around says hello whenever a page has come up.
  let outside = "";
  const tell = (message) => { if (outside) window.parent.postMessage(message, outside); };

  const search = ({ words, department }) => {
    if (typeof words !== "string" || !words.trim()) return;
    const asked = new URLSearchParams({ q: words.trim().slice(0, LONGEST) });
    if (typeof department === "string") asked.set("department", department);
    location.assign(`${document.body.dataset.root}open?${asked}`);
  };
  const hello = () => {
    const { procedure } = document.querySelector("[data-procedure]")?.dataset ?? {};
    tell({ kb: "page", procedure: procedure ?? "", title: document.querySelector("h1")?.textContent.trim() ?? "" });
  };
  const VERBS = {
    hello,
    search,
    "new call": () => document.querySelector("[data-new-call] button")?.click(),
  };

  const offerNote = () => {
    const place = document.querySelector("[data-copy-reference]");
    if (!place || !outside || place.querySelector(".hand-out")) return;
    place.append(window.kbCall.button("Into the ticket", "copy hand-out", () => {
      tell({ kb: "note", text: window.kbCall.note() });
    }));
  };

  addEventListener("message", ({ data, origin, source }) => {
    if (source !== window.parent || !allowed.includes(origin)) return;
    if (typeof data !== "object" || data === null || !Object.hasOwn(VERBS, data.kb)) return;
    outside = origin;
    offerNote();
    VERBS[data.kb](data);
  });
})();

// While a backup is being made, its progress moves, and its row comes by itself.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("#backup-at-work");
  const look = async () => {
    const answer = await fetch(location.pathname, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("#backup-at-work");
    if (!now || !now.hasAttribute("data-at-work")) {
      location.assign(location.pathname);
      return;
    }
    box.replaceChildren(...now.childNodes);
    setTimeout(look, 1500);
  };
  if (box?.hasAttribute("data-at-work")) setTimeout(look, 1500);
});

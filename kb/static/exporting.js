// The list of what is taken out, looked at again while something in it is still being made.
"use strict";

(() => {
  const PAUSE = 1500; // ms
  const list = document.querySelector("[data-exports]");

  const lookAgain = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-exports]");
    if (!fresh) {
      return;
    }
    if (fresh.textContent !== list.textContent && !list.contains(document.activeElement)) {
      list.replaceChildren(...fresh.childNodes);
    }
    if (page.querySelector('script[src*="exporting.js"]')) {
      setTimeout(lookAgain, PAUSE);
    }
  };

  if (list) {
    setTimeout(lookAgain, PAUSE);
  }
})();

// The page without network: what this device keeps, narrowed down by what is typed.
"use strict";

(() => {
  const list = document.querySelector("[data-kept-list]");
  const again = document.querySelector("[data-again]");
  if (!list) return;
  again.href = location.href;
  const box = document.querySelector("[data-kept-filter]");
  const count = document.querySelector("[data-kept-count]");
  const folded = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

  const TIME = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  const line = ({ id, title, address, at, zone }) => {
    const item = document.createElement("li");
    item.className = "row-line";
    const link = document.createElement("a");
    link.className = "row-title";
    link.href = address;
    link.textContent = title;
    const meta = document.createElement("span");
    meta.className = "meta";
    const when = new Date(at).toLocaleString("en-GB", { ...TIME, timeZone: zone });
    meta.textContent = `${id} · kept ${when}`;
    item.append(link, meta);
    return item;
  };
  const show = (kept) => {
    const words = folded(box.value).split(/\s+/).filter(Boolean);
    const fits = kept.filter(({ id, title, words: keywords }) => {
      const text = folded(`${id} ${title} ${keywords}`);
      return words.every((word) => text.includes(word));
    });
    list.replaceChildren(...fits.map(line));
    count.textContent = kept.length ? `${fits.length} of ${kept.length}` : "Nothing is kept on this device.";
  };

  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data: kept }) => {
    box.value = new URLSearchParams(location.search).get("q") ?? "";
    box.addEventListener("input", () => show(kept));
    show(kept);
  };
  count.textContent = "Nothing is kept on this device.";
  navigator.serviceWorker?.controller?.postMessage({ kb: "list" }, [port2]);
})();

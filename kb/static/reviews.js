// The list of reviews: all on the page at once, how many are chosen, and x for the row in focus.
(() => {
  const form = document.getElementById("review-form");
  const place = form?.querySelector("[data-choose-all]");
  if (!place) return;
  const boxes = [...form.querySelectorAll('input[name="chosen"]')];
  const all = document.createElement("input");
  all.type = "checkbox";
  all.id = "choose-all";
  all.className = "form-check-input";
  const label = document.createElement("label");
  label.htmlFor = all.id;
  place.append(all, label);
  const show = () => {
    const many = boxes.filter((box) => box.checked).length;
    all.checked = many === boxes.length;
    all.indeterminate = many > 0 && many < boxes.length;
    label.textContent = many ? `${many} chosen` : "All on this page";
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea, select")) return;
    const box = document.activeElement.closest(".review-row")?.querySelector('input[name="chosen"]');
    if (!box) return;
    box.checked = !box.checked;
    show();
  });
  show();
})();

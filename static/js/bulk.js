/* Choosing many leads: a range by Shift, all that match, and the new owner in the rows before the server has answered. */
(() => {
  "use strict";
  const { $, $$, on, acts, onRow, say } = window.leadcrm;
  let last = null;
  const changed = (box) => box.dispatchEvent(new Event("change", { bubbles: true }));
  const tick = (box, isTicked) => {
    const all = $$("[data-select]");
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
    all.slice(Math.max(from, 0), to + 1).forEach((each) => { if (from >= 0 || each === box) each.checked = isTicked; });
    last = box;
    changed(box);
  };
  on("click", ({ target, shiftKey }) => {
    if (!target.matches?.("[data-select]")) return;
    if (shiftKey) tick(target, target.checked); else last = target;
  });
  acts.select_range = onRow((row) => {
    const box = $("[data-select]", row);
    return box ? tick(box, true) : false;
  });
  on("change", ({ target }) => {
    const match = $("[data-match]");
    if (!match) return;
    if (target === match && match.checked) $$("[data-select], [data-select-all]").forEach((box) => { box.checked = true; });
    if (target.matches("[data-select], [data-select-all]") && $("[data-select]:not(:checked)")) match.checked = false;
    const place = $("[data-selected]");
    if (match.checked) place.textContent = `${match.dataset.match} selected`;
    else if (target === match) changed($("[data-select]"));
    if (match.checked) say("announce", place.textContent);
  });
  on("submit", ({ target, submitter }) => {
    if (target.dataset.bulk !== "owner" || submitter?.formMethod === "dialog") return;
    const choice = $("select", target).selectedOptions[0];
    $$("tr:has([data-select]:checked) [data-owner]").forEach((cell) => { cell.textContent = choice.value === "nobody" ? "–" : choice.text; });
    target.closest("dialog")?.close();
  });
})();

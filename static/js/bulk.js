/* Choosing many leads: a range by Shift, a page, all that match, a long press; and the new owner in the rows before the
   server has answered. */
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
  const isTyping = ({ target }) => target.matches("input:not([type=checkbox]), textarea, select");
  const tickBy = (selector) => (event) => {
    const box = !isTyping(event) && $(selector);
    if (!box) return false;
    if (!box.checked) box.click();
    return undefined;
  };
  acts.select_page = tickBy("[data-select-all]");
  acts.select_match = tickBy("[data-match]");

  /* By touch: a long press chooses a row, and while rows are chosen a tap adds or leaves out another one. */
  const [LONG, SLIP] = [500, 10];
  let [press, isSpent] = [null, false];
  const boxAt = (target) => { const row = target.closest("[data-item]"); return row && $("[data-select]", row); };
  const release = () => { clearTimeout(press?.timer); press = null; };
  on("pointerdown", ({ target, pointerType, clientX: x, clientY: y }) => {
    isSpent = false;
    release();
    const box = pointerType === "touch" && boxAt(target);
    if (!box || target === box) return;
    press = { x, y, timer: setTimeout(() => { isSpent = true; last = box; box.checked = !box.checked; changed(box); }, LONG) };
  });
  on("pointermove", ({ clientX, clientY }) => press && Math.hypot(clientX - press.x, clientY - press.y) > SLIP && release());
  on("pointerup", release);
  on("pointercancel", release);
  on("contextmenu", (event) => { if (isSpent || press) event.preventDefault(); });
  on("click", (event) => {
    const box = event.target.closest("a") && boxAt(event.target);
    const adds = box && event.pointerType === "touch" && $("[data-select]:checked");
    if (!isSpent && !adds) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!isSpent) box.click();
    isSpent = false;
  }, true);

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

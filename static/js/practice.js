/* The practice queue: the inbox's briefs and keys, played in this page alone. What would be sent is only answered. */
(() => {
  "use strict";
  const { $, $$, on, say, isSeen } = window.leadcrm;
  const page = $("[data-practice]");
  const side = $("[data-practice-brief]", page);
  const DECIDE = { accept: "Accepted", reject: "Rejected", won: "Won", lost: "Lost", recycle: "Recycled" };
  const STAY = { claim: "It is yours", contact: "Contact logged", note: "Note added" };
  const decided = [];
  const rows = () => $$("[data-item]", page).filter(isSeen);
  let current = $("[data-item]", page);

  const show = (row) => {
    current?.removeAttribute("aria-current");
    row?.setAttribute("aria-current", "true");
    current = row;
    const shown = row ? $(`[data-brief-of="${row.id}"]`, page) : $("[data-no-brief]", page);
    side.replaceChildren(shown.content.cloneNode(true));
    if (row) $("[data-item-link]", row).focus({ preventScroll: true });
  };
  const learn = (act) => {
    const lesson = $(`[data-lesson="${act}"]:not(.done)`, page);
    if (!lesson) return;
    lesson.classList.add("done");
    lesson.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: "done" }));
    const left = $("[data-lesson]:not(.done)", page);
    $("[data-practiced]", page).hidden = Boolean(left);
    say("announce", left ? `Done. Next: ${left.textContent.trim()}` : "That is all of it.");
  };
  const decide = (row, text) => {
    const all = rows();
    const next = all[all.indexOf(row) + 1] || all[all.indexOf(row) - 1];
    decided.push(row);
    row.hidden = true;
    show(next);
    say("toast", { text, undo: "#undo" });
  };
  const undo = (form) => {
    form.closest("[data-toast]").remove();
    const row = decided.pop();
    if (!row) return;
    row.hidden = false;
    show(row);
    learn("undo");
  };

  on("click", (event) => {
    const row = event.target.closest("[data-item]");
    if (!row || !page.contains(row)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (row !== current) learn("move");
    show(row);
  }, true);
  on("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-real]") || !(page.contains(form) || form.matches("[data-undo-form]"))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.closest(":popover-open")?.hidePopover();
    if (form.matches("[data-undo-form]")) return undo(form);
    const act = new URL(form.action).pathname.split("/").at(-1);
    const reason = $("span", event.submitter || form)?.firstChild?.textContent.trim().toLowerCase();
    const text = `${DECIDE[act] || STAY[act]}${reason && act !== "note" ? `: ${reason}` : ""}.`;
    if (DECIDE[act]) decide(current, text); else say("toast", { text });
    return learn(act);
  }, true);
})();

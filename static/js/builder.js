/* The form builder: the preview follows each saved change, and what was moved keeps the focus. */
(() => {
  "use strict";
  const { $, $$, on, say } = window.leadcrm;
  const frame = $("#form-preview");
  const restart = () => frame.contentWindow.location.reload();
  const press = (button, isPressed) => button.setAttribute("aria-pressed", String(isPressed));
  on("draft-saved", restart);
  on("click", ({ target }) => {
    if (target.closest("[data-frame-restart]")) restart();
    const width = target.closest("[data-frame-width]");
    if (width) {
      frame.dataset.width = width.dataset.frameWidth;
      $$("[data-frame-width]").forEach((button) => press(button, button === width));
    }
    const dark = target.closest("[data-frame-dark]");
    if (dark) {
      const isDark = dark.getAttribute("aria-pressed") !== "true";
      press(dark, isDark);
      frame.src = `${new URL(frame.src).pathname}${isDark ? "?on=dark" : ""}`;
    }
  });

  /* After an act the questions are drawn anew: the focus goes back to the same button, or to what was added. */
  const cards = () => $$("[data-question]");
  let before = null;
  on("htmx:beforeRequest", ({ detail: { elt } }) => {
    if (elt.name === "act") before = { act: elt.value, questions: cards().map((card) => card.dataset.question) };
  });
  on("htmx:afterSettle", ({ detail: { elt } }) => {
    if (!before || elt.id !== "builder") return;
    const [act, name] = before.act.split(":");
    const fresh = cards().find((card) => !before.questions.includes(card.dataset.question));
    const card = fresh || document.getElementById(`question-${name}`);
    before = null;
    if (!card) return;
    const label = $("input", card);
    const again = document.getElementById(`${act}-${name}`);
    (fresh ? label : again?.disabled ? $("button:not(:disabled)", card) : again)?.focus();
    if (fresh) label.select();
    else say("announce", `${label.value} is at position ${cards().indexOf(card) + 1} of ${cards().length}`);
  });
})();

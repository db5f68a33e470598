/* Forms with data-save say what is not saved yet: a bar counts the changes, leaving asks first, Control S saves.
   Without this script the buttons are simply there. */
(() => {
  "use strict";
  const { $, $$, on, say, acts } = window.leadcrm;
  const forms = $$("form[data-save]");
  let isLeaving = false;

  /* What the page came with: a copy of the form, put back. Browsers keep what was typed before a reload. */
  const asItCame = (form) => {
    const copy = form.cloneNode(true);
    copy.reset();
    return new FormData(copy);
  };
  const changesOf = (form) => {
    const [was, is] = [asItCame(form), new FormData(form)];
    const refused = form.dataset.changed ? form.dataset.changed.split(" ") : []; // sent once, and not saved
    const differs = (name) => JSON.stringify(was.getAll(name)) !== JSON.stringify(is.getAll(name));
    return new Set([...refused, ...[...new Set([...was.keys(), ...is.keys()])].filter(differs)]).size;
  };
  const show = (form) => {
    const count = changesOf(form);
    form.dataset.state = count ? "changed" : "kept";
    $("[data-changes]", form).textContent = count === 1 ? "1 change" : `${count} changes`;
  };
  on("input", ({ target }) => { if (target.form?.matches("[data-save]")) show(target.form); });
  on("submit", (event) => { if (event.target.matches("[data-save]")) isLeaving = true; });
  on("click", ({ target }) => { if (target.closest("[data-discard]")) isLeaving = true; });
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && forms.some((form) => form.dataset.state === "changed")) event.preventDefault();
  });
  addEventListener("pageshow", () => { isLeaving = false; forms.forEach(show); });

  acts.save = () => {
    const form = forms.find((one) => one.contains(document.activeElement)) || forms[0];
    if (form?.dataset.state === "changed") form.requestSubmit(); else say("announce", "There is nothing to save.");
  };
  forms.forEach(show);
})();

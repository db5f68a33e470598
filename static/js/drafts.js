/* What is typed into a brief outlives it: it stands there again after an undo, after a look at the next lead, after a
   reload. A verdict takes the note along. */
(() => {
  "use strict";
  const { $, on } = window.leadcrm;
  const KEPT = 600000; // as long as a verdict can be undone
  const VERDICTS = ["reject", "won", "lost", "recycle"];
  const NOTE = "note text";
  const side = $("[data-inbox-brief]");
  if (!side) return;
  const place = (handover) => `draft:${document.body.dataset.person}:${handover}`;
  const read = (handover) => JSON.parse(sessionStorage.getItem(place(handover)) || "{}");
  const write = (handover, draft) => sessionStorage.setItem(place(handover), JSON.stringify(draft));
  /* Acts are at /inbox/HANDOVER/ACT. */
  const partsOf = (form) => (form?.matches("#brief form, [data-undo-form]") ? new URL(form.action).pathname.split("/").slice(-2) : []);

  on("input", ({ target }) => {
    const [handover, act] = partsOf(target.form);
    if (handover) write(handover, { ...read(handover), [`${act} ${target.name}`]: target.value });
  });
  on("formdata", ({ target, formData }) => {
    const [handover, act] = partsOf(target);
    const note = VERDICTS.includes(act) && read(handover)[NOTE]?.trim();
    if (note) formData.set("note", note);
  });
  on("submit", ({ target }) => {
    const [handover, act] = partsOf(target);
    if (!handover) return;
    const { sentAt, ...draft } = read(handover);
    if (act === "note") delete draft[NOTE];
    write(handover, VERDICTS.includes(act) ? { ...draft, sentAt: Date.now() } : draft);
  }, true);

  const restore = () => {
    const handover = $("#brief")?.dataset.handover;
    const { sentAt, ...draft } = read(handover);
    if (sentAt && Date.now() - sentAt > KEPT) return sessionStorage.removeItem(place(handover));
    return Object.entries(draft).forEach(([key, value]) => {
      const [act, name] = key.split(" ");
      const field = $(`#brief form[action$="/${handover}/${act}"] [name="${name}"]:not([type=hidden])`);
      if (!field || !value) return;
      field.value = value;
      if (key === NOTE) field.closest("details").open = true;
    });
  };
  new MutationObserver(restore).observe(side, { childList: true });
  restore();
})();

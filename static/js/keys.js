/* Keys. What each does stands in one table, common/shortcuts.py: elements carry theirs as data-key, and the sheet has
   a row for each, which the scripts read. Scripts add what they do to leadcrm.acts; false means: not here, not now. */
(() => {
  "use strict";
  const { $, $$, on, say, post, isSeen } = window.leadcrm;
  const sheet = $("#shortcuts");
  const rows = $$("[data-act]", sheet);
  const acts = {};
  const areOn = () => document.body.dataset.keys !== "off";
  const isTyping = (element) => element.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  /* An open menu or dialog has its own keys. */
  const layer = () => $$(".menu:popover-open").at(-1) || $$("dialog[open]").at(-1) || document;
  const keyed = (root = layer()) => $$("[data-key]", root).filter((element) => root !== document || isSeen(element) || "keyAlways" in element.dataset);
  const press = (element) => {
    const folded = element.matches("summary") && $("textarea, select, input:not([type=hidden])", element.parentElement);
    if (folded) { element.parentElement.open = true; folded.focus(); }
    else if (isTyping(element)) { element.focus(); element.select?.(); }
    else element.click();
  };
  const nameOf = ({ key, shiftKey, ctrlKey, metaKey }) =>
    (ctrlKey || metaKey ? "mod+" : "") + (shiftKey && /^[a-z]$/i.test(key) ? "shift+" : "") + (key === " " ? "space" : key.toLowerCase());
  const isSingle = (name) => !name.startsWith("mod+") && name !== "escape";
  const actOf = (name, target) => rows.find(({ dataset: { key, rowKey } }) =>
    (key === name && (areOn() || !isSingle(name))) || (rowKey === name && target.matches?.("[data-item] a")))?.dataset.act;

  let first = "";
  const pressed = (name) => {
    const all = keyed();
    const wanted = first ? `${first} ${name}` : name;
    const hit = all.find((element) => element.dataset.key === wanted && !element.disabled);
    const idle = !hit && !first && layer() === document && $$("[data-idle]").find((note) => note.dataset.idle === name);
    if (idle) say("toast", { text: idle.textContent });
    first = !hit && !idle && !first && all.some((element) => element.dataset.key.startsWith(`${name} `)) ? name : "";
    if (first) setTimeout(() => { first = ""; }, 1200);
    if (hit) press(hit);
    return Boolean(hit || idle);
  };
  on("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    const name = nameOf(event);
    if (isTyping(event.target) && !name.startsWith("mod+")) return;
    if (isSingle(name) && areOn() && !event.repeat && pressed(name)) return event.preventDefault();
    if (layer() !== document && name !== "mod+k") return;
    const act = acts[actOf(name, event.target)];
    if (act && (!event.repeat || act.repeats) && act(event) !== false) event.preventDefault();
  });

  /* What is still on its way is the last act: Undo waits for it. Once its message has gone, it stands in the menu. */
  acts.undo = async () => {
    await Promise.all(window.leadcrm.underway);
    const form = $$("[data-undo-form]").filter(isSeen).at(-1);
    if (form) form.requestSubmit(); else $('[popovertarget="menu-acts"]')?.click();
  };
  acts.search = () => { const field = $$("[data-search]").find(isSeen); if (field) press(field); else acts.palette(); };
  window.leadcrm.acts = acts;
  window.leadcrm.keyed = keyed;

  /* The sheet shows the rows that do something on this page, and adds the page's own. */
  const made = (tag, ...parts) => { const node = document.createElement(tag); node.append(...parts); return node; };
  const line = ([key, label]) => made("li", label, made("span", made("kbd", key.toUpperCase())));
  const listShortcuts = () => {
    const here = new Map(keyed(document).map(({ dataset: { key, keyLabel } }) => [key, keyLabel]));
    const own = [...here].filter(([key, label]) => label && !rows.some((row) => row.dataset.key === key));
    $("[data-own]", sheet).replaceChildren(...own.map(line));
    rows.forEach((row) => { row.hidden = !here.has(row.dataset.key) && !(row.dataset.needs && $(row.dataset.needs)); });
    $$("section", sheet).forEach((group) => { group.hidden = !$("li:not([hidden])", group); });
    $("[data-keys-switch]", sheet).checked = areOn();
  };
  on("click", ({ target }) => target.closest('[data-dialog="#shortcuts"]') && listShortcuts(), true);
  on("change", ({ target }) => {
    if (!target.matches("[data-keys-switch]")) return;
    document.body.dataset.keys = target.checked ? "on" : "off";
    if (target.dataset.url) post(target.dataset.url, new URLSearchParams({ on: target.checked ? "yes" : "" }));
  });
})();

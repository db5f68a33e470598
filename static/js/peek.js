/* Peek: a lead beside the list. Space or the row's button opens it, moving on shows the next one, Escape closes it.
   The button asks for it by htmx; what was fetched ahead is there within the same frame. */
(() => {
  "use strict";
  const { $, $$, on, acts, onRow, around, fetchAhead } = window.leadcrm;
  const panel = $("#peek");
  if (!panel) return;
  const BUTTON = "[data-peek]";
  let row = null;
  let isByHand = false;
  const expand = (now) => $$(BUTTON).forEach((button) => button.setAttribute("aria-expanded", now?.contains(button) || false));
  const close = () => {
    const hadFocus = panel.contains(document.activeElement);
    panel.hidden = true;
    expand(null);
    if (hadFocus) $("a", row)?.focus();
    row = null;
  };
  const show = (next) => {
    row = next;
    isByHand = false;
    $(BUTTON, row).click();
    around([...row.parentElement.children], row).forEach((other) => fetchAhead($(BUTTON, other)));
  };
  acts.peek = onRow((next) => {
    if (!$(BUTTON, next)) return false;
    return next === row ? close() : show(next);
  });
  on("moved", ({ detail }) => { if (row) show(detail.row); else fetchAhead($(BUTTON, detail.row)); });
  const { close: clear } = acts;
  acts.close = (event) => (row ? close() : clear(event));
  /* Before htmx asks, so that the frame after the key shows the panel. By hand the focus follows. */
  on("click", ({ target, isTrusted }) => {
    if (target.closest("[data-peek-close]")) return close();
    const button = target.closest(BUTTON);
    if (!button) return;
    row = button.closest("[data-item]");
    isByHand = isTrusted;
    panel.replaceChildren($("#peek-template").content.cloneNode(true));
    $("h2", panel).textContent = button.dataset.peek;
    panel.hidden = false;
    panel.scrollTop = 0;
    expand(row);
  }, true);
  on("shown-old", ({ detail: { element } }) => element.matches(BUTTON) && window.htmx.ajax("GET", element.getAttribute("hx-get"), { source: element, target: "#peek" }));
  /* An answer that comes late belongs to a row that was left. */
  on("htmx:beforeSwap", ({ detail }) => {
    if (detail.target === panel && !row?.contains(detail.requestConfig.elt)) detail.shouldSwap = false;
  });
  on("htmx:afterSwap", ({ target }) => {
    if (row && !row.isConnected) return close();
    return target === panel && isByHand && $("[data-peek-title]", panel)?.focus();
  });
})();

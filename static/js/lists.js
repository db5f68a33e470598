/* Lists: moving by key, acting at once, fetching ahead, selecting, and sending again when the network is back. */
(() => {
  "use strict";
  const { $, $$, on, say, post, reasonOf, isSeen, acts } = window.leadcrm;

  /* Moving, opening and ticking by key; the keys stand in common/shortcuts.py. */
  const rows = (list) => $$("[data-item]", list).filter(isSeen);
  const linkOf = (row) => $("[data-item-link]", row) || $("a[href], button", row);
  const listNow = () => document.activeElement.closest("[data-list]") || $$("[data-list]").find(isSeen);
  const rowNow = (list) => document.activeElement.closest("[data-item]") || $('[data-item][aria-current="true"]', list);
  const mark = (list, row) => {
    $$('[data-item][aria-current="true"]', list).forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
  };
  on("click", ({ target }) => {
    const row = target.closest?.("a") && target.closest('[data-list="open"] [data-item]');
    if (row) mark(row.closest("[data-list]"), row);
  });
  const around = (all, row, at = all.indexOf(row)) => all.slice(Math.max(0, at - 1), at + 3);
  const goTo = (list, row) => {
    if (!row) return;
    mark(list, row);
    const link = linkOf(row);
    link.focus({ preventScroll: true });
    if (list.dataset.list === "open") {
      link.click();
      around(rows(list), row).forEach((other) => fetchAhead(linkOf(other)));
    } else say("moved", { row });
    row.scrollIntoView({ block: "nearest" }); // last: one layout for all
  };
  const move = (step) => () => {
    const list = listNow();
    if (!list) return false;
    const [all, row] = [rows(list), rowNow(list)];
    return goTo(list, row ? all[all.indexOf(row) + step] : all[0]);
  };
  acts.next = Object.assign(move(1), { repeats: true });
  acts.previous = Object.assign(move(-1), { repeats: true });
  const onRow = (act) => () => {
    const row = listNow() && rowNow(listNow());
    return row ? act(row) : false;
  };
  const openRow = onRow((row) => linkOf(row).click());
  acts.open = ({ key }) => key !== "Enter" && openRow(); // Enter follows the link by itself
  acts.select = onRow((row) => $("[data-select]", row)?.click());

  /* Selecting: data-select-all, data-select; the bulk bar counts. Esc clears selection, then filters. */
  const count = (form) => {
    const boxes = $$("[data-select]", form);
    const chosen = boxes.filter((box) => box.checked).length;
    const all = $("[data-select-all]", form);
    if (all) Object.assign(all, { checked: chosen > 0 && chosen === boxes.length, indeterminate: chosen > 0 && chosen < boxes.length });
    $$("[data-selected]", form).forEach((place) => { place.textContent = `${chosen} selected`; });
    say("announce", `${chosen} selected`);
  };
  const clear = () => {
    const chosen = $$("[data-select]:checked, [data-match]:checked");
    if (!chosen.length) return $("[data-clear]")?.click();
    chosen.forEach((box) => { box.checked = false; });
    return count(chosen[0].form || document);
  };
  acts.close = clear;
  on("change", ({ target }) => {
    const form = target.form || document;
    if (target.matches("[data-select-all]")) $$("[data-select]", form).forEach((box) => { box.checked = target.checked; });
    if (target.matches("[data-select-all], [data-select]")) count(form);
    if (target.closest("[data-submit-on-change]")) target.form.requestSubmit();
  });

  /* Acting at once (data-optimistic): the row goes within a frame; a refusal brings it back with its reason. */
  const waiting = new Map();
  const bump = (by) => $$('[data-count="queue"]').forEach((place) => {
    if (place.textContent.trim()) place.textContent = Math.max(0, Number(place.textContent) + by) || "";
  });
  const leave = (row) => {
    const list = row.closest("[data-list]");
    const all = list ? rows(list) : [];
    const next = all[all.indexOf(row) + 1] || all[all.indexOf(row) - 1];
    row.hidden = true;
    bump(-1);
    if (list) goTo(list, next);
  };
  const restore = (act, reason) => {
    const row = document.getElementById(act.row?.id) || act.row;
    say("toast", { tone: "error", text: reason });
    if (!row?.isConnected) return;
    if (act.mode === "remove") bump(1);
    row.hidden = false;
    row.removeAttribute("aria-busy");
    $(".row-error", row)?.remove();
    row.append(Object.assign(document.createElement("p"), { className: "row-error", textContent: reason }));
    linkOf(row)?.focus();
  };
  const finish = async (act, answer) => {
    const triggers = answer.headers.get("HX-Trigger");
    if (triggers?.startsWith("{")) Object.entries(JSON.parse(triggers)).forEach(([name, detail]) => say(name, detail));
    else triggers?.split(",").forEach((name) => say(name.trim(), {}));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    say("adopt-toasts", page);
    const fresh = act.row?.id && page.getElementById(act.row.id);
    if (act.mode === "mark" && fresh) { act.row.replaceWith(document.adoptNode(fresh)); window.htmx.process(fresh); }
    if (act.mode === "remove" && !fresh) act.row?.remove();
    act.row?.removeAttribute("aria-busy");
    const list = $("[data-list]");
    const freshList = list?.id && page.getElementById(list.id);
    if (freshList && !rows(list).length) { list.replaceWith(document.adoptNode(freshList)); window.htmx.process(freshList); }
  };
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const send = async (act) => {
    if (act.isOnItsWay) return;
    act.isOnItsWay = true;
    try {
      const answer = await post(act.url, act.body, {}, { "Idempotency-Key": act.key });
      if ([502, 503, 504].includes(answer.status)) throw new Error("not now");
      waiting.delete(act);
      if (new URL(answer.url).pathname.startsWith("/login")) location.reload();
      else if (answer.ok) await finish(act, answer);
      else restore(act, await reasonOf(answer));
    } catch {
      waiting.set(act, () => send(act));
    }
    act.isOnItsWay = false;
    network();
  };
  const underway = new Set();
  on("submit", (event) => {
    const form = event.target.closest("[data-optimistic]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    const row = form.dataset.optimisticFor ? $(form.dataset.optimisticFor) : form.closest("[data-item]");
    // Decided already; a value given to it afterwards does count.
    if (row?.hidden && form.dataset.optimistic === "remove") return;
    const url = event.submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
    const act = { row, url, mode: form.dataset.optimistic, body: new FormData(form, event.submitter), key: newKey() };
    form.closest(":popover-open")?.hidePopover();
    if (row && act.mode === "remove") leave(row); else row?.setAttribute("aria-busy", "true");
    const sent = send(act).finally(() => underway.delete(sent));
    underway.add(sent);
  });
  /* A list refreshed meanwhile must not show again what was just decided. */
  on("htmx:afterSwap", () => waiting.forEach((_, act) => {
    const row = act.mode === "remove" && document.getElementById(act.row?.id);
    if (row) row.hidden = true;
  }));

  /* Network: what did not reach the server is said once, kept, and sent again. */
  const unsent = () => [...waiting.keys()].filter((act) => !act.isReading).length;
  addEventListener("beforeunload", (event) => unsent() && event.preventDefault());
  const network = () => {
    let banner = $("#network");
    if (!waiting.size) return banner?.remove();
    if (!banner) {
      banner = $("#network-template").content.firstElementChild.cloneNode(true);
      $("#banners").prepend(banner);
    }
    const what = unsent() ? `Not saved, retrying (${unsent()}). Keep this page open: it sends your work when the server is back.` : "The server cannot be reached. This page updates itself when it is back.";
    $("[data-text]", banner).textContent = what;
    return banner;
  };
  const again = () => [...waiting.values()].forEach((resend) => resend());
  addEventListener("online", again);
  setInterval(() => navigator.onLine && again(), 5000);
  on("click", ({ target }) => target.closest("[data-retry]") && again());
  const lost = ({ detail: { requestConfig: config } }) => {
    const act = { mode: "request", isReading: config.verb === "get" };
    waiting.set(act, () => {
      waiting.delete(act);
      network();
      if (config.elt.isConnected) window.htmx.ajax(config.verb, config.path, { source: config.elt, target: config.target, values: config.parameters });
    });
    network();
  };
  on("htmx:sendError", (event) => !event.target.closest("[hx-trigger*=every]") && lost(event));
  on("htmx:timeout", lost);

  /* Fetching ahead: links by the browser, fragments into a short memory that htmx is served from. What is old is shown
     and asked for anew; an act takes the copy away. */
  const ahead = new Map();
  const FRESH = 15000;
  const fetchAhead = (element) => {
    if (navigator.connection?.saveData) return;
    const fragment = element?.getAttribute("hx-get");
    const url = fragment || element?.getAttribute("href");
    const known = ahead.get(url);
    if (!url || url.startsWith("#") || Date.now() - known?.askedAt < FRESH) return;
    const kept = { ...known, askedAt: Date.now() };
    ahead.set(url, kept);
    if (!fragment) return document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href: url }));
    fetch(url, { headers: { "HX-Request": "true" } })
      .then(async (answer) => { kept.html = answer.ok && !answer.redirected && await answer.text(); kept.at = kept.askedAt; })
      .catch(() => { kept.askedAt = 0; });
  };
  const forget = (element) => ahead.delete(element?.getAttribute("hx-get"));
  on("submit", () => forget($('[aria-current="true"] [hx-get]')), true);
  let hover;
  on("mouseover", ({ target }) => {
    clearTimeout(hover);
    const element = target.closest("[data-prefetch]");
    if (element) hover = setTimeout(() => fetchAhead(element), 65);
  });
  on("mousedown", ({ target }) => fetchAhead(target.closest("[data-prefetch]")));
  on("focusin", ({ target }) => fetchAhead(target.closest("[data-prefetch]")));
  on("htmx:beforeRequest", (event) => {
    const { elt, target, requestConfig: config } = event.detail;
    const kept = config.verb === "get" && elt.matches("[data-prefetch]") && ahead.get(elt.getAttribute("hx-get"));
    if (!kept?.html) return;
    event.preventDefault();
    clearTimeout(event.detail.slow);
    const swapStyle = elt.getAttribute("hx-swap") || "innerHTML";
    window.htmx.swap(target, kept.html, { swapStyle, swapDelay: 0, settleDelay: 0 }, { contextElement: elt });
    const push = elt.getAttribute("hx-push-url");
    if (push) history.pushState({ htmx: true }, "", push);
    if (Date.now() - kept.at < FRESH) return;
    forget(elt);
    say("shown-old", { element: elt });
  });
  on("undone", () => ahead.clear());
  Object.assign(window.leadcrm, { onRow, around, fetchAhead, underway });
})();

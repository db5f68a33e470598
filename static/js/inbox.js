/* The inbox: follows the server without moving rows under the cursor, keeps the next briefs ready, and takes in
   what an act answered. Moving, keys, toasts and acting at once come from shell.js and lists.js. */
(() => {
  "use strict";
  const { $, $$, on, say, isSeen } = window.leadcrm;
  const page = $("[data-inbox]");
  if (!page) return;
  const list = $("[data-inbox-list]", page);
  const side = $("[data-inbox-brief]", page);
  const rowsNow = () => $("[data-inbox-rows]", list);
  const opened = () => $("#brief")?.dataset.handover || "";
  const rowOf = (id) => document.getElementById(`handover-${id}`);
  const linkOf = (row) => $("[data-item-link]", row);
  const isMenuOpen = () => Boolean($(".menu:popover-open, dialog[open]"));
  const isTaken = () => isMenuOpen() || isTyping();
  const isTyping = () => document.activeElement?.matches("#brief :is(input:not([type=hidden]), textarea, select)");

  /* Pace: each second in the first minute after a change, then every two; slowly while nobody looks. */
  const [FAST, SLOW, UNSEEN, LIVELY, REST, RENEW] = [1000, 2000, 15000, 60000, 3000, 60000];
  let [changedAt, touchedAt, shownAt] = [Date.now(), 0, Date.now()];
  let [known, waiting, reopen, timer, isAsking, isStale] = [rowsNow()?.dataset.version, null, "", 0, false, false];
  const touch = () => { touchedAt = Date.now(); };
  const isBusy = () => Date.now() - touchedAt < REST || isMenuOpen();
  on("keydown", touch);
  list.addEventListener("pointermove", touch);
  list.addEventListener("pointerdown", touch);
  const plan = () => {
    clearTimeout(timer);
    timer = setTimeout(poll, document.hidden ? UNSEEN : Date.now() - changedAt < LIVELY ? FAST : SLOW);
  };
  const poll = async () => {
    if (isAsking) return;
    isAsking = true;
    try {
      const version = Date.now() - shownAt > RENEW && !isBusy() ? "" : known;
      const query = new URLSearchParams({ v: version, focus: opened() });
      const answer = await fetch(`${rowsNow().dataset.url}&${query}`, { headers: { "HX-Request": "true" } });
      if (answer.status === 200 && !answer.redirected) take(await answer.text());
    } catch { /* The network; the next turn asks again, and acts say so themselves. */ }
    isAsking = false;
    if (waiting && !isBusy()) show(waiting);
    if (isStale && !isTaken()) renew();
    if (!document.hidden) prepare();
    plan();
  };
  const changed = () => { changedAt = Date.now(); clearTimeout(timer); poll(); };

  /* Taking a new list: new rows come at the end at once, the order changes once the person rests. */
  const take = (html) => {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const fresh = $("[data-inbox-rows]", answer);
    if (fresh.dataset.version !== known) changedAt = Date.now();
    known = fresh.dataset.version;
    count(fresh.dataset.count);
    $(".tabs", page).replaceWith(document.adoptNode($(".tabs", answer)));
    const added = $$("[data-item]", fresh).filter((row) => !document.getElementById(row.id));
    if (added.length && rowsNow().dataset.url.endsWith("tab=queue")) {
      say("announce", { value: `New: ${added.slice(0, 3).map((row) => row.dataset.label).join("; ")}` });
    }
    waiting = fresh;
    const queue = $("#queue");
    if (!isBusy() || !queue || reopen) return show(fresh);
    return added.forEach((row) => { queue.append(row.cloneNode(true)); window.htmx.process(queue.lastElementChild); });
  };
  const show = (fresh) => {
    const focused = document.activeElement.closest?.("[data-item]")?.id;
    const before = $$("[data-item]", list);
    const had = before.some((row) => row.id === `handover-${opened()}`);
    before.filter((row) => row.hidden).forEach((row) => {
      const same = $(`[id="${row.id}"]`, fresh);
      if (same && row.id !== `handover-${reopen}`) same.hidden = true;
    });
    rowsNow().replaceWith(document.adoptNode(fresh));
    window.htmx.process(fresh);
    [waiting, shownAt] = [null, Date.now()];
    if (focused) linkOf(document.getElementById(focused) || page)?.focus({ preventScroll: true });
    settle(had);
  };
  const settle = (had) => {
    const wanted = reopen && rowOf(reopen);
    if (wanted && isMenuOpen()) return undefined; // the person has gone on with the lead in view; the next turn asks again
    if (wanted) { reopen = ""; return open(wanted); }
    if (!opened() && isSeen(side)) return open($("[data-item]", list));
    return had && !rowOf(opened()) && renew();
  };
  const open = (row) => {
    if (!row) return;
    $$('[data-item][aria-current="true"]', list).forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    if (isSeen(list)) linkOf(row).focus({ preventScroll: true });
    linkOf(row).click();
  };
  const renew = () => {
    const brief = $("#brief");
    isStale = isTaken();
    if (brief?.dataset.refresh && !isStale) {
      window.htmx.ajax("GET", brief.dataset.refresh, { target: "#brief", swap: "outerHTML" });
    }
  };
  const count = (number) => {
    $$('[data-count="queue"]').forEach((place) => { place.textContent = number === "0" ? "" : number; });
    document.title = (number === "0" ? "" : `(${number}) `) + document.title.replace(/^\(\d+\) /, "");
  };

  /* What an act answered is a page: its brief replaces the same one here, a value to give goes into the toast. */
  on("adopt-toasts", ({ detail }) => {
    const fresh = $("#brief", detail);
    const value = fresh && $("[data-value]", fresh);
    /* The next brief may still be on its way: where its row has left the list, this one is as good as gone. */
    const isLeft = isSeen(list) && rowOf(opened())?.hidden;
    if (fresh && fresh.dataset.handover === opened() && !isLeft) {
      if (isTaken()) isStale = true; else replace(fresh);
    } else if (value && innerWidth > 768) {
      offer(document.adoptNode(value));
    } else if (!isSeen(list) && rowOf(opened())?.hidden) {
      next();
    }
    setTimeout(changed, 0);
  });
  const replace = (fresh) => {
    $("#brief").replaceWith(document.adoptNode(fresh));
    window.htmx.process(fresh);
  };
  /* On the phone the list is out of sight: the next lead comes up here, or the list when there is none. */
  const next = () => {
    const row = $$("[data-item]", list).find((one) => !one.hidden);
    if (row) linkOf(row).click(); else location.assign(rowsNow().dataset.url.replace("/rows", "/"));
  };
  const offer = (form) => {
    const toast = $("#toasts").lastElementChild;
    if (!toast || toast.dataset.undo === undefined) return;
    $("span", form).className = "visually-hidden";
    form.addEventListener("submit", () => setTimeout(() => toast.remove(), 0));
    $("[data-text]", toast).after(form);
  };

  /* Undo brings its handover back into the list and opens it. */
  on("submit", ({ target }) => {
    const form = target.closest("[data-undo-form]");
    if (form) reopen = new URL(form.action).pathname.split("/").at(-2);
  }, true);
  on("undone", changed);

  /* The next two briefs are kept ready; on the phone a lead fills the screen. */
  const prepare = () => {
    const rows = $$("[data-item]", list).filter(isSeen);
    const at = rows.findIndex((row) => row.id === `handover-${opened()}`);
    if (Date.now() - touchedAt > 120000 && touchedAt) return;
    rows.slice(at + 1, at + 3).forEach((row) => linkOf(row).dispatchEvent(new Event("mousedown", { bubbles: true })));
  };
  on("shown-old", () => setTimeout(renew));
  /* Not before the new brief is painted. */
  new MutationObserver(() => setTimeout(prepare, 100)).observe(side, { childList: true });
  on("click", ({ target }) => {
    if (!target.closest("[data-item-link]")) return;
    list.classList.add("only-wide");
    side.classList.remove("only-wide");
  });
  on("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-item-link]")) setTimeout(() => $("#brief")?.focus(), 150);
  });
  on("visibilitychange", () => document.hidden || poll());
  prepare();
  plan();
})();

/* The shell: announcements, toasts, menus, dialogs, copying, appearance, time, failures.
   Each behaviour is bound by a data- attribute; templates/components/README.md lists them. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, act, options) => document.addEventListener(type, act, options);
  const say = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  const isSeen = (element) => element.checkVisibility();
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`; };

  /* Announcements: the one polite live region. */
  on("announce", (event) => {
    const live = $("#live");
    live.textContent = "";
    setTimeout(() => { live.textContent = event.detail.value ?? event.detail; }, 50);
  });

  /* Toasts: 8 seconds, paused by hover and focus; Undo posts and tells the page. */
  const startToast = (toast) => {
    let timer;
    const stop = () => clearTimeout(timer);
    const start = () => { stop(); timer = setTimeout(() => toast.remove(), 8000); };
    toast.addEventListener("mouseenter", stop);
    toast.addEventListener("focusin", stop);
    toast.addEventListener("mouseleave", start);
    toast.addEventListener("focusout", start);
    start();
  };
  /* A later act on the same takes the undo of the earlier one away: the server would refuse it. */
  const actOf = ({ dataset: { undo, spent } }) => (undo || spent || "").split("?")[0];
  const spend = (toast) => $$("[data-toast]").filter((old) => old !== toast && actOf(toast) && actOf(old) === actOf(toast))
    .forEach((old) => $("[data-undo-form]", old)?.remove());
  const textOf = (toast) => $("[data-text]", toast).textContent;
  const addToast = (toast) => {
    spend(toast);
    $$("[data-toast]").filter((old) => !old.dataset.undo && textOf(old) === textOf(toast)).forEach((old) => old.remove());
    $("#toasts").append(toast);
    $$("[data-toast]").slice(0, -3).forEach((old) => old.remove());
    startToast(toast);
    say("announce", $("[data-text]", toast).textContent + (toast.dataset.undo ? " Press Z to undo." : ""));
  };
  on("toast", ({ detail }) => {
    const toast = $("#toast-template").content.firstElementChild.cloneNode(true);
    $("[data-text]", toast).textContent = detail.text ?? detail.value;
    toast.classList.toggle("toast-error", detail.tone === "error");
    const form = $("[data-undo-form]", toast);
    if (detail.undo) { form.action = toast.dataset.undo = detail.undo; } else { form.remove(); delete toast.dataset.undo; }
    addToast(toast);
  });
  on("adopt-toasts", ({ detail }) => $$("#toasts > [data-toast]", detail).forEach((toast) => addToast(document.adoptNode(toast))));
  on("submit", async (event) => {
    const form = event.target.closest("[data-undo-form]");
    if (!form) return;
    event.preventDefault();
    const place = form.closest("[data-toast], [data-act-done]");
    place.hidden = true;
    const isListed = place.matches("[data-act-done]"); // the page is loaded anew, and tells what the answer would have told
    const answer = await post(form.action, new FormData(form), isListed ? { redirect: "manual" } : {}).catch(() => null);
    if (!answer?.ok && answer?.type !== "opaqueredirect") {
      say("toast", { tone: "error", text: answer ? await reasonOf(answer) : "Not undone: the server was not reached. Try again." });
    } else if (!isListed && $('[hx-trigger*="undone"]')) {
      say("announce", "Undone.");
      say("undone", {});
    } else {
      location.reload();
    }
    place.remove();
  });

  /* One way to post, one way to say why it was refused. */
  const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  const post = (url, body, options, headers) => fetch(url, {
    method: "POST", body, headers: { ...csrf(), "HX-Request": "true", ...headers }, signal: AbortSignal.timeout(15000), ...options,
  });
  const REASONS = {
    403: "You may not do this. Ask an admin.", 404: "This is no longer here. Reload the page.",
    409: "Somebody changed this meanwhile. Reload the page to see it.", 429: "Too many requests. Wait a minute, then try again.",
  };
  const reasonOf = async (answer) => {
    const isText = (answer.headers.get("content-type") || "").startsWith("text/plain");
    const text = isText ? (await answer.text()).trim() : "";
    return (text.length < 300 && text) || REASONS[answer.status] || "The server could not do this. Nothing was changed. Try again.";
  };
  window.leadcrm = { $, $$, on, say, post, reasonOf, isSeen };

  /* Menus: native popovers, placed beside their button. */
  const place = (menu) => {
    const button = $$(`[popovertarget="${menu.id}"]`).find(isSeen);
    if (!button) return;
    const at = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const left = at.left + width > innerWidth - 8 ? at.right - width : at.left;
    const top = at.bottom + height > innerHeight - 8 && at.top > height ? at.top - height - 4 : at.bottom + 4;
    Object.assign(menu.style, { left: `${Math.max(8, left)}px`, top: `${Math.max(8, top)}px` });
  };
  const items = (menu) => $$(".menu-item", menu).filter(isSeen);
  on("beforetoggle", (event) => {
    if (!event.target.matches(".menu")) return;
    if (event.newState === "open") requestAnimationFrame(() => place(event.target));
    else event.target.removeAttribute("style"); // htmx copies attributes of swapped elements, and the policy refuses a style attribute
  }, true);
  on("toggle", (event) => {
    if (event.newState === "open" && event.target.matches(".menu")) items(event.target)[0]?.focus();
  }, true);
  on("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest?.("textarea")?.form?.requestSubmit();
  });
  on("keydown", (event) => {
    const menu = event.target.closest?.(".menu:popover-open");
    const step = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" }[event.key];
    if (!menu || step === undefined) return;
    event.preventDefault();
    const all = items(menu);
    const now = all.indexOf(document.activeElement);
    const next = step === "first" ? 0 : step === "last" ? all.length - 1 : (now + step + all.length) % all.length;
    all[next]?.focus();
  });
  addEventListener("resize", () => $$(".menu:popover-open").forEach((menu) => menu.hidePopover()));

  /* Dialogs, and closing a menu once it has done its work. */
  on("click", (event) => {
    const target = event.target;
    const item = target.closest(".menu-item");
    if (item && item.getAttribute("role") !== "menuitemradio") item.closest(":popover-open")?.hidePopover();
    const opener = target.closest("[data-dialog]");
    if (opener) $(opener.dataset.dialog).showModal();
    if (target.closest("[data-close]")) target.closest("dialog").close();
    if (target.matches('dialog[closedby="any"]')) target.close();
    if (target.closest("[data-dismiss]")) target.closest("[data-toast]").remove();
  });

  /* Copy: data-copy="#id". */
  on("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = $(button.dataset.copy);
    const text = source.value ?? source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(source);
      document.execCommand("copy");
    }
    const label = $("[data-label]", button) || button;
    const before = label.textContent;
    label.textContent = "Copied";
    say("announce", "Copied.");
    setTimeout(() => { label.textContent = before; }, 2000);
  });

  /* Appearance: theme and narrow rail. */
  on("click", (event) => {
    const choice = event.target.closest("[data-theme-set]");
    if (choice) {
      const theme = choice.dataset.themeSet;
      document.documentElement.dataset.theme = theme;
      $$("[data-theme-set]").forEach((other) => other.setAttribute("aria-checked", other === choice));
      const url = choice.closest("[data-theme-url]")?.dataset.themeUrl;
      if (url) post(url, new URLSearchParams({ theme })); else keep("theme", theme);
    }
    const rail = event.target.closest("[data-rail]");
    if (rail) {
      const isNarrow = document.body.classList.toggle("rail-narrow");
      rail.setAttribute("aria-pressed", isNarrow);
      keep("rail", isNarrow ? "narrow" : "wide");
    }
  });

  /* Time: relative words and promises, each minute. */
  const span = (seconds) => {
    const minutes = Math.floor(Math.abs(seconds) / 60);
    return minutes < 60 ? `${minutes} min` : minutes < 1440 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
  };
  const refreshTime = () => {
    const now = Date.now();
    $$("time[data-ago]").forEach((time) => {
      const age = (now - Date.parse(time.dateTime)) / 1000;
      if (Math.abs(age) >= 2592000) return;
      const length = span(Math.max(60, Math.abs(age)));
      time.textContent = Math.abs(age) < 45 ? "just now" : age > 0 ? `${length} ago` : `in ${length}`;
    });
    $$("[data-due]").forEach((clock) => {
      const left = (Date.parse(clock.dataset.due) - now) / 1000;
      const isWarned = clock.dataset.warn && now >= Date.parse(clock.dataset.warn);
      clock.className = `sla sla-${left <= 0 ? "overdue" : isWarned ? "due" : "calm"}`;
      $("[data-text]", clock).textContent = left <= 0 ? `overdue ${span(left)}` : `due in ${span(Math.max(60, left))}`;
      const use = $("use", clock);
      if (left <= 0 && use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#octagon"));
    });
  };
  setInterval(refreshTime, 60000);
  on("visibilitychange", () => document.hidden || refreshTime());

  /* htmx: slow requests dim, refusals become toasts, a lost session signs in again, swapped content may speak and take focus. */
  on("htmx:beforeRequest", ({ detail }) => {
    detail.slow = setTimeout(() => { detail.target?.classList.add("slow"); detail.target?.setAttribute("aria-busy", "true"); }, 300);
  });
  on("htmx:afterRequest", ({ detail }) => {
    clearTimeout(detail.slow);
    detail.target?.classList.remove("slow");
    detail.target?.removeAttribute("aria-busy");
  });
  on("htmx:beforeSwap", ({ detail }) => {
    if (!new URL(detail.xhr.responseURL || location.href).pathname.startsWith("/login")) return;
    detail.shouldSwap = false;
    location.reload();
  });
  on("htmx:responseError", async ({ detail: { xhr } }) => {
    const headers = new Headers({ "content-type": xhr.getResponseHeader("content-type") || "" });
    const text = await reasonOf({ status: xhr.status, headers, text: async () => xhr.responseText });
    say("toast", { tone: "error", text });
  });
  on("htmx:afterSwap", ({ target }) => {
    const name = target.dataset?.count;
    if (name) $$(`[data-count="${name}"]`).forEach((place) => { place.textContent = target.textContent.trim(); });
  });
  on("htmx:afterSettle", ({ target }) => {
    if (!target.querySelector) return;
    const spoken = target.matches("[data-announce]") ? target : $("[data-announce]", target);
    if (spoken) say("announce", spoken.dataset.announce);
    $("[data-focus]", target)?.focus();
  });

  /* The bell: its number comes with the count of the inbox, and is said when it has grown. */
  on("bell", ({ detail: { unread } }) => {
    const place = $("[data-bell]");
    if (!place) return;
    const before = place.dataset.value;
    place.dataset.value = unread;
    place.textContent = unread || "";
    if (before !== undefined && unread > Number(before)) say("announce", `${unread} unread ${unread === 1 ? "notification" : "notifications"}.`);
  });

  /* Opening what a line is about is reading it. */
  on("click", ({ target }) => {
    const button = target.closest("[data-reads] a") && $("form button", target.closest("[data-reads]"));
    if (button) post(button.form.action, new FormData(button.form, button), { keepalive: true, redirect: "manual" });
  });

  /* A table wider than its place can be scrolled by the keyboard. */
  const letScroll = () => $$(".table-wrap").forEach((wrap) => {
    if (wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0; else wrap.removeAttribute("tabindex");
  });
  addEventListener("resize", letScroll);
  on("htmx:afterSettle", letScroll);
  letScroll();

  $$("[data-toast]").forEach(startToast);
})();

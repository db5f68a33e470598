// Draws every <div data-lead-form="ID"> of a page and sends what visitors type.
// No cookie, no storage, no request to anybody but the server this script came from; nothing global is added.
// Served without these comments and without indentation: a comment has a line of its own, and so has each statement.
(() => {
  "use strict";
  const script = document.currentScript;
  // Without constructable style sheets the link inside the element stays: it leads to the hosted form.
  if (!script || !("adoptedStyleSheets" in Document.prototype)) return;

  const base = new URL(script.src).origin;
  // The first touch is how this page view began; the last is where it is when the form is sent.
  const first = { page: location.href, referrer: document.referrer };
  // The page without its query, so that the maker of the form learns where it stands, and nothing of the visitor.
  const here = /^http/.test(location.origin) ? location.origin + location.pathname : "";
  const seen = new WeakSet();

  const css = `
    :host{display:block;font:inherit;color:inherit}
    :host([hidden]){display:none}
    *{box-sizing:border-box}
    form,.done{display:grid;font-size:16px;line-height:1.4;text-align:start}
    label{display:block;font-weight:600;margin-bottom:4px}
    label i{font-style:normal;font-weight:400;opacity:.8}
    input,textarea,select,button{font:inherit;color:inherit;width:100%;min-height:44px;padding:9px 12px;margin:0;border:1px solid var(--lead-border,#7b8497);border-radius:var(--lead-radius,6px);background:var(--lead-field,transparent)}
    textarea{display:block;height:108px;min-height:108px;resize:vertical}
    :is(input,textarea,select,button):focus-visible{outline:3px solid var(--lead-accent,#0b63ce);outline-offset:2px}
    [aria-invalid=true]{border-color:var(--lead-error,light-dark(#b42318,#ff9b8a));box-shadow:0 0 0 1px var(--lead-error,light-dark(#b42318,#ff9b8a))}
    .e{min-height:21px;margin:2px 0 var(--lead-gap,4px);font-size:14px;line-height:19px;color:var(--lead-error,light-dark(#b42318,#ff9b8a))}
    .e:not(:empty)::before{content:"⚠ ";content:"⚠ "/""}
    .c{display:grid;grid-template-columns:24px 1fr;gap:0 10px;align-items:start}
    .c label{font-weight:400;font-size:15px;padding:2px 0}
    .c input{width:24px;min-height:24px;height:24px;accent-color:var(--lead-accent,#0b63ce)}
    .c .e{grid-column:2}
    button{cursor:pointer;font-weight:600;min-height:48px;border-color:transparent;background:var(--lead-accent,#0b63ce);color:var(--lead-accent-text,#fff)}
    button:hover{filter:brightness(.93)}
    button[aria-disabled=true]{cursor:default;opacity:.75}
    .s{min-height:24px;margin:0 0 4px;font-size:15px}
    .t{position:absolute;left:-9999px;width:1px;height:1px;overflow:hidden}
    .done{outline:0;align-content:center;padding:24px 16px;font-size:18px;text-align:center}
    .done::before{content:"✓";content:"✓"/"";font-size:32px;color:var(--lead-accent,#0b63ce)}
    @media(forced-colors:active){button{border-color:ButtonText}[aria-invalid=true]{outline:2px solid Mark}}
  `;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);

  const make = (tag, props, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props || {})) {
      if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  };
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const get = async (path) => {
    const answer = await fetch(base + path, { credentials: "omit", referrer: here, referrerPolicy: "no-referrer-when-downgrade" });
    if (!answer.ok) throw answer;
    return answer.json();
  };

  // What is wrong with one answer, in the words the server uses too.
  const problem = (field, value) => {
    if (!value) return field.required ? (field.type === "email" ? "Enter your e-mail address." : field.type === "consent" ? "Tick this box to send the form." : `Fill in: ${field.label}.`) : "";
    if (field.type === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(value)) return "Write it like name@company.com.";
    return value.length > field.max ? `Use at most ${field.max} characters (now ${value.length}).` : "";
  };

  const draw = (host, form) => {
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const items = [];
    const status = make("p", { class: "s", role: "alert" });
    const button = make("button", { type: "submit" }, form.button);
    const trap = make("input", { id: "trap", name: "reference_note", tabindex: "-1", autocomplete: "off" });
    const box = make("form", { novalidate: true, "aria-label": form.button });
    let key = newKey();
    let token;
    let busy = false;

    const value = (item) => item.field.type === "consent" ? (item.input.checked ? "yes" : "") : item.input.value.trim();
    const show = (item, text) => {
      item.error.textContent = text;
      if (text) item.input.setAttribute("aria-invalid", "true");
      else item.input.removeAttribute("aria-invalid");
    };
    const failed = () => items.filter((item) => item.error.textContent);
    // Said as one sentence from the second error on, and it counts down.
    const summary = () => {
      const count = failed().length;
      status.textContent = count > 1 ? `Please check ${count} answers.` : "";
    };
    const ask = (field) => {
      const id = "f-" + field.name;
      const attributes = { id, name: field.name, required: field.required, autocomplete: field.autocomplete, "aria-describedby": id + "-e" };
      let input;
      if (field.type === "textarea") input = make("textarea", attributes);
      else if (field.type === "select") input = make("select", attributes, make("option", { value: "" }, "Please choose"), ...field.options.map((text) => make("option", {}, text)));
      else if (field.type === "consent") input = make("input", { ...attributes, type: "checkbox", value: "yes" });
      else input = make("input", { ...attributes, type: field.type, inputmode: { email: "email", tel: "tel", url: "url" }[field.type] });
      const error = make("p", { class: "e", id: id + "-e" });
      const label = make("label", { for: id }, field.label, ...(field.required || field.type === "consent" ? [] : [make("i", {}, " (optional)")]));
      const item = { field, input, error };
      items.push(item);
      box.append(field.type === "consent" ? make("div", { class: "c" }, input, label, error) : make("div", {}, label, input, error));
      input.addEventListener("blur", () => {
        if (value(item)) show(item, problem(field, value(item)));
      });
      // An error goes as soon as the answer is right, and never comes while somebody types.
      for (const event of ["input", "change"]) input.addEventListener(event, () => {
        if (error.textContent && !problem(field, value(item))) {
          show(item, "");
          summary();
        }
      });
    };
    form.fields.forEach(ask);
    if (form.consent) ask({ name: "consent", type: "consent", label: form.consent.wording, required: form.consent.required, max: 9 });
    box.append(make("div", { class: "t", "aria-hidden": "true" }, make("label", { for: "trap" }, "Leave this field empty"), trap), status, button);
    root.append(box);

    // Fetched when somebody begins; a form that could not get one is sent without.
    const freshToken = () => (token = get(`/f/${form.id}/token`).then((answer) => answer.token, () => (token = undefined)));
    box.addEventListener("focusin", (event) => token || event.target === button || freshToken());
    // Sent with a token of this very moment it would look like a machine's.
    const ripeToken = async () => {
      if (!token) {
        await freshToken();
        await pause(2);
      }
      return (await token) || "";
    };

    const rest = (text) => {
      busy = false;
      button.removeAttribute("aria-disabled");
      button.textContent = text;
    };
    const fail = (text) => {
      rest("Try again");
      status.textContent = text || "Could not send. Your answers are still here.";
    };
    const point = (errors) => {
      rest(form.button);
      for (const item of items) if (errors[item.field.name]) show(item, errors[item.field.name][0]);
      summary();
      const wrong = failed()[0];
      if (wrong) wrong.input.focus();
      else fail();
    };
    const done = (answer) => {
      host.dispatchEvent(new CustomEvent("lead-form:sent", { bubbles: true, detail: { form: form.id, submission: answer.submission } }));
      if (answer.redirect) return location.assign(answer.redirect);
      const message = make("div", { class: "done", role: "status", tabindex: "-1" }, make("p", {}, answer.message));
      // The page below must not jump up.
      message.style.minHeight = box.offsetHeight + "px";
      box.replaceWith(message);
      message.focus({ preventScroll: true });
    };
    const body = async () => {
      const fields = new URLSearchParams({ submission_key: key, token: await ripeToken(), reference_note: trap.value, page: location.href.slice(0, 1000), first_page: first.page.slice(0, 1000), first_referrer: first.referrer.slice(0, 1000) });
      for (const item of items) fields.set(item.field.name, value(item));
      return fields;
    };
    // The same key goes with every repetition, so that a lost answer never makes a second lead.
    const send = async () => {
      let waits = 0;
      for (let cut = 0; ; ) {
        let answer;
        let said;
        try {
          answer = await fetch(`${base}/f/${form.id}/submit`, { method: "POST", headers: { Accept: "application/json" }, body: await body(), credentials: "omit", signal: AbortSignal.timeout && AbortSignal.timeout(20000) });
          said = await answer.json();
        } catch {
          if (++cut > 2) return fail();
          await pause(cut);
          continue;
        }
        if (answer.ok) return done(said);
        if (++waits > 3) return fail(said.message);
        if (said.code === "token_expired") {
          token = undefined;
        } else if (answer.status === 422) {
          return point(said.errors);
        } else if (answer.status === 409 && said.status === "conflict") {
          // An earlier try arrived after all and the answers were changed since: this is another submission.
          key = newKey();
        } else if (said.retry_after && said.retry_after <= 65) {
          if (said.retry_after > 5) status.textContent = `Many forms are coming in. Sending again in ${said.retry_after} seconds.`;
          await pause(said.retry_after);
        } else {
          return fail(said.message);
        }
      }
    };
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      if (busy) return;
      for (const item of items) show(item, problem(item.field, value(item)));
      summary();
      const wrong = failed()[0];
      if (wrong) return wrong.input.focus();
      busy = true;
      // The button keeps its size, whatever it says.
      button.style.minWidth = button.offsetWidth + "px";
      button.setAttribute("aria-disabled", "true");
      button.textContent = "Sending…";
      send();
    });
  };

  const mount = () => {
    for (const host of document.querySelectorAll("[data-lead-form]")) {
      if (seen.has(host) || host.shadowRoot) continue;
      seen.add(host);
      // A form that is closed or cannot be reached leaves the link as it is.
      get(`/f/${encodeURIComponent(host.dataset.leadForm)}.json`).then((form) => draw(host, form), () => {});
    }
  };
  mount();
  // The script is async: elements further down may not be there yet.
  document.addEventListener("DOMContentLoaded", mount);
})();

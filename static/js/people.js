// Password fields get a Show button; a time zone nobody has chosen yet becomes the browser's.
"use strict";

for (const field of document.querySelectorAll("input[data-password]")) {
  const group = document.createElement("div");
  const button = document.createElement("button");
  group.className = "input-group";
  button.className = "btn";
  button.type = "button";
  button.textContent = "Show";
  button.setAttribute("aria-label", "Show password");
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-controls", field.id);
  field.before(group);
  group.append(field, button);
  button.addEventListener("click", () => {
    const isShown = field.type === "password";
    field.type = isShown ? "text" : "password";
    button.textContent = isShown ? "Hide" : "Show";
    button.setAttribute("aria-pressed", String(isShown));
    field.focus();
  });
  // Otherwise a browser may keep the password among ordinary form entries.
  field.form.addEventListener("submit", () => { field.type = "password"; });
  if (field.autofocus) field.focus();
}

for (const select of document.querySelectorAll("select[data-browser-time-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
}

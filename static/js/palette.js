/* The palette: leads, places and acts by a few letters. The server finds them; what this page can do is added here. */
(() => {
  "use strict";
  const { $, $$, on, acts, keyed } = window.leadcrm;
  const dialog = $("#palette");
  if (!dialog) return;
  const [input, results, count] = ["input", "[role=listbox]", ":scope > [role=status]"].map((part) => $(part, dialog));
  const RECENT = `recent-${document.body.dataset.person}`;
  const recent = () => JSON.parse(localStorage.getItem(RECENT) || "[]");
  const page = $("[data-recent]");
  if (page) localStorage.setItem(RECENT, JSON.stringify([page.dataset.lead, ...recent().filter((id) => id !== page.dataset.lead)].slice(0, 8)));

  const options = () => $$("[role=option]", results);
  const choose = (option) => {
    options().forEach((other) => other.setAttribute("aria-selected", other === option));
    if (option) input.setAttribute("aria-activedescendant", option.id); else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };
  const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");
  /* The page's own acts, ahead of the others: the same labels and keys, and choosing one presses it. */
  const addOwn = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    const fits = ({ dataset: { key, keyLabel } }) => /^[a-z]$/.test(key) && keyLabel && words.every((word) => keyLabel.toLowerCase().includes(word));
    const own = keyed(document).filter(fits).map((element) => {
      const option = $("template", dialog).content.firstElementChild.cloneNode(true);
      [$("span", option).textContent, $("kbd", option).textContent] = [element.dataset.keyLabel, element.dataset.key.toUpperCase()];
      option.addEventListener("click", () => { dialog.close(); element.click(); });
      return option;
    });
    const group = $("[data-acts]", results);
    $("[data-group]", group).after(...own);
    group.hidden = !options().some((option) => group.contains(option));
  };
  let [asked, lead, timer] = [0, "", 0];
  const fill = async () => {
    const turn = ++asked;
    const query = new URLSearchParams({ q: input.value, recent: recent(), lead });
    const answer = await fetch(`${dialog.dataset.url}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (turn !== asked) return;
    if (answer?.redirected) return location.reload();
    results.innerHTML = answer?.ok ? await answer.text() : $("[data-lost]", dialog).innerHTML;
    if (answer?.ok) addOwn();
    options().forEach((option, index) => { option.id = `found-${index}`; });
    choose(options()[0]);
    results.dataset.for = input.value;
    count.textContent = `${options().length} results`;
  };
  const open = (about = "") => {
    if (dialog.open) return dialog.close();
    lead = about;
    input.value = "";
    dialog.showModal();
    fill();
  };
  const STEPS = { ArrowDown: 1, ArrowUp: -1 };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(fill, 60); });
  dialog.addEventListener("keydown", (event) => {
    const all = options();
    if (STEPS[event.key]) choose(all.at((all.indexOf(chosen()) + STEPS[event.key]) % all.length));
    else if (event.key === "Enter" && event.target === input) chosen()?.click();
    else return;
    event.preventDefault();
  });
  on("click", ({ target }) => target.closest("[data-dialog]") && dialog.contains(target) && dialog.close());
  on("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (opener) { event.preventDefault(); open(); }
  });
  acts.palette = () => open();
  acts.more = () => {
    const about = (document.activeElement.closest("[data-lead]") || $('[data-lead][aria-current="true"], [data-recent]'))?.dataset.lead;
    return about ? open(about) : false;
  };
})();

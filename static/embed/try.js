// The button "Fill with sample data" of the try page: types into the real form, so that only Send is left to press.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-fill-sample]")) return;
  const form = document.querySelector("[data-lead-form]").shadowRoot;
  if (!form) return;
  const sample = {
    // A new address each time: sending twice makes two leads.
    email: `ada.${Date.now().toString(36)}@sample-company.example`,
    first_name: "Ada",
    last_name: "Example",
    company: "Sample Company",
    job_title: "Head of Operations",
    message: "We want to replace our spreadsheet before January. Can you show us how?",
  };
  for (const [name, text] of Object.entries(sample)) {
    const input = form.querySelector(`[name="${name}"]`);
    if (!input) continue;
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.querySelector("button").focus();
});

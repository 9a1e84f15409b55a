// Comfort only: every page works without this file.

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") {
    const form = event.target.closest("form");
    const here = event.target.closest("li")?.querySelector("[data-save-here]");
    if (form) { event.preventDefault(); form.requestSubmit(here ?? form.querySelector("[data-default]")); }
    return;
  }
  if (event.altKey && event.key.toLowerCase() === "n") {
    event.preventDefault();
    location.assign("/petitions/new");
    return;
  }
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    event.preventDefault();
    if (search) search.focus(); else location.assign("/petitions#q");
  }
  if (event.key === "?") document.getElementById("keys")?.showModal();
});

// A second click of the same button is not a second sending.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 8000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What is wrong is read first.
document.getElementById("error-summary")?.focus();
if (location.hash === "#q") document.querySelector("input[type=search]")?.focus();
// Writing goes on where it was saved.
if (location.hash.startsWith("#item-")) {
  document.getElementById(location.hash.slice(1))?.querySelector("textarea")?.focus();
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}

// The server said that it was kept, or that it must not be: the draft has done its work.
if (document.querySelector(".note--success, [data-draft-forget]") && sessionStorage.getItem("draft-sent")) {
  localStorage.removeItem(sessionStorage.getItem("draft-sent"));
  sessionStorage.removeItem("draft-sent");
}
// Drafts are one person's: whoever signs in next on this machine finds none of another's.
const person = document.body.dataset.person;
if (person) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("draft:") && !key.startsWith(`draft:${person}:`)) localStorage.removeItem(key);
  }
}
// Text that was typed survives a crash of the browser or of the network, until the server has it.
const drafted = document.querySelector("form[data-draft]");
if (drafted) {
  const place = `draft:${person}:${drafted.dataset.draft}:${location.pathname}`;
  const fields = () => [...drafted.elements].filter((field) =>
    field.name && !["hidden", "file", "password", "submit"].includes(field.type));
  const notice = drafted.querySelector("[data-draft-notice]");
  const kept = JSON.parse(localStorage.getItem(place) || "null");
  // A form that came back from the server holds what was typed already.
  const isBack = document.getElementById("error-summary") !== null;
  const differs = kept && fields().some((field) => field.name in kept && kept[field.name] !== field.value);
  if (differs && !isBack && notice) {
    notice.hidden = false;
    notice.querySelector("[data-draft-restore]").addEventListener("click", () => {
      for (const field of fields()) if (field.name in kept) field.value = kept[field.name];
      notice.hidden = true;
    });
    notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
      localStorage.removeItem(place);
      notice.hidden = true;
    });
  }
  let timer;
  drafted.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const typed = Object.fromEntries(fields().map((field) => [field.name, field.value]));
      localStorage.setItem(place, JSON.stringify(typed));
    }, 1000);
  });
  drafted.addEventListener("submit", () => sessionStorage.setItem("draft-sent", place));
}
// Signing out on purpose leaves nothing personal on a shared machine; an ended sign-in keeps drafts.
if (document.querySelector("[data-signed-out]")) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("draft:")) localStorage.removeItem(key);
  }
  sessionStorage.removeItem("carried");
}

// What was heard at a visit goes along to the petition's form, without standing in any address.
for (const link of document.querySelectorAll("a[data-carry]")) {
  link.addEventListener("click", () => sessionStorage.setItem("carried", link.dataset.carry));
}
const carried = sessionStorage.getItem("carried");
const content = document.querySelector("form[data-draft=petition] textarea[name=content]");
if (carried !== null && content) {
  if (!content.value) content.value = carried;
  sessionStorage.removeItem("carried");
}

// A password may be looked at while it is typed; it is covered again before it is sent.
for (const button of document.querySelectorAll("[data-show-password]")) {
  const field = document.getElementById(button.dataset.showPassword);
  const show = (seen) => {
    field.type = seen ? "text" : "password";
    button.setAttribute("aria-pressed", String(seen));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  field.form.addEventListener("submit", () => show(false));
}

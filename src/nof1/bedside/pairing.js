"use strict";
// Gives the code of the link, or the one that is typed, for a cookie. Knows nothing of a trial.
const all = JSON.parse(document.getElementById("words").textContent);
const language = navigator.languages.map((name) => name.slice(0, 2)).find((name) => name in all) ?? "en";
const words = all[language];
const form = document.querySelector("form");
const told = document.getElementById("told");
document.documentElement.lang = language;
for (const place of document.querySelectorAll("[data-word]")) place.textContent = words[place.dataset.word];
document.title = words.title;

// What the address says after "#": a code, which must not stay in it, or the night that a calendar leads to.
const link = new URLSearchParams(location.hash.slice(1));
const given = link.get("code");
link.delete("code");
const rest = link.toString() ? `#${link}` : location.hash === "#tonight" ? location.hash : "";
if (given) history.replaceState(null, "", location.pathname + rest);

async function pair(code) {
  told.textContent = words.asking;
  let status = 0;
  try {
    const answer = await fetch("/pair", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }) });
    status = answer.status;
  } catch { /* nothing answered */ }
  if (status === 204) {
    history.replaceState(null, "", `/${rest}`);
    location.reload(); // not what the browser kept of it
    return;
  }
  told.textContent = words[{ 403: "wrong", 423: "closed", 429: "wait", 0: "away" }[status]] ?? words.wrong;
  form.hidden = false;
  form.code.focus();
}

async function begin() {
  if (given) return pair(given);
  form.hidden = false;
  try {
    const answer = await fetch("/api/paired");
    if (answer.ok && (await answer.json()).paired) {
      const known = document.getElementById("known");
      known.querySelector("a").href = `/${rest}`;
      known.hidden = false;
    }
  } catch { /* the form is there */ }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  pair(form.code.value);
});
begin();

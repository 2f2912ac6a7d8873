"use strict";
// Opens the diary with the key that this browser was given, and changes a code for one where it has none. Knows nothing of a trial.
const KEY = "nof1:key"; // kept for this address and port alone, as a cookie would not be
const all = JSON.parse(document.getElementById("words").textContent);
const policy = JSON.parse(document.getElementById("policy").textContent);
const language = [kept("nof1:language"), ...navigator.languages].map((name) => name.slice(0, 2)).find((name) => name in all) ?? "en";
const words = all[language];
const form = document.querySelector("form");
const told = document.getElementById("told");
document.documentElement.lang = language;
document.documentElement.dataset.theme = theme();
for (const place of document.querySelectorAll("[data-word]")) place.textContent = words[place.dataset.word];
document.title = words.title;

// What the address says after "#": a code, which must not stay in it, or the night that a calendar leads to.
const link = new URLSearchParams(location.hash.slice(1));
const given = link.get("code");
link.delete("code");
const rest = link.toString() ? `#${link}` : location.hash === "#tonight" ? location.hash : "";
if (given) history.replaceState(null, "", location.pathname + rest);

function kept(name = KEY) {
  try { return localStorage.getItem(name) ?? ""; } catch { return ""; }
}

/** Dark or light as the diary is: this page is seen before it each time, and must not light up a dark room. */
function theme() {
  const chosen = kept("nof1:theme");
  if (chosen === "dark" || chosen === "light") return chosen;
  const hour = new Date().getHours();
  return hour >= 20 || hour < 9 || matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Asks for the code. */
function askCode() {
  document.querySelector("h1").hidden = false;
  form.hidden = false;
}

function tell(text) {
  told.textContent = text;
}

async function pair(code) {
  tell(words.asking);
  let status = 0;
  try {
    const answer = await fetch("/pair", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }) });
    status = answer.status;
    if (answer.ok) localStorage.setItem(KEY, (await answer.json()).key);
  } catch { status = status === 200 ? -1 : 0; } // it answered, and the key cannot be kept; or nothing answered
  if (status === 200) {
    history.replaceState(null, "", `/${rest}`);
    location.reload(); // so that the browser keeps this page under the diary's own address
    return;
  }
  tell(words[{ 403: "wrong", 423: "closed", 429: "wait", 0: "away", "-1": "unkept" }[status]] ?? words.wrong);
  askCode();
  form.code.focus();
}

/** The diary takes the place of this page, where this browser's key opens it. */
async function open() {
  let text = "";
  try {
    const answer = await fetch("/diary", { headers: { "Nof1-Key": kept() } });
    if (answer.status === 401) return askCode();
    if (answer.status === 429) throw new Error(words.wait);
    if (!answer.ok) throw new Error((await answer.json()).message);
    text = await answer.text();
    if (!text.includes(policy)) return await renew();
  } catch (problem) {
    tell(problem instanceof TypeError ? words.away : problem.message);
    document.getElementById("again").hidden = false;
    return;
  }
  sessionStorage.removeItem(KEY);
  document.open();
  document.write(text);
  document.close();
}

/** What the browser kept of the two pages is of different versions: both are fetched again, once. */
async function renew() {
  if (sessionStorage.getItem(KEY)) throw new Error(words.away);
  await fetch("/", { cache: "reload" });
  await fetch("/diary", { cache: "reload", headers: { "Nof1-Key": kept() } });
  sessionStorage.setItem(KEY, "renewed");
  location.reload();
}

async function offer() {
  askCode();
  try {
    const answer = await fetch("/api/paired", { headers: { "Nof1-Key": kept() } });
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
document.getElementById("again").addEventListener("click", () => location.reload());
if (given) pair(given);
else if (location.pathname === "/pair") offer();
else if (kept()) open();
else askCode();

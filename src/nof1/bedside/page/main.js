// The page as a whole: what is shown, in which language and light, and what happens to it.

const THEME_KEY = "nof1:theme";
const NIGHT_BEGINS = 20;
const NIGHT_ENDS = 9;
const NOON = 12;
const TONIGHT = "#tonight";
/** The night that was opened without being named. */
let opened = lastNight();

/** The night of which it is told that it is not in the trial folder yet, "" for none. */
let toldWaiting = "";

/**
 * @param {string} text
 * @param {string} [waiting] the night that waits to be sent: once it is, something else is told
 */
function tell(text, waiting = "") {
  found("status").textContent = text;
  toldWaiting = waiting;
}

/**
 * What is told of a served page's night that was just entered.
 * @param {string} night
 */
function tellServed(night) {
  if (night in store.waiting) tell(say("saved_waiting"), night);
  else tell(say("saved_folder"));
}

function theme() {
  const chosen = setting(THEME_KEY);
  if (chosen === "dark" || chosen === "light") return chosen;
  const hour = new Date().getHours();
  const dark = hour >= NIGHT_BEGINS || hour < NIGHT_ENDS || matchMedia("(prefers-color-scheme: dark)").matches;
  return dark ? "dark" : "light";
}

/** The date of the night on the screen; "" for the list of all, and for the answer. */
function shownDate() {
  if (["#nights", "#answer"].includes(location.hash)) return "";
  if (location.hash === TONIGHT) return thisEvening();
  return /^#night=(.*)$/.exec(location.hash)?.[1] ?? opened;
}

/** Whether what is on the screen is no other night than the last, which was opened by itself. */
function atHome() {
  return location.hash !== "#answer" && !grading && (["", "#", "#nights", TONIGHT].includes(location.hash) || shownDate() === lastNight());
}

function view() {
  if (content.served && location.hash === "#answer") return answerView();
  if (location.hash === TONIGHT) return tonightView();
  if (shownDate() === "") return listView();
  const night = nightOf.get(shownDate());
  return night ? nightView(night) : outsideView();
}

/**
 * Shows everything anew; drafts keep what stands in a form.
 * @param {{ head?: boolean }} [go] whether to begin at the heading, as after a step of the person
 */
function refresh({ head = false } = {}) {
  document.documentElement.dataset.theme = theme();
  const focused = document.activeElement?.id ?? "";
  found("top").replaceChildren(...topLinks());
  const shown = view();
  const tonight = location.hash === TONIGHT ? shown.splice(0, 1) : tonightCard("p");
  const asks = shown.some((part) => part.tagName === "FORM");
  const [first, behind] = asks && asksFirst() ? [[], tonight] : [tonight, []];
  const late = [...(atHome() ? missedView() : []), ...servedNotes(), ...answerNotes()]; // they come when the computer has answered, and must push nothing away from under a finger
  found("main").replaceChildren(
    ...first, ...notes(shown.some((part) => part.classList.contains("export"))), ...(asks ? [] : late), ...shown, ...behind,
    ...(asks ? late : []), ...progressLine(),
  );
  document.body.classList.toggle("asking", found("main").querySelector("form") !== null);
  found("foot").replaceChildren(...footLines());
  if (head) {
    window.scrollTo(0, 0);
    const title = found("main").querySelector("h1");
    if (title) focusOn(title);
  } else if (focused) document.getElementById(focused)?.focus();
  renewWhenQuiet();
}

/** Whether a night's questions come before this evening: a button for tonight's dose above them is easily taken for one of theirs. */
function asksFirst() {
  const hour = new Date().getHours();
  return (hour >= content.day_begins && hour < NOON) || location.hash !== "" || correcting !== "";
}

function topLinks() {
  const missing = missingNights().length;
  const all = make("a", { href: "#nights" }, say("all_nights"), missing ? make("span", { class: "small" }, saySome(missing, "missing_short")) : null);
  return location.hash ? [make("a", { href: "#" }, say("last_night")), all] : [all];
}

/**
 * What has to be known before anything is entered.
 * @param {boolean} exported whether the export is on the screen already
 */
function notes(exported) {
  const damaged = damagedKeys().filter((key) => !store.told.includes(key));
  return [
    ...(content.simulated ? [make("p", { class: "note" }, say("simulated"))] : []),
    ...(content.unscreened ? [make("p", { class: "note" }, say("unscreened"))] : []),
    ...(storage === null ? [make("p", { class: "note strong", role: "alert" }, say("refuses"))] : []),
    ...(storage !== null && !safe ? [make("p", { class: "note strong", role: "alert" }, say("not_kept"))] : []),
    ...(damaged.length ? [make("div", { class: "note strong", role: "alert" }, make("p", {}, say("damaged")), make("div", { class: "row" },
      button(say("save_damaged"), () => void exportDamaged(), { class: "quiet" }),
      button(say("understood"), () => { keep((all) => all.told.push(...damaged)); refresh(); }, { class: "quiet" })))] : []),
    ...(exportIsDue() && !exported ? [make("p", { class: "note" }, say("export_due"), " ", make("a", { href: "#nights" }, say("export_title")))] : []),
    ...openNotes(),
  ];
}

function footLines() {
  const other = Object.keys(content.words).filter((code) => code !== language);
  const dark = theme() === "dark";
  return [
    make("details", {}, make("summary", {}, say("when_to_stop")), make("p", {}, content.stop.general[language])),
    make("div", { class: "row" },
      button(say(dark ? "light" : "dark"), () => { setting(THEME_KEY, dark ? "light" : "dark"); refresh(); }, { class: "quiet", id: "switch-theme" }),
      ...other.map((code) => button(content.words[code].this_language, () => { setting(LANGUAGE_KEY, code); speak(code); refresh(); },
        { class: "quiet", lang: code, id: `switch-${code}` })),
    ),
    make("p", { class: "small" }, say(content.served ? "where_served" : "where_kept"), " ", say("no_advice")),
  ];
}

/** After a night, a switch of tabs or of days: what is shown is what is so. */
function awake() {
  reread();
  const latest = lastNight();
  if (latest !== opened && (draftOf(opened) === null || location.hash)) opened = latest;
  refreshUnlessTyping();
  void meet();
}

/** A form that holds a draft shows it again; one that somebody is typing into is left alone. */
function refreshUnlessTyping() {
  const typing = document.hasFocus() && document.activeElement?.matches("input[type=text], input[type=time], textarea");
  if (!typing) refresh();
}

speak(firstLanguage());
found("main").before(make("nav", { id: "top" }), make("p", { id: "status", role: "status" }));
found("main").after(make("footer", { id: "foot" }));
refresh();
void meet();
window.addEventListener("hashchange", () => {
  tell("");
  correcting = "";
  answered = "";
  grading = "";
  chosenTaken = "";
  opened = lastNight();
  reread();
  refresh({ head: true });
});
window.addEventListener("storage", (event) => {
  if (event.key === null || event.key.startsWith(KEY)) {
    reread();
    refreshUnlessTyping();
    if (busy) again = true; // what is being fetched may be older than what another tab has just been told
  }
});
window.addEventListener("online", () => void meet());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") awake();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => refreshUnlessTyping());

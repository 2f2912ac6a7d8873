// How far the trial is, and its answer when the trial folder has one that fits what is recorded. Analyses nothing.

const ANSWER_PATIENCE = 120_000; // the pictures of an answer are drawn when it is first asked for
/** @type {"none" | "ready" | "due" | "changed" | "sealed"} */
let answerState = "none";
/** The answer by language: what the folder sent, as an element. */
const answers = new Map();
let answerProblem = "";

/** Asks whether there is an answer; whatever was fetched before may be of another diary. */
async function learnAnswer() {
  try {
    const answer = await ask("/api/results");
    if (!answer.ok) return;
    const { state } = await answer.json();
    const before = answerState;
    answerState = ["ready", "due", "changed", "sealed"].includes(state) ? state : "none";
    if (answerState !== "ready") answers.clear();
    if (before !== answerState) refreshUnlessTyping();
  } catch { /* it is asked again with the next night */ }
}

/** What stands above a night once there is an answer, or one can be made. */
function answerNotes() {
  if (answerState === "none" || location.hash === "#answer") return [];
  if (answerState === "ready") return [make("p", { class: "note" }, make("a", { href: "#answer" }, say("answer_ready")))];
  return [make("p", { class: "note" }, say(`answer_${answerState}`))];
}

/** How far the trial is. */
function progressLine() {
  const past = counted.filter((night) => night.date <= lastNight()).length;
  if (!past) return [];
  const told = say("progress", { past, count: counted.length, rated: ratedCount() });
  return [make("div", { class: "progress" },
    make("progress", { max: counted.length, value: past, "aria-label": told }),
    make("p", { class: "small" }, told))];
}

function answerView() {
  const wait = (/** @type {string} */ text) => [make("h1", {}, say("answer_title")), make("p", {}, text)];
  const known = answers.get(language);
  if (known) return [known];
  if (answerProblem) {
    const told = wait(answerProblem);
    answerProblem = "";
    return [...told, button(say("try_again"), () => refresh(), { class: "quiet" })];
  }
  void fetchAnswer(language);
  return wait(say("answer_fetching"));
}

/** @param {string} code */
async function fetchAnswer(code) {
  try {
    const answer = await ask(`/api/results/${code}`, {}, ANSWER_PATIENCE);
    if (answer.ok) {
      // A document of its own, of which nothing runs; this page's policy would block its style, which is bound to a class of its own.
      const [, before, rules, after] = /^([^]*?)<style>([^]*?)<\/style>([^]*)$/.exec(await answer.text()) ?? ["", "", "", ""];
      const style = new CSSStyleSheet();
      style.replaceSync(rules);
      document.adoptedStyleSheets = [style];
      const told = new DOMParser().parseFromString(before + after, "text/html").querySelector("article.result");
      if (told) answers.set(code, document.adoptNode(told));
    } else answerProblem = say(answer.status === 404 ? "answer_gone" : "nobody_answers");
  } catch {
    answerProblem = say("nobody_answers");
  }
  if (location.hash === "#answer" && language === code) refresh({ head: true });
}

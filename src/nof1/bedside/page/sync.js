// A served page: entries go into the trial folder, and wait here while nobody answers.

const FIRST_PAUSE = 3_000;
const LONGEST_PAUSE = 5 * 60_000;
const PATIENCE = 15_000; // until no answer counts as none
const MOST_ENTRIES = 100;
const MOST_BYTES = 200_000; // the other side takes a little more
const MOST_OWN = 8; // texts of a cell that are kept because they may have arrived
/** @type {"unknown" | "reached" | "away" | "unpaired"} */
let reach = "unknown";
let pause = FIRST_PAUSE;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let next;
let busy = false;
let again = false;
let newPage = false;

/**
 * Asks with the key that the browser was given for this address and port; a cookie would go to every other port, too.
 * @param {string} path
 * @param {RequestInit} [options]
 * @param {number} [patient] milliseconds until no answer counts as none
 */
async function ask(path, options = {}, patient = PATIENCE) {
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), patient);
  try {
    const headers = { ...options.headers, "Nof1-Key": setting("nof1:key") };
    return await fetch(path, { cache: "no-store", credentials: "omit", ...options, headers, signal: stop.signal });
  } finally {
    clearTimeout(patience);
  }
}

/** Fetches what is recorded and sends what waits; tries again later where nobody answers. */
async function meet() {
  if (!content.served) return;
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  again = false;
  clearTimeout(next);
  const before = reach;
  try {
    const answer = await ask("/api/nights");
    if (answer.status === 401) reach = "unpaired";
    else if (answer.ok) {
      const told = await answer.json();
      await take(told);
      if (told.trial === content.trial) {
        await send();
        reach = "reached";
        void learnAnswer();
      } else reach = "away"; // another trial has this address now, and none of this one's nights are its
    } else reach = "away";
  } catch {
    reach = "away";
  }
  busy = false;
  if (reach === "reached") pause = FIRST_PAUSE;
  else if (reach === "away") {
    next = setTimeout(() => void meet(), pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
  if (before !== reach) refresh();
  if (again) void meet();
}

/** @param {any} told */
async function take(told) {
  if (told.trial === content.trial && isTable(told.nights)) {
    const cells = Object.entries(told.nights).filter(([, value]) => isCells(value));
    const revisions = Object.entries(isTable(told.revisions) ? told.revisions : {}).filter(([, value]) => isRevisions(value));
    const changed = !sameTable(store.recorded, told.nights);
    if (changed || !sameTable(store.revisions, Object.fromEntries(revisions))) {
      keep((all) => {
        all.recorded = /** @type {Record<string, Cells>} */ (Object.fromEntries(cells));
        all.revisions = /** @type {Record<string, Revisions>} */ (Object.fromEntries(revisions));
      });
    }
    const heard = Array.isArray(told.missed) ? told.missed.filter(isSpan) : [];
    const other = JSON.stringify(heard) !== JSON.stringify(store.heard) || locked !== (told.locked === true);
    locked = told.locked === true;
    if (other) keep((all) => { all.heard = heard; });
    if (changed || other) refresh();
  }
  if (typeof told.page === "string" && told.page !== setting(`${KEY}:page`)) await renew(told.page);
}

/**
 * The page as it is sent now; it takes the place of this one as soon as nothing is being typed.
 * @param {string} name
 */
async function renew(name) {
  await ask("/", { cache: "reload" }); // the page that opens this one is of the same version
  const answer = await ask("/diary", { cache: "reload" });
  const text = answer.ok ? await answer.text() : "";
  if (!text.includes('id="content"')) return;
  setting(`${KEY}:page`, name);
  const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "";
  newPage = !text.includes(policy) || !text.includes(found("content").textContent ?? "");
  if (newPage && !text.includes(content.trial)) location.reload(); // nothing more is to be entered into the wrong trial
  else renewWhenQuiet();
}

function renewWhenQuiet() {
  if (newPage && found("main").querySelector("form") === null) location.reload();
}

/**
 * @param {object} one
 * @param {object} other
 */
function sameTable(one, other) {
  const sorted = (/** @type {string} */ _, /** @type {any} */ value) => isTable(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted);
}

/** Sends what waits, in portions that the other side takes. */
async function send() {
  const refused = new Set();
  const told = new Set();
  for (;;) {
    const [missed, entries] = [missedToSend(told), portion(refused)];
    if (!entries.length && !missed.length) return;
    missedGoOut(missed);
    goesOut(entries);
    const answer = await ask("/api/nights", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        trial: content.trial, device: store.device, entries: entries.map(message), missed: missed.map(({ start, end, taken }) => ({ start, end, taken })),
      }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const { results, missed: taken } = await answer.json();
    for (const one of missed) told.add(one.start);
    settleMissed(taken);
    for (const entry of entries) refused.add(entry.night); // once only: whatever the answer is
    settle(entries, results);
  }
}

/**
 * An entry as it is sent: what the folder is to hold, what was seen there and how often it had changed, and what else this page may have sent.
 * @param {{ night: string } & Waiting} entry
 */
function message({ night, number, cells, seen, revisions, own }) {
  const columns = Object.keys(cells);
  return {
    night, number, cells, seen,
    revisions: revisions && Object.fromEntries(columns.map((column) => [column, revisions[column] ?? 0])),
    own: Object.fromEntries(columns.map((column) => [column, (own[column] ?? []).filter((cell) => cell !== cells[column])])),
  };
}

/**
 * Puts on record that the folder may have these from now on, whether or not it answers.
 * @param {({ night: string } & Waiting)[]} entries
 */
function goesOut(entries) {
  keep((all) => {
    for (const { night, number, cells } of entries) {
      const now = all.waiting[night];
      if (now?.number !== number) continue;
      for (const [column, cell] of Object.entries(cells)) {
        now.own[column] = [...(now.own[column] ?? []).filter((one) => one !== cell), cell].slice(-MOST_OWN);
      }
    }
  });
}

/** @param {Set<string>} left */
function portion(left) {
  let bytes = 0;
  return Object.entries(store.waiting)
    .filter(([night, entry]) => !left.has(night) && !entry.conflict && !entry.refused)
    .sort()
    .map(([night, entry]) => ({ night, ...entry }))
    .filter((entry, at) => {
      bytes += new TextEncoder().encode(JSON.stringify(message(entry))).length;
      return at === 0 || (at < MOST_ENTRIES && bytes < MOST_BYTES);
    });
}

/**
 * @param {({ night: string } & Waiting)[]} sent
 * @param {Result[]} results
 */
function settle(sent, results) {
  keep((all) => {
    for (const result of results) {
      const entry = sent.find(({ night }) => night === result.night);
      const now = all.waiting[result.night];
      if (isCells(result.recorded)) all.recorded[result.night] = /** @type {Cells} */ (result.recorded);
      if (isRevisions(result.revisions)) all.revisions[result.night] = /** @type {Revisions} */ (result.revisions);
      if (!entry || !now || now.number !== entry.number) continue; // changed again meanwhile
      if (result.status === "conflict") Object.assign(now, { conflict: result.recorded ?? {}, found: result.revisions ?? {} });
      else if (result.status === "refused") now.refused = result.message ?? "";
      else if (result.status === "old") { // the numbers of this browser were lost and begun anew
        all.edits = Math.max(all.edits, result.latest ?? 0);
        now.number = numbered(all);
        again = true;
      }
      else delete all.waiting[result.night];
    }
  });
  refresh();
  const asking = document.body.classList.contains("asking");
  const shown = results.find((result) => result.night === toldWaiting) ?? (asking ? undefined : results.find((result) => result.night === shownDate()));
  if (shown) {
    tell(say({ conflict: "conflict", refused: "refused", recorded: "saved_folder", same: "saved_folder", old: "saved_waiting" }[shown.status]), shown.status === "old" ? shown.night : "");
  }
}

/** The nights of a served page that wait for a decision. */
function openNights() {
  if (!content.served) return [];
  return Object.keys(store.waiting).filter((night) => store.waiting[night].conflict || store.waiting[night].refused !== undefined);
}

/** What stands above everything while something of a served page needs the person. */
function openNotes() {
  return openNights().filter((night) => night !== shownDate()).flatMap((night) => {
    const one = nightOf.get(night);
    return one ? [make("p", { class: "note" }, say("needs_you"), " ", nightLink(one))] : [];
  });
}

/** What is so while the computer of a served page does not answer, or no longer knows this browser. */
function servedNotes() {
  if (!content.served) return [];
  const waiting = Object.keys(store.waiting).length - openNights().length;
  return [
    ...(reach === "unpaired" ? [make("p", { class: "note" }, say("unpaired"), " ", button(say("pair"), () => void pairAgain(), { class: "quiet" }))] : []),
    ...(waiting && reach === "away" ? [make("p", { class: "note" }, saySome(waiting, "waiting"))] : []),
  ];
}

/** To the page for pairing, if the computer answers. */
async function pairAgain() {
  try {
    await ask("/api/paired");
    location.assign(`/pair${location.hash}`);
  } catch {
    tell(say("nobody_answers"));
  }
}

// What this browser keeps, and that nothing of it is lost: every change is read back, a damaged store is laid aside, not thrown away.

const KEY = `nof1:${content.trial}`;
const DAMAGED = `${KEY}:damaged:`;
const DRAFT = `${KEY}:draft:`;
const storage = usableStorage();
/** Whether all that was entered here is kept. */
let safe = storage !== null;
let store = loaded();

/** The browser's storage, or null where it refuses to keep anything. */
function usableStorage() {
  try {
    const probe = "nof1:probe";
    localStorage.setItem(probe, probe);
    const works = localStorage.getItem(probe) === probe;
    localStorage.removeItem(probe);
    return works ? localStorage : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} [text] to be kept from now on
 */
function setting(key, text) {
  try {
    if (text !== undefined) localStorage.setItem(key, text);
    return text ?? localStorage.getItem(key) ?? "";
  } catch {
    return text ?? "";
  }
}

/** @returns {Store} */
function emptyStore() {
  const letters = crypto.getRandomValues(new Uint8Array(8));
  const device = [...letters].map((letter) => letter.toString(16).padStart(2, "0")).join("");
  return { version: 1, device, exported: "", told: [], edits: 0, nights: {}, recorded: {}, revisions: {}, waiting: {}, missed: [], heard: [] };
}

/** What is kept; what cannot be read is laid aside under a key of its own first. */
function loaded() {
  const text = storage?.getItem(KEY) ?? null;
  if (text === null) return emptyStore();
  const { whole, readable } = parsedStore(text);
  if (!whole && !laidAside(text)) safe = false; // nothing is written over it then
  return readable;
}

/**
 * As much of a store as can be read, and whether that is all of it.
 * @param {string} text
 */
function parsedStore(text) {
  const readable = emptyStore();
  let whole = true;
  try {
    const told = JSON.parse(text);
    whole = told.version === 1 && [told.nights, told.recorded, told.waiting].every(isTable);
    if (typeof told.device === "string" && told.device) readable.device = told.device;
    if (typeof told.exported === "string") readable.exported = told.exported;
    if (Number.isSafeInteger(told.edits) && told.edits > 0) readable.edits = told.edits;
    if (isTable(told.revisions)) readable.revisions = Object.fromEntries(Object.entries(told.revisions).filter(([, value]) => isRevisions(value)));
    if (Array.isArray(told.heard)) readable.heard = told.heard.filter(isSpan);
    if (told.missed !== undefined) {
      readable.missed = Array.isArray(told.missed) ? told.missed.filter(isToldSpan) : [];
      whole &&= Array.isArray(told.missed) && readable.missed.length === told.missed.length;
    }
    if (Array.isArray(told.told)) readable.told = told.told.filter((/** @type {any} */ key) => typeof key === "string");
    for (const [name, fits] of /** @type {const} */ ([["nights", isKept], ["recorded", isCells], ["waiting", isWaiting]])) {
      for (const [night, value] of Object.entries(isTable(told[name]) ? told[name] : {})) {
        if (/^\d{4}-\d\d-\d\d$/.test(night) && fits(value)) readable[name][night] = name === "waiting" ? asWaiting(value) : value;
        else whole = false;
      }
    }
  } catch {
    whole = false;
  }
  return { whole, readable };
}

/** @param {any} value */
function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {any} value */
function isCells(value) {
  return isTable(value) && Object.values(value).every((cell) => typeof cell === "string");
}

/** @param {any} value */
function isKept(value) {
  return isTable(value) && isCells(value.cells) && typeof value.entered === "string" && Array.isArray(value.corrected) && value.corrected.every(isCells);
}

/** @param {any} value */
function isRevisions(value) {
  return isTable(value) && Object.values(value).every(Number.isSafeInteger);
}

/** @param {any} value */
function isSpan(value) {
  const dated = (/** @type {any} */ date) => typeof date === "string" && /^\d{4}-\d\d-\d\d$/.test(date);
  return isTable(value) && dated(value.start) && dated(value.end) && ["planned", "none", "unknown"].includes(value.taken);
}

/** @param {any} value */
function isToldSpan(value) {
  return isSpan(value) && typeof value.entered === "string";
}

/** @param {any} value */
function isWaiting(value) {
  return isTable(value) && isCells(value.cells) && isCells(value.seen) && typeof value.entered === "string";
}

/**
 * What waits, as an earlier page may have kept it: that did not say what it had sent, so all of it may have been.
 * @param {any} value
 * @returns {Waiting}
 */
function asWaiting(value) {
  const own = isTable(value.own) && Object.values(value.own).every(Array.isArray)
    ? value.own : Object.fromEntries(Object.entries(value.cells).map(([column, cell]) => [column, [cell]]));
  return {
    ...value, own, number: Number.isSafeInteger(value.number) ? value.number : 0, revisions: isRevisions(value.revisions) ? value.revisions : undefined,
  };
}

/**
 * Whether a text that cannot be read was kept aside.
 * @param {string} text
 */
function laidAside(text) {
  const kept = damagedKeys().some((key) => storage?.getItem(key) === text);
  return kept || written(`${DAMAGED}${stamp(new Date())}`, text);
}

/** Keys under which something unreadable lies. */
function damagedKeys() {
  const keys = storage === null ? [] : Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "");
  return keys.filter((key) => key.startsWith(DAMAGED)).sort();
}

/**
 * Whether a text is kept now: read back, because some browsers drop it without a word.
 * @param {string} key
 * @param {string} text
 */
function written(key, text) {
  try {
    storage?.setItem(key, text);
    return storage?.getItem(key) === text;
  } catch {
    return false;
  }
}

/**
 * Changes what is kept, on top of what other tabs have written meanwhile.
 * @param {(store: Store) => void} change
 * @returns {boolean} whether it is kept
 */
function keep(change) {
  const unsafe = store;
  if (storage !== null) {
    const text = storage.getItem(KEY);
    const there = text === null ? null : parsedStore(text);
    if (there?.whole) store = safe ? there.readable : united(there.readable, unsafe);
    else if (there && !laidAside(text ?? "")) {
      change(store);
      safe = false;
      return false;
    }
  }
  change(store);
  safe = written(KEY, JSON.stringify(store));
  return safe;
}

/**
 * Two stores by night: of each night what was changed last.
 * @param {Store} kept
 * @param {Store} other
 * @returns {Store}
 */
function united(kept, other) {
  const nights = { ...kept.nights };
  for (const [night, value] of Object.entries(other.nights)) {
    if (!(night in nights) || changedAt(nights[night]) <= changedAt(value)) nights[night] = value;
  }
  const waiting = { ...kept.waiting };
  for (const [night, entry] of Object.entries(other.waiting)) {
    if (!(night in waiting) || waiting[night].number <= entry.number) waiting[night] = entry;
  }
  const missed = [...kept.missed, ...other.missed.filter((one) => !kept.missed.some((two) => one.start <= two.end && two.start <= one.end))];
  return { ...other, ...kept, nights, waiting, missed, edits: Math.max(kept.edits, other.edits) };
}

/** @param {Kept} night */
function changedAt(night) {
  return Date.parse(night.corrected.at(-1)?.at ?? night.entered);
}

/** Takes what another tab has written. */
function reread() {
  const text = storage?.getItem(KEY) ?? null;
  const there = text === null ? null : parsedStore(text);
  if (there?.whole) store = safe ? there.readable : united(there.readable, store);
}

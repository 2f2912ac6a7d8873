// What the page was given, and how it speaks: language, numbers, dates.

/** @type {Content} */
const content = JSON.parse(found("content").textContent ?? "");
const LANGUAGE_KEY = "nof1:language";
let language = "en";

/** @param {string} code */
function speak(code) {
  language = code in content.words ? code : "en";
  document.documentElement.lang = language;
  document.title = content.title[language];
}

/** The language that was chosen here, or else the browser's. */
function firstLanguage() {
  return setting(LANGUAGE_KEY) || navigator.language.slice(0, 2).toLowerCase();
}

/** Dates and numbers as the person's own country writes them, where the page speaks its language. */
function locale() {
  if (navigator.language.toLowerCase().startsWith(language)) return navigator.language;
  return language === "en" ? "en-GB" : language;
}

/**
 * Words by their key, their places filled.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
function say(key, values = {}) {
  return filled(content.words[language][key], values);
}

/**
 * Words for a count: those for one end in "_one".
 * @param {number} count
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
function saySome(count, key, values = {}) {
  return say(count === 1 ? `${key}_one` : key, { count, ...values });
}

/**
 * @param {string} template
 * @param {Record<string, string | number>} values
 */
function filled(template, values) {
  return template.replace(/\{([a-z_]+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : value;
  });
}

/** @param {number} value */
function number(value) {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 10, useGrouping: false }).format(value);
}

/** @param {string} text such as 2026-11-23; noon, so that no zone moves it */
function day(text) {
  return new Date(`${text}T12:00:00Z`);
}

/**
 * @param {string} text
 * @param {number} days
 */
function later(text, days) {
  const moved = day(text);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** @param {Intl.DateTimeFormatOptions} options */
function dates(options) {
  return new Intl.DateTimeFormat(locale(), { timeZone: "UTC", ...options });
}

/**
 * Both days of a night, such as "Monday to Tuesday".
 * @param {string} night
 */
function bothDays(night) {
  const weekday = dates({ weekday: "long" });
  return say("both_days", { evening: weekday.format(day(night)), morning: weekday.format(day(later(night, 1))) });
}

/**
 * Both dates of a night, such as "23–24 Nov 2026".
 * @param {string} night
 */
function bothDates(night) {
  return dates({ day: "numeric", month: "short", year: "numeric" }).formatRange(day(night), day(later(night, 1)));
}

/**
 * A moment as the person's clock showed it.
 * @param {string} moment
 */
function momentText(moment) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(moment));
}

/**
 * A moment with the clock's offset, such as 2026-11-24T07:00:00+01:00.
 * @param {Date} when
 */
function stamp(when) {
  const two = (/** @type {number} */ count) => String(Math.trunc(Math.abs(count))).padStart(2, "0");
  const offset = -when.getTimezoneOffset();
  const date = `${String(when.getFullYear()).padStart(4, "0")}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  const clock = `${two(when.getHours())}:${two(when.getMinutes())}:${two(when.getSeconds())}`;
  return `${date}T${clock}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

// Making and finding elements. Text is only ever set as text.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | number | ((event: Event) => void)>} [attributes] a function listens to the event
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Text in which a number stays in one line with the word behind it, such as "200 mg" or "19 Sept".
 * @param {string} text
 */
function together(text) {
  return text.split(/(\d[\d.,:]*\s\S{1,12})/).filter(Boolean).map((part) => /^\d/.test(part) ? make("span", { class: "together" }, part) : part);
}

/** @param {string} id */
function found(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no element ${id}`);
  return element;
}

/**
 * @param {string} text
 * @param {() => void} act
 * @param {Record<string, string | boolean>} [attributes]
 */
function button(text, act, attributes = {}) {
  return make("button", { type: "button", click: act, ...attributes }, text);
}

/** @param {HTMLElement} element */
function focusOn(element) {
  element.setAttribute("tabindex", "-1");
  element.focus();
}

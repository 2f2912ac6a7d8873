"""What eyes find on a phone's page, for tests in a browser: words too small or too pale, things too small to tap, what runs off the edge.

All of it is read from what the browser has computed, not from the styles that were written.
"""

SMALLEST_PX = 14  # of letters
TAP_PX = 44

# Each function gives a list of complaints; an empty one is good.
_TOOLS = """
function heard(one) { // there for a screen reader alone
  for (let at = one; at; at = at.parentElement) if (getComputedStyle(at).clipPath !== "none" && at.getBoundingClientRect().width <= 1) return true;
  return false;
}
const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && one.getClientRects().length > 0 && !heard(one);
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgba(text) { // the canvas knows every way in which CSS writes a colour
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
function ground(one) {
  const layers = [];
  for (let at = one; at; at = at.parentElement) {
    const colour = rgba(getComputedStyle(at).backgroundColor);
    if (colour[3]) layers.push(colour);
    if (colour[3] === 1) break;
  }
  if (!layers.length || layers.at(-1)[3] < 1) layers.push([...rgba("Canvas").slice(0, 3), 1]);
  return layers.reverse().reduce((below, top) => over(top, below), [0, 0, 0]);
}
function luminance(colour) {
  const [r, g, b] = colour.map((value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
const brief = (one) => `${one.tagName.toLowerCase()}.${one.className} "${(one.innerText ?? "").trim().slice(0, 40)}"`;
function words() {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  while (walk.nextNode()) if (walk.currentNode.data.trim() && seen(walk.currentNode.parentElement)) found.add(walk.currentNode.parentElement);
  return [...found];
}
"""

_PALE = """words().flatMap((one) => {
  const below = ground(one);
  const rate = contrast(over(rgba(getComputedStyle(one).color), below), below);
  return rate < 4.5 ? [`${brief(one)} has a contrast of ${rate.toFixed(2)}`] : [];
})"""
_SMALL = f"""words().flatMap((one) => {{
  const size = parseFloat(getComputedStyle(one).fontSize);
  return size < {SMALLEST_PX} ? [`${{brief(one)}} has letters of ${{size}} px`] : [];
}})"""
_HARD_TO_TAP = f"""[...document.querySelectorAll("a, button, summary, textarea, select, label.choice, input:not([type=radio], [type=checkbox])")]
  .filter(seen).flatMap((one) => {{
    const {{ width, height }} = one.getBoundingClientRect();
    return Math.round(height) < {TAP_PX} || Math.round(width) < {TAP_PX} ? [`${{brief(one)}} is ${{width.toFixed()}} by ${{height.toFixed()}} px`] : [];
  }})"""
# What is cut off, or has to be moved sideways by itself to be read.
_CUT = """[...document.body.querySelectorAll("*")].filter(seen).flatMap((one) => {
  const { left, right } = one.getBoundingClientRect();
  const off = (left < -1 || right > innerWidth + 1);
  const style = getComputedStyle(one);
  const hides = [style.overflowX, style.overflowY].some((value) => value !== "visible") && one.tagName !== "TEXTAREA";
  const clipped = hides && one.tagName !== "INPUT" && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
  return off || clipped ? [`${brief(one)} is cut: ${left.toFixed()} to ${right.toFixed()} px`] : [];
})"""
_WIDE = "document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} px wide`] : []"
_COVERED = """[...document.querySelectorAll("button, label.choice")].filter(seen).flatMap((one) => {
  const bounds = one.getBoundingClientRect();
  return [...one.querySelectorAll("span")].concat(one).filter((part) => part.scrollWidth > part.clientWidth + 1).map(() => `${brief(one)} holds more than it shows`);
})"""


def _asked(page, what):
    return page.evaluate(f"() => {{ {_TOOLS} return {what}; }}")


def complaints(page):
    """What is wrong with what the page shows now."""
    return [told for what in (_PALE, _SMALL, _HARD_TO_TAP, _CUT, _WIDE, _COVERED) for told in _asked(page, what)]


def lost_when_enlarged(page):
    """What is cut off when letters are twice as large; the page is as before afterwards."""
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    try:
        return [told for what in (_CUT, _WIDE, _COVERED) for told in _asked(page, what)]
    finally:
        page.evaluate("() => { document.documentElement.style.removeProperty('font-size'); }")


def unseen_when_focused(page, most=80):
    """What the Tab key comes to without a clear sign that it is there."""
    missing = []
    for _ in range(most):
        page.keyboard.press("Tab")
        told = _asked(
            page,
            """(() => {
              const one = document.activeElement;
              if (!one || one === document.body) return "end";
              const shown = one.matches(".choice input") ? one.nextElementSibling : one;
              const style = getComputedStyle(shown);
              const wide = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
              return wide && contrast(rgba(style.outlineColor).slice(0, 3), ground(shown.parentElement)) >= 3 ? "" : brief(one);
            })()""",
        )
        if told == "end":
            break
        if told:
            missing.append(told)
    return missing

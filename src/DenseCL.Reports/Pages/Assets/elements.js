"use strict";
/* What all parts of the page use. Text from runs only ever becomes text nodes and attribute values, never markup. */
const DenseCL = {
  /** An element with properties, attributes (given as "attr-name" in `attributes`), listeners (onClick) and children. */
  el(tag, properties, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (name === "attributes") {
        for (const [attribute, text] of Object.entries(value)) element.setAttribute(attribute, text);
      } else if (name.startsWith("on")) {
        element.addEventListener(name.slice(2).toLowerCase(), value);
      } else {
        element[name] = value;
      }
    }
    element.append(...children.flat().filter(child => child !== null && child !== undefined));
    return element;
  },

  /** A section with a heading, which the list of contents names. */
  section(id, title, ...children) {
    const section = DenseCL.el("section", { id }, DenseCL.el("h2", { id: id + "-title" }, title), ...children);
    section.setAttribute("aria-labelledby", id + "-title");
    return section;
  },

  /** A table; its first column names the rows. Wide tables scroll by themselves. */
  table(heads, rows, caption) {
    const el = DenseCL.el;
    const table = el("table", null,
      caption ? el("caption", null, caption) : null,
      el("thead", null, el("tr", null, heads.map(head => el("th", { scope: "col" }, head)))),
      el("tbody", null, rows.map(cells => el("tr", { className: cells.className || "" },
        cells.map((cell, i) => i === 0 ? el("th", { scope: "row" }, cell) : el("td", null, cell))))));
    return el("div", { className: "scroll", tabIndex: 0, attributes: { role: "region", "aria-label": caption || heads.join(", ") } }, table);
  },

  /** A name from outside, whose direction of writing does not change that of what stands beside it. */
  name: text => DenseCL.el("bdi", null, text),

  /** A labelled control. */
  labelled(text, control) {
    return DenseCL.el("label", null, text + " ", control);
  },

  /** A list to choose from. */
  select(texts, onChoose) {
    return DenseCL.el("select", { onChange: event => onChoose(event.target.selectedIndex) }, texts.map(text => DenseCL.el("option", null, text)));
  },

  /** A picture in the page's data. */
  jpeg: base64 => "data:image/jpeg;base64," + base64,

  /** Bytes in the page's data. */
  bytes: base64 => Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)),

  percent: share => (100 * share).toFixed(1) + " %",

  /** A number in a few digits, as short as it can be. */
  number(value) {
    if (value === null || value === undefined) return "–";
    const size = Math.abs(value);
    return size !== 0 && (size < 0.001 || size >= 1e6) ? value.toExponential(2) : String(Number(value.toPrecision(5)));
  },

  /** The colour of a run, which differs between the light and the dark page. */
  colour: run => getComputedStyle(document.documentElement).getPropertyValue("--run-" + (run % 8)).trim(),
};

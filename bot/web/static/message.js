// What one message looks like: a question, an answer with its sources and buttons, a note that it did not arrive.

import { render } from "./markdown.js";

const SPOKEN = { "👍": "有帮助", "👎": "没帮助" }; // what a screen reader says instead of a picture

function element(name, className, ...children) {
  const node = document.createElement(name);
  node.className = className;
  node.append(...children);
  return node;
}

function message(side, speaker, ...children) {
  const node = element("article", `message ${side}`, element("span", "hidden", `${speaker}：`), ...children);
  node.tabIndex = -1;
  return node;
}

export function question(text) {
  return message("person", "你", element("div", "bubble", text));
}

// An answer still being written: kept from screen readers until it is whole.
export function draft(speaker) {
  const node = message("bot", speaker, element("div", "bubble"));
  node.ariaLive = "off";
  return node;
}

export function write(node, text) {
  node.querySelector(".bubble").replaceChildren(render(text));
}

// `press(action, button)` is called for buttons and sources.
export function answer(reply, speaker, press) {
  const numbers = new Set(reply.citations.map((citation) => citation.number).filter((number) => number > 0));
  const bubble = element("div", "bubble", render(reply.text, numbers));
  if (reply.citations.length) bubble.append(sources(reply.citations, press));
  const rows = reply.buttons.map((row) => element("div", "row", ...row.map((button) => key(button, press))));
  return message("bot", speaker, bubble, ...rows);
}

function key({ text, action }, press) {
  const node = element("button", "key", text);
  node.type = "button";
  if (SPOKEN[text]) node.ariaLabel = SPOKEN[text];
  node.addEventListener("click", () => press(action, node));
  return node;
}

function sources(citations, press) {
  const list = element("ul", "sources", ...citations.map((citation) => element("li", "", source(citation, press))));
  list.ariaLabel = "出处";
  return list;
}

function source(citation, press) {
  const node = element(citation.action ? "button" : "span", "source", ...label(citation));
  if (citation.quote) node.title = citation.quote;
  if (citation.action) {
    node.type = "button";
    node.addEventListener("click", () => press(citation.action, node));
  }
  return node;
}

function label({ number, document: name, section, page, version }) {
  const path = section[0] === name ? section.slice(1) : section;
  const place = [
    [number ? `[${number}] ` : "", `《${name}》 ${path.join(" › ")}`.trim()].join(""),
    page === null ? "" : `第${page}页`,
    /^\d+(\.\d+)*$/.test(version) ? `v${version}` : version,
  ];
  return [element("span", "hidden", "看原文："), element("span", "", place.filter(Boolean).join(" · "))];
}

// "未送达 · 重发" under `node`; `again` is called once.
export function fail(node, cause, again) {
  const button = element("button", "again", "重发");
  button.type = "button";
  const text = cause ? `未送达：${cause}` : "未送达";
  const note = element("p", "failed", element("span", "", text), " · ", button);
  button.addEventListener("click", () => {
    note.remove();
    node.focus();
    again();
  });
  node.append(note);
}

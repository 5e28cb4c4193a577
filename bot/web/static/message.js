// What one message looks like: a question, an answer with its sources, files and buttons, a note that it did not arrive.

import { fileAddress } from "./api.js";
import { button, element } from "./dom.js";
import { render } from "./markdown.js";
import { placeForm } from "./place.js";

const SPOKEN = { "👍": "有帮助", "👎": "没帮助" }; // what a screen reader says instead of a picture
const SEEN = ["image/png", "image/jpeg", "image/gif", "image/webp"];

function message(side, speaker, ...children) {
  const node = element("article", `message ${side}`, element("span", "hidden", `${speaker}：`), ...children);
  node.tabIndex = -1;
  return node;
}

// `said` is {text, files, place}; `quoted` what it replies to.
export function question(said, quoted = "") {
  const parts = [];
  if (quoted) parts.push(element("p", "quoted", `回复：${quoted}`));
  if (said.text) parts.push(element("span", "", said.text));
  if (said.place) parts.push(element("span", "", `位置 ${said.place.latitude}, ${said.place.longitude}`));
  if (said.files?.length) parts.push(files(said.files));
  return message("person", "你", element("div", "bubble", ...parts));
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

// `press(action)` is called for buttons and sources, `share(place)` for a location, `respond()` to reply to it.
export function answer(reply, speaker, { press, share, respond }) {
  const numbers = new Set(reply.citations.map((citation) => citation.number).filter((number) => number > 0));
  const bubble = element("div", "bubble", render(reply.text, numbers));
  if (reply.files.length) bubble.append(files(reply.files));
  if (reply.citations.length) bubble.append(sources(reply.citations, press));
  const rows = reply.buttons.map((row) => element("div", "row", ...row.map((one) => key(one, press))));
  if (reply.about) {
    if (!rows.length) rows.push(element("div", "row"));
    rows.at(-1).append(button("key quiet", "回复", respond));
  }
  if (reply.asks_place) rows.push(placeForm(share));
  return message("bot", speaker, bubble, ...rows);
}

function key({ text, action }, press) {
  const node = button("key", text, () => press(action));
  if (SPOKEN[text]) node.ariaLabel = SPOKEN[text];
  return node;
}

// Pictures to look at, everything else to save.
export function files(list) {
  const nodes = list.map((file) => {
    const link = element("a", "");
    link.href = fileAddress(file.ref);
    if (SEEN.includes(file.media_type)) {
      const picture = element("img", "");
      picture.src = link.href;
      picture.alt = file.name;
      link.className = "picture";
      link.target = "_blank";
      picture.addEventListener("error", () => save(link, file.name)); // what calls itself a picture and is none
      link.append(picture);
    } else {
      save(link, file.name);
    }
    return link;
  });
  return element("div", "files", ...nodes);
}

function save(link, name) {
  link.className = "file";
  link.removeAttribute("target");
  link.download = name;
  link.replaceChildren(element("span", "hidden", "下载："), name);
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
    node.addEventListener("click", () => press(citation.action));
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
  const retry = button("again", "重发", () => {
    note.remove();
    node.focus();
    again();
  });
  const text = cause ? `未送达：${cause}` : "未送达";
  const note = element("p", "failed", element("span", "", text), " · ", retry);
  node.append(note);
}

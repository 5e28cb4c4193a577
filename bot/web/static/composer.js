// Where messages are written: text, files, a location, a command, a reply to an earlier message.

import { button, element } from "./dom.js";
import { placeForm } from "./place.js";
import { Tray } from "./tray.js";

const LIMIT = 2000; // characters; more is sent all the same
const NEAR = 1800;
const LINES = 5;

const $ = (id) => document.getElementById(id);
const [composer, text, count, trouble, panel, more, tools, place, where, commands, replying] = [
  "composer", "text", "count", "trouble", "panel", "more", "tools", "place", "where", "commands", "replying",
].map($);
const tray = new Tray($("tray"), (words) => (trouble.textContent = words));

let menu = [];
let answered = null; // {id, text} of the message that is replied to
let say = () => {};

// `spoken({text, files, place, answers, quoted})` is called for every message.
export function start(spoken) {
  say = spoken;
  place.append(placeForm((spot) => {
    open(false);
    say(whole({ place: spot }));
  }));
  if (matchMedia("(hover: hover) and (pointer: fine)").matches) {
    composer.querySelector("[data-input=camera]").hidden = true;
    text.focus();
  }
}

// What the person may do: [[word, text]], and how large a file may be.
export function allow(words, megabytes) {
  menu = words;
  tray.megabytes = megabytes;
}

// The next message replies to this one.
export function respond(id, words) {
  answered = { id, text: words };
  replying.querySelector("span").textContent = `回复：${words}`;
  replying.hidden = false;
  text.focus();
}

function whole(parts) {
  const full = { text: "", files: [], place: null, answers: answered?.id ?? "", quoted: answered?.text ?? "", ...parts };
  answered = null;
  replying.hidden = true;
  return full;
}

function open(all) {
  const found = all ? menu : typedCommands();
  commands.replaceChildren(...found.map(([word, what]) => element("li", "", command(word, what))));
  tools.hidden = !all;
  panel.hidden = !all && !found.length;
  if (!all) showPlace(false);
  more.ariaExpanded = String(!panel.hidden);
}

function typedCommands() {
  const typed = /^\/(\w*)$/.exec(text.value);
  return typed ? menu.filter(([word]) => word.startsWith(typed[1].toLowerCase())) : [];
}

function command(word, what) {
  const node = button("command", "", () => {
    text.value = "";
    fit();
    open(false);
    say(whole({ text: `/${word}` }));
    text.focus();
  });
  node.append(element("span", "word", `/${word}`), element("span", "what", what));
  return node;
}

function showPlace(shown) {
  place.hidden = !shown;
  where.ariaExpanded = String(shown);
}

async function submit() {
  const words = text.value.trim();
  if (!words && !tray.size) return;
  composer.ariaBusy = "true";
  const files = await tray.finish();
  composer.ariaBusy = null;
  if (files === null) return;
  text.value = "";
  fit();
  open(false);
  trouble.textContent = "";
  say(whole({ text: words, files }));
}

function fit() {
  text.style.height = "auto";
  const style = getComputedStyle(text);
  const most = parseFloat(style.lineHeight) * LINES + parseFloat(style.paddingTop) * 2;
  const border = text.offsetHeight - text.clientHeight;
  const height = Math.min(text.scrollHeight, most) + border;
  text.style.height = `${height}px`;
  text.style.overflowY = text.scrollHeight > most + 1 ? "auto" : "hidden";
  const length = [...text.value].length;
  count.textContent = length >= NEAR ? `${length.toLocaleString("en")} / ${LIMIT.toLocaleString("en")} 字` : "";
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  if (composer.ariaBusy) return;
  submit();
  text.focus();
});

text.addEventListener("input", () => {
  fit();
  if (tools.hidden || panel.hidden) open(false);
});

text.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229; // Safari ends a composition before its Enter
  if (event.key === "ArrowUp" && !panel.hidden && commands.lastChild && text.value.startsWith("/")) {
    event.preventDefault();
    commands.lastChild.firstChild.focus();
  }
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  composer.requestSubmit();
});

composer.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || panel.hidden) return;
  panel.hidden = true;
  more.ariaExpanded = "false";
  text.focus();
});

more.addEventListener("click", () => {
  if (panel.hidden || tools.hidden) open(true);
  else {
    showPlace(false);
    panel.hidden = true;
    more.ariaExpanded = "false";
  }
});
where.addEventListener("click", () => showPlace(place.hidden));
replying.querySelector("button").addEventListener("click", () => {
  whole({});
  text.focus();
});

for (const tool of composer.querySelectorAll("[data-input]")) {
  const input = $(tool.dataset.input);
  tool.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    tray.add(input.files, input.id === "file" ? "file" : "photo");
    input.value = "";
    text.focus();
  });
}

text.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  tray.add(event.clipboardData.files, "file");
});

document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  document.body.classList.add("dropping");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dropping");
});
document.addEventListener("drop", (event) => {
  document.body.classList.remove("dropping");
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  tray.add(event.dataTransfer.files, "file");
});

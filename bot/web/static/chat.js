// The page: sends what is typed or pressed, shows what comes back.

import { Refused, history, send } from "./api.js";
import { answer, draft, fail, question, write } from "./message.js";

const LIMIT = 2000; // characters; more is sent all the same
const NEAR = 1800;
const LINES = 5;

const $ = (id) => document.getElementById(id);
const [scroll, log, working, notice, composer, text, count] = [
  "scroll", "log", "working", "notice", "composer", "text", "count",
].map($);
const name = document.querySelector("h1").textContent;

let underWay = 0;
let shown = null; // the scroll position this page chose last; another one means the reader has scrolled
const restored = restore();

// Shows the history, then the questions that are still on their way or failed; `delivered` is in the history now.
async function restore(delivered = null) {
  log.ariaBusy = "true";
  try {
    const turns = await history();
    const open = [...log.querySelectorAll("article.person")].filter(isOpen).filter((node) => node !== delivered);
    for (const old of log.querySelectorAll("article")) old.remove();
    for (const turn of turns) {
      if (turn.question) append(question(turn.question));
      append(received(turn.reply));
    }
    log.append(...open);
    notice.textContent = "";
    scroll.scrollTop = turns.length ? scroll.scrollHeight : 0;
  } catch (error) {
    notice.textContent = (error instanceof Refused && error.message) || "以前的对话暂时读不出来。";
  }
  log.ariaBusy = "false";
}

function isOpen(node) {
  return node.dataset.waiting || node.querySelector(".failed");
}

// Sends {message, holder, pressed?, again?}: `holder` carries the failure note, `pressed` may be replaced by a reply.
async function deliver(outgoing) {
  const { message, holder, pressed, again } = outgoing;
  let [open, target, replies] = [null, pressed, 0];
  wait(holder, true);
  try {
    await restored;
    for await (const event of send(message)) {
      if (event.type === "partial") {
        open ??= append(draft(name));
        write(open, event.text);
        follow(pressed ? open : holder);
      } else if (event.type === "reply") {
        target = show(event, open, target, holder);
        open = null;
        replies += 1;
      }
    }
    if (again && !replies) await restore(holder); // it had arrived the first time: the answer is in the history
  } catch (error) {
    open?.remove();
    fail(holder, error instanceof Refused ? error.message : "", () => deliver({ ...outgoing, again: true }));
    follow(holder, true);
  } finally {
    wait(holder, false);
  }
}

// Puts a reply where it belongs; returns the message a later `replaces` would take the place of.
function show(reply, open, target, holder) {
  const node = received(reply);
  const old = reply.replaces && target?.isConnected ? target : open;
  if (old !== open) open?.remove();
  if (!old) append(node);
  else {
    const focused = old.contains(document.activeElement);
    old.replaceWith(node);
    if (focused) node.focus({ preventScroll: true });
  }
  if (old && old === target) {
    node.scrollIntoView({ block: "nearest" });
    return node;
  }
  follow(holder.classList.contains("person") ? holder : node);
  return target;
}

function received(reply) {
  const node = answer(reply, name, (action) => {
    if (node.dataset.waiting) return;
    const message = { id: crypto.randomUUID(), text: "", action };
    node.querySelector(".failed")?.remove();
    shown = null; // whoever presses wants to see what comes
    deliver({ message, holder: node, pressed: node });
  });
  return node;
}

function say(words) {
  const holder = append(question(words));
  shown = null;
  deliver({ message: { id: crypto.randomUUID(), text: words, action: "" }, holder });
  follow(holder);
}

function append(node) {
  log.append(node);
  return node;
}

function wait(holder, begins) {
  underWay += begins ? 1 : -1;
  working.textContent = underWay ? "正在查找…" : "";
  document.body.dataset.state = underWay ? "working" : "idle";
  if (begins) holder.dataset.waiting = "1";
  else delete holder.dataset.waiting;
  for (const button of holder.querySelectorAll("button.key, button.source")) button.ariaDisabled = begins ? "true" : null;
}

// Scrolls down, but never past the start of `node`, and never against a reader who has scrolled away.
function follow(node, always = false) {
  if (!always && shown !== null && Math.abs(scroll.scrollTop - shown) > 2) return;
  const start = node.getBoundingClientRect().top - scroll.getBoundingClientRect().top + scroll.scrollTop - 12;
  scroll.scrollTop = Math.min(start, scroll.scrollHeight - scroll.clientHeight);
  shown = scroll.scrollTop;
}

function fit() {
  text.style.height = "auto";
  const style = getComputedStyle(text);
  const edges = text.offsetHeight - text.clientHeight;
  const most = LINES * parseFloat(style.lineHeight) + parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  text.style.height = `${Math.min(text.scrollHeight, most) + edges}px`;
  text.style.overflowY = text.scrollHeight > most + 1 ? "auto" : "hidden";
  count.textContent = text.value.length > NEAR ? `${text.value.length.toLocaleString("en")} / ${LIMIT.toLocaleString("en")} 字` : "";
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (words) {
    text.value = "";
    fit();
    say(words);
  }
  text.focus();
});

text.addEventListener("input", fit);
text.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229; // Safari ends a composition before its Enter
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  composer.requestSubmit();
});

for (const chip of document.querySelectorAll(".chips button")) {
  chip.addEventListener("click", () => say(chip.textContent));
}

await restored;
document.body.dataset.state = underWay ? "working" : "idle";
if (matchMedia("(hover: hover) and (pointer: fine)").matches) text.focus();

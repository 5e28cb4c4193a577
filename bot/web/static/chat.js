// The page: sends what is written or pressed, shows what comes back.

import { Refused, history, send } from "./api.js";
import { allow, respond, start } from "./composer.js";
import { elsewhere, identify } from "./identity.js";
import { listen } from "./live.js";
import { answer, draft, fail, question, write } from "./message.js";

const $ = (id) => document.getElementById(id);
const [scroll, log, working, notice, earlier] = ["scroll", "log", "working", "notice", "earlier"].map($);
const name = document.querySelector("h1").textContent;

const replies = new Map(); // id -> the node that shows it, or what has taken its place
const questions = new Map(); // the id the page gave a message -> its node
const gone = new Set(); // ids of replies whose place was taken before they were loaded
const late = []; // replies that came another way while they were on their way here
let before = 0; // where the history goes on
let underWay = 0;
let atEnd = true; // whether the reader sees the last message
let shown = null; // the scroll position this page chose last; another one means the reader has scrolled

const opened = elsewhere() ? new Promise(() => {}) : open();

// Who is here, what was said, and then what is new. Sending waits for it.
async function open() {
  log.ariaBusy = "true";
  try {
    const me = await identify();
    allow(me.menu, me.megabytes);
    const past = await history();
    for (const line of past.lines) receive(line);
    page(past.before);
    scroll.scrollTop = past.lines.length ? scroll.scrollHeight : 0;
    notice.textContent = "";
    listen(past.since, hear);
  } catch (error) {
    notice.textContent = (error instanceof Refused && error.message) || "以前的对话暂时读不出来，请刷新本页。";
  }
  log.ariaBusy = "false";
}

// Shows one line of the chat at the end of `place`; returns its node, null when nothing is to be seen of it.
function receive(line, place = log, held = null, pressed = null) {
  if (line.said) return hold(line, place);
  if (line.id && replies.has(line.id)) {
    held?.remove();
    return replies.get(line.id);
  }
  const old = replies.get(Number(line.edits)) ?? (line.replaces && pressed?.isConnected ? pressed : null);
  if (gone.has(line.id)) {
    old?.remove();
    return null;
  }
  const node = received(line);
  if (old) held?.remove();
  take(old ?? held, node, place);
  if (line.edits && !old) gone.add(Number(line.edits));
  for (const [id, one] of replies) if (old && one === old) replies.set(id, node);
  if (line.id) replies.set(line.id, node);
  return node;
}

function hold(line, place) {
  const known = questions.get(line.message);
  if (known) {
    if (!known.dataset.waiting) known.querySelector(".failed")?.remove(); // it has arrived after all
    return known;
  }
  const { said } = line;
  if (!said.text && !said.place && !said.files.length) return null; // a press of a button
  const node = question(said, said.answers && summary(replies.get(Number(said.answers))));
  questions.set(line.message, node);
  place.append(node);
  return node;
}

// Puts `node` where `old` is, or at the end of `place`; the focus stays.
function take(old, node, place) {
  if (!old) return place.append(node);
  const focused = old.contains(document.activeElement);
  old.replaceWith(node);
  if (focused) node.focus({ preventScroll: true });
}

function received(reply) {
  const id = reply.id ? String(reply.id) : "";
  const tell = (parts) => {
    if (node.dataset.waiting) return;
    node.querySelector(".failed")?.remove();
    shown = null; // whoever presses wants to see what comes
    deliver({ message: { ...parts, id: crypto.randomUUID(), pressed: id }, holder: node, pressed: node });
  };
  const node = answer(reply, name, {
    press: (action) => tell({ action }),
    share: (place) => say({ text: "", files: [], place, answers: "", quoted: "" }),
    respond: () => respond(id, summary(node)),
  });
  return node;
}

function summary(node) {
  const words = [...(node?.querySelector(".bubble").textContent.trim() ?? "")];
  return words.length > 30 ? `${words.slice(0, 30).join("")}…` : words.join("");
}

function say({ text, files, place, answers, quoted }) {
  const message = { id: crypto.randomUUID(), text, attachments: files.map((file) => file.ref), place, answers };
  const holder = question({ text, files, place }, quoted);
  questions.set(message.id, holder);
  log.append(holder);
  shown = null;
  deliver({ message, holder });
  follow(holder);
}

// Sends {message, holder, pressed?}: `holder` carries the failure note, `pressed` may be replaced by a reply.
async function deliver(outgoing) {
  const { message, holder, pressed } = outgoing;
  let open = null;
  wait(holder, true);
  try {
    await opened;
    for await (const event of send(message)) {
      if (event.type === "partial") {
        if (!open) log.append((open = draft(name)));
        write(open, event.text);
        follow(pressed ? open : holder);
      } else if (event.type === "reply") {
        const node = receive(event, log, open, pressed);
        open = null;
        if (node && node !== log.lastElementChild) node.scrollIntoView({ block: "nearest" });
        else if (node) follow(holder.classList.contains("person") ? holder : node);
      }
    }
  } catch (error) {
    open?.remove();
    fail(holder, error instanceof Refused ? error.message : "", () => deliver(outgoing));
    follow(holder, true);
  } finally {
    wait(holder, false);
    if (!underWay) for (const line of late.splice(0)) receive(line);
  }
}

// What is new; replies to what is being sent from here come with its own answer.
function hear(line) {
  if (underWay && (line.said || line.asked)) late.push(line);
  else {
    const known = line.said ? questions.has(line.message) : replies.has(line.id);
    const node = receive(line);
    if (node && !known) follow(node);
  }
}

function wait(holder, begins) {
  underWay += begins ? 1 : -1;
  working.textContent = underWay ? "正在查找…" : "";
  document.body.dataset.state = underWay ? "working" : "idle";
  if (begins) holder.dataset.waiting = "1";
  else delete holder.dataset.waiting;
  for (const key of holder.querySelectorAll("button.key, button.source")) key.ariaDisabled = begins ? "true" : null;
}

// Scrolls down, but never past the start of `node`, and never against a reader who has scrolled away.
function follow(node, always = false) {
  if (!always && !atEnd && shown !== null && Math.abs(scroll.scrollTop - shown) > 2) return;
  const top = node.getBoundingClientRect().top - scroll.getBoundingClientRect().top + scroll.scrollTop - 12;
  scroll.scrollTop = Math.min(top, scroll.scrollHeight - scroll.clientHeight);
  shown = scroll.scrollTop;
}

function page(next) {
  before = next;
  earlier.hidden = !next;
  $("welcome").hidden = Boolean(next);
}

earlier.addEventListener("click", async () => {
  if (earlier.ariaDisabled) return;
  earlier.ariaDisabled = "true";
  try {
    const past = await history(before);
    const older = document.createDocumentFragment();
    for (const line of past.lines) receive(line, older);
    const below = scroll.scrollHeight - scroll.scrollTop;
    page(past.before);
    $("welcome").after(older);
    scroll.scrollTop = scroll.scrollHeight - below;
  } catch {
    earlier.textContent = "没有读出来，再试一次";
  }
  earlier.ariaDisabled = null;
});

// A picture takes its place only once it is there; a menu that opens below takes some away.
log.addEventListener("load", stay, true);
let height = scroll.clientHeight;
new ResizeObserver(() => {
  stay();
  height = scroll.clientHeight;
}).observe(scroll);
scroll.addEventListener("scroll", () => {
  if (scroll.clientHeight !== height) return; // it has just shrunk: that is not the reader's doing
  atEnd = scroll.scrollTop + height > scroll.scrollHeight - 24;
});

function stay() {
  if (!atEnd || !replies.size) return;
  const followed = shown !== null && Math.abs(scroll.scrollTop - shown) <= 2;
  scroll.scrollTop = scroll.scrollHeight;
  if (followed) shown = scroll.scrollTop;
}

for (const chip of document.querySelectorAll(".chips button")) {
  chip.addEventListener("click", () => say({ text: chip.textContent, files: [], place: null, answers: "", quoted: "" }));
}

start(say);
await opened;
document.body.dataset.state = underWay ? "working" : "idle";

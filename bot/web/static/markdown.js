// Markdown to DOM nodes. Whatever the text holds, it enters the page as text nodes only: no HTML is ever parsed.

const HEADING = /^#{1,6}[ \t]+(.*)$/;
const ITEM = /^([ \t]*)([-*+•]|\d{1,4}[.)])[ \t]+(.*)$/;
const QUOTE = /^[ \t]*>/;
const FENCE = /^[ \t]*```/;
const RULE = /^(?:-{3,}|\*{3,}|_{3,})[ \t]*$/;
const SEPARATOR = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const INLINE = /\\([\\`*_|#[\]()>~+.-])|`([^`\n]+)`|\*\*([^\n]+?)\*\*|\[(\d{1,3})\]/g;

const BLOCKS = [
  [(lines, at) => FENCE.test(lines[at]), fence],
  [(lines, at) => HEADING.test(lines[at]), heading],
  [(lines, at) => RULE.test(lines[at]), rule],
  [(lines, at) => isTable(lines, at), table],
  [(lines, at) => ITEM.test(lines[at]), list],
  [(lines, at) => QUOTE.test(lines[at]), quote],
];

// A fragment for `text`. `references` holds the numbers n whose [n] stands for a citation.
export function render(text, references = new Set()) {
  return blocks(text.replace(/\r\n?/g, "\n").replace(/\n(?:[ \t]*\n){2,}/g, "\n\n").split("\n"), references);
}

function blocks(lines, references) {
  const fragment = document.createDocumentFragment();
  let at = 0;
  while (at < lines.length) {
    if (!lines[at].trim()) {
      at += 1;
      continue;
    }
    const take = kind(lines, at) ?? paragraph;
    const [node, next] = take(lines, at, references);
    fragment.append(node);
    at = next;
  }
  return fragment;
}

function kind(lines, at) {
  return BLOCKS.find(([starts]) => starts(lines, at))?.[1];
}

function element(name, ...children) {
  const node = document.createElement(name);
  node.append(...children);
  return node;
}

function inline(text, references) {
  const fragment = document.createDocumentFragment();
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, escaped, code, bold, number] = match;
    fragment.append(text.slice(last, match.index));
    if (escaped) fragment.append(escaped);
    else if (code) fragment.append(element("code", code));
    else if (bold) fragment.append(element("strong", inline(bold, references)));
    else if (references.has(Number(number))) fragment.append(element("sup", all));
    else fragment.append(all);
    last = match.index + all.length;
  }
  fragment.append(text.slice(last));
  return fragment;
}

function paragraph(lines, at, references) {
  const node = element("p", inline(lines[at].trim(), references));
  let next = at + 1;
  while (next < lines.length && lines[next].trim() && !kind(lines, next)) {
    node.append(element("br"), inline(lines[next].trim(), references));
    next += 1;
  }
  return [node, next];
}

function heading(lines, at, references) {
  const node = element("p", inline(HEADING.exec(lines[at])[1], references));
  node.className = "heading";
  node.setAttribute("role", "heading");
  node.setAttribute("aria-level", "2");
  return [node, at + 1];
}

function rule(lines, at) {
  return [element("hr"), at + 1];
}

function fence(lines, at) {
  let end = at + 1;
  while (end < lines.length && !FENCE.test(lines[end])) end += 1;
  const node = element("pre", lines.slice(at + 1, end).join("\n"));
  node.tabIndex = 0;
  return [node, end + 1];
}

function quote(lines, at, references) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(/^[ \t>]+/, ""));
  return [element("blockquote", blocks(inner, references)), end];
}

function list(lines, at, references) {
  const first = open(ITEM.exec(lines[at]));
  const levels = [first]; // outermost first
  let next = at;
  for (; next < lines.length; next += 1) {
    const item = ITEM.exec(lines[next]);
    if (item && RULE.test(lines[next])) break;
    if (item) {
      if (!place(levels, item)) break;
      levels.at(-1).node.append(element("li", inline(item[3], references)));
    } else if (!lines[next].trim()) {
      if (!goesOn(lines, next)) break;
    } else if (/^[ \t]{2}|^\t/.test(lines[next])) {
      levels.at(-1).node.lastElementChild.append(element("br"), inline(lines[next].trim(), references));
    } else break;
  }
  return [first.node, next];
}

function open(item) {
  const number = parseInt(item[2], 10);
  const node = element(Number.isNaN(number) ? "ul" : "ol");
  if (number > 1) node.start = number;
  return { node, indent: width(item[1]) };
}

// Makes the last of `levels` the list `item` belongs to; false when it starts a new list.
function place(levels, item) {
  const indent = width(item[1]);
  while (levels.length > 1 && indent < levels.at(-1).indent) levels.pop();
  const level = levels.at(-1);
  if (indent >= level.indent + 2 && level.node.lastElementChild && levels.length < 4) {
    const inner = open(item);
    level.node.lastElementChild.append(inner.node);
    levels.push(inner);
    return true;
  }
  if (level.node.tagName === open(item).node.tagName) return true;
  if (levels.length === 1) return false;
  levels.pop();
  return place(levels, item);
}

function goesOn(lines, blank) {
  const following = lines.slice(blank).find((line) => line.trim());
  return following !== undefined && (ITEM.test(following) || /^[ \t]{2}|^\t/.test(following));
}

function width(indent) {
  return indent.replaceAll("\t", "    ").length;
}

function isTable(lines, at) {
  return lines[at].includes("|") && at + 1 < lines.length && lines[at + 1].includes("|") && SEPARATOR.test(lines[at + 1]);
}

function table(lines, at, references) {
  const ends = cells(lines[at + 1]).map((cell) => cell.endsWith(":") && !cell.startsWith(":"));
  const row = (line, name) => {
    const nodes = cells(line).map((cell) => element(name, inline(cell, references)));
    nodes.forEach((node, column) => node.classList.toggle("number", ends[column] ?? false));
    return element("tr", ...nodes);
  };
  const head = row(lines[at], "th");
  for (const cell of head.children) cell.scope = "col";
  const body = element("tbody");
  let next = at + 2;
  for (; next < lines.length && lines[next].includes("|") && lines[next].trim(); next += 1) {
    body.append(row(lines[next], "td"));
  }
  const frame = element("div", element("table", element("thead", head), body));
  frame.className = "table";
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", "表格，可左右滚动");
  return [frame, next];
}

function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

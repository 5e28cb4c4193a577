// Who the page is for: a role to play on this machine, or whoever has logged in.

import { Refused, hello, logout } from "./api.js";
import { button, element } from "./dom.js";

const KEPT = "dudao-as";
const LOCAL = "local";
const [who, box] = ["who", "identity"].map((id) => document.getElementById(id));

// A page opened without saying who it is for goes on as who was played last; true when it is on its way there.
export function elsewhere() {
  const kept = localStorage.getItem(KEPT);
  if (!kept || new URLSearchParams(location.search).has("as")) return false;
  location.replace(`/?as=${encodeURIComponent(kept)}`);
  return true;
}

// Shows who is here; returns what the server says of them.
export async function identify() {
  let me;
  try {
    me = await hello();
  } catch (error) {
    if (error instanceof Refused && error.status === 404) play(LOCAL);
    if (error instanceof Refused && error.status === 401) location.replace("/");
    throw error;
  }
  if (me.public) {
    localStorage.removeItem(KEPT);
    history.replaceState(null, "", "/");
    who.textContent = `${me.name} · ${me.role}`;
    box.replaceChildren(button("key quiet", "退出", leave));
  } else if (me.people.length) {
    history.replaceState(null, "", `/?as=${encodeURIComponent(me.as || LOCAL)}`);
    if (me.as) who.textContent = "演示角色";
    box.replaceChildren(...roles(me));
  }
  return me;
}

function roles(me) {
  const label = element("label", "hidden", "现在的身份");
  const select = element("select", "");
  label.htmlFor = select.id = "as";
  select.append(option(LOCAL, me.admin, !me.as));
  const demo = element("optgroup", "");
  demo.label = "演示角色";
  for (const one of me.people) demo.append(option(one.as, `${one.name} · ${one.role}`, one.as === me.as));
  select.append(demo);
  select.addEventListener("change", () => play(select.value));
  return [label, select];
}

function option(value, text, selected) {
  return new Option(text, value, selected, selected);
}

function play(user) {
  if (user === LOCAL) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, user);
  location.assign(`/?as=${encodeURIComponent(user)}`);
}

async function leave() {
  await logout();
  location.assign("/");
}

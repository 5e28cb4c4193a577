// The addresses of the server behind this page.

const BODY_LIMIT = 128 * 1024; // bytes, the server's limit
const PLAYED = new URLSearchParams(location.search).get("as") ?? "";
const HEADERS = { "Dudao-Page": "1" }; // what another site's form cannot send

// The server said no; the message is fit to be shown.
export class Refused extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

// An address of this page, for whoever is played.
export function address(path, values = {}) {
  const query = new URLSearchParams(values);
  if (PLAYED && PLAYED !== "local") query.set("as", PLAYED);
  return query.size ? `${path}?${query}` : path;
}

export function fileAddress(ref) {
  return address(`/files/${ref}`);
}

// Posts one message; yields {type: "partial" | "reply" | "done", …}. Throws when it did not arrive or was cut off.
export async function* send(message) {
  const body = JSON.stringify(message);
  if (new Blob([body]).size > BODY_LIMIT) throw new Refused("这条消息太长，请分几次发送。");
  const headers = { ...HEADERS, "Content-Type": "application/json" };
  const response = await fetch(address("/api/messages"), { method: "POST", headers, body });
  if (!response.ok) throw await refused(response);
  let rest = "";
  let type = "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop();
    for (const event of lines.map((line) => JSON.parse(line))) {
      type = event.type;
      yield event;
    }
  }
  if (type !== "done") throw new Error("cut off");
}

// Who is here: {name, role, as, menu, people, admin, public, megabytes}.
export const hello = () => call("/api/hello", {}, { method: "POST", headers: HEADERS });

// What was said before the message `before` (0: until now): {lines, before, since}.
export const history = (before = 0) => call("/api/history", before ? { before } : {});

// What is new after `since`: {lines, since}; with `wait`, once something is.
export const news = (since, wait) => call("/api/news", wait ? { since, wait: 1 } : { since });

export const logout = () => call("/api/logout", {}, { method: "POST", headers: HEADERS });

// Sends one file; `progress(part)` is told how much of it is there, 0 to 1. Returns {ref, name, media_type, size}.
export function upload(file, kind, progress) {
  const form = new FormData();
  form.append("kind", kind);
  form.append("file", file);
  const request = new XMLHttpRequest(); // fetch does not tell how far an upload is
  request.open("POST", address("/api/uploads"));
  for (const [name, value] of Object.entries(HEADERS)) request.setRequestHeader(name, value);
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) progress(event.loaded / event.total);
  });
  return new Promise((resolve, reject) => {
    request.addEventListener("load", () => {
      if (request.status === 200) resolve(request.response);
      else reject(new Refused(request.response?.error ?? "", request.status));
    });
    request.addEventListener("error", () => reject(new Error("not sent")));
    request.send(form);
  });
}

async function call(path, values = {}, options = {}) {
  const response = await fetch(address(path, values), options);
  if (!response.ok) throw await refused(response);
  return response.json();
}

async function refused(response) {
  try {
    return new Refused((await response.json()).error ?? "", response.status);
  } catch {
    return new Refused("", response.status);
  }
}

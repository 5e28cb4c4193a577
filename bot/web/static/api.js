// The two addresses of the server behind this page.

const BODY_LIMIT = 128 * 1024; // bytes, the server's limit

// The server said no; the message is fit to be shown.
export class Refused extends Error {}

// Posts one message; yields {type: "partial" | "reply" | "done", …}. Throws when it did not arrive or was cut off.
export async function* send(message) {
  const body = JSON.stringify(message);
  if (new Blob([body]).size > BODY_LIMIT) throw new Refused("这条消息太长，请分几次发送。");
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("/api/messages", { method: "POST", headers, body });
  if (!response.ok) throw new Refused(await reason(response));
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

// The chat so far: [{question, reply}], oldest first.
export async function history() {
  const response = await fetch("/api/history");
  if (!response.ok) throw new Refused(await reason(response));
  return (await response.json()).turns;
}

async function reason(response) {
  try {
    return (await response.json()).error ?? "";
  } catch {
    return "";
  }
}

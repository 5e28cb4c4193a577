// What others say to this chat while its page is open.

import { Refused, news } from "./api.js";

const HIDDEN = 10_000; // milliseconds between two looks of a page nobody sees: it must not hold a connection
const AGAIN = 2_000;
const title = document.title;
const offline = document.getElementById("offline");
let unseen = 0;

// Calls `hear(line)` for what is new after `since`, for as long as the page is open.
export async function listen(since, hear) {
  for (let failures = 0; ; ) {
    try {
      const seen = !document.hidden;
      const found = await news(since, seen && !failures);
      since = found.since;
      failures = 0;
      offline.textContent = "";
      for (const line of found.lines) hear(line);
      if (document.hidden) count(found.lines.filter((line) => !line.said).length);
      if (!seen) await pause(HIDDEN);
    } catch (error) {
      if (error instanceof Refused && [401, 404].includes(error.status)) { // logged out, or gone
        offline.textContent = error.message;
        return;
      }
      failures += 1;
      if (failures > 1) offline.textContent = "连不上督导助手，正在重试…";
      await pause(AGAIN);
    }
  }
}

function count(more) {
  unseen += more;
  document.title = unseen ? `(${unseen}) ${title}` : title;
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) count(-unseen);
});

function pause(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    document.addEventListener("visibilitychange", resolve, { once: true });
    addEventListener("online", resolve, { once: true });
  });
}

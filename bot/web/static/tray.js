// The files that wait to be sent: they are uploaded as soon as they are chosen.

import { Refused, fileAddress, upload } from "./api.js";
import { button, element } from "./dom.js";

const MOST = 10; // files in one message, the server's limit

export class Tray {
  #items = new Set();

  // `list` shows the files, `trouble(text)` what cannot be taken.
  constructor(list, trouble) {
    this.list = list;
    this.trouble = trouble;
    this.megabytes = 20;
  }

  get size() {
    return this.#items.size;
  }

  // Takes files of a kind ("photo" or "file"); those too large are named.
  add(files, kind) {
    this.trouble("");
    for (const file of files) {
      if (file.size > this.megabytes * 1_000_000) this.trouble(tooLarge(file, this.megabytes));
      else if (this.size >= MOST) this.trouble(`一条消息最多带 ${MOST} 个文件，其余的请下一条再发。`);
      else this.#take(file, kind);
    }
  }

  // Empties the tray once everything in it is uploaded: [{ref, name, media_type}]; null when something is not.
  async finish() {
    const items = [...this.#items];
    const done = await Promise.all(items.map((item) => item.done));
    if (done.includes(null)) return null;
    for (const item of items) this.#drop(item);
    return done;
  }

  #take(file, kind) {
    const bar = element("progress", "");
    bar.max = 1;
    bar.ariaLabel = `${file.name} 的上传进度`;
    const item = { file, kind, bar, cross: button("cross", "×", () => this.#drop(item)) };
    item.cross.ariaLabel = `去掉 ${file.name}`;
    item.node = element("li", "item", bar, element("span", "name", file.name || "图片"), item.cross);
    this.#items.add(item);
    this.list.append(item.node);
    item.done = this.#upload(item);
  }

  async #upload(item) {
    try {
      const taken = await upload(item.file, item.kind, (part) => (item.bar.value = part));
      item.bar.replaceWith(seen(taken));
      return taken;
    } catch (error) {
      item.bar.remove();
      const why = (error instanceof Refused && error.message) || "没有传上去";
      item.node.classList.add("broken");
      const again = button("again", "重试", () => {
        this.#drop(item);
        this.add([item.file], item.kind);
      });
      item.node.insertBefore(element("span", "why", why, " ", again), item.cross);
      return null;
    }
  }

  #drop(item) {
    item.node.remove();
    this.#items.delete(item);
  }
}

function seen(taken) {
  if (!/^image\/(png|jpeg|gif|webp)$/.test(taken.media_type)) return element("span", "ready", "已上传");
  const picture = element("img", "");
  picture.src = fileAddress(taken.ref);
  picture.alt = "";
  return picture;
}

function tooLarge(file, limit) {
  const size = (file.size / 1_000_000).toFixed(1);
  return `“${file.name}”有 ${size} MB，超过 ${limit} MB 的上限，请压缩或拆分后再发。`;
}

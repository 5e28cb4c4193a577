// Sharing where one is: by the device, or typed.

import { button, element } from "./dom.js";

const TYPED = /^(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)$/;
const HOW = "请写成“纬度,经度”，例如 31.2304,121.4737。";
const DENIED = "浏览器没有允许读取位置。可以在浏览器设置里允许，或在下面输入坐标。";
const UNKNOWN = "现在读不到位置。可以换个地方再试，或在下面输入坐标。";

// A form that calls `share({latitude, longitude})`.
export function placeForm(share) {
  const state = element("p", "state");
  state.role = "status";
  const typed = element("input", "");
  typed.placeholder = "纬度,经度";
  typed.ariaLabel = "坐标：纬度,经度";
  typed.autocomplete = "off";
  const line = element("div", "typed", typed, button("key", "发送坐标", enter));
  line.hidden = true;
  const here = button("key", "发送我的位置", ask);
  const open = button("key quiet", "输入坐标", () => show());
  open.ariaExpanded = "false";
  typed.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    enter();
  });

  function show(text = "") {
    state.textContent = text;
    line.hidden = false;
    open.ariaExpanded = "true";
    typed.focus();
  }

  function enter() {
    const found = TYPED.exec(typed.value.trim());
    const [latitude, longitude] = found ? [Number(found[1]), Number(found[2])] : [NaN, NaN];
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return show(HOW);
    typed.value = "";
    state.textContent = "";
    share({ latitude, longitude });
  }

  async function ask() {
    state.textContent = "正在读取位置…";
    try {
      const { coords } = await new Promise((resolve, reject) => {
        navigator.geolocation.getCurrentPosition(resolve, reject, { enableHighAccuracy: true, timeout: 15_000 });
      });
      state.textContent = "";
      share({ latitude: short(coords.latitude), longitude: short(coords.longitude) });
    } catch (error) {
      show(error.code === 1 ? DENIED : UNKNOWN);
    }
  }

  return element("div", "place", element("div", "row", here, open), state, line);
}

function short(degrees) {
  return Number(degrees.toFixed(6)); // about 10 cm
}

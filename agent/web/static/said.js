// What the page says about the last action.
import { element, one } from "./dom.js";

export const say = (...content) => one("#said").replaceChildren(...content);
export const tell = (text) => say(element("p", { textContent: text, className: "bad" }));

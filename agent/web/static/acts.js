// Acts that wait for a person's word: each is shown with its whole call, and allowed or refused.
import { element, one, send } from "./dom.js";

const EVERY = 700;

/** Shows the acts of a question or a run, until the returned function is called. */
export function watchActs(about) {
  const place = one("#acts");
  const shown = new Map();
  const address = `/acts/${encodeURIComponent(about)}`;

  function ask(act) {
    const reply = (word, text) => {
      const button = element("button", { type: "button", textContent: text });
      button.addEventListener("click", () => send(`${address}/${act.id}`, { word }).then(look, () => {}));
      return button;
    };
    const buttons = [reply("yes", "Allow"), reply("no", "Do not allow"), reply("always", `Always allow ${act.tool}`)];
    return element(
      "div",
      { className: "act" },
      element("p", {}, "The program wants to act (", element("span", { className: "mono", textContent: act.backend }), "):"),
      element("pre", { textContent: act.text }),
      element("p", { className: "buttons" }, ...buttons),
    );
  }

  async function look() {
    const waiting = await fetch(address).then((answer) => answer.json(), () => []);
    const now = new Set(waiting.map((act) => act.id));
    shown.forEach((made, id) => now.has(id) || (made.remove(), shown.delete(id)));
    waiting.forEach((act) => {
      if (shown.has(act.id)) return;
      shown.set(act.id, ask(act));
      // Not inside of a dialog that is open: it would be behind it.
      one("dialog[open]")?.close();
      place.append(shown.get(act.id));
      place.scrollIntoView({ block: "nearest" });
    });
  }

  const timer = setInterval(look, EVERY);
  return () => (clearInterval(timer), place.replaceChildren());
}

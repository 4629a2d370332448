// Find out why an answer is wrong, and try what would correct it.
import { element, one, send } from "./dom.js";
import { address, rerun } from "./editor.js";
import { say, tell } from "./said.js";
import { choose } from "./steps.js";

one("#blame").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = one("button", event.target);
  button.disabled = true;
  say(element("p", { textContent: "Trying changes …" }));
  try {
    const found = await send(`${address}/blame`, { expected: event.target.expected.value });
    const flips = found.flips.map((flip) => {
      const take = element("button", { type: "button", textContent: "Try this change" });
      take.addEventListener("click", () => rerun(flip.change).catch((error) => tell(error.message)));
      return element("li", {}, `${flip.told} `, take);
    });
    say(element("p", { textContent: `${found.stage}: ${found.why}` }), element("ul", {}, ...flips));
    if (found.step) choose(found.step);
  } catch (error) {
    tell(error.message);
  }
  button.disabled = false;
});

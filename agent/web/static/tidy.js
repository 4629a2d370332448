// Keep and remove runs; before something is removed, it is asked for once more by the same button.
import { one, send } from "./dom.js";

/** What a button `data-tidy` does with runs. then: what follows. */
export function tidies(button, runs, then) {
  const text = button.textContent;
  let sure = button.dataset.tidy !== "remove";
  const calm = () => {
    sure = button.dataset.tidy !== "remove";
    button.textContent = text;
  };
  button.addEventListener("blur", calm);
  button.addEventListener("click", async () => {
    if (!sure) {
      sure = true;
      button.textContent = `Really remove ${runs().length === 1 ? "it" : `these ${runs().length}`}?`;
      return;
    }
    try {
      await send("/marked", { runs: runs(), action: button.dataset.tidy });
      then();
    } catch (error) {
      one("#tidy-problem, #judge-problem").textContent = error.message;
      calm();
    }
  });
}

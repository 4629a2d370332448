// Makes the program of a run an example for later questions, and removes what was taught.
import { watchActs } from "./acts.js";
import { all, one, send } from "./dom.js";
import { address } from "./editor.js";
import { data } from "./steps.js";

async function attempt(button, path) {
  const done = watchActs(data.run);
  button.disabled = true;
  try {
    await send(path, {});
    location.reload();
  } catch (error) {
    one("#teach-problem").textContent = error.message;
    button.disabled = false;
  } finally {
    done();
  }
}

one("#teach")?.addEventListener("click", (event) => attempt(event.target, `${address}/teach`));
all("[data-forget]").forEach((button) =>
  button.addEventListener("click", () => attempt(button, `/examples/${encodeURIComponent(button.dataset.forget)}/remove`)),
);

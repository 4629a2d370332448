// Keys: pages say what theirs do with `onKeys`; `?` shows them all.
import { one } from "./dom.js";

const dialog = one("#keys");
const taken = new Map();

/** What keys do, by `KeyboardEvent.key`, where nothing is typed and no dialog is open. */
export function onKeys(doings) {
  Object.entries(doings).forEach(([key, doing]) => taken.set(key, doing));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, video")) return;
  if (event.key === "?") {
    event.preventDefault();
    if (dialog.open) dialog.close();
    else if (!one("dialog[open]")) dialog.showModal();
    return;
  }
  const doing = taken.get(event.key);
  if (!doing || one("dialog[open]")) return;
  event.preventDefault();
  doing(event);
});
one("#show-keys").addEventListener("click", () => dialog.showModal());

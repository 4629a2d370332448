// What a person says of a run: right or wrong with one click or key, more in the form.
import { all, one, send } from "./dom.js";
import { address } from "./editor.js";
import { onKeys } from "./keys.js";

const form = one("#note-form");
const opener = one("#note-open");

async function judge(judgement) {
  try {
    await send(`${address}/verdict`, judgement);
    location.reload();
  } catch (error) {
    one("#judge-problem").textContent = error.message;
  }
}

const thumbs = all(".thumb");
// Pressed again, a verdict is taken back.
const press = (button) => judge({ right: button.getAttribute("aria-pressed") === "true" ? null : button.dataset.right === "true" });
thumbs.forEach((button) => button.addEventListener("click", () => press(button)));

function toggle() {
  form.hidden = !form.hidden;
  opener.setAttribute("aria-expanded", !form.hidden);
  if (!form.hidden) form.note.focus();
}
opener.addEventListener("click", toggle);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const label = form.label_is_wrong ? { label_is_wrong: form.label_is_wrong.checked } : {};
  judge({ note: form.note.value, answer: form.answer.value, ...label });
});
onKeys({ r: () => press(thumbs[0]), w: () => press(thumbs[1]), n: toggle });

// The dialog in which a step's result or the program is changed.
import { boxEditor, isBox } from "./boxes.js";
import { element, one, send } from "./dom.js";
import { onKeys } from "./keys.js";
import { watchActs } from "./acts.js";
import { data, selected, steps } from "./steps.js";
import { tell } from "./said.js";

const dialog = one("#editor");
const problem = one("#editor-problem");
export const address = `/runs/${encodeURIComponent(data.run)}`;
let gathered = () => ({});

/** Runs the program again with a change, and shows that run. */
export async function rerun(change) {
  const done = watchActs(data.run);
  try {
    const told = await send(`${address}/replay`, change);
    location.href = `/runs/${encodeURIComponent(told.run)}`;
  } finally {
    done();
  }
}

function open(title, gather, ...content) {
  one("#editor-title").textContent = title;
  one("#editor-body").replaceChildren(...content);
  problem.textContent = "";
  gathered = gather;
  dialog.showModal();
}

async function attempt(button, doing) {
  problem.textContent = "";
  button.disabled = true;
  try {
    await doing(gathered());
  } catch (error) {
    // An act that asks closes the dialog.
    if (dialog.open) problem.textContent = error.message;
    else tell(error.message);
  }
  button.disabled = false;
}

one("#editor-save").addEventListener("click", (event) => {
  event.preventDefault();
  attempt(event.target, rerun);
});
one("#editor-judge").addEventListener("click", (event) => {
  attempt(event.target, async ({ results, program }) => {
    await send(`${address}/verdict`, results ? { right: false, boxes: results } : { right: false, program });
    location.reload();
  });
});

document.addEventListener("click", async (event) => {
  const change = event.target.closest("[data-change]");
  if (change) changeStep(Number(change.dataset.change));
  const again = event.target.closest("[data-again]");
  if (!again) return;
  again.disabled = true;
  await rerun({ start: Number(again.dataset.again) }).catch((error) => tell(error.message));
  again.disabled = false;
});

function changeProgram() {
  const area = element("textarea", { value: data.program, spellcheck: false });
  area.setAttribute("aria-label", "The program");
  open("Change the program", () => ({ program: area.value }), area);
}
one("#edit-program").addEventListener("click", changeProgram);
onKeys({ p: changeProgram, e: () => selected() && changeStep(selected()) });

function changeStep(number) {
  const step = steps.get(number);
  const { content, value } = editorOf(step, step.result);
  open(`Step ${number}: what ${step.tool} should have returned`, () => ({ results: { [number]: value() } }), ...content);
}

const named = (label, field) => element("label", { className: "field" }, `${label} `, field);

/** The fields to change a value with, and what they say. */
function editorOf(step, value) {
  if (isBox(value) || (Array.isArray(value) && value.every(isBox)) || step.error) return boxEditor(step, steps);
  if (typeof value === "boolean") {
    const select = element("select", {}, new Option("yes", "true", false, value), new Option("no", "false", false, !value));
    return { content: [named("Result", select)], value: () => select.value === "true" };
  }
  if (typeof value === "number") {
    const input = element("input", { type: "number", step: "any", value });
    return { content: [named("Result", input)], value: () => input.valueAsNumber };
  }
  if (typeof value === "string") {
    const choices = new Set([...Object.keys(step.scores), ...step.choices]);
    const list = element("datalist", { id: "choices" }, ...[...choices].map((text) => new Option(text)));
    const input = element("input", { value, size: 40 });
    input.setAttribute("list", "choices");
    return { content: [named("Result", input), list], value: () => input.value };
  }
  const area = element("textarea", { value: JSON.stringify(value, null, 1), spellcheck: false });
  return { content: [named("Result, as JSON", area)], value: () => JSON.parse(area.value) };
}

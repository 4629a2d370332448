// The steps of a run: what belongs together is highlighted together, and one step is on the stage.
import { all, element, one } from "./dom.js";
import { onKeys } from "./keys.js";
import { refit } from "./zoom.js";

export const data = JSON.parse(one("#steps").textContent);
export const steps = new Map(data.steps.map((step) => [step.number, step]));
const stage = one("#stage");
const body = one("#stage-body");
const subjects = [...body.childNodes];
let current = 0;

// -- highlighting

let lit = [];
function light(elements) {
  lit.forEach((one) => one.classList.remove("lit"));
  lit = elements;
  lit.forEach((one) => one.classList.add("lit"));
}

function together(target) {
  const mark = target.closest("[data-mark]");
  if (mark) {
    const same = all(`[data-mark="${mark.dataset.mark}"]`);
    const owners = same.map((one) => one.closest("[data-step]")).filter(Boolean);
    const numbers = new Set(owners.map((one) => one.dataset.step));
    return [...same, ...[...numbers].flatMap((number) => all(`[data-step="${number}"]`))];
  }
  const step = target.closest("[data-step]");
  if (step) return all(`[data-step="${step.dataset.step}"]`);
  const line = target.closest(".row[data-line]");
  return line ? all(`[data-line="${line.dataset.line}"]`) : [];
}

document.addEventListener("mouseover", (event) => light(together(event.target)));
document.addEventListener("focusin", (event) => light(together(event.target)));

// -- the stage

export const selected = () => current;
export const cardOf = (number) => one(`article[data-step="${number}"]`);

/** Puts a step on the stage; 0 for the pictures of the question. move: also in the address of the page. */
export function choose(number, move = true) {
  const card = cardOf(number);
  if (number && !card) return;
  current = number;
  if (card) {
    const parts = ["h3", ".pictures", ".result", "dl"].map((part) => one(part, card)?.cloneNode(true));
    const change = element("button", { type: "button", textContent: "Change this result" });
    change.dataset.change = number;
    body.replaceChildren(...parts.filter(Boolean), element("p", { className: "buttons" }, change));
    stage.dataset.step = number;
  } else {
    body.replaceChildren(...subjects);
    delete stage.dataset.step;
  }
  one("#stage-at").textContent = number ? `step ${number} of ${data.total}` : "the picture";
  const numbers = [0, ...steps.keys()];
  one("#step-before").disabled = numbers.indexOf(number) === 0;
  one("#step-after").disabled = numbers.indexOf(number) === numbers.length - 1;
  all(".call.current").forEach((call) => call.classList.remove("current"));
  all(`.call[data-step="${number}"]`).forEach((call) => call.classList.add("current"));
  refit();
  document.dispatchEvent(new Event("chosen"));
  if (move) history.replaceState(null, "", card ? `#${card.id}` : location.pathname + location.search);
}

function go(by) {
  const numbers = [0, ...steps.keys()];
  const at = numbers.indexOf(current);
  choose(numbers[Math.min(Math.max(at + by, 0), numbers.length - 1)]);
  light(current ? together(stage) : []);
}

document.addEventListener("mouseover", (event) => {
  const call = event.target.closest(".call[data-step]");
  const line = event.target.closest(".row[data-line]")?.querySelector(".call[data-step]");
  if (call || line) choose(Number((call ?? line).dataset.step), false);
});
document.addEventListener("click", (event) => {
  const call = event.target.closest(".call[data-step], a[data-go]");
  if (call && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    choose(Number(call.dataset.step ?? call.dataset.go));
  }
});
one("#step-before").addEventListener("click", () => go(-1));
one("#step-after").addEventListener("click", () => go(1));
onKeys({ ArrowRight: () => go(1), j: () => go(1), ArrowLeft: () => go(-1), k: () => go(-1) });

const linked = location.hash ? document.getElementById(location.hash.slice(1)) : null;
if (linked?.dataset?.step) {
  linked.closest("details")?.setAttribute("open", "");
  choose(Number(linked.dataset.step), false);
} else {
  choose([0, ...steps.keys()].at(-1), false);
}

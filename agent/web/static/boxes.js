// The editor of boxes: what was found is ticked, what was nearly found is offered, and new ones can be drawn.
import { canvas, round } from "./canvas.js";
import { all, element, one } from "./dom.js";

export const isBox = (value) => value?.type === "box";
const NOTHING = { error: "NoDetection" };
const HINT =
  "Click a box to include or exclude it. Drag on the picture to draw one; drag an included box to move it, and its " +
  "corners and sides to resize it. With the keyboard: Tab to a box; Space includes it, arrows move it, Shift and arrows resize it.";
const KINDS = { one: "a box", list: "a list of boxes", text: "a text", number: "a number", yes: "yes or no" };

const boxesIn = (value) => (isBox(value) ? [value] : Array.isArray(value) ? value.filter(isBox) : []);

/** What may be right: what the step found, what scored too low, and after an error what other steps found there. */
function candidatesOf(step, steps) {
  const offered = (boxes, taken, from = "") => boxes.map((box) => ({ box: { ...box }, taken, from }));
  const others = step.error ? [...steps.values()].filter((other) => other !== step && other.image === step.image) : [];
  return [
    ...offered(step.error ? [] : boxesIn(step.result), true),
    ...offered(step.rejected.filter(isBox), false, "scored too low"),
    ...others.flatMap((other) => offered(boxesIn(other.result), false, `of step ${other.number}`)),
  ];
}

/** A threshold that parts what was taken from what was not: just below the lowest score that was taken. */
function thresholdOf(candidates) {
  const scores = (taken) => candidates.filter((one) => one.taken === taken && !one.from.startsWith("of")).map((one) => one.box.score);
  const [taken, left] = [scores(true), scores(false)];
  const [lowest, highest] = [Math.min(1, ...taken), Math.max(0, ...left)];
  if (!taken.length) return Math.min(1, Math.ceil((highest + 0.005) * 100) / 100);
  return highest < lowest ? Number(((lowest + highest) / 2).toFixed(3)) : Number(lowest.toFixed(3));
}

/** Which kind of value a step that failed should have returned: that of the same tool elsewhere, or a box. */
function kindOf(step, steps) {
  const same = [...steps.values()].find((other) => other.tool === step.tool && !other.error);
  const value = step.error ? same?.result : step.result;
  if (Array.isArray(value)) return "list";
  return { string: "text", number: "number", boolean: "yes" }[typeof value] ?? "one";
}

export function boxEditor(step, steps) {
  const candidates = candidatesOf(step, steps);
  const list = element("ul", { className: "candidates" });
  const picture = one(`article[data-step="${step.number}"] svg.view`)?.cloneNode(true);
  let kind = kindOf(step, steps);

  const take = (number, taken = !candidates[number].taken) => {
    if (taken && kind === "one") candidates.forEach((other) => (other.taken = false));
    candidates[number].taken = taken;
  };
  const choose = (number) => {
    view?.choose(number);
    all("li", list).forEach((row, at) => row.classList.toggle("chosen", at === number));
    list.children[number]?.scrollIntoView({ block: "nearest" });
  };
  const show = (number = view?.chosen() ?? -1) => {
    rows();
    choose(number);
  };
  const add = (sides) => {
    const label = boxesIn(step.result)[0]?.label ?? step.name;
    candidates.push({ box: { type: "box", ...sides, label, score: 1 }, taken: false, from: "drawn" });
    take(candidates.length - 1, true);
    show(candidates.length - 1);
  };
  const view =
    picture &&
    canvas(picture, () => candidates, {
      click: (number) => {
        if (!candidates[number].taken || number === view.chosen()) take(number);
        show(number);
      },
      toggle: (number) => (take(number), show(number)),
      focus: choose,
      change: (number, sides) => {
        Object.assign(candidates[number].box, sides);
        one(".place", list.children[number]).textContent = round(candidates[number].box);
        view.draw();
      },
      remove: (number) => {
        if (candidates[number].from === "drawn") candidates.splice(number, 1);
        else candidates[number].taken = false;
        show(-1);
      },
      draw: add,
    });

  function row(candidate, number) {
    const { box, taken, from } = candidate;
    const check = element("input", { type: kind === "one" ? "radio" : "checkbox", name: "taken", checked: taken });
    check.setAttribute("aria-label", `Take ${box.label || "this box"} at ${round(box)}`);
    check.addEventListener("change", () => (take(number, check.checked), view?.draw(), sameTicks()));
    const label = element("input", { type: "text", value: box.label });
    label.setAttribute("aria-label", "Label");
    label.addEventListener("input", () => (box.label = label.value));
    const score = element("span", { className: "score-of", textContent: box.score.toFixed(2) });
    const place = element("span", { className: "place", textContent: round(box) });
    const made = element("li", {}, check, label, score, place, element("span", { className: "soft", textContent: from }));
    made.addEventListener("mouseenter", () => choose(number));
    made.addEventListener("focusin", () => choose(number));
    return made;
  }
  const rows = () => list.replaceChildren(...candidates.map(row));
  const sameTicks = () => all("input[name=taken]", list).forEach((check, at) => (check.checked = candidates[at].taken));

  const limit = element("output", { textContent: String(thresholdOf(candidates)) });
  const threshold = element("input", { type: "range", min: 0, max: 1, step: 0.005, value: thresholdOf(candidates) });
  threshold.addEventListener("input", () => {
    candidates.forEach((one) => (one.taken = one.from === "drawn" || (!one.from.startsWith("of") && one.box.score >= threshold.valueAsNumber)));
    limit.textContent = threshold.value;
    show();
  });
  const slider = element("label", { className: "field" }, "Score at least ", threshold, limit);

  const other = element("input", { type: "text" });
  other.setAttribute("aria-label", "The value");
  const as = element("select", {}, ...Object.entries(KINDS).map(([name, text]) => new Option(text, name, false, name === kind)));
  const boxFields = element("div", {}, ...(picture ? [picture, element("p", { className: "soft small", textContent: HINT })] : []), list, slider);
  const fit = () => {
    boxFields.hidden = !["one", "list"].includes(kind);
    other.hidden = !boxFields.hidden;
    slider.hidden = kind === "one" || !candidates.length;
    if (kind === "one") candidates.filter((one) => one.taken).slice(1).forEach((one) => (one.taken = false));
    show();
  };
  as.addEventListener("change", () => ((kind = as.value), fit()));
  fit();

  const taken = () => candidates.filter((one) => one.taken).map((one) => one.box);
  const values = {
    one: () => taken()[0] ?? NOTHING,
    list: taken,
    text: () => other.value,
    number: () => Number(other.value),
    yes: () => ["yes", "true"].includes(other.value.trim().toLowerCase()),
  };
  const chooser = step.error ? [element("p", { className: "field" }, element("label", {}, "The result is ", as), " ", other)] : [];
  return { content: [...chooser, boxFields], value: () => values[kind]() };
}

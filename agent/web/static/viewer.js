// The page of a run: related parts are highlighted together, and steps or the program can be changed.
"use strict";

const data = JSON.parse(document.getElementById("steps").textContent);
const steps = new Map(data.steps.map((step) => [step.number, step]));
const stage = document.getElementById("stage");
const said = document.getElementById("said");
const $ = (selector, root = document) => [...root.querySelectorAll(selector)];
const element = (tag, values = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), values);
  made.append(...children);
  return made;
};

// -- highlighting

let lit = [];
const light = (elements) => {
  lit.forEach((one) => one.classList.remove("lit"));
  lit = elements;
  lit.forEach((one) => one.classList.add("lit"));
};

function together(target) {
  const mark = target.closest("[data-mark]");
  if (mark) {
    const same = $(`[data-mark="${mark.dataset.mark}"]`);
    const owners = same.map((one) => one.closest("[data-step]")).filter(Boolean);
    const numbers = new Set(owners.map((one) => one.dataset.step));
    return [...same, ...[...numbers].flatMap((number) => $(`[data-step="${number}"]`))];
  }
  const step = target.closest("[data-step]");
  if (step) return $(`[data-step="${step.dataset.step}"]`);
  const line = target.closest(".row[data-line]");
  return line ? $(`[data-line="${line.dataset.line}"]`) : [];
}

document.addEventListener("mouseover", (event) => light(together(event.target)));
document.addEventListener("focusin", (event) => light(together(event.target)));

// -- the selected step

let current = 0;

function choose(number, move = true) {
  const card = document.querySelector(`article[data-step="${number}"]`);
  if (!card) return;
  current = number;
  const parts = ["h3", ".pictures", ".result", "dl"].map((part) => card.querySelector(part)?.cloneNode(true));
  const change = element("button", { type: "button", textContent: "Change this result" });
  change.dataset.change = number;
  stage.replaceChildren(...parts.filter(Boolean), element("p", { className: "buttons" }, change));
  stage.dataset.step = number;
  if (move) history.replaceState(null, "", `#${card.id}`);
}

document.addEventListener("mouseover", (event) => {
  const call = event.target.closest(".call[data-step]");
  const line = event.target.closest(".row[data-line]")?.querySelector(".call[data-step]");
  if (call || line) choose(Number((call ?? line).dataset.step), false);
});
document.addEventListener("click", (event) => {
  const call = event.target.closest(".call[data-step]");
  if (call && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    choose(Number(call.dataset.step));
  }
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, dialog")) return;
  const by = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 }[event.key];
  if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
  const numbers = [...steps.keys()];
  const at = numbers.indexOf(current);
  choose(numbers[Math.min(Math.max(at + by, 0), numbers.length - 1)]);
  light(together(stage));
});
const linked = location.hash ? document.getElementById(location.hash.slice(1)) : null;
if (linked?.dataset?.step) {
  linked.closest("details")?.setAttribute("open", "");
  choose(Number(linked.dataset.step), false);
} else if (steps.size) {
  choose([...steps.keys()].at(-1), false);
}

// -- changes

const editor = document.getElementById("editor");
const body = document.getElementById("editor-body");
const problem = document.getElementById("editor-problem");
let collect = () => ({});

async function send(path, content) {
  const answer = await fetch(`/runs/${encodeURIComponent(data.run)}/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error ?? told.detail?.[0]?.msg ?? "The request failed.");
  return told;
}

async function rerun(change) {
  const told = await send("replay", change);
  location.href = `/runs/${encodeURIComponent(told.run)}`;
}

function open(title, gather, ...content) {
  document.getElementById("editor-title").textContent = title;
  body.replaceChildren(...content);
  problem.textContent = "";
  collect = gather;
  editor.showModal();
}

document.getElementById("editor-save").addEventListener("click", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  event.target.disabled = true;
  try {
    await rerun(collect());
  } catch (error) {
    problem.textContent = error.message;
  }
  event.target.disabled = false;
});

document.addEventListener("click", async (event) => {
  const change = event.target.closest("[data-change]");
  if (change) changeStep(Number(change.dataset.change));
  const again = event.target.closest("[data-again]");
  if (again) {
    again.disabled = true;
    await rerun({ start: Number(again.dataset.again) }).catch((error) => tell(error.message));
    again.disabled = false;
  }
});

document.getElementById("edit-program").addEventListener("click", () => {
  const area = element("textarea", { value: data.program, spellcheck: false });
  area.setAttribute("aria-label", "The program");
  open("Change the program", () => ({ program: area.value }), area);
});

const isBox = (value) => value?.type === "box";
const nothing = { error: "NoDetection" };

function changeStep(number) {
  const step = steps.get(number);
  const title = `Step ${number}: what ${step.tool} should have returned`;
  const result = (value) => ({ results: { [number]: value } });
  const value = step.result;
  if (isBox(value) || (Array.isArray(value) && value.every(isBox)) || step.error) {
    const boxes = boxEditor(step, number);
    open(title, () => result(boxes.value()), ...boxes.content);
  } else if (typeof value === "boolean") {
    const select = element("select", {}, new Option("yes", "true", false, value), new Option("no", "false", false, !value));
    open(title, () => result(select.value === "true"), select);
  } else if (typeof value === "number") {
    const input = element("input", { type: "number", step: "any", value });
    open(title, () => result(input.valueAsNumber), input);
  } else if (typeof value === "string") {
    const list = element("datalist", { id: "choices" }, ...[...new Set([...Object.keys(step.scores), ...step.choices])].map((text) => new Option(text)));
    const input = element("input", { value, size: 40 });
    input.setAttribute("list", "choices");
    open(title, () => result(input.value), input, list);
  } else {
    const area = element("textarea", { value: JSON.stringify(value, null, 1), spellcheck: false });
    open(title, () => result(JSON.parse(area.value)), area);
  }
}

// Boxes: detections are checked, near misses are offered, new ones can be drawn.
function boxEditor(step, number) {
  const single = !Array.isArray(step.result);
  const found = step.error ? [] : single ? [step.result] : step.result;
  const candidates = [
    ...found.map((box) => ({ box: { ...box }, taken: true })),
    ...step.rejected.map((box) => ({ box: { ...box }, taken: false })),
  ];
  const list = element("div", { className: "candidates" });
  const view = document.querySelector(`article[data-step="${number}"] svg.view`)?.cloneNode(true);
  const threshold = element("input", { type: "range", min: 0, max: 1, step: 0.01, value: 0 });
  const as = element("select", {}, new Option("a box", "one"), new Option("a list of boxes", "list"));

  const draw = () => {
    list.replaceChildren(
      ...candidates.map((one) => {
        const check = element("input", { type: single && !step.error ? "radio" : "checkbox", name: "taken", checked: one.taken });
        const label = element("input", { type: "text", value: one.box.label });
        label.setAttribute("aria-label", "Label");
        check.addEventListener("change", () => {
          if (check.type === "radio") candidates.forEach((other) => (other.taken = false));
          one.taken = check.checked;
        });
        label.addEventListener("input", () => (one.box.label = label.value));
        const sides = ["left", "top", "right", "bottom"].map((side) => Math.round(one.box[side])).join(", ");
        return element("label", {}, check, label, ` ${one.box.score.toFixed(2)} at ${sides}`);
      }),
    );
  };
  threshold.addEventListener("input", () => {
    candidates.forEach((one) => (one.taken = one.box.score >= threshold.valueAsNumber));
    limit.textContent = threshold.value;
    draw();
  });
  const limit = element("output", { textContent: "0" });
  draw();
  if (view) drawOn(view, (place) => {
    if (single) candidates.forEach((other) => (other.taken = false));
    candidates.push({ box: { type: "box", ...place, label: found[0]?.label ?? step.name, score: 1 }, taken: true });
    draw();
  });
  const hint = element("p", { className: "soft small", textContent: "Draw a box on the image to add one." });
  const taken = () => candidates.filter((one) => one.taken).map((one) => one.box);
  return {
    content: [...(view ? [view, hint] : []), list, ...(single && !step.error ? [] : [element("label", {}, "Score at least ", threshold, limit)]), ...(step.error ? [element("label", {}, "The result is ", as)] : [])],
    value: () => {
      if (!single || (step.error && as.value === "list")) return taken();
      return taken()[0] ?? nothing;
    },
  };
}

function drawOn(view, done) {
  const inner = view.querySelector("svg") ?? view;
  let start = null, shape = null;
  const place = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(inner.getScreenCTM().inverse());
    return [point.x, point.y];
  };
  const sides = (a, b) => ({ left: Math.min(a[0], b[0]), top: Math.min(a[1], b[1]), right: Math.max(a[0], b[0]), bottom: Math.max(a[1], b[1]) });
  view.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    view.setPointerCapture(event.pointerId);
    start = place(event);
    shape = inner.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
    shape.setAttribute("class", "drawn");
    shape.setAttribute("vector-effect", "non-scaling-stroke");
  });
  view.addEventListener("pointermove", (event) => {
    if (!start) return;
    const { left, top, right, bottom } = sides(start, place(event));
    Object.entries({ x: left, y: top, width: right - left, height: bottom - top }).forEach(([name, value]) => shape.setAttribute(name, value));
  });
  view.addEventListener("pointerup", (event) => {
    if (!start) return;
    const drawn = sides(start, place(event));
    start = null;
    if (drawn.right - drawn.left > 1 && drawn.bottom - drawn.top > 1) done(drawn);
    else shape.remove();
  });
}

// -- why

const tell = (text) => said.replaceChildren(element("p", { textContent: text, className: "bad" }));

document.getElementById("blame").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  said.replaceChildren(element("p", { textContent: "Trying changes …" }));
  try {
    const found = await send("blame", { expected: event.target.expected.value });
    const list = element("ul", {}, ...found.flips.map((flip) => {
      const take = element("button", { type: "button", textContent: "Try this change" });
      take.addEventListener("click", () => rerun(flip.change).catch((error) => tell(error.message)));
      return element("li", {}, `${flip.told} `, take);
    }));
    said.replaceChildren(element("p", { textContent: `${found.stage}: ${found.why}` }), list);
    if (found.step) choose(found.step);
  } catch (error) {
    tell(error.message);
  }
  button.disabled = false;
});

// Zoom into the pictures of the stage, and hide their labels.
import { all, one } from "./dom.js";
import { onKeys } from "./keys.js";

const STEP = 1.5;
const MOST = 12;
const stage = one("#stage");
let factor = 1;

/** The outer svg keeps its size on the page; the view of the inner one changes. */
const views = () => all("#stage-body svg.view > svg");

function whole(view) {
  view.dataset.whole ??= view.getAttribute("viewBox");
  return view.dataset.whole.split(" ").map(Number);
}

function zoom(view, to, centerX, centerY) {
  const [left, top, width, height] = whole(view);
  const [w, h] = [width / to, height / to];
  const x = Math.min(Math.max(centerX - w / 2, left), left + width - w);
  const y = Math.min(Math.max(centerY - h / 2, top), top + height - h);
  view.setAttribute("viewBox", [x, y, w, h].join(" "));
  // Lines and letters keep their size on the screen.
  for (const name of ["stroke-width", "font-size", "r", "stroke-dasharray"]) {
    all(`[${name}]`, view).forEach((mark) => {
      const key = `whole${name.replaceAll("-", "")}`;
      mark.dataset[key] ??= mark.getAttribute(name);
      mark.setAttribute(name, mark.dataset[key].split(" ").map((part) => Number(part) / to).join(" "));
    });
  }
}

function center(view) {
  const [x, y, w, h] = view.getAttribute("viewBox").split(" ").map(Number);
  return [x + w / 2, y + h / 2];
}

function setFactor(to) {
  factor = Math.min(Math.max(to, 1), MOST);
  stage.classList.toggle("zoomed", factor > 1);
  one("#zoom-fit").textContent = `${Number(factor.toFixed(1))}×`;
  one("#zoom-out").disabled = factor === 1;
  one("#zoom-in").disabled = factor === MOST;
  views().forEach((view) => zoom(view, factor, ...center(view)));
}

/** Back to the whole picture, after something else was put on the stage. */
export const refit = () => setFactor(1);

const at = (view, event) => {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(view.getScreenCTM().inverse());
  return [point.x, point.y];
};

let held = null;
one("#stage-body").addEventListener("pointerdown", (event) => {
  const view = event.target.closest("svg.view")?.querySelector("svg");
  if (!view || factor === 1) return;
  event.preventDefault();
  held = { view, from: at(view, event) };
});
document.addEventListener("pointermove", (event) => {
  if (!held) return;
  const [x, y] = at(held.view, event);
  const [centerX, centerY] = center(held.view);
  zoom(held.view, factor, centerX + held.from[0] - x, centerY + held.from[1] - y);
});
document.addEventListener("pointerup", () => (held = null));
one("#stage-body").addEventListener("dblclick", (event) => {
  const view = event.target.closest("svg.view")?.querySelector("svg");
  if (!view) return;
  const [x, y] = at(view, event);
  setFactor(factor * STEP);
  zoom(view, factor, x, y);
});

one("#zoom-in").addEventListener("click", () => setFactor(factor * STEP));
one("#zoom-out").addEventListener("click", () => setFactor(factor / STEP));
one("#zoom-fit").addEventListener("click", refit);

function toggleLabels() {
  const button = one("#labels");
  const shown = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", shown);
  document.body.classList.toggle("no-labels", !shown);
}
one("#labels").addEventListener("click", toggleLabels);
onKeys({
  "+": () => setFactor(factor * STEP),
  "=": () => setFactor(factor * STEP),
  "-": () => setFactor(factor / STEP),
  0: refit,
  l: toggleLabels,
});
